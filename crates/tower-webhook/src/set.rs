//! The secrets of one receiver, whatever their kind: any of them may have signed a request.

use std::sync::Arc;

use crate::clock::Clock;
use crate::keyed_secret::KeyedSecret;
use crate::mac::Running;
use crate::origin::Origin;
use crate::rejection::RejectionKind;
use crate::scheme::Claim;
#[cfg(feature = "layer")]
use crate::secret::Secret;

/// A set of keyed secrets, and the owner of all of them.
#[derive(Clone)]
pub(crate) struct Set {
    /// A body is hashed under this one as it arrives.
    primary: KeyedSecret,
    /// Tried when the primary one does not match.
    others: Vec<KeyedSecret>,
    owner: Option<Arc<str>>,
    /// The refusal when none of them matches.
    otherwise: RejectionKind,
}

impl Set {
    pub(crate) fn new(primary: KeyedSecret) -> Self {
        Self {
            primary,
            others: Vec::new(),
            owner: None,
            otherwise: RejectionKind::SignatureMismatch,
        }
    }

    /// The set for a request of which the source knows no secret. It costs what a set of one secret does.
    #[cfg(feature = "layer")]
    pub(crate) fn unknown<K: Secret>() -> Self {
        Self {
            otherwise: RejectionKind::UnknownSecret,
            ..Self::new(KeyedSecret::that_never_matches(K::decoy()))
        }
    }

    /// Adds the secrets of another set; they now belong to the owner of this one.
    pub(crate) fn add(&mut self, more: &Self) {
        for secret in more.secrets() {
            let mut secret = secret.clone();
            secret.set_owner(self.owner.as_ref());
            self.others.push(secret);
        }
    }

    pub(crate) fn set_owner(&mut self, owner: Arc<str>) {
        for secret in self.others.iter_mut().chain([&mut self.primary]) {
            secret.set_owner(Some(&owner));
        }
        self.owner = Some(owner);
    }

    /// The labels of the secrets, the primary one's first.
    pub(crate) fn labels(&self) -> impl Iterator<Item = Option<&str>> {
        self.secrets().map(|secret| secret.origin().label())
    }

    /// Starts the check of the primary secret.
    #[inline]
    pub(crate) fn start(&self, claim: &Claim<'_>) -> Running {
        self.primary.start(claim)
    }

    /// Starts the checks of the others; this allocates when there are any.
    #[inline]
    pub(crate) fn start_others(&self, claim: &Claim<'_>) -> Vec<Running> {
        self.others.iter().map(|secret| secret.start(claim)).collect()
    }

    /// Gives the verdict of the primary secret, whose check has seen the body.
    #[inline]
    pub(crate) fn check_primary(&self, running: &mut Running, claim: &Claim<'_>, clock: &dyn Clock) -> Option<&Origin> {
        let matches = self.primary.matches(running, claim, clock);
        matches.then(|| self.primary.origin())
    }

    /// Gives the verdict of the others, whose checks have seen the body. All are asked even when an early one matches,
    /// so that the time it takes does not tell which one did.
    #[cold]
    pub(crate) fn check_others(
        &self,
        running: &mut [Running],
        claim: &Claim<'_>,
        clock: &dyn Clock,
    ) -> Result<&Origin, RejectionKind> {
        let mut found = None;
        for (secret, running) in self.others.iter().zip(running) {
            if secret.matches(running, claim, clock) && found.is_none() {
                found = Some(secret.origin());
            }
        }
        found.ok_or(self.otherwise)
    }

    fn secrets(&self) -> impl Iterator<Item = &KeyedSecret> {
        std::iter::once(&self.primary).chain(&self.others)
    }
}

#[cfg(all(test, feature = "layer", feature = "sign"))]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::mac::{Algorithm, SigningKey};
    use crate::scheme::SignatureClaim;
    use crate::secret::SigningSecret;
    use crate::secret::sealed::DECOY;

    #[test]
    fn a_signature_made_with_the_public_constant_is_refused() {
        let set = Set::unknown::<SigningSecret>();
        let signature = SigningKey::hmac(DECOY).sign(Algorithm::HmacSha256, &|sink| sink(b"{}"));
        let signature = signature.unwrap();
        let header = SignatureClaim::new(signature.clone());
        let begun = || {
            let mut running = set.start(&header.claim);
            running.update(b"{}");
            running
        };
        assert!(begun().matches(&signature, &[]));
        assert!(
            set.check_primary(&mut begun(), &header.claim, &SystemTime::now)
                .is_none()
        );
        let verdict = set.check_others(&mut [], &header.claim, &SystemTime::now);
        assert_eq!(verdict.map(drop), Err(RejectionKind::UnknownSecret));
    }
}
