//! Everything that is timed, each over requests that were built beforehand.

use std::convert::Infallible;
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use http_body_util::Full;
use sha2::Sha256;
use tower_service::Service;
use tower_webhook::Verify;

use crate::request::{Frames, SECRET, body, signed, unsigned, verifier};
use crate::routers;
use crate::service::{Inner, call};

/// How many requests are built at a time: few enough for the allocator to stay as warm as in a server.
const BATCH: u64 = 16;

/// Something to time.
pub struct Subject {
    name: &'static str,
    body_len: usize,
    time: Box<dyn FnMut(u64) -> Duration>,
}

impl Subject {
    fn new<I: 'static, O>(
        name: &'static str,
        body_len: usize,
        build: impl Fn() -> I + 'static,
        mut run: impl FnMut(I) -> O + 'static,
    ) -> Self {
        let mut inputs = Vec::new();
        let time = move |times: u64| {
            let mut left = times;
            let mut spent = Duration::ZERO;
            while left > 0 {
                let batch = left.min(BATCH);
                left -= batch;
                inputs.extend((0..batch).map(|_| build()));
                let start = Instant::now();
                for input in inputs.drain(..) {
                    black_box(run(input));
                }
                spent += start.elapsed();
            }
            spent
        };
        Self {
            name,
            body_len,
            time: Box::new(time),
        }
    }

    fn service<Q, S>(name: &'static str, body_len: usize, build: impl Fn() -> Q + 'static, mut service: S) -> Self
    where
        Q: 'static,
        S: Service<Q, Error = Infallible> + 'static,
    {
        Self::new(name, body_len, build, move |request| call(&mut service, request))
    }

    /// What it is.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How many bytes each body has.
    #[must_use]
    pub fn body_len(&self) -> usize {
        self.body_len
    }

    /// How long so many runs take, without the building of their requests.
    pub fn time(&mut self, times: u64) -> Duration {
        (self.time)(times)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("name", &self.name)
            .field("body_len", &self.body_len)
            .finish_non_exhaustive()
    }
}

/// Every subject, over bodies of this length.
///
/// # Panics
///
/// When a verifier refuses what a signer signed.
#[must_use]
pub fn subjects(body_len: usize) -> Vec<Subject> {
    let request = signed(body(body_len));
    let (headers, body) = (request.headers().clone(), request.body().clone());
    let keyed = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("HMAC takes a key of any length");
    let verifier = verifier();
    let layer = Verify::new(Inner, verifier.clone());

    let bytes = move || body.clone();
    let hmac = move |body: Bytes| {
        let mut mac = keyed.clone();
        mac.update(&body);
        mac.finalize().into_bytes()
    };
    let verify = move |body| verifier.verify(&headers, body).expect("the request is signed");

    let whole = each_like(&request, Full::new);
    let frames = each_like(&request, Frames::from);
    let refused = each_like(&unsigned(request.body().clone()), Full::new);
    let axum = each_like(&request, Body::from);

    vec![
        Subject::new("hmac", body_len, bytes.clone(), hmac),
        Subject::new("verify", body_len, bytes, verify),
        Subject::service("inner", body_len, whole.clone(), Inner),
        Subject::service("layer", body_len, whole, layer.clone()),
        Subject::service("inner, frames", body_len, frames.clone(), Inner),
        Subject::service("layer, frames", body_len, frames, layer.clone()),
        Subject::service("inner, unsigned", body_len, refused.clone(), Inner),
        Subject::service("layer, unsigned", body_len, refused, layer),
        Subject::service("axum, layer", body_len, axum.clone(), routers::with_layer()),
        Subject::service("axum, by hand", body_len, axum, routers::with_check_by_hand()),
    ]
}

/// Builds requests, each like this one, with a body made of the same bytes.
fn each_like<B>(request: &Request<Bytes>, body: fn(Bytes) -> B) -> impl Fn() -> Request<B> + Clone + use<B> {
    let request = request.clone();
    move || request.clone().map(body)
}
