//! The time by which timestamps are judged and secrets expire.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time by which timestamps are judged and secrets expire.
///
/// The system's clock is the default. Every `Fn() -> SystemTime` is a clock, for tests and for replaying recorded
/// requests.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use tower_webhook::scheme::Stripe;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{RejectionKind, SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("whsec_stripe")?;
/// let headers = Signer::new(Stripe, &secret).timestamp(1_700_000_000).headers("{}");
/// let verifier = Verifier::new(Stripe, secret);
///
/// let rejection = verifier.verify(&headers, "{}").unwrap_err();
/// assert_eq!(rejection.kind(), RejectionKind::TimestampTooOld);
///
/// let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_300);
/// assert!(verifier.clock(move || then).verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> SystemTime;
}

impl<F: Fn() -> SystemTime + Send + Sync + 'static> Clock for F {
    fn now(&self) -> SystemTime {
        self()
    }
}

/// The whole seconds since the Unix epoch, rounded down, negative before it, and clamped to an `i64`.
pub(crate) fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            let started = i64::from(before.subsec_nanos() > 0);
            whole.saturating_neg().saturating_sub(started)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn seconds_are_rounded_down_on_both_sides_of_the_epoch() {
        let half = Duration::from_millis(500);
        for (time, seconds) in [
            (UNIX_EPOCH, 0),
            (UNIX_EPOCH + half, 0),
            (UNIX_EPOCH + Duration::from_secs(2) + half, 2),
            (UNIX_EPOCH - half, -1),
            (UNIX_EPOCH - Duration::from_secs(2), -2),
            (UNIX_EPOCH - Duration::from_secs(2) - half, -3),
        ] {
            assert_eq!(unix_seconds(time), seconds, "{time:?}");
        }
    }
}
