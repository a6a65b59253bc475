//! What is known about a verified body besides its bytes.

use std::fmt;

use crate::delivery_key::DeliveryKey;
use crate::origin::Origin;
use crate::scheme::{Scheme, SchemeId};

/// The proof that a streamed body was verified: which secret signed it, and which delivery it is.
///
/// [`Verification::finish`](crate::Verification::finish) returns it. It has no public constructor, and says the same
/// as the [`VerifiedBody`](crate::VerifiedBody) of a body in one piece.
#[derive(Clone)]
pub struct Provenance {
    scheme: SchemeId,
    origin: Origin,
    delivery_key: DeliveryKey,
}

impl Provenance {
    pub(crate) fn new(scheme: SchemeId, origin: Origin, delivery_key: DeliveryKey) -> Self {
        Self {
            scheme,
            origin,
            delivery_key,
        }
    }

    /// See [`VerifiedBody::scheme`](crate::VerifiedBody::scheme).
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        self.scheme.name
    }

    /// See [`VerifiedBody::is_by`](crate::VerifiedBody::is_by).
    #[must_use]
    pub fn is_by<S: Scheme>(&self) -> bool {
        self.scheme.is::<S>()
    }

    /// Returns the label of the secret, as [`VerifiedBody::signed_by`](crate::VerifiedBody::signed_by) does.
    #[must_use]
    pub fn signed_by(&self) -> Option<&str> {
        self.origin.label()
    }

    /// Returns the owner of the secret, as [`VerifiedBody::owner`](crate::VerifiedBody::owner) does.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.origin.owner()
    }

    /// Returns the signed id, as [`VerifiedBody::delivery_id`](crate::VerifiedBody::delivery_id) does.
    #[must_use]
    pub fn delivery_id(&self) -> Option<&[u8]> {
        self.origin.delivery_id()
    }

    /// Returns the key of the delivery, as [`VerifiedBody::delivery_key`](crate::VerifiedBody::delivery_key) does: that
    /// of the whole body, whatever the pieces were. It was computed from them as they arrived.
    #[must_use]
    pub fn delivery_key(&self) -> DeliveryKey {
        self.delivery_key
    }
}

impl fmt::Debug for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provenance")
            .field("scheme", &self.scheme.name)
            .field("signed_by", &self.signed_by())
            .field("owner", &self.owner())
            .field("delivery_key", &self.delivery_key)
            .finish_non_exhaustive()
    }
}
