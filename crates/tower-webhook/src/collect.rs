//! Collects the frames of a body into one piece, each hashed as it comes.

use std::mem;

use bytes::{Buf, Bytes};
use http_body::SizeHint;

use crate::rejection::Rejection;
use crate::verification::Verification;

/// What is reserved at most on the sender's word for how much will come.
const MAX_RESERVE: usize = 64 * 1024;
/// What is reserved at least once a body comes in pieces of which nobody said how many.
const MIN_RESERVE: usize = 4 * 1024;
/// Copied and hashed in turn: the memory is written while the processor is busy hashing. Measured, not derived.
const PIECE: usize = 1024;
/// Frames without data take no part of the size limit, so they have one of their own.
const MAX_EMPTY_FRAMES: u16 = 1024;

/// A body that is growing, and its check: all that came is hashed. The first frame is kept as it came, and copied when a
/// second one comes.
pub(crate) struct Collected {
    verification: Verification,
    first: Bytes,
    joined: Vec<u8>,
    empty_frames: u16,
}

impl Collected {
    /// Begins with the `first` frame, which may be empty.
    ///
    /// # Errors
    ///
    /// When that is too large already.
    pub(crate) fn new(mut verification: Verification, first: Bytes) -> Result<Self, Rejection> {
        verification.admit(first.len())?;
        verification.absorb(&first);
        Ok(Self {
            verification,
            first,
            joined: Vec::new(),
            empty_frames: 0,
        })
    }

    /// Adds a frame's data; `to_come` is what the sender says of what follows it.
    pub(crate) fn push(&mut self, mut data: impl Buf, to_come: &SizeHint) -> Result<(), Rejection> {
        if !data.has_remaining() {
            return self.push_empty();
        }
        self.verification.admit(data.remaining())?;
        if self.first.is_empty() && self.joined.is_empty() {
            self.first = data.copy_to_bytes(data.remaining());
            self.verification.absorb(&self.first);
            return Ok(());
        }
        self.make_room(data.remaining(), to_come);
        while data.has_remaining() {
            let chunk = data.chunk();
            for piece in chunk.chunks(PIECE) {
                self.joined.extend_from_slice(piece);
                self.verification.absorb(piece);
            }
            data.advance(chunk.len());
        }
        Ok(())
    }

    /// Counts a frame that brings no data: an empty one, or trailers.
    pub(crate) fn push_empty(&mut self) -> Result<(), Rejection> {
        self.empty_frames += 1;
        if self.empty_frames > MAX_EMPTY_FRAMES {
            Err(Rejection::BodyTooLarge)
        } else {
            Ok(())
        }
    }

    /// The body, if it is what was signed.
    pub(crate) fn finish(self) -> Result<Bytes, Rejection> {
        self.verification.conclude()?;
        Ok(if self.joined.is_empty() {
            self.first
        } else {
            self.joined.into()
        })
    }

    /// Makes room for `incoming` bytes, and for what is likely to follow: never more than will be admitted.
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
        let most = needed.saturating_add(self.verification.budget());
        let capacity = expected.max(doubled).min(most).max(needed);
        self.joined.reserve_exact(capacity - self.joined.len());
        if !self.first.is_empty() {
            self.joined.extend_from_slice(&mem::take(&mut self.first));
        }
    }
}
