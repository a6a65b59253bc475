//! One secret of a set: its keyed MAC, its label, and when it may sign.

use std::sync::Arc;
use std::time::SystemTime;

use crate::clock::Clock;
use crate::mac::{KeyedMac, RunningMac};
use crate::origin::Origin;
use crate::scheme::{Claim, SignatureHeader};
use crate::secret::SigningSecret;

/// One secret of a set. The secret itself is wiped once its MAC is keyed.
#[derive(Clone)]
pub(crate) struct KeyedSecret {
    mac: KeyedMac,
    usable: Usable,
    origin: Origin,
}

#[derive(Clone)]
enum Usable {
    Always,
    Until(SystemTime),
    #[cfg(feature = "layer")]
    Never,
}

impl KeyedSecret {
    pub(crate) fn new(secret: SigningSecret) -> Self {
        let mac = KeyedMac::new(secret.expose());
        let (label, not_after) = secret.into_terms();
        Self {
            mac,
            usable: not_after.map_or(Usable::Always, Usable::Until),
            origin: Origin::new(label),
        }
    }

    /// A secret that costs what any other does, and matches nothing.
    #[cfg(feature = "layer")]
    pub(crate) fn that_never_matches() -> Self {
        Self {
            mac: KeyedMac::new(b"a public constant: it must never match"),
            usable: Usable::Never,
            origin: Origin::default(),
        }
    }

    pub(crate) fn set_owner(&mut self, owner: Option<&Arc<str>>) {
        self.origin = self.origin.with_owner(owner);
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Starts its MAC with the bytes that are signed before the body.
    #[inline]
    pub(crate) fn start(&self, header: &SignatureHeader<'_>) -> RunningMac {
        let mut mac = self.mac.start();
        for part in header.before.iter().flatten() {
            mac.update(part);
        }
        mac
    }

    /// Whether this MAC, which has seen the body, is among those claimed, and the secret may still sign.
    ///
    /// The expiry is judged last: an expired secret costs as much as a good one.
    #[inline]
    pub(crate) fn matches(&self, mac: &mut RunningMac, claim: &Claim<'_>, clock: &dyn Clock) -> bool {
        if !claim.after.is_empty() {
            mac.update(&claim.after);
        }
        mac.matches(&claim.mac, &claim.others) && self.may_sign(clock)
    }

    fn may_sign(&self, clock: &dyn Clock) -> bool {
        match self.usable {
            Usable::Always => true,
            Usable::Until(last) => clock.now() <= last,
            #[cfg(feature = "layer")]
            Usable::Never => false,
        }
    }
}
