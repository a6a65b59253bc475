//! One event per verdict with the `tracing` feature, and none without it.

use crate::origin::Origin;
use crate::rejection::Rejection;

/// Reports a verified webhook, with the label of the secret that signed it.
#[cfg(feature = "tracing")]
pub(crate) fn verified(scheme: &'static str, origin: &Origin) {
    tracing::debug!(
        scheme,
        code = "verified",
        signed_by = origin.label(),
        "webhook verified"
    );
}

/// Reports a refusal with its cause, at debug level: a stranger can provoke any number of them.
#[cfg(feature = "tracing")]
pub(crate) fn refused(scheme: &'static str, rejection: &Rejection) {
    use std::error::Error;

    let error = rejection.source().map(tracing::field::display);
    tracing::debug!(scheme, code = rejection.code(), error, "webhook refused: {rejection}");
}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(crate) fn verified(_: &'static str, _: &Origin) {}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(crate) fn refused(_: &'static str, _: &Rejection) {}
