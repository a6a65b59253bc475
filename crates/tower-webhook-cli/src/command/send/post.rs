//! One request: it is signed, sent, and answered.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Request, Uri};
use indicatif::ProgressBar;
use tokio::task::spawn_blocking;
use tower_webhook::sign::Signer;

use crate::answer::Answer;
use crate::client::Client;
use crate::exchange::exchange;
use crate::outcome::{Failure, Result};
use crate::payload::Payload;
use crate::progress;
use crate::random;

/// A larger body is hashed beside the event loop.
const MAX_INLINE: u64 = 256 * 1024;

/// What is sent, and where.
pub(super) struct Post {
    pub(super) client: Client,
    pub(super) url: Uri,
    /// The head without the signature.
    pub(super) head: Parts,
    pub(super) payload: Payload,
    pub(super) signer: Signer,
    /// Whether the scheme puts the signature into the body, or makes the signed message of what it reads there.
    pub(super) parses_body: bool,
}

/// What is sent: all headers, and the body, which has the signature in it with some schemes.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) headers: HeaderMap,
    pub(super) payload: Payload,
}

impl Post {
    /// The request, signed now.
    pub(super) async fn sign(self: &Arc<Self>) -> Result<Signed> {
        if self.payload.len() <= MAX_INLINE {
            return self.sign_with(&ProgressBar::hidden());
        }
        let post = Arc::clone(self);
        let bar = progress::bytes("signing", Some(self.payload.len()));
        let signing = spawn_blocking(move || {
            let signed = post.sign_with(&bar);
            bar.finish_and_clear();
            signed
        });
        signing
            .await
            .map_err(|error| Failure::usage(format_args!("signing: {error}")))?
    }

    fn sign_with(&self, bar: &ProgressBar) -> Result<Signed> {
        if self.parses_body {
            let signed = self.payload.sign_whole(&self.signer, self.head.clone())?;
            let (head, body) = signed.into_parts();
            return Ok(Signed {
                headers: head.headers,
                payload: Payload::Memory(body),
            });
        }
        let signed = self.payload.sign(&self.signer, &self.head, bar)?;
        let mut headers = self.head.headers.clone();
        headers.extend(signed);
        Ok(Signed {
            headers,
            payload: self.payload.clone(),
        })
    }

    pub(super) async fn send(&self, signed: Signed) -> Result<Answer> {
        let mut request = Request::new(&signed.payload);
        *request.method_mut() = self.head.method.clone();
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = signed.headers;
        exchange(&self.client, request).await
    }
}

/// An id for a delivery that may be sent more than once.
pub(super) fn draw_id() -> Result<String> {
    Ok(format!("msg_{}", random::name()?))
}
