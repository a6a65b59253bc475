//! A clock that stands until it is told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::clock::Clock;

/// A [`Clock`] that stands still until it is set.
///
/// Clones are the same clock: one goes into the [verifier](crate::Verifier::clock), one into the
/// [request builder](super::RequestBuilder::clock), and the test keeps one.
///
/// ```
/// use std::time::Duration;
///
/// use tower_webhook::sign::Signer;
/// use tower_webhook::test::TestClock;
/// use tower_webhook::{Rejection, SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("whsec_stripe")?;
/// let clock = TestClock::at(1_700_000_000);
/// let headers = Signer::stripe(&secret).timestamp(1_700_000_000).headers("{}");
/// let verifier = Verifier::stripe(secret).clock(clock.clone());
/// assert!(verifier.verify(&headers, "{}").is_ok());
///
/// clock.advance(Duration::from_secs(301));
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err(), Rejection::TimestampTooOld);
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<SystemTime>>);

impl TestClock {
    /// A clock that says this many seconds after the Unix epoch.
    ///
    /// # Panics
    ///
    /// When the system's time does not go so far.
    #[must_use]
    pub fn at(unix_seconds: u64) -> Self {
        Self(Arc::new(Mutex::new(UNIX_EPOCH + Duration::from_secs(unix_seconds))))
    }

    /// Sets it, forwards or back.
    pub fn set(&self, now: SystemTime) {
        self.with(|time| *time = now);
    }

    /// Sets it forwards.
    ///
    /// # Panics
    ///
    /// When the system's time does not go so far.
    pub fn advance(&self, by: Duration) {
        // Added before it is written: what panics leaves the clock as it was.
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
