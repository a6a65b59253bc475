//! A body that is not complete, and what its verdict needs.

use std::sync::Arc;

use crate::check::Check;
use crate::collect::Collected;
use crate::policy::{Allowance, Policy};
use crate::scheme::{Claim, SignatureClaim};
use crate::set::Set;
use crate::supply::PerRequest;

/// A body that is on its way.
pub(super) struct Pieces {
    pub(super) collected: Collected,
    pub(super) then: Then,
}

/// What is to be done once the body is complete.
pub(super) enum Then {
    /// Its check ends.
    Finish(Arc<Set>, Claim<'static>),
    /// Its scheme reads it.
    Read(Arc<Set>),
    /// Its secrets are looked up, and its scheme reads it.
    LookUp(PerRequest),
}

impl Pieces {
    /// None kept yet, of a body that is checked by this set, and may still have so many bytes.
    pub(super) fn new(policy: &Policy, set: &Arc<Set>, header: &SignatureClaim<'_>, left: Allowance) -> Self {
        let then = if header.is_in_body() {
            Then::Read(Arc::clone(set))
        } else {
            Then::Finish(Arc::clone(set), header.to_static())
        };
        Self::with(policy, set, header, left, then)
    }

    /// None yet, of a body by which its secrets are looked up. Nothing is checked while it arrives.
    pub(super) fn to_look_up(policy: &Policy, source: &PerRequest, header: &SignatureClaim<'_>) -> Self {
        let then = Then::LookUp(source.clone());
        Self::with(policy, &source.0.unknown(), header, policy.allowance(), then)
    }

    fn with(policy: &Policy, set: &Set, header: &SignatureClaim<'_>, left: Allowance, then: Then) -> Self {
        Self {
            collected: Collected::new(Check::start(set, header), left, &policy.budget),
            then,
        }
    }
}
