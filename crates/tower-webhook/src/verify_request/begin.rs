//! The beginning of a check: the head is judged, and the body polled for its first frames.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, SizeHint};

use super::pieces::Pieces;
use crate::budget::{Reservation, SMALL};
use crate::check::Check;
use crate::collect::Polled;
use crate::head::Head;
use crate::origin::Origin;
use crate::policy::{Policy, declared_length};
use crate::rejection::Rejection;
use crate::scheme::SignatureClaim;
use crate::set::Set;

/// A request whose head was judged.
#[expect(
    clippy::large_enum_variant,
    reason = "a smaller one would allocate for every body in frames"
)]
pub(super) enum Begun<B: Body> {
    /// The body was there at once, in one frame, and is verified.
    Whole(Bytes, Origin),
    /// The body is on its way; polling it gave this.
    Pieces(Pieces, Polled<B>),
}

/// Judges the head, then begins with the body. After a lookup this judges the head again, by the time then.
#[inline]
pub(super) fn begin<B: Body>(
    policy: &Policy,
    set: &Arc<Set>,
    head: Head<'_>,
    body: Pin<&mut B>,
    cx: &mut Context<'_>,
) -> Result<Begun<B>, Rejection> {
    match policy.read(head) {
        // Borrowed, because moving so large a value costs more than its checks.
        Ok(ref header) => {
            policy.judge(header, announced(head.headers(), &body.size_hint()))?;
            begin_body(policy, set, header, body, cx)
        }
        Err(rejection) => Err(rejection),
    }
}

/// Checks a body that is there at once in one frame, as most bodies are: it costs no state.
// Not inlined, so that the refusal of a head stays small.
#[inline(never)]
fn begin_body<B: Body>(
    policy: &Policy,
    set: &Arc<Set>,
    header: &SignatureClaim<'_>,
    mut body: Pin<&mut B>,
    cx: &mut Context<'_>,
) -> Result<Begun<B>, Rejection> {
    let mut allowance = policy.allowance();
    let mut first = Bytes::new();
    let mut next = body.as_mut().poll_frame(cx);
    if let Poll::Ready(Some(Ok(frame))) = &mut next
        && let Some(data) = frame.data_mut()
        && data.has_remaining()
    {
        allowance.admit(data.remaining())?;
        first = data.copy_to_bytes(data.remaining());
        next = body.poll_frame(cx);
        if let Poll::Ready(None) = next {
            return begin_whole(policy, set, header, first);
        }
    }
    let mut pieces = Pieces::new(policy, set, header, allowance);
    if !first.is_empty() {
        pieces.collected.keep_first(first)?;
    }
    Ok(Begun::Pieces(pieces, next))
}

/// Checks a body that is there. A small one is not counted: nothing waits for it.
#[inline]
fn begin_whole<B: Body>(
    policy: &Policy,
    set: &Set,
    header: &SignatureClaim<'_>,
    body: Bytes,
) -> Result<Begun<B>, Rejection> {
    if body.len() <= SMALL {
        let origin = Check::whole(header, &body, policy, set)?;
        return Ok(Begun::Whole(body, origin));
    }
    let mut reservation = Reservation::new(&policy.budget);
    reservation.raise_to(body.len())?;
    let origin = Check::whole(header, &body, policy, set)?;
    Ok(Begun::Whole(reservation.hold(body), origin))
}

/// The length of the body as far as it is announced: by the body if it knows it exactly, else by the larger of its
/// lower bound and the headers.
#[inline]
pub(super) fn announced(headers: &HeaderMap, hint: &SizeHint) -> u64 {
    hint.exact()
        .unwrap_or_else(|| declared_length(headers).max(hint.lower()))
}
