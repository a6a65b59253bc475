//! What is known about a verified body besides its bytes.

use std::fmt;

use crate::delivery_key::DeliveryKey;
use crate::origin::Origin;

/// The proof that a streamed body was verified: which secret signed it, and which delivery it is.
///
/// [`Verification::finish`](crate::Verification::finish) returns it. It has no public constructor, and says the same
/// as the [`VerifiedBody`](crate::VerifiedBody) of a body in one piece.
#[derive(Clone)]
pub struct Provenance {
    origin: Origin,
    delivery_key: DeliveryKey,
}

impl Provenance {
    pub(crate) fn new(origin: Origin, delivery_key: DeliveryKey) -> Self {
        Self { origin, delivery_key }
    }

    /// As [`VerifiedBody::signed_by`](crate::VerifiedBody::signed_by).
    #[must_use]
    pub fn signed_by(&self) -> Option<&str> {
        self.origin.label()
    }

    /// As [`VerifiedBody::owner`](crate::VerifiedBody::owner).
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.origin.owner()
    }

    /// As [`VerifiedBody::delivery_id`](crate::VerifiedBody::delivery_id).
    #[must_use]
    pub fn delivery_id(&self) -> Option<&[u8]> {
        self.origin.delivery_id()
    }

    /// As [`VerifiedBody::delivery_key`](crate::VerifiedBody::delivery_key).
    #[must_use]
    pub fn delivery_key(&self) -> DeliveryKey {
        self.delivery_key
    }
}

impl fmt::Debug for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provenance")
            .field("signed_by", &self.signed_by())
            .field("owner", &self.owner())
            .field("delivery_key", &self.delivery_key)
            .finish_non_exhaustive()
    }
}
