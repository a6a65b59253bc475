//! The part of a budget that one body has.

use bytes::Bytes;

use super::Budget;
use crate::rejection::RejectionKind;

/// Gives its bytes back when it is dropped.
pub(crate) struct Reservation {
    budget: Budget,
    bytes: usize,
}

impl Reservation {
    /// A reservation of nothing yet.
    #[inline]
    pub(crate) fn new(budget: &Budget) -> Self {
        Self {
            budget: budget.clone(),
            bytes: 0,
        }
    }

    /// Holds at least so many bytes from now on.
    pub(crate) fn raise_to(&mut self, bytes: usize) -> Result<(), RejectionKind> {
        let more = bytes.saturating_sub(self.bytes);
        if more > 0 && !self.budget.0.used.add(more, self.budget.ceiling(bytes)) {
            return Err(RejectionKind::OverBudget);
        }
        self.bytes += more;
        Ok(())
    }

    /// Ties it to the bytes: it is given back when the last handle to them is gone.
    pub(crate) fn hold<T: AsRef<[u8]> + Send + 'static>(self, bytes: T) -> Bytes {
        Bytes::from_owner(Held {
            bytes,
            _reservation: self,
        })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.budget.0.used.subtract(self.bytes);
        }
    }
}

/// The bytes are dropped before their reservation.
struct Held<T> {
    bytes: T,
    _reservation: Reservation,
}

impl<T: AsRef<[u8]>> AsRef<[u8]> for Held<T> {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}
