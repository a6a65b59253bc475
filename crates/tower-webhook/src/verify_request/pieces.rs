//! A body that is not complete, and what its verdict needs.

use std::sync::Arc;

use bytes::Bytes;

use crate::check::Check;
use crate::collect::Collected;
use crate::head::Head;
use crate::origin::Origin;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::scheme::{Claim, SignatureClaim};
use crate::set::Set;
use crate::supply::PerRequest;

/// A body that is not complete, and what its verdict needs.
pub(super) struct Pieces {
    pub(super) set: Arc<Set>,
    pub(super) claim: Claim<'static>,
    pub(super) collected: Collected,
    pub(super) end: End,
}

/// What is to be done once the body is complete.
pub(super) enum End {
    /// Its check ends.
    Finish,
    /// Its scheme reads it.
    Read,
    /// Its secrets are looked up, and its scheme reads it.
    LookUp(PerRequest),
}

impl Pieces {
    /// None yet, of a body that names its secrets. Until they are looked up, the set is one that never matches.
    pub(super) fn to_look_up(policy: &Policy, source: &PerRequest, header: &SignatureClaim<'_>) -> Self {
        let set = source.0.unknown();
        Self {
            collected: Collected::new(Check::start(&set, header), policy.allowance(), &policy.budget),
            claim: header.claim.to_static(),
            set,
            end: End::LookUp(source.clone()),
        }
    }

    /// The verdict on the body, which is complete.
    pub(super) fn finish(self, policy: &Policy, head: Head<'_>) -> Result<(Bytes, Origin), Rejection> {
        let (bytes, check) = self.collected.finish();
        let origin = match self.end {
            End::Finish => check.finish(&self.claim, &bytes, policy, &self.set)?,
            End::Read | End::LookUp(_) => Check::in_body(head, &bytes, policy, &self.set)?,
        };
        Ok((bytes, origin))
    }
}
