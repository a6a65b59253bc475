//! The memory that all bodies under way may take together.

mod counter;
mod reservation;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic;

use self::counter::Counter;
pub(crate) use self::reservation::Reservation;

/// The largest body that may take the last eighth of a budget, and that takes no part in it when it is there at once.
pub(crate) const SMALL: usize = 16 * 1024;

/// The memory that the bodies of all requests may take together, for
/// [`Verifier::max_buffered`](crate::Verifier::max_buffered).
///
/// Clones share one budget. A verifier has one of its own, which its clones share. Verifiers that are given a clone of
/// one budget share that.
///
/// ```
/// use tower_webhook::scheme::GitHub;
/// use tower_webhook::{Budget, SigningSecret, Verifier};
///
/// let budget = Budget::new(256 * 1024 * 1024);
/// let knowrithm = Verifier::knowrithm(SigningSecret::new("whk_demo")?).max_buffered(budget.clone());
/// let github = Verifier::new(GitHub, SigningSecret::new("gh_demo")?).max_buffered(budget.clone());
/// assert_eq!((budget.used(), budget.limit()), (0, 256 * 1024 * 1024));
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
///
/// # What counts
///
/// A body counts from its first frame on, with the memory that is set aside for it, until the last handle to its bytes
/// is gone: the [`VerifiedBody`](crate::VerifiedBody), the request's body, and every clone of the
/// [`Bytes`](bytes::Bytes) in them. So a handler that queues them in memory holds the budget; let it copy them first
/// if they may stay for long. A refused body counts until the verdict. A body of at most 16 KiB that is there at
/// once, in one frame, does not count, because it is verified before anything else happens; unless its secrets are
/// looked up [by it](crate::SecretSource::secrets_by_body), for which it waits.
///
/// The memory of the connection itself, and of request heads, is the server's and does not count.
///
/// # Fairness
///
/// The last eighth is for bodies that take at most 16 KiB. So a peer that holds large bodies back does not
/// keep out small ones, and a small body that is there at once is never refused for lack of memory, unless its secrets
/// are looked up by it. Other bodies are refused until some of those under way end, at the latest after the
/// [read timeout](crate::Verifier#method.read_timeout). A share for each peer needs its address, which a verifier does
/// not see: limit connections for each address in front of it.
#[derive(Clone)]
pub struct Budget(Arc<Shared>);

struct Shared {
    limit: usize,
    used: Counter,
}

impl Budget {
    /// A budget of this many bytes.
    ///
    /// A body larger than seven eighths of it, and than 16 KiB, can never be accepted, and is refused as
    /// [too large](crate::RejectionKind::BodyTooLarge).
    ///
    /// # Panics
    ///
    /// When it is more than 1 TiB, or half of what the platform can address. To remove the limit, use
    /// [`insecure_unlimited`](Self::insecure_unlimited).
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let most = usize::try_from(1_u64 << 40).unwrap_or(usize::MAX / 2);
        assert!(
            bytes <= most,
            "a budget is at most 1 TiB; Budget::insecure_unlimited() lifts the limit"
        );
        Self::limited_to(bytes)
    }

    /// A budget without a limit, which only counts: strangers who hold many bodies back can fill the memory.
    #[must_use]
    pub fn insecure_unlimited() -> Self {
        Self::limited_to(usize::MAX)
    }

    /// `usize::MAX` is no limit.
    pub(crate) fn limited_to(bytes: usize) -> Self {
        Self(Arc::new(Shared {
            limit: bytes,
            used: Counter::new(),
        }))
    }

    /// The limit in bytes; `usize::MAX` for [no limit](Self::insecure_unlimited).
    #[must_use]
    pub fn limit(&self) -> usize {
        self.0.limit
    }

    /// How many bytes are in use now, for metrics: another thread may change it at any time.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.used.get()
    }

    /// The largest body that it can hold.
    pub(crate) fn largest(&self) -> usize {
        self.ceiling(usize::MAX).max(SMALL)
    }

    /// Up to where a body that takes so many bytes may raise the sum.
    fn ceiling(&self, bytes: usize) -> usize {
        match self.0.limit {
            // No limit at all.
            usize::MAX => usize::MAX,
            limit if bytes <= SMALL => limit,
            limit => limit - limit / 8,
        }
    }
}

/// A budget of this many bytes. It panics as [`Budget::new`] does.
impl From<usize> for Budget {
    fn from(bytes: usize) -> Self {
        Self::new(bytes)
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("limit", &self.limit())
            .field("used", &self.used())
            .finish()
    }
}

#[cfg(test)]
mod tests;
