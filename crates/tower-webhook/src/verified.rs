//! The bytes that were verified, and the proof that they were.

use std::fmt;

use bytes::Bytes;

use crate::mac;
use crate::origin::Origin;

/// Separate the keys of deliveries from every other use of SHA-256 over the same bytes, and from one another.
const BODY_KEY_TAG: &[u8] = b"tower-webhook delivery key, version 1, body\0";
const ID_KEY_TAG: &[u8] = b"tower-webhook delivery key, version 1, id\0";
const OWNER_KEY_TAG: &[u8] = b"tower-webhook delivery key, version 1, owner\0";

/// A body whose signature was verified.
///
/// It has no public constructor: holding one is the proof. Behind a [`VerifyLayer`](crate::VerifyLayer) it is in the
/// request's extensions. Parse these bytes, and none that came another way.
///
/// Cloning it, and the [`Bytes`] in it, copies no data.
#[derive(Clone)]
pub struct VerifiedBody {
    bytes: Bytes,
    origin: Origin,
}

impl VerifiedBody {
    #[inline]
    pub(crate) fn new(bytes: Bytes, origin: Origin) -> Self {
        Self { bytes, origin }
    }

    /// The body, exactly as it was sent and signed.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The body, exactly as it was sent and signed, without the proof.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// The [label](crate::SigningSecret::label) of the secret that signed it; `None` when it has none. It shows when an
    /// old secret is no longer used.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.origin.label()
    }

    /// Whose secret signed it, by [`Secrets::owner`](crate::Secrets::owner); `None` when nobody was named.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.origin.owner()
    }

    /// What identifies this delivery when the same bytes come again, whichever secret of its owner signed them; not to be
    /// chosen by anyone who cannot sign.
    ///
    /// It is SHA-256 over a domain tag and the body, computed anew at each call: a hash over the whole body. A retry whose
    /// body differs from that of the first attempt has another key. Two deliveries with the same bytes have the same key,
    /// also when the provider means two: most put a time or an id into each body, but not all into every one. Where the
    /// provider signs an id in its headers, as Standard Webhooks does, it is SHA-256 over another tag and that id, whatever
    /// the body.
    ///
    /// Whoever holds a secret chooses the keys of what they sign. Where secrets are several people's,
    /// [`Secrets::owner`](crate::Secrets::owner) keeps their keys apart: it is then SHA-256 over a third tag, the owner's
    /// name, and the key as above, which is 32 bytes long.
    #[must_use]
    pub fn delivery_key(&self) -> [u8; 32] {
        let key = match self.origin.delivery_id() {
            Some(id) => mac::sha256(&[ID_KEY_TAG, id]),
            None => mac::sha256(&[BODY_KEY_TAG, &self.bytes]),
        };
        match self.origin.owner() {
            Some(owner) => mac::sha256(&[OWNER_KEY_TAG, owner.as_bytes(), &key]),
            None => key,
        }
    }
}

impl AsRef<[u8]> for VerifiedBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Prints the length, the key's label and its owner; what a webhook says about people does not belong into logs.
impl fmt::Debug for VerifiedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedBody")
            .field("len", &self.bytes.len())
            .field("key", &self.origin.label())
            .field("owner", &self.origin.owner())
            .finish_non_exhaustive()
    }
}
