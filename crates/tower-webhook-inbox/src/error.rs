//! Why a delivery was not stored.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Why [`Inbox::put`](crate::Inbox::put) cannot say that a delivery is stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PutError<E> {
    /// The backend did not commit.
    #[error("the backend did not store the delivery")]
    Store(#[source] E),
    /// The backend did not commit in time: [`Inbox::deadline`](crate::Inbox::deadline).
    #[error("the backend did not store the delivery within {0:?}")]
    Deadline(Duration),
}

/// Why the service answered 503: in the extensions of its response, for layers that log.
///
/// The sender sees none of it.
#[derive(Clone, Debug)]
pub struct Failure(Arc<dyn Error + Send + Sync>);

impl Failure {
    pub(crate) fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }
}

/// The error and its causes, in one line.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
