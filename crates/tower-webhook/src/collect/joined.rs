//! The bytes of a body in frames: on the heap while they are few, then in memory of their own.

use std::collections::TryReserveError;
use std::mem;

use memmap2::{MmapMut, MmapOptions};

use crate::rejection::RejectionKind;

/// The most bytes that are kept on the heap. An allocator keeps what is freed there, and many large bodies leave it in
/// pieces. What is mapped goes back to the system at once, and takes memory only where it was written.
pub(super) const MAX_ON_HEAP: usize = 64 * 1024;
/// Mapped memory is counted as it is written, in these steps: no system has larger ordinary pages, and what a step has
/// left over pays for the table of the pages.
const STEP: usize = 128 * 1024;

pub(super) enum Joined {
    Heap(Vec<u8>),
    Mapped { map: MmapMut, length: usize },
}

impl Joined {
    pub(super) fn new() -> Self {
        Self::Heap(Vec::new())
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Heap(bytes) => bytes.len(),
            Self::Mapped { length, .. } => *length,
        }
    }

    /// How many bytes it can take without another growth.
    pub(super) fn capacity(&self) -> usize {
        match self {
            Self::Heap(bytes) => bytes.capacity(),
            Self::Mapped { map, .. } => map.len(),
        }
    }

    /// The memory in use once so many of `capacity` bytes are written.
    pub(super) fn cost(written: usize, capacity: usize) -> usize {
        match capacity {
            ..=MAX_ON_HEAP => capacity,
            _ => written.next_multiple_of(STEP).min(capacity),
        }
    }

    /// Grows to at least this capacity.
    pub(super) fn grow(&mut self, capacity: usize) -> Result<(), RejectionKind> {
        if capacity > MAX_ON_HEAP
            && let Ok(mut map) = MmapOptions::new().len(capacity).map_anon()
        {
            // A huge page would take 2 MiB for its first byte. Where there are none, this fails and changes nothing.
            #[cfg(target_os = "linux")]
            let _ = map.advise(memmap2::Advice::NoHugePage);
            let length = self.len();
            map[..length].copy_from_slice(self.as_ref());
            *self = Self::Mapped { map, length };
            return Ok(());
        }
        *self = Self::Heap(on_heap(mem::replace(self, Self::new()), capacity).map_err(|_| RejectionKind::OverBudget)?);
        Ok(())
    }

    /// Has the system provide the memory for so many bytes at once, where it can. One page at a time takes three times
    /// as long.
    pub(super) fn provide(&mut self, written: usize) {
        #[cfg(target_os = "linux")]
        if let Self::Mapped { map, length } = self {
            let (have, want) = (Self::cost(*length, map.len()), Self::cost(written, map.len()));
            if want > have {
                // Linux before 5.14 cannot, and does so when the bytes are written.
                let _ = map.advise_range(memmap2::Advice::PopulateWrite, have, want - have);
            }
        }
    }

    /// Appends bytes for which there is room.
    pub(super) fn extend(&mut self, more: &[u8]) {
        match self {
            Self::Heap(bytes) => bytes.extend_from_slice(more),
            Self::Mapped { map, length } => {
                map[*length..][..more.len()].copy_from_slice(more);
                *length += more.len();
            }
        }
    }
}

fn on_heap(joined: Joined, capacity: usize) -> Result<Vec<u8>, TryReserveError> {
    let mut bytes = match joined {
        Joined::Heap(bytes) => bytes,
        Joined::Mapped { map, length } => {
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(capacity)?;
            bytes.extend_from_slice(&map[..length]);
            bytes
        }
    };
    bytes.try_reserve_exact(capacity - bytes.len())?;
    Ok(bytes)
}

impl AsRef<[u8]> for Joined {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Mapped { map, length } => &map[..*length],
        }
    }
}
