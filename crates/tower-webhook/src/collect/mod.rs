//! Joins the frames of a body into one piece, and hashes each as it arrives.

mod joined;

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};

use self::joined::{Joined, MAX_ON_HEAP};
use crate::budget::{Budget, Reservation, SMALL};
use crate::check::Check;
use crate::policy::Allowance;
use crate::rejection::{BoxError, Rejection, RejectionKind};

/// The result of polling a body for a frame.
pub(crate) type Polled<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

/// Memory is mapped for at most so many times the bytes that have arrived, whatever the sender announced: what is not
/// written costs no memory, but addresses.
const MAX_AHEAD: usize = 32;
/// The least that is reserved for a body in frames whose length nobody announced.
const MIN_RESERVE: usize = 4 * 1024;
/// A first frame counts as so many bytes at least while the rest is waited for: it keeps a buffer of the server alive.
const LEAST_FIRST: usize = 4 * 1024;
/// The least room in mapped memory, in bytes: a body of unknown length up to this size is not moved again.
const MIN_MAPPED: usize = 4 * 1024 * 1024;
/// Hashed and copied in turn, so that the memory is written while the processor hashes the next piece. A multiple of
/// the block of SHA-256; the factor was found by measuring.
const PIECE: usize = 24 * 64;
/// Frames without data do not count towards the size limit, so their number has a limit of its own.
const MAX_EMPTY_FRAMES: u16 = 1024;

/// A body that grows, and its check. The first frame is kept as it arrived, and copied only when a second one follows.
pub(crate) struct Collected {
    check: Check,
    allowance: Allowance,
    reservation: Reservation,
    first: Bytes,
    first_is_hashed: bool,
    joined: Joined,
    /// Whether room was made for exactly the announced rest. A body that needs more has lied, and is not believed
    /// again.
    believed: bool,
    empty_frames: u16,
}

impl Collected {
    /// Begins with nothing.
    #[inline]
    pub(crate) fn new(check: Check, allowance: Allowance, budget: &Budget) -> Self {
        Self {
            check,
            allowance,
            reservation: Reservation::new(budget),
            first: Bytes::new(),
            first_is_hashed: false,
            joined: Joined::new(),
            believed: false,
            empty_frames: 0,
        }
    }

    /// Collects a body to its end, which is `None` and nothing else: `is_end_stream` and `size_hint` are the sender's
    /// word. `next` is the result of polling the body, if that was done already.
    pub(crate) fn poll_from<B>(
        &mut self,
        mut body: Pin<&mut B>,
        next: Option<Polled<B>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Rejection>>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let mut next = next.unwrap_or_else(|| body.as_mut().poll_frame(cx));
        loop {
            match next {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.push(data, &body.size_hint())?,
                    Err(_trailers) => self.push_empty()?,
                },
                Poll::Ready(Some(Err(error))) => {
                    let rejection = Rejection::new(RejectionKind::BodyRead).with_source(error);
                    return Poll::Ready(Err(rejection));
                }
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    self.catch_up();
                    return Poll::Pending;
                }
            }
            next = body.as_mut().poll_frame(cx);
        }
    }

    /// Adds the data of a frame; `to_come` is the size that the body announces for the rest.
    fn push(&mut self, mut data: impl Buf, to_come: &SizeHint) -> Result<(), RejectionKind> {
        if !data.has_remaining() {
            return self.push_empty();
        }
        self.allowance.admit(data.remaining())?;
        if self.first.is_empty() && self.joined.len() == 0 {
            return self.keep_first(data);
        }
        self.make_room(data.remaining(), to_come)?;
        while data.has_remaining() {
            let chunk = data.chunk();
            self.join(chunk);
            data.advance(chunk.len());
        }
        Ok(())
    }

    /// Keeps the first frame, which was admitted, as it arrived.
    pub(crate) fn keep_first(&mut self, mut data: impl Buf) -> Result<(), RejectionKind> {
        self.reservation.raise_to(data.remaining().max(LEAST_FIRST))?;
        self.first = data.copy_to_bytes(data.remaining());
        Ok(())
    }

    /// Counts a frame without data: an empty one, or trailers.
    fn push_empty(&mut self) -> Result<(), RejectionKind> {
        self.empty_frames += 1;
        if self.empty_frames > MAX_EMPTY_FRAMES {
            Err(RejectionKind::BodyTooLarge)
        } else {
            Ok(())
        }
    }

    /// Hashes the first frame if that is still to be done: for the time in which no frame is there.
    fn catch_up(&mut self) {
        if !self.first_is_hashed {
            self.check.update(&self.first);
            self.first_is_hashed = !self.first.is_empty();
        }
    }

    /// The whole body, and the check that has hashed it. The body keeps its part of the budget.
    pub(crate) fn finish(mut self) -> (Bytes, Check) {
        self.catch_up();
        let bytes = if self.joined.len() == 0 {
            self.reservation.hold(self.first)
        } else {
            self.reservation.hold(self.joined)
        };
        (bytes, self.check)
    }

    /// Makes room for `incoming` bytes and for the rest as far as it is known, never for more than will be admitted.
    fn make_room(&mut self, incoming: usize, to_come: &SizeHint) -> Result<(), RejectionKind> {
        let needed = self.first.len() + self.joined.len() + incoming;
        let room = self.joined.capacity();
        let capacity = if needed > room {
            self.capacity_for(needed, to_come)
        } else {
            room
        };
        self.reservation.raise_to(Joined::cost(needed, capacity))?;
        if capacity > room {
            self.joined.grow(capacity)?;
        }
        self.joined.provide(needed);
        if !self.first.is_empty() {
            let first = mem::take(&mut self.first);
            if self.first_is_hashed {
                self.joined.extend(&first);
            } else {
                self.join(&first);
            }
        }
        Ok(())
    }

    /// How much room to make when so many bytes are needed, and more than there is room for.
    fn capacity_for(&mut self, needed: usize, to_come: &SizeHint) -> usize {
        let most = needed.saturating_add(self.allowance.left());
        let announced = needed.saturating_add(to_come.upper().map_or_else(|| saturated(to_come.lower()), saturated));
        // Nothing is mapped for a few bytes. Then a large body has all that it announced, once.
        if needed > MAX_ON_HEAP && to_come.lower() > 0 && !self.believed {
            let ahead = needed.saturating_mul(MAX_AHEAD);
            self.believed = announced <= ahead;
            return announced.min(ahead).min(most);
        }
        let doubled = self.joined.capacity().saturating_mul(2);
        let least = match to_come.upper() {
            Some(0) => needed,
            // At most four times the bytes that have arrived: the sender's word is no reason to count more.
            _ if to_come.lower() > 0 => announced.min(needed.saturating_mul(4).max(MIN_RESERVE)),
            _ => needed.saturating_mul(2).max(MIN_RESERVE),
        };
        let wanted = match least.max(doubled) {
            // A small body stays small in the eyes of the budget.
            wanted if needed <= SMALL && to_come.lower() == 0 => wanted.min(SMALL),
            wanted if needed <= MAX_ON_HEAP => wanted.min(MAX_ON_HEAP),
            wanted if wanted > MAX_ON_HEAP => wanted.max(MIN_MAPPED),
            wanted => wanted,
        };
        if to_come.upper().is_some() && announced <= wanted && !self.believed {
            self.believed = true;
            return announced.min(most);
        }
        wanted.min(most)
    }

    fn join(&mut self, chunk: &[u8]) {
        for piece in chunk.chunks(PIECE) {
            self.check.update(piece);
            self.joined.extend(piece);
        }
    }
}

fn saturated(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
