//! The window around the present in which a signed timestamp is accepted.

use std::time::Duration;

use crate::rejection::RejectionKind;

/// Refuses a timestamp that is further from `now` than the tolerance; both bounds are inside the window.
pub(crate) fn admit(signed: i64, now: i64, tolerance: Duration) -> Result<(), RejectionKind> {
    if Duration::from_secs(signed.abs_diff(now)) <= tolerance {
        Ok(())
    } else if signed < now {
        Err(RejectionKind::TimestampTooOld)
    } else {
        Err(RejectionKind::TimestampInFuture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_symmetric_inclusive_and_never_overflows() {
        let window = Duration::from_secs(300);
        let (old, ahead) = (
            Err(RejectionKind::TimestampTooOld),
            Err(RejectionKind::TimestampInFuture),
        );
        for (signed, now, verdict) in [
            (1000, 1000, Ok(())),
            (1000, 1300, Ok(())),
            (1000, 1301, old),
            (1300, 1000, Ok(())),
            (1301, 1000, ahead),
            (i64::MIN, i64::MAX, old),
            (i64::MAX, i64::MIN, ahead),
            (0, i64::MIN, ahead),
            (0, -300, Ok(())),
        ] {
            assert_eq!(admit(signed, now, window), verdict, "{signed} at {now}");
        }
        assert_eq!(admit(i64::MIN, i64::MAX, Duration::MAX), Ok(()));
        assert_eq!(admit(0, 0, Duration::ZERO), Ok(()));
        assert_eq!(admit(0, 1, Duration::from_millis(999)), old);
    }
}
