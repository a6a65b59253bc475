//! Joins the frames of a body into one piece, and hashes each as it arrives.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};

use crate::check::Check;
use crate::policy::Allowance;
use crate::rejection::{BoxError, Rejection, RejectionKind};

/// The result of polling a body for a frame.
pub(crate) type Polled<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

/// The most that is reserved because the sender announced it.
const MAX_RESERVE: usize = 64 * 1024;
/// The least that is reserved for a body in frames whose length nobody announced.
const MIN_RESERVE: usize = 4 * 1024;
/// Hashed and copied in turn, so that the memory is written while the processor hashes the next piece. A multiple of
/// the block of SHA-256; the factor was found by measuring.
const PIECE: usize = 24 * 64;
/// Frames without data do not count towards the size limit, so their number has a limit of its own.
const MAX_EMPTY_FRAMES: u16 = 1024;

/// A body that grows, and its check. The first frame is kept as it arrived, and copied only when a second one follows.
pub(crate) struct Collected {
    check: Check,
    allowance: Allowance,
    first: Bytes,
    first_is_hashed: bool,
    joined: Vec<u8>,
    empty_frames: u16,
}

impl Collected {
    /// Begins with the `first` frame, which was admitted and may be empty.
    #[inline]
    pub(crate) fn new(check: Check, allowance: Allowance, first: Bytes) -> Self {
        Self {
            check,
            allowance,
            first,
            first_is_hashed: false,
            joined: Vec::new(),
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
        if self.first.is_empty() && self.joined.is_empty() {
            self.first = data.copy_to_bytes(data.remaining());
            return Ok(());
        }
        self.make_room(data.remaining(), to_come);
        while data.has_remaining() {
            let chunk = data.chunk();
            self.join(chunk);
            data.advance(chunk.len());
        }
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

    /// The whole body, and the check that has hashed it.
    pub(crate) fn finish(mut self) -> (Bytes, Check) {
        self.catch_up();
        let bytes = if self.joined.is_empty() {
            self.first
        } else {
            self.joined.into()
        };
        (bytes, self.check)
    }

    /// Makes room for `incoming` bytes and for the rest as far as it is known, never for more than will be admitted.
    fn make_room(&mut self, incoming: usize, to_come: &SizeHint) {
        let needed = self.first.len() + self.joined.len() + incoming;
        if needed <= self.joined.capacity() {
            return;
        }
        let announced = usize::try_from(to_come.lower()).unwrap_or(usize::MAX);
        let expected = match to_come.upper() {
            Some(0) => needed,
            _ if announced > 0 => needed.saturating_add(announced).min(MAX_RESERVE),
            _ => needed.saturating_mul(2).max(MIN_RESERVE),
        };
        let doubled = self.joined.capacity().saturating_mul(2);
        let most = needed.saturating_add(self.allowance.left());
        let capacity = expected.max(doubled).min(most).max(needed);
        self.joined.reserve_exact(capacity - self.joined.len());
        if !self.first.is_empty() {
            let first = mem::take(&mut self.first);
            if self.first_is_hashed {
                self.joined.extend_from_slice(&first);
            } else {
                self.join(&first);
            }
        }
    }

    fn join(&mut self, chunk: &[u8]) {
        for piece in chunk.chunks(PIECE) {
            self.check.update(piece);
            self.joined.extend_from_slice(piece);
        }
    }
}

#[cfg(test)]
mod tests;
