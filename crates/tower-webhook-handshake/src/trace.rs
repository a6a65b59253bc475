//! One event per handshake with the `tracing` feature, and none without it.

use crate::rejection::HandshakeRejection;

/// Reports an answer at debug level: of some providers, a stranger can ask for any number of them.
#[cfg(feature = "tracing")]
pub(crate) fn answered(provider: &'static str) {
    tracing::debug!(provider, code = "answered", "handshake answered");
}

/// Reports a rejection at debug level.
#[cfg(feature = "tracing")]
pub(crate) fn refused(provider: &'static str, rejection: &HandshakeRejection) {
    tracing::debug!(provider, code = rejection.code(), "handshake refused: {rejection}");
}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(crate) fn answered(_: &'static str) {}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(crate) fn refused(_: &'static str, _: &HandshakeRejection) {}
