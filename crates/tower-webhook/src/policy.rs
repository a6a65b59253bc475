//! How a verifier judges a request before its body is read: scheme, window and limits.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::CONTENT_LENGTH;

use crate::clock::{Clock, unix_seconds};
use crate::head::Head;
use crate::rejection::{Rejection, RejectionKind};
use crate::scheme::{Scheme, SignatureHeader};
use crate::window;

const DEFAULT_MAX_BODY: usize = 2 * 1024 * 1024;
const DEFAULT_TOLERANCE: Duration = Duration::from_secs(5 * 60);
#[cfg(feature = "layer")]
const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Everything that a verifier knows but its secrets.
#[derive(Clone)]
pub(crate) struct Policy {
    pub(crate) scheme: Arc<dyn ReadHead>,
    pub(crate) scheme_name: &'static str,
    /// `None` accepts any timestamp.
    pub(crate) tolerance: Option<Duration>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) max_body: usize,
    /// `None` waits without limit.
    #[cfg(feature = "layer")]
    pub(crate) read_timeout: Option<Duration>,
}

impl Policy {
    pub(crate) fn new(scheme: impl Scheme) -> Self {
        Self {
            scheme_name: scheme.name(),
            scheme: Arc::new(scheme),
            tolerance: Some(DEFAULT_TOLERANCE),
            clock: Arc::new(SystemTime::now),
            max_body: DEFAULT_MAX_BODY,
            #[cfg(feature = "layer")]
            read_timeout: Some(DEFAULT_READ_TIMEOUT),
        }
    }

    /// Judges the head of a request whose body has this length, or at least this length: its signature, the signed
    /// time, then the length.
    #[inline]
    pub(crate) fn judge<'a>(&'a self, head: Head<'a>, length: u64) -> Result<SignatureHeader<'a>, Rejection> {
        // The header is large: it is judged where it lies, not moved.
        let read = self.scheme.read_head(head);
        if let Ok(header) = &read {
            self.judge_time(header.claim.timestamp)?;
            if length > self.max_body as u64 {
                return Err(RejectionKind::BodyTooLarge.into());
            }
        }
        read
    }

    /// Judges a signed time, if there is one, by the time now.
    #[inline]
    pub(crate) fn judge_time(&self, signed: Option<i64>) -> Result<(), RejectionKind> {
        match (signed, self.tolerance) {
            (Some(signed), Some(tolerance)) => window::admit(signed, unix_seconds(self.clock.now()), tolerance),
            _ => Ok(()),
        }
    }

    /// How many bytes a body may have.
    #[inline]
    pub(crate) fn allowance(&self) -> Allowance {
        Allowance(Some(self.max_body))
    }
}

/// How many bytes of a body may still arrive; `None` once more than allowed have arrived.
#[derive(Clone, Copy)]
pub(crate) struct Allowance(Option<usize>);

impl Allowance {
    /// Admits `length` more bytes. Once it has refused, it refuses always.
    pub(crate) fn admit(&mut self, length: usize) -> Result<(), RejectionKind> {
        self.0 = self.0.and_then(|left| left.checked_sub(length));
        self.0.map(drop).ok_or(RejectionKind::BodyTooLarge)
    }

    /// How many bytes would still be admitted.
    #[cfg(feature = "layer")]
    pub(crate) fn left(self) -> usize {
        self.0.unwrap_or(0)
    }

    pub(crate) fn is_exceeded(self) -> bool {
        self.0.is_none()
    }
}

/// A [`Scheme`] for any kind of secret.
pub(crate) trait ReadHead: Send + Sync {
    fn read_head<'a>(&'a self, head: Head<'a>) -> Result<SignatureHeader<'a>, Rejection>;
}

impl<S: Scheme> ReadHead for S {
    fn read_head<'a>(&'a self, head: Head<'a>) -> Result<SignatureHeader<'a>, Rejection> {
        self.read(head)
    }
}

/// The largest Content-Length in the headers, or zero. A value that is not a number counts as zero: the server decides
/// what it means, and the body is counted as it arrives.
pub(crate) fn declared_length(headers: &HeaderMap) -> u64 {
    headers
        .get_all(CONTENT_LENGTH)
        .iter()
        .filter_map(|value| value.to_str().ok()?.parse().ok())
        .max()
        .unwrap_or(0)
}
