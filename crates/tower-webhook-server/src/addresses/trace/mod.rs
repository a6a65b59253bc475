//! One event per refusal with the `tracing` feature, and none without it.

use super::AddressRejection;

/// Reports a refusal at debug level: a stranger can provoke any number of them.
#[cfg(feature = "tracing")]
pub(super) fn refused(rejection: &AddressRejection) {
    let peer = rejection.peer().map(tracing::field::display);
    let client = rejection.client().map(tracing::field::display);
    tracing::debug!(code = rejection.code(), peer, client, "address refused: {rejection}");
}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(super) fn refused(_: &AddressRejection) {}

#[cfg(test)]
mod tests;
