//! The room for bodies that are being stored, in bytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for the bodies that are being stored. It has one permit for each byte.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    bytes: u32,
    free: Arc<Semaphore>,
}

impl Room {
    pub(crate) fn new(bytes: usize) -> Self {
        let bytes = u32::try_from(bytes.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Self {
            bytes,
            free: Arc::new(Semaphore::new(bytes as usize)),
        }
    }

    /// Waits until a body of this length has room, or all of it.
    pub(crate) async fn take(&self, len: usize) -> OwnedSemaphorePermit {
        let bytes = u32::try_from(len).unwrap_or(u32::MAX).min(self.bytes);
        let taken = Arc::clone(&self.free).acquire_many_owned(bytes).await;
        taken.expect("the semaphore is never closed")
    }
}
