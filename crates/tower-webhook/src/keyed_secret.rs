//! One secret of a set: its key, its label, and when it may sign.

use std::sync::Arc;
use std::time::SystemTime;

use crate::clock::Clock;
use crate::mac::{Key, Running};
use crate::origin::Origin;
use crate::scheme::Claim;
use crate::secret::{Keyed, Secret};

/// One secret of a set. The secret itself is wiped once its key is made.
#[derive(Clone)]
pub(crate) struct KeyedSecret {
    key: Key,
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
    pub(crate) fn new(secret: impl Secret) -> Self {
        let Keyed { key, terms } = secret.into_keyed();
        Self {
            key,
            usable: terms.not_after.map_or(Usable::Always, Usable::Until),
            origin: Origin::new(terms.label),
        }
    }

    /// A secret with a key that everybody may know: it costs what any other does, and matches nothing.
    #[cfg(feature = "layer")]
    pub(crate) fn that_never_matches(decoy: Keyed) -> Self {
        Self {
            key: decoy.key,
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

    #[inline]
    pub(crate) fn start(&self, claim: &Claim<'_>) -> Running {
        self.key.start(&claim.signature, &claim.others)
    }

    /// Whether a claimed signature is right by this check, which has seen the body, and the secret may still sign.
    ///
    /// The expiry is judged last: an expired secret costs as much as a good one.
    #[inline]
    pub(crate) fn matches(&self, running: &mut Running, claim: &Claim<'_>, clock: &dyn Clock) -> bool {
        if !claim.after.is_empty() {
            running.update(&claim.after);
        }
        running.matches(&claim.signature, &claim.others) && self.may_sign(clock)
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
