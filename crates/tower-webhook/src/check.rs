//! One check under way, from a judged header to a verdict: `start`, `update`, `finish`.

use crate::mac::RunningMac;
use crate::origin::Origin;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::scheme::{Claim, SignatureHeader};
use crate::set::Set;

/// The check of one body. Every entrance goes through it, step by step or by [`whole`](Self::whole).
pub(crate) struct Check {
    /// Started with the primary MAC, but not updated: most bodies never need them.
    others: Vec<RunningMac>,
    primary: RunningMac,
}

impl Check {
    /// Starts the MACs of a set with the bytes that are signed before the body.
    #[inline]
    pub(crate) fn start(set: &Set, header: &SignatureHeader<'_>) -> Self {
        let mut check = Self {
            others: set.start_others(),
            primary: set.start(),
        };
        for part in header.before.iter().flatten() {
            check.update(part);
            check.update_others(part);
        }
        check
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

    /// Gives the verdict on the claim of the header. `body` is what the other secrets have still to hash.
    ///
    /// The signed time is judged once more: the body may have been slow to arrive.
    pub(crate) fn finish(
        mut self,
        claim: &Claim<'_>,
        body: &[u8],
        policy: &Policy,
        set: &Set,
    ) -> Result<Origin, Rejection> {
        policy.judge_time(claim.timestamp)?;
        match set.check_primary(&mut self.primary, claim, &*policy.clock) {
            Some(origin) => Ok(origin.with_delivery_id(claim.delivery_id.as_deref())),
            None => self.finish_others(claim, body, policy, set),
        }
    }

    /// The same steps for a body that is there at once, right after its header was judged: its time is not judged
    /// again.
    // Not inlined, and without a move: the state of a hash is expensive to move right after it was written.
    #[inline(never)]
    pub(crate) fn whole(
        header: &SignatureHeader<'_>,
        body: &[u8],
        policy: &Policy,
        set: &Set,
    ) -> Result<Origin, Rejection> {
        let mut primary = set.start();
        for part in header.before.iter().flatten() {
            primary.update(part);
        }
        primary.update(body);
        match set.check_primary(&mut primary, &header.claim, &*policy.clock) {
            Some(origin) => Ok(origin.with_delivery_id(header.claim.delivery_id.as_deref())),
            None => Self::start(set, header).finish_others(&header.claim, body, policy, set),
        }
    }

    #[cold]
    fn finish_others(
        mut self,
        claim: &Claim<'_>,
        body: &[u8],
        policy: &Policy,
        set: &Set,
    ) -> Result<Origin, Rejection> {
        self.update_others(body);
        let origin = set.check_others(&mut self.others, claim, &*policy.clock)?;
        Ok(origin.with_delivery_id(claim.delivery_id.as_deref()))
    }
}
