//! How a verifier judges the head of a request: scheme, window and limits.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};

#[cfg(feature = "layer")]
use crate::budget::Budget;
use crate::clock::{Clock, unix_seconds};
use crate::head::Head;
use crate::identity::DeliveryIdentity;
use crate::rejection::{Rejection, RejectionKind};
use crate::scheme::{self, Scheme, SchemeId, SignatureClaim};
#[cfg(feature = "layer")]
use crate::supply::Supply;
use crate::trace;
use crate::window;

const DEFAULT_MAX_BODY: usize = 2 * 1024 * 1024;
/// The largest limit that bounds anything.
pub(crate) const LARGEST_MAX_BODY: usize = 1 << 30;
const DEFAULT_TOLERANCE: Duration = Duration::from_secs(5 * 60);
#[cfg(feature = "layer")]
const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(30);
#[cfg(feature = "layer")]
const LEAST_DEFAULT_BUDGET: usize = 64 * 1024 * 1024;

/// The settings of a verifier.
#[derive(Clone)]
pub(crate) struct Policy {
    /// Reads the head: the scheme, and what else identifies a delivery.
    pub(crate) scheme: Arc<dyn ReadHead>,
    /// The scheme alone.
    bare: Arc<dyn ReadHead>,
    pub(crate) scheme_id: SchemeId,
    /// The status of a refusal, where that of its kind is 403.
    pub(crate) refusal: StatusCode,
    /// `None` accepts any timestamp.
    pub(crate) tolerance: Option<Duration>,
    pub(crate) clock: Arc<dyn Clock>,
    max_body: usize,
    /// The largest body that is admitted: `max_body`, or less if the budget cannot hold that. Not derived for each
    /// request, which would cost instructions.
    largest: usize,
    #[cfg(feature = "layer")]
    pub(crate) budget: Budget,
    /// Whether the budget follows `max_body`.
    #[cfg(feature = "layer")]
    has_default_budget: bool,
    /// `None` waits without limit.
    #[cfg(feature = "layer")]
    pub(crate) read_timeout: Option<Duration>,
    /// The secrets of the verifier, so that a request clones one pointer.
    #[cfg(feature = "layer")]
    pub(crate) supply: Supply,
}

impl Policy {
    pub(crate) fn new(scheme: impl Scheme, #[cfg(feature = "layer")] supply: Supply) -> Self {
        scheme::assert_usable(&scheme);
        let identity = scheme.delivery_identity();
        let scheme_id = SchemeId::new(&scheme);
        let refusal = scheme.refusal();
        let max_body = scheme
            .max_body()
            .unwrap_or_default()
            .clamp(DEFAULT_MAX_BODY, LARGEST_MAX_BODY);
        let bare: Arc<dyn ReadHead> = Arc::new(scheme);
        Self {
            scheme_id,
            refusal,
            scheme: identified(&bare, identity),
            bare,
            tolerance: Some(DEFAULT_TOLERANCE),
            clock: Arc::new(SystemTime::now),
            max_body,
            largest: max_body,
            #[cfg(feature = "layer")]
            budget: Budget::limited_to(default_budget(max_body)),
            #[cfg(feature = "layer")]
            has_default_budget: true,
            #[cfg(feature = "layer")]
            read_timeout: Some(DEFAULT_READ_TIMEOUT),
            #[cfg(feature = "layer")]
            supply,
        }
    }

    pub(crate) fn set_identity(&mut self, identity: DeliveryIdentity) {
        self.scheme = identified(&self.bare, identity);
    }

    pub(crate) fn set_max_body(&mut self, bytes: usize) {
        self.max_body = bytes;
        #[cfg(feature = "layer")]
        if self.has_default_budget && self.budget.limit() != default_budget(bytes) {
            self.budget = Budget::limited_to(default_budget(bytes));
        }
        self.set_largest();
    }

