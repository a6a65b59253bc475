//! What a provider's file is: a function from the head of a request to a reply.

use std::pin::Pin;
use std::sync::Arc;

use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, Method, Request, Uri, Version};
use serde::Deserialize;
use tower_webhook::VerifiedBody;

use crate::answer::Answer;
use crate::challenge::Challenge;
use crate::rejection::HandshakeRejection;

/// The longest body that may be a handshake. The longest one that a provider documents has some hundred bytes.
const MAX_BODY: usize = 8 * 1024;

/// The handshake of one provider.
#[derive(Clone)]
pub(crate) struct Responder {
    pub(crate) provider: &'static str,
    pub(crate) reply: Arc<dyn Fn(&Head<'_>) -> Reply + Send + Sync>,
}

/// What becomes of a request.
pub(crate) enum Reply {
    /// It is no handshake, and goes to the inner service.
    Pass,
    Now(Result<Answer, HandshakeRejection>),
    /// The user decides.
    Later(Decision),
}

pub(crate) type Decision = Pin<Box<dyn Future<Output = Result<Answer, HandshakeRejection>> + Send>>;

impl From<Result<Answer, HandshakeRejection>> for Reply {
    fn from(result: Result<Answer, HandshakeRejection>) -> Self {
        Self::Now(result)
    }
}

/// The answer, if the request is a handshake at all.
impl From<Option<Answer>> for Reply {
    fn from(answer: Option<Answer>) -> Self {
        answer.map_or(Self::Pass, |answer| Self::Now(Ok(answer)))
    }
}

/// The head of a request. Its body is never read.
pub(crate) struct Head<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) version: Version,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) extensions: &'a Extensions,
}

impl<'a> Head<'a> {
    /// The verified body of a request that a verifier in front has let through.
    pub(crate) fn verified(&self) -> Option<&'a VerifiedBody> {
        self.extensions.get()
    }

    /// The verified body as JSON of this shape; `None` when nothing was verified, and for any other body.
    pub(crate) fn verified_json<T: Deserialize<'a>>(&self) -> Option<T> {
        let bytes = self.verified()?.bytes();
        if bytes.len() > MAX_BODY {
            return None;
        }
        serde_json::from_slice(bytes).ok()
    }

    /// The challenge in the header that occurs once.
    pub(crate) fn challenge(&self, header: &HeaderName, name: &'static str) -> Result<Challenge, HandshakeRejection> {
        let mut values = self.headers.get_all(header).iter();
        let value = values.next().ok_or(HandshakeRejection::Missing(name))?;
        if values.next().is_some() {
            return Err(HandshakeRejection::Duplicate(name));
        }
        let text = value.to_str().ok();
        text.and_then(Challenge::new).ok_or(HandshakeRejection::Malformed(name))
    }

    /// A copy, for code of the user.
    pub(crate) fn to_parts(&self) -> Parts {
        let mut parts = Request::new(()).into_parts().0;
        parts.method = self.method.clone();
        parts.uri = self.uri.clone();
        parts.version = self.version;
        parts.headers = self.headers.clone();
        parts.extensions = self.extensions.clone();
        parts
    }
}

impl<'a, B> From<&'a Request<B>> for Head<'a> {
    fn from(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            version: request.version(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }
}
