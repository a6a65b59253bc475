//! The check of a body that arrives in pieces.

use std::fmt;
use std::sync::Arc;

use crate::check::Check;
use crate::head::OwnedHead;
use crate::identity::RunningKey;
use crate::policy::{Allowance, Policy};
use crate::provenance::Provenance;
use crate::rejection::{Rejection, RejectionKind};
use crate::scheme::{Claim, SignatureClaim, Signed};
use crate::set::Set;
use crate::trace;

/// The check of a body that arrives in pieces; made by [`Verifier::begin`](crate::Verifier::begin).
///
/// It hashes and counts the pieces, and keeps none, unless the scheme reads the body. Keep them yourself, and use them
/// only after [`finish`](Self::finish) has accepted them. Each piece is hashed once for every secret of the verifier,
/// and once more for the delivery key unless the scheme signs an id. Where a
/// [JSON pointer](crate::DeliveryIdentity::json_pointer) identifies the delivery, the pieces are also read for its
/// value: the key is that of the whole body.
///
/// A scheme that [reads the whole body](crate::scheme::Scheme::read_body) needs a copy of it: there the pieces are kept
/// until the end, at most [`max_body`](crate::Verifier::max_body) bytes of them.
#[must_use = "nothing is verified until `finish` has accepted it"]
pub struct Verification {
    policy: Arc<Policy>,
    set: Arc<Set>,
    check: Check,
    claim: Claim<'static>,
    key: RunningKey,
    allowance: Allowance,
    /// For a scheme that reads the whole body.
    kept: Option<Kept>,
}

/// The head of a request, and its body so far.
struct Kept {
    head: OwnedHead,
    body: Vec<u8>,
}

impl Verification {
    pub(crate) fn new(policy: &Arc<Policy>, set: Arc<Set>, header: &SignatureClaim<'_>) -> Self {
        let claim = header.to_static();
        let check = Check::start(&set, header);
        let kept = match header.signed {
            Signed::InBody(head) => Some(Kept {
                head: head.into(),
                body: Vec::new(),
            }),
            _ => None,
        };
        Self {
            policy: Arc::clone(policy),
            set,
            check,
            key: RunningKey::new(&claim.mark),
            claim,
            allowance: policy.allowance(),
            kept,
        }
    }

    /// Takes the next piece of the body. Pieces may have any length, zero included.
    ///
    /// # Errors
    ///
    /// [`BodyTooLarge`](RejectionKind::BodyTooLarge) as soon as the pieces together exceed
    /// [`max_body`](crate::Verifier::max_body). From then on every call returns the same, and so does
    /// [`finish`](Self::finish).
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), Rejection> {
        let was_exceeded = self.allowance.is_exceeded();
        if let Err(kind) = self.allowance.admit(chunk.len()) {
            let rejection = Rejection::new(kind);
            return Err(if was_exceeded {
                rejection
            } else {
                self.policy.refuse(rejection)
            });
        }
        if let Some(kept) = &mut self.kept {
            kept.body.extend_from_slice(chunk);
            return Ok(());
        }
        self.check.update(chunk);
        self.check.update_others(chunk);
        self.key.update(chunk);
        Ok(())
    }

    /// Gives the verdict on the pieces, joined.
    ///
    /// ```
    /// use tower_webhook::scheme::Knowrithm;
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let secret = SigningSecret::new("whk_demo")?.label("spring");
    /// let headers = Signer::new(Knowrithm, &secret).headers("{}");
    /// let verifier = Verifier::knowrithm(secret);
    ///
    /// let mut verification = verifier.begin(&headers)?;
    /// verification.update(b"{")?;
    /// verification.update(b"}")?;
    /// let provenance = verification.finish()?;
    /// assert_eq!(provenance.signed_by(), Some("spring"));
    /// assert_eq!(provenance.delivery_key(), verifier.verify(&headers, "{}")?.delivery_key());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SignatureMismatch`](RejectionKind::SignatureMismatch) when no secret signed them,
    /// [`BodyTooLarge`](RejectionKind::BodyTooLarge) when they exceed the limit,
    /// [`TimestampTooOld`](RejectionKind::TimestampTooOld) or [`TimestampInFuture`](RejectionKind::TimestampInFuture)
    /// when the signed time has left the [window](crate::Verifier::tolerance) since [`begin`](crate::Verifier::begin).
    /// For a scheme that reads the whole body, everything that [`read_body`](crate::scheme::Scheme::read_body) refuses.
    pub fn finish(self) -> Result<Provenance, Rejection> {
        let name = self.policy.scheme_id.name;
        if self.allowance.is_exceeded() {
            // `update` has reported it.
            return Err(RejectionKind::BodyTooLarge.into());
        }
        let verdict = match &self.kept {
            None => self.check.finish(&self.claim, b"", &self.policy, &self.set),
            Some(kept) => Check::in_body(kept.head.as_head(), &kept.body, &self.policy, &self.set),
        };
        match verdict {
            Ok(origin) => {
                trace::verified(name, &origin);
                let key = match &self.kept {
                    None => self.key.finish().among(name, origin.owner()),
                    Some(kept) => origin.delivery_key(name, &kept.body),
                };
                Ok(Provenance::new(self.policy.scheme_id, origin, key))
            }
            Err(rejection) => Err(self.policy.refuse(rejection)),
        }
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("scheme", &self.policy.scheme_id.name)
            .finish_non_exhaustive()
    }
}
