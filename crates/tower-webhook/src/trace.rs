//! One event per verdict, with the `tracing` feature; nothing without it.

use crate::rejection::Rejection;

/// Reports a verdict at debug level: a stranger can cause any number of them.
#[cfg(feature = "tracing")]
pub(crate) fn verdict<T>(scheme: &'static str, verdict: &Result<T, Rejection>) {
    match verdict {
        Ok(_) => tracing::debug!(scheme, code = "verified", "webhook verified"),
        Err(rejection) => tracing::debug!(scheme, code = rejection.code(), "webhook refused: {rejection}"),
    }
}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(crate) fn verdict<T>(_: &'static str, _: &Result<T, Rejection>) {}
