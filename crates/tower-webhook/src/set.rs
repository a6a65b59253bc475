//! The secrets of one receiver, whatever their kind: any of them may have signed a request.

use std::sync::Arc;

use crate::clock::Clock;
use crate::keyed_secret::KeyedSecret;
use crate::mac::RunningMac;
use crate::origin::Origin;
use crate::rejection::RejectionKind;
use crate::scheme::{Claim, SignatureHeader};

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
    pub(crate) fn unknown() -> Arc<Self> {
        static UNKNOWN: std::sync::LazyLock<Arc<Set>> = std::sync::LazyLock::new(|| {
            Arc::new(Set {
                otherwise: RejectionKind::UnknownSecret,
                ..Set::new(KeyedSecret::that_never_matches())
            })
        });
        Arc::clone(&UNKNOWN)
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

    /// Starts the MAC of the primary secret.
    #[inline]
    pub(crate) fn start(&self, header: &SignatureHeader<'_>) -> RunningMac {
        self.primary.start(header)
    }

    /// Starts the MACs of the others; this allocates when there are any.
    #[inline]
    pub(crate) fn start_others(&self, header: &SignatureHeader<'_>) -> Vec<RunningMac> {
        if self.others.is_empty() {
            return Vec::new();
        }
        self.others.iter().map(|secret| secret.start(header)).collect()
    }

    /// Checks the MAC of the primary secret, which has seen the body.
    #[inline]
    pub(crate) fn check_primary(&self, mac: &mut RunningMac, claim: &Claim<'_>, clock: &dyn Clock) -> Option<&Origin> {
        let matches = self.primary.matches(mac, claim, clock);
        matches.then(|| self.primary.origin())
    }

    /// Checks the MACs of the others, which have seen the body. All of them are checked even when an early one matches,
    /// so that the time it takes does not tell which one did.
    #[cold]
    pub(crate) fn check_others(
        &self,
        macs: &mut [RunningMac],
        claim: &Claim<'_>,
        clock: &dyn Clock,
    ) -> Result<&Origin, RejectionKind> {
        let mut found = None;
        for (secret, mac) in self.others.iter().zip(macs) {
            if secret.matches(mac, claim, clock) && found.is_none() {
                found = Some(secret.origin());
            }
        }
        found.ok_or(self.otherwise)
    }

    fn secrets(&self) -> impl Iterator<Item = &KeyedSecret> {
        std::iter::once(&self.primary).chain(&self.others)
    }
}

#[cfg(all(test, feature = "layer"))]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_signature_made_with_the_public_constant_is_refused() {
        let set = Set::unknown();
        let begun = || {
            let mut mac = set.start(&SignatureHeader::new([0; 32]));
            mac.update(b"{}");
            mac
        };
        let header = SignatureHeader::new(begun().finish());
        assert!(
            set.check_primary(&mut begun(), &header.claim, &SystemTime::now)
                .is_none()
        );
        let verdict = set.check_others(&mut [], &header.claim, &SystemTime::now);
        assert_eq!(verdict.map(drop), Err(RejectionKind::UnknownSecret));
    }
}
