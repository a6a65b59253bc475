//! One check under way: headers judged, body arriving.

use std::fmt;

use crate::mac::RunningMac;
use crate::rejection::Rejection;
use crate::scheme::SignatureHeader;
use crate::trace;

/// The check of one body that arrives in pieces; made by [`Verifier::begin`](crate::Verifier::begin).
///
/// It hashes and counts, and keeps nothing: whoever reads the body keeps the pieces, and uses them only once
/// [`finish`](Self::finish) has said yes.
#[must_use = "nothing is verified until `finish` has said so"]
pub struct Verification {
    scheme: &'static str,
    header: SignatureHeader,
    mac: RunningMac,
    /// Bytes that may still come; `None` once more came.
    budget: Option<usize>,
}

impl Verification {
    pub(crate) fn new(scheme: &'static str, header: SignatureHeader, mac: RunningMac, max_body: usize) -> Self {
        Self {
            scheme,
            header,
            mac,
            budget: Some(max_body),
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
        let was_within = self.budget.is_some();
        let admitted = self.admit(chunk.len());
        if was_within && admitted.is_err() {
            trace::verdict(self.scheme, &admitted);
        }
        admitted?;
        self.absorb(chunk);
        Ok(())
    }

    /// Says whether the pieces, joined, are what the holder of the secret signed.
    ///
    /// # Errors
    ///
    /// [`Rejection::SignatureMismatch`] when they are not, [`Rejection::BodyTooLarge`] when they were too many.
    pub fn finish(self) -> Result<(), Rejection> {
        let (scheme, reported) = (self.scheme, self.budget.is_none());
        let verdict = self.conclude();
        if !reported {
            trace::verdict(scheme, &verdict);
        }
        verdict
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

    pub(crate) fn conclude(self) -> Result<(), Rejection> {
        self.budget.ok_or(Rejection::BodyTooLarge)?;
        if self.mac.matches(&self.header.tag) {
            Ok(())
        } else {
            Err(Rejection::SignatureMismatch)
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
