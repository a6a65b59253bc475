//! Collects the frames of a body into one piece, each hashed as it comes.

use std::mem;

use bytes::{Buf, Bytes};
use http_body::SizeHint;

use crate::mac::RunningMac;
use crate::rejection::Rejection;
use crate::verification::Running;

/// What is reserved at most on the sender's word for how much will come.
const MAX_RESERVE: usize = 64 * 1024;
/// What is reserved at least once a body comes in pieces of which nobody said how many.
const MIN_RESERVE: usize = 4 * 1024;
/// Hashed and copied in turn: the memory is written while the processor is busy hashing the next piece. Whole blocks of
/// SHA-256, and no more than the stores that a processor queues; measured, not derived.
const PIECE: usize = 24 * 64;
/// Frames without data take no part of the size limit, so they have one of their own.
const MAX_EMPTY_FRAMES: u16 = 1024;

/// A body that is growing, and its check. The first frame is kept as it came, and copied when a second one comes: hashed
/// on that way, or where it lies when there is time to spare.
pub(crate) struct Collected {
    running: Running,
    first: Bytes,
    first_is_hashed: bool,
    joined: Vec<u8>,
    empty_frames: u16,
}

impl Collected {
    /// Begins with the `first` frame, which may be empty.
    #[inline]
    pub(crate) fn new(mut running: Running, first: Bytes) -> Result<Self, Rejection> {
        running.admit(first.len())?;
        Ok(Self {
            running,
            first,
            first_is_hashed: false,
            joined: Vec::new(),
            empty_frames: 0,
        })
    }

    /// Adds a frame's data; `to_come` is what the sender says of what follows it.
    pub(crate) fn push(&mut self, mut data: impl Buf, to_come: &SizeHint) -> Result<(), Rejection> {
        if !data.has_remaining() {
            return self.push_empty();
        }
        self.running.admit(data.remaining())?;
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

    /// Counts a frame that brings no data: an empty one, or trailers.
    pub(crate) fn push_empty(&mut self) -> Result<(), Rejection> {
        self.empty_frames += 1;
        if self.empty_frames > MAX_EMPTY_FRAMES {
            Err(Rejection::BodyTooLarge)
        } else {
            Ok(())
        }
    }

    /// Hashes what was not hashed yet: for a moment in which nothing more is there.
    pub(crate) fn catch_up(&mut self) {
        if !self.first_is_hashed {
            self.running.absorb(&self.first);
            self.first_is_hashed = !self.first.is_empty();
        }
    }

    /// The body, and the MAC that has seen it; to be called once, as it leaves nothing.
    pub(crate) fn finish(&mut self) -> (Bytes, &mut RunningMac) {
        self.catch_up();
        let bytes = if self.joined.is_empty() {
            mem::take(&mut self.first)
        } else {
            mem::take(&mut self.joined).into()
        };
        (bytes, self.running.mac())
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
        let most = needed.saturating_add(self.running.budget());
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

    /// Hashes and copies.
    fn join(&mut self, chunk: &[u8]) {
        for piece in chunk.chunks(PIECE) {
            self.running.absorb(piece);
            self.joined.extend_from_slice(piece);
        }
    }
}

#[cfg(test)]
mod tests;
