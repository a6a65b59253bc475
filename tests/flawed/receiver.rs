//! What all of the receivers share, and what is right about it: the server, bodies within bounds, and effects.

use std::collections::HashSet;
use std::convert::Infallible;
use std::future::pending;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier};
use tower_webhook_server::{Body, Server};

use crate::flaws::Flaw;

pub(crate) type Answer = Response<Full<Bytes>>;

const MAX_BODY: usize = 2 * 1024 * 1024;
const READ_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Receiver {
    secret: String,
    /// The bodies that had an effect.
    seen: Mutex<HashSet<Bytes>>,
    effects: AtomicU64,
}

impl Receiver {
    pub(crate) fn new(secret: String) -> Self {
        Self {
            secret,
            seen: Mutex::default(),
            effects: AtomicU64::new(0),
        }
    }

    /// Serves on loopback until the process is ended.
    pub(crate) async fn serve(self: Arc<Self>, flaw: &'static Flaw) -> anyhow::Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("Listening on http://{}/", listener.local_addr()?);
        let service = tower::service_fn(move |request: Request<Body>| {
            let receiver = Arc::clone(&self);
            async move {
                let is_page = request.method() == Method::GET && request.uri().path() == "/effects";
                Ok::<_, Infallible>(if is_page {
                    Response::new(Full::from(receiver.effects.load(Ordering::SeqCst).to_string()))
                } else {
                    (flaw.answer)(receiver, request).await
                })
            }
        });
        Server::new(listener).serve(service, pending()).await;
        Ok(())
    }

    /// The secret that was set.
    pub(crate) fn signing_secret(&self) -> SigningSecret {
        SigningSecret::new(&self.secret).expect("the secret is not blank")
    }

    /// The right value of the signature header.
    pub(crate) fn expected(&self, body: &[u8]) -> String {
        signature(&Signer::new(Knowrithm, &self.signing_secret()), body)
    }

    /// Whether the request is genuine, told rightly.
    pub(crate) fn is_genuine(&self, headers: &HeaderMap, body: &Bytes) -> bool {
        let verifier = Verifier::knowrithm(self.signing_secret());
        verifier.verify(headers, body.clone()).is_ok()
    }

    /// Acts on a genuine event, once.
    pub(crate) fn act(&self, body: &Bytes) -> Answer {
        if !is_object(body) {
            return status(StatusCode::BAD_REQUEST);
        }
        if self.is_new(body) {
            self.count();
        }
        status(StatusCode::OK)
    }

    /// Whether the body has not come before; from now on it has.
    pub(crate) fn is_new(&self, body: &Bytes) -> bool {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(body.clone())
    }

    pub(crate) fn has_seen(&self, body: &Bytes) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(body)
    }

    /// Has an effect.
    pub(crate) fn count(&self) {
        self.effects.fetch_add(1, Ordering::SeqCst);
    }
}

/// The first value of the signature header, if it is ASCII.
pub(crate) fn given(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-knowrithm-signature")?.to_str().ok()
}

pub(crate) fn signature(signer: &Signer, body: &[u8]) -> String {
    let headers = signer.headers(body);
    given(&headers).expect("the signer signs").to_owned()
}

/// Collects a body of at most 2 MiB within 10 s.
pub(crate) async fn collect(body: Body) -> Result<Bytes, Answer> {
    collect_within(body, MAX_BODY, READ_TIMEOUT).await
}

pub(crate) async fn collect_within(body: Body, size: usize, time: Duration) -> Result<Bytes, Answer> {
    match timeout(time, Limited::new(body, size).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(status(StatusCode::PAYLOAD_TOO_LARGE)),
        Ok(Err(_)) => Err(status(StatusCode::BAD_REQUEST)),
        Err(_) => Err(status(StatusCode::REQUEST_TIMEOUT)),
    }
}

/// Whether a body is a JSON object.
pub(crate) fn is_object(body: &[u8]) -> bool {
    matches!(serde_json::from_slice(body), Ok(serde_json::Value::Object(_)))
}

pub(crate) fn status(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}
