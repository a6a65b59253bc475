//! The bytes that were verified, and the proof that they were.

use std::fmt;

use bytes::Bytes;

use crate::delivery_key::DeliveryKey;
use crate::origin::Origin;
use crate::scheme::{Scheme, SchemeId};

/// A body whose signature was verified.
///
/// It has no public constructor: holding one is the proof. Behind a [`VerifyLayer`](crate::VerifyLayer) it is in the
/// request's extensions. Parse these bytes, and no others.
///
/// Cloning it, and the [`Bytes`] in it, copies no data.
#[derive(Clone)]
pub struct VerifiedBody {
    bytes: Bytes,
    scheme: SchemeId,
    origin: Origin,
}

impl VerifiedBody {
    #[inline]
    pub(crate) fn new(bytes: Bytes, scheme: SchemeId, origin: Origin) -> Self {
        Self { bytes, scheme, origin }
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

    /// The [name](crate::scheme::Scheme::name) of the scheme by which it was verified.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        self.scheme.name
    }

    /// Whether it was verified by this type of scheme. Two schemes of one type, such as two `HmacScheme`s, differ
    /// in [`scheme`](Self::scheme) at most, and two verifiers of one provider in their [owners](Self::owner). A handler
    /// that serves one provider asks for it where another provider's verifier could stand in front, such as a layer
    /// around a whole router.
    ///
    /// ```
    /// use tower_webhook::scheme::{GitHub, Knowrithm};
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let secret = SigningSecret::new("gh_demo")?;
    /// let headers = Signer::new(GitHub, &secret).headers("{}");
    /// let body = Verifier::new(GitHub, secret).verify(&headers, "{}")?;
    /// assert!(body.is_by::<GitHub>() && !body.is_by::<Knowrithm>());
    /// assert_eq!(body.scheme(), "github");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_by<S: Scheme>(&self) -> bool {
        self.scheme.is::<S>()
    }

    /// The [label](crate::SigningSecret::label) of the secret that signed it; `None` when that secret has none. While
    /// secrets rotate it shows when the old one is no longer used.
    #[must_use]
    pub fn signed_by(&self) -> Option<&str> {
        self.origin.label()
    }

    /// The [owner](crate::Secrets::owner) of the secret that signed it; `None` when the secrets have no owner.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.origin.owner()
    }

    /// The id of the delivery, if the scheme signs one.
    #[must_use]
    pub fn delivery_id(&self) -> Option<&[u8]> {
        self.origin.delivery_id()
    }

    /// Identifies the delivery: a retry of the same delivery has the same key, whichever secret of its owner signed it.
    /// A peer without a secret cannot choose it, unless the provider signs nothing and shows a [token](crate::Token),
    /// or unsigned [headers](crate::DeliveryIdentity::and_header) are a part of it, as for Shopify.
    ///
    /// It is a SHA-256, computed again at each call. What is hashed is the [name](Self::scheme) of the scheme and the
    /// [identity](crate::DeliveryIdentity) of the delivery, behind a tag for its kind: the [id](Self::delivery_id) that
    /// the scheme signs, whatever the body; a member of the body, for providers whose retries differ elsewhere; the
    /// signed bytes, where they are not the body; or else the body. In the last case, two deliveries with the same
    /// bytes have the same key, even when the provider means two, and a retry whose body differs from the first attempt
    /// has another key.
    ///
    /// The holder of a secret chooses the keys of what it signs, among those of its scheme. Where secrets belong to
    /// several parties, [`Secrets::owner`](crate::Secrets::owner) separates their keys: the owner's name is then hashed
    /// as well.
    #[must_use]
    pub fn delivery_key(&self) -> DeliveryKey {
        self.origin.delivery_key(self.scheme(), &self.bytes)
    }
}

impl AsRef<[u8]> for VerifiedBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Prints the length, the scheme, the label and the owner. The body may contain personal data, which does not belong in
/// logs.
impl fmt::Debug for VerifiedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedBody")
            .field("len", &self.bytes.len())
            .field("scheme", &self.scheme.name)
            .field("signed_by", &self.signed_by())
            .field("owner", &self.owner())
            .finish_non_exhaustive()
    }
}
