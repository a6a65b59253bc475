//! Requests as a provider sends them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::Request;
use http_body::{Body, Frame, SizeHint};
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier};

pub(crate) const SECRET: &str = "whk_8c1f0e5b7d2a4936b1f0c3d5e7a9284f";
const FRAME: usize = 16 * 1024;

/// A verifier with the default limits.
#[must_use]
pub fn verifier() -> Verifier {
    Verifier::knowrithm(secret())
}

/// A body of this length, as hyper hands it out: split off a larger buffer, so that a clone of it allocates nothing.
#[must_use]
pub fn body(len: usize) -> Bytes {
    let mut buffer: BytesMut = (0..=u8::MAX).cycle().take(len + 1).collect();
    buffer.split_to(len).freeze()
}

/// A request with the head that a provider sends for this body, signature included.
#[must_use]
pub fn signed(body: Bytes) -> Request<Bytes> {
    Signer::new(Knowrithm, &secret()).sign(unsigned(body))
}

/// The same without the signature.
///
/// # Panics
///
/// Never: the head is well formed.
#[must_use]
pub fn unsigned(body: Bytes) -> Request<Bytes> {
    Request::post("/webhooks/knowrithm")
        .header("host", "hooks.example.com")
        .header("user-agent", "Knowrithm-Webhooks/1.0")
        .header("accept", "*/*")
        .header("content-type", "application/json")
        .header("content-length", body.len())
        .body(body)
        .expect("the head is well formed")
}

fn secret() -> SigningSecret {
    SigningSecret::new(SECRET).expect("the secret is not blank")
}

/// A body that arrives in frames of 16 KiB, and knows how much is to come, as one with a Content-Length does.
#[derive(Clone, Debug)]
pub struct Frames {
    frames: VecDeque<Bytes>,
    to_come: u64,
}

impl From<Bytes> for Frames {
    fn from(mut body: Bytes) -> Self {
        let to_come = body.len() as u64;
        let mut frames = VecDeque::new();
        while !body.is_empty() {
            frames.push_back(body.split_to(body.len().min(FRAME)));
        }
        Self { frames, to_come }
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = self.frames.pop_front();
        self.to_come -= data.as_ref().map_or(0, |data| data.len() as u64);
        Poll::Ready(data.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.to_come == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.to_come)
    }
}
