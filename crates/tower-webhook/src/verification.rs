//! One check under way: headers judged, body arriving.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::mac::RunningMac;
use crate::rejection::Rejection;
use crate::scheme::SignatureHeader;
use crate::secrets::Secrets;
use crate::signing_key::Claim;
use crate::trace;

/// A MAC under way, and how many bytes may still come.
pub(crate) struct Running {
    mac: RunningMac,
    /// `None` once more came than may.
    budget: Option<usize>,
}

impl Running {
    pub(crate) fn new(mac: RunningMac, max_body: usize) -> Self {
        Self {
            mac,
            budget: Some(max_body),
        }
    }

    /// Lets `length` more bytes in, or says that they are too many.
    pub(crate) fn admit(&mut self, length: usize) -> Result<(), Rejection> {
        self.budget = self.budget.and_then(|budget| budget.checked_sub(length));
        self.budget.map(drop).ok_or(Rejection::BodyTooLarge)
    }

    /// Hashes bytes that were admitted.
    pub(crate) fn absorb(&mut self, chunk: &[u8]) {
        self.mac.update(chunk);
    }

    /// How many more bytes would be admitted.
    #[cfg(feature = "layer")]
    pub(crate) fn budget(&self) -> usize {
        self.budget.unwrap_or(0)
    }

    pub(crate) fn mac(&mut self) -> &mut RunningMac {
        &mut self.mac
    }
}

/// The check of one body that arrives in pieces; made by [`Verifier::begin`](crate::Verifier::begin).
///
/// It hashes and counts, and keeps nothing: whoever reads the body keeps the pieces, and uses them only once
/// [`finish`](Self::finish) has said yes. As it has nothing to go back to, it hashes each piece once for every secret.
#[must_use = "nothing is verified until `finish` has said so"]
pub struct Verification {
    scheme: &'static str,
    header: SignatureHeader<'static>,
    decodes_whsec: bool,
    tolerance: Option<Duration>,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    running: Running,
    others: Vec<RunningMac>,
}

impl Verification {
    pub(crate) fn new(scheme: &'static str, claim: &Claim<'_>, secrets: Secrets, max_body: usize) -> Self {
        Self {
            scheme,
            header: claim.header.without_borrows(),
            decodes_whsec: claim.decodes_whsec,
            tolerance: claim.tolerance,
            clock: Arc::clone(claim.clock),
            running: Running::new(secrets.start(claim), max_body),
            others: secrets.start_others(claim),
            secrets,
        }
    }

    /// Takes the next piece of the body; pieces may be of any length, none included.
    ///
    /// # Errors
    ///
    /// [`Rejection::BodyTooLarge`] as soon as the pieces together exceed
    /// [`max_body`](crate::Verifier::max_body); from then on every call says the same, and so does
    /// [`finish`](Self::finish).
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), Rejection> {
        let was_within = self.running.budget.is_some();
        if let Err(rejection) = self.running.admit(chunk.len()) {
            if was_within {
                trace::refused(self.scheme, &rejection);
            }
            return Err(rejection);
        }
        self.running.absorb(chunk);
        self.others.iter_mut().for_each(|mac| mac.update(chunk));
        Ok(())
    }

    /// Says whether the pieces, joined, are what a holder of a secret signed.
    ///
    /// # Errors
    ///
    /// [`Rejection::SignatureMismatch`] when they are not, [`Rejection::BodyTooLarge`] when they were too many,
    /// [`Rejection::TimestampTooOld`] when a signed time has gone past the [window](crate::Verifier::tolerance) since
    /// [`begin`](crate::Verifier::begin).
    pub fn finish(mut self) -> Result<(), Rejection> {
        // Reported when it happened.
        self.running.budget.ok_or(Rejection::BodyTooLarge)?;
        let claim = Claim {
            header: &self.header,
            decodes_whsec: self.decodes_whsec,
            tolerance: self.tolerance,
            clock: &self.clock,
        };
        // The pieces may have been long on their way.
        let verdict = claim
            .judge_time()
            .and_then(|()| self.secrets.conclude_all(self.running.mac(), &mut self.others, &claim));
        match verdict {
            Ok(origin) => {
                trace::verified(self.scheme, origin);
                Ok(())
            }
            Err(rejection) => {
                trace::refused(self.scheme, &rejection);
                Err(rejection)
            }
        }
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}
