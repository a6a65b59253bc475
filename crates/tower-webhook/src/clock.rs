//! What time it is, of the system or as told, and whether another is near to it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::rejection::Rejection;

/// Tells the time by which timestamps are judged and secrets expire.
///
/// The system's clock is the default; every `Fn() -> SystemTime` is another, for tests and for replaying what was
/// recorded.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{Rejection, SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("whsec_stripe")?;
/// let headers = Signer::stripe(&secret).timestamp(1_700_000_000).headers("{}");
/// let verifier = Verifier::stripe(secret);
///
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err(), Rejection::TimestampTooOld);
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

/// The whole seconds since the Unix epoch, negative before it; as far as an `i64` goes.
pub(crate) fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        // Rounded down as above, so a started second before the epoch counts.
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            whole
                .saturating_neg()
                .saturating_sub(i64::from(before.subsec_nanos() > 0))
        }
    }
}

/// Says whether a time is within the tolerance, the bounds included.
pub(crate) fn near(signed: i64, now: i64, tolerance: Duration) -> Result<(), Rejection> {
    if Duration::from_secs(signed.abs_diff(now)) <= tolerance {
        Ok(())
    } else if signed < now {
        Err(Rejection::TimestampTooOld)
    } else {
        Err(Rejection::TimestampInFuture)
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn the_window_is_symmetric_inclusive_and_never_overflows() {
        let window = Duration::from_mins(5);
        let (old, ahead) = (Err(Rejection::TimestampTooOld), Err(Rejection::TimestampInFuture));
        for (signed, now, verdict) in [
            (1000, 1000, Ok(())),
            (1000, 1300, Ok(())),
            (1000, 1301, old.clone()),
            (1300, 1000, Ok(())),
            (1301, 1000, ahead.clone()),
            (i64::MIN, i64::MAX, old.clone()),
            (i64::MAX, i64::MIN, ahead.clone()),
            (0, i64::MIN, ahead),
            (0, -300, Ok(())),
        ] {
            assert_eq!(near(signed, now, window), verdict, "{signed} at {now}");
        }
        assert_eq!(near(i64::MIN, i64::MAX, Duration::MAX), Ok(()));
        assert_eq!(near(0, 0, Duration::ZERO), Ok(()));
        assert_eq!(near(0, 1, Duration::from_millis(999)), old);
    }
}