    #[cfg(feature = "layer")]
    pub(crate) fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
        self.has_default_budget = false;
        self.set_largest();
    }

    fn set_largest(&mut self) {
        self.largest = self.max_body;
        #[cfg(feature = "layer")]
        {
            self.largest = self.largest.min(self.budget.largest());
        }
    }

    /// Reads the head of a request.
    #[inline]
    pub(crate) fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        self.scheme.read_head(head)
    }

    /// Reads the whole body, for a scheme that has its claim there.
    #[cold]
    pub(crate) fn read_whole<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        let claim = self.scheme.read_whole(head, body)?;
        if claim.is_in_body() {
            // A scheme that claims nothing a second time.
            return Err(Rejection::in_body(RejectionKind::MissingSignature));
        }
        Ok(claim)
    }

    /// Judges what was read from the head of a request whose body has this length, or at least this length: the signed
    /// time, then the length.
    #[inline]
    pub(crate) fn judge(&self, header: &SignatureClaim<'_>, length: u64) -> Result<(), RejectionKind> {
        self.judge_time(header.claim.timestamp)?;
        if length > self.largest as u64 {
            return Err(RejectionKind::BodyTooLarge);
        }
        Ok(())
    }

    /// Reports a refusal, and gives it the status that the provider expects.
    pub(crate) fn refuse(&self, rejection: Rejection) -> Rejection {
        let rejection = self.with_status(rejection);
        trace::refused(self.scheme_id.name, &rejection);
        rejection
    }

    /// Gives a refusal the status that the provider expects.
    pub(crate) fn with_status(&self, rejection: Rejection) -> Rejection {
        if self.refusal == StatusCode::FORBIDDEN {
            return rejection;
        }
        rejection.refused_with(self.refusal)
    }

    /// Judges a signed time, if there is one, by the time now.
    #[inline]
    pub(crate) fn judge_time(&self, signed: Option<i64>) -> Result<(), RejectionKind> {
        match (signed, self.tolerance) {
            (Some(signed), Some(tolerance)) => window::admit(signed, unix_seconds(self.clock.now()), tolerance),
            _ => Ok(()),
        }
    }

    /// Prints a verifier with these settings and these secrets.
    pub(crate) fn fmt_with(&self, secrets: &dyn fmt::Debug, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Verifier");
        debug
            .field("scheme", &self.scheme_id.name)
            .field("secrets", secrets)
            .field("tolerance", &self.tolerance)
            .field("max_body", &self.max_body);
        #[cfg(feature = "layer")]
        debug
            .field("max_buffered", &self.budget)
            .field("read_timeout", &self.read_timeout);
        debug.finish_non_exhaustive()
    }

    /// How many bytes a body may have.
    #[inline]
    pub(crate) fn allowance(&self) -> Allowance {
        Allowance(Some(self.largest))
    }
}

/// Four times the largest body, and at least 64 MiB.
#[cfg(feature = "layer")]
fn default_budget(max_body: usize) -> usize {
    max_body.saturating_mul(4).max(LEAST_DEFAULT_BUDGET)
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
    fn read_head<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection>;
    fn read_whole<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection>;
}

impl<S: Scheme> ReadHead for S {
    fn read_head<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        self.read(head)
    }

    fn read_whole<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        self.read_body(head, body)
    }
}

/// A scheme whose deliveries are identified by more than it says itself.
struct Identified {
    scheme: Arc<dyn ReadHead>,
    identity: DeliveryIdentity,
}

impl ReadHead for Identified {
    fn read_head<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let header = self.scheme.read_head(head)?;
        Ok(header.identified_by(&self.identity, head))
    }

    fn read_whole<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        let header = self.scheme.read_whole(head, body)?;
        Ok(header.identified_by(&self.identity, head))
    }
}

/// The default identity costs a request nothing.
fn identified(bare: &Arc<dyn ReadHead>, identity: DeliveryIdentity) -> Arc<dyn ReadHead> {
    let scheme = Arc::clone(bare);
    if identity.is_default() {
        return scheme;
    }
    Arc::new(Identified { scheme, identity })
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
