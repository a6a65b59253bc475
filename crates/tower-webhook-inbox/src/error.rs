//! Why a delivery was not stored.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Any error: that of a handler, or a cause in a public error. Boxed, so that the versions of sqlx, redis and apalis
/// are no part of this crate's API.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why [`Inbox::put`](crate::Inbox::put) cannot confirm that a delivery is stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PutError<E> {
    /// The store did not commit.
    #[error("the backend did not store the delivery")]
    Store(#[source] E),
    /// The store did not commit within [`Inbox::deadline`](crate::Inbox::deadline), which is given here.
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

/// The reason of a 503, in the extensions of the response, for layers that log.
///
/// It is the [`PutError`] without the type of the store. The sender sees none of it.
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

    /// The code of the [`PutError`]: `store` or `deadline`.
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
pub(crate) struct Chain<'a>(pub(crate) &'a dyn Error);

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
