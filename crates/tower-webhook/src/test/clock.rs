//! A clock that stands still until it is set.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::clock::Clock;

/// A [`Clock`] that stands still until it is set.
///
/// Clones share the time: give one to the [verifier](crate::Verifier::clock), one to the
/// [request builder](super::RequestBuilder::clock), and keep one in the test.
///
/// ```
/// use std::time::Duration;
///
/// use tower_webhook::scheme::Stripe;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::test::TestClock;
/// use tower_webhook::{RejectionKind, SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("whsec_stripe")?;
/// let clock = TestClock::at(1_700_000_000);
/// let headers = Signer::new(Stripe, &secret).timestamp(1_700_000_000).headers("{}");
/// let verifier = Verifier::new(Stripe, secret).clock(clock.clone());
/// assert!(verifier.verify(&headers, "{}").is_ok());
///
/// clock.advance(Duration::from_secs(301));
/// let rejection = verifier.verify(&headers, "{}").unwrap_err();
/// assert_eq!(rejection.kind(), RejectionKind::TimestampTooOld);
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<SystemTime>>);

impl TestClock {
    /// A clock at this many seconds after the Unix epoch.
    ///
    /// # Panics
    ///
    /// When it is beyond what a `SystemTime` can hold.
    #[must_use]
    pub fn at(unix_seconds: u64) -> Self {
        Self(Arc::new(Mutex::new(UNIX_EPOCH + Duration::from_secs(unix_seconds))))
    }

    /// Sets the time, forward or back.
    pub fn set(&self, now: SystemTime) {
        self.with(|time| *time = now);
    }

    /// Moves the time forward.
    ///
    /// # Panics
    ///
    /// When the sum is beyond what a `SystemTime` can hold.
    pub fn advance(&self, by: Duration) {
        // The sum is computed before it is written, so that a panic leaves the clock unchanged.
        self.with(|time| *time += by);
    }

    fn with<T>(&self, act: impl FnOnce(&mut SystemTime) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        self.with(|time| *time)
    }
}
