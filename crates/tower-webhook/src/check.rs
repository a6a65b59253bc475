//! One check under way, from a judged header to a verdict: `start`, `update`, `finish`.

use crate::head::Head;
use crate::mac::Running;
use crate::origin::Origin;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::scheme::{Claim, SignatureClaim, Signed};
use crate::set::Set;

/// The check of one body. Every entrance goes through it, step by step or by [`whole`](Self::whole).
pub(crate) struct Check {
    /// Started with the primary check, but not updated: most bodies never need them.
    others: Vec<Running>,
    primary: Running,
    /// Whether the body is signed, and so has to be hashed.
    covers_body: bool,
}

impl Check {
    /// Starts the checks of a set with the bytes that are signed before the body.
    #[inline]
    pub(crate) fn start(set: &Set, header: &SignatureClaim<'_>) -> Self {
        let mut check = Self {
            others: set.start_others(&header.claim),
            primary: set.start(&header.claim),
            covers_body: true,
        };
        match &header.signed {
            Signed::Body => {}
            Signed::After(parts) => {
                for part in parts {
                    check.update_all(part);
                }
            }
            Signed::Instead(message) => {
                check.update_all(message);
                check.covers_body = false;
            }
            Signed::InBody(_) => check.covers_body = false,
        }
        check
    }

    /// Hashes the next piece of the body under the primary secret.
    #[inline]
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        if self.covers_body {
            self.primary.update(chunk);
        }
    }

    /// Hashes the next piece under the other secrets, when nobody keeps the body for [`finish`](Self::finish).
    #[inline]
    pub(crate) fn update_others(&mut self, chunk: &[u8]) {
        if self.covers_body {
            for running in &mut self.others {
                running.update(chunk);
            }
        }
    }

    fn update_all(&mut self, part: &[u8]) {
        self.update(part);
        self.update_others(part);
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
            Some(origin) => Ok(origin.with_mark(&claim.mark)),
            None => self.finish_others(claim, body, policy, set),
        }
    }

    /// The same steps for a body that is there at once, right after its header was judged: its time is not judged
    /// again.
    // Not inlined, and without a move: the state of a hash is expensive to move right after it was written.
    #[inline(never)]
    pub(crate) fn whole(
        header: &SignatureClaim<'_>,
        body: &[u8],
        policy: &Policy,
        set: &Set,
    ) -> Result<Origin, Rejection> {
        let mut primary = set.start(&header.claim);
        match &header.signed {
            Signed::Body => primary.update(body),
            Signed::After(parts) => update_after(&mut primary, parts, body),
            Signed::Instead(_) | Signed::InBody(_) => return Self::without_body(header, body, policy, set),
        }
        match set.check_primary(&mut primary, &header.claim, &*policy.clock) {
            Some(origin) => Ok(origin.with_mark(&header.claim.mark)),
            None => Self::start(set, header).finish_others(&header.claim, body, policy, set),
        }
    }

    /// The check of a claim that does not sign the body as it is.
    #[cold]
    fn without_body(header: &SignatureClaim<'_>, body: &[u8], policy: &Policy, set: &Set) -> Result<Origin, Rejection> {
        match header.signed {
            Signed::InBody(head) => Self::in_body(head, body, policy, set),
            _ => Self::of_message(header, policy, set),
        }
    }

    /// The check of a body whose scheme reads it whole: the claim is known only now, and so is its time.
    #[cold]
    pub(crate) fn in_body(head: Head<'_>, body: &[u8], policy: &Policy, set: &Set) -> Result<Origin, Rejection> {
        let header = policy.read_whole(head, body)?;
        if let Signed::Instead(_) = header.signed {
            return Self::of_message(&header, policy, set);
        }
        let mut check = Self::start(set, &header);
        check.update(body);
        check.finish(&header.claim, body, policy, set)
    }

    /// The check of a message that is signed in place of the body.
    #[cold]
    fn of_message(header: &SignatureClaim<'_>, policy: &Policy, set: &Set) -> Result<Origin, Rejection> {
        Self::start(set, header).finish(&header.to_static(), b"", policy, set)
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
        Ok(origin.with_mark(&claim.mark))
    }
}

/// Hashes what is signed before the body, and the body.
// Not inlined, so that a body that is signed alone pays nothing for it.
#[inline(never)]
fn update_after(running: &mut Running, parts: &[&[u8]], body: &[u8]) {
    for part in parts {
        running.update(part);
    }
    running.update(body);
}
