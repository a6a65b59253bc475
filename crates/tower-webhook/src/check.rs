//! One check under way, from a judged header to a verdict: `start`, `update`, `finish`.

use crate::mac::RunningMac;
use crate::origin::Origin;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::scheme::{Claim, SignatureHeader};
use crate::set::Set;

/// The check of one body. Every entrance goes through it.
pub(crate) struct Check {
    primary: RunningMac,
    /// Started with the primary one, but not updated: most bodies never need them.
    others: Vec<RunningMac>,
}

impl Check {
    /// Starts the MACs of a set with the bytes that are signed before the body.
    #[inline]
    pub(crate) fn start(set: &Set, header: &SignatureHeader<'_>) -> Self {
        Self {
            primary: set.start(header),
            others: set.start_others(header),
        }
    }

    /// Hashes the next piece of the body under the primary secret.
    #[inline]
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.primary.update(chunk);
    }

    /// Hashes the next piece under the other secrets, when nobody keeps the body for [`finish`](Self::finish).
    #[inline]
    pub(crate) fn update_others(&mut self, chunk: &[u8]) {
        for mac in &mut self.others {
            mac.update(chunk);
        }
    }

    /// Gives the verdict on the claim of the header. Of `body`, the primary secret has hashed the first `hashed` bytes,
    /// and the others none.
    ///
    /// The signed time is judged once more: the body may have been slow to arrive.
    // Not inlined: a MAC that was just updated is expensive to move, and here it stays where it is.
    #[inline(never)]
    pub(crate) fn finish(
        mut self,
        claim: &Claim<'_>,
        body: &[u8],
        hashed: usize,
        policy: &Policy,
        set: &Set,
    ) -> Result<Origin, Rejection> {
        self.primary.update(&body[hashed..]);
        policy.judge_time(claim.timestamp)?;
        let clock = &*policy.clock;
        let origin = if let Some(origin) = set.check_primary(&mut self.primary, claim, clock) {
            origin
        } else {
            self.update_others(body);
            set.check_others(&mut self.others, claim, clock)?
        };
        Ok(origin.with_delivery_id(claim.delivery_id.as_deref()))
    }
}
