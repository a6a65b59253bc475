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

impl<E> PutError<E> {
    /// A stable name for logs and metrics: `store` or `deadline`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "store",
            Self::Deadline(_) => "deadline",
        }
    }
}

/// The [`PutError`] for which a sender was answered 503, of whatever store: in the extensions of the response, for layers that
/// log. The sender sees none of it.
#[derive(Clone, Debug)]
pub struct Failure {
    code: &'static str,
    error: Arc<dyn Error + Send + Sync>,
}

impl Failure {
    pub(crate) fn new<E: Error + Send + Sync + 'static>(error: PutError<E>) -> Self {
        Self {
            code: error.code(),
            error: Arc::new(error),
        }
    }

    /// As [`PutError::code`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

/// An error and its causes, in one line.
#[cfg(feature = "tracing")]
pub(crate) struct Chain<'a>(pub(crate) &'a dyn Error);

#[cfg(feature = "tracing")]
impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
