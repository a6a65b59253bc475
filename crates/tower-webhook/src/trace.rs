//! One event per verdict, with the `tracing` feature; nothing without it.

use crate::origin::Origin;
use crate::rejection::Rejection;

/// Reports that a webhook was signed, and by which secret.
#[cfg(feature = "tracing")]
pub(crate) fn verified(scheme: &'static str, origin: &Origin) {
    tracing::debug!(scheme, code = "verified", key = origin.label(), "webhook verified");
}

/// Reports a refusal at debug level: a stranger can cause any number of them.
#[cfg(feature = "tracing")]
pub(crate) fn refused(scheme: &'static str, rejection: &Rejection) {
    tracing::debug!(scheme, code = rejection.code(), "webhook refused: {rejection}");
}

/// Reports why a source of secrets did not answer, beside the verdict that comes of it.
#[cfg(all(feature = "layer", feature = "tracing"))]
pub(crate) fn source_failed(scheme: &'static str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) {
    let error = error.into();
    tracing::debug!(scheme, %error, "source of secrets failed");
}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(crate) fn verified(_: &'static str, _: &Origin) {}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(crate) fn refused(_: &'static str, _: &Rejection) {}

#[cfg(all(feature = "layer", not(feature = "tracing")))]
pub(crate) fn source_failed(_: &'static str, _: impl Into<Box<dyn std::error::Error + Send + Sync>>) {}
