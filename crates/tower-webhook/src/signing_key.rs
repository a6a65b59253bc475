//! One secret of a set, keyed: what it signed, whose it is, and when it may sign.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::clock::{Clock, near, unix_seconds};
use crate::mac::{KeyedMac, RunningMac};
use crate::origin::Origin;
use crate::rejection::Rejection;
use crate::scheme::SignatureHeader;
use crate::secret::SigningSecret;

/// What is checked: the signature header, and what a verifier has to say about time and form.
pub(crate) struct Claim<'a> {
    pub(crate) header: &'a SignatureHeader<'a>,
    pub(crate) decodes_whsec: bool,
    pub(crate) tolerance: Option<Duration>,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

impl Claim<'_> {
    /// Says whether a signed time, if there is one, is near enough to now.
    #[inline]
    pub(crate) fn judge_time(&self) -> Result<(), Rejection> {
        match (self.header.timestamp, self.tolerance) {
            (Some(signed), Some(tolerance)) => near(signed, unix_seconds(self.clock.now()), tolerance),
            _ => Ok(()),
        }
    }
}

/// One secret of a set.
#[derive(Clone)]
pub(crate) struct Key {
    raw: KeyedMac,
    decoded: Option<Box<KeyedMac>>,
    usable: Usable,
    origin: Origin,
}

/// When a secret may sign.
#[derive(Clone)]
enum Usable {
    Always,
    Until(SystemTime),
    #[cfg(feature = "layer")]
    Never,
}

impl Key {
    pub(crate) fn new(secret: SigningSecret) -> Self {
        let mut key = Self::keyed(secret.expose());
        key.decoded = secret.whsec().map(|decoded| Box::new(KeyedMac::new(&decoded)));
        let (label, not_after) = secret.into_terms();
        key.origin = Origin::of_secret(label);
        key.usable = not_after.map_or(Usable::Always, Usable::Until);
        key
    }

    fn keyed(bytes: &[u8]) -> Self {
        Self {
            raw: KeyedMac::new(bytes),
            decoded: None,
            usable: Usable::Always,
            origin: Origin::default(),
        }
    }

    /// One that is tried like any other, and matches nothing.
    #[cfg(feature = "layer")]
    pub(crate) fn that_never_signs(bytes: &[u8]) -> Self {
        Self {
            usable: Usable::Never,
            ..Self::keyed(bytes)
        }
    }

    /// Whether it is in the form that a scheme which decodes `whsec_` asks for.
    pub(crate) fn is_whsec(&self) -> bool {
        self.decoded.is_some()
    }

    #[inline]
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Makes it this owner's, if it is nobody's, or `whoever` has it.
    pub(crate) fn belong_to(&mut self, owner: &Arc<str>, whoever: bool) {
        if whoever || self.origin.owner().is_none() {
            self.origin = self.origin.of_owner(Arc::clone(owner));
        }
    }

    #[inline]
    fn keyed_for(&self, claim: &Claim<'_>) -> &KeyedMac {
        match &self.decoded {
            Some(decoded) if claim.decodes_whsec => decoded,
            _ => &self.raw,
        }
    }

    /// Starts its MAC, over what is signed before the body.
    #[inline]
    pub(crate) fn start(&self, claim: &Claim<'_>) -> RunningMac {
        let mut mac = self.keyed_for(claim).start();
        if let Some(parts) = &claim.header.signed_before_body {
            for part in parts {
                mac.update(part);
            }
        }
        mac
    }

    /// Whether it made one of the MACs that are claimed, and may: all is hashed and compared before that is asked.
    #[inline]
    pub(crate) fn signed(&self, claim: &Claim<'_>, body: &[u8]) -> bool {
        let (keyed, header) = (self.keyed_for(claim), claim.header);
        let before = header.signed_before_body.as_ref();
        keyed.makes_one_of(before, body, &header.mac, &header.others) && self.may_sign(claim)
    }

    /// The same for a body that this MAC has seen.
    #[inline]
    pub(crate) fn finished(&self, mac: &mut RunningMac, claim: &Claim<'_>) -> bool {
        mac.makes_one_of(&claim.header.mac, &claim.header.others) && self.may_sign(claim)
    }

    #[inline]
    fn may_sign(&self, claim: &Claim<'_>) -> bool {
        let in_form = !claim.decodes_whsec || self.is_whsec();
        in_form
            && match self.usable {
                Usable::Always => true,
                Usable::Until(last) => claim.clock.now() <= last,
                #[cfg(feature = "layer")]
                Usable::Never => false,
            }
    }
}
