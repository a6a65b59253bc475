//! Errors with which a handler decides what comes after a failed attempt.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::error::BoxError;

/// An error after which a delivery is not tried again: it becomes a dead letter at once.
///
/// ```
/// use tower_webhook_inbox::{BoxError, Delivery, NeverAgain};
///
/// async fn work(delivery: Delivery) -> Result<(), BoxError> {
///     let event: serde_json::Value = delivery.json().map_err(NeverAgain::new)?;
///     println!("{event}");
///     Ok(())
/// }
/// # let _ = work;
/// ```
#[derive(Debug)]
pub struct NeverAgain(BoxError);

impl NeverAgain {
    /// Wraps the error that the dead letter tells.
    pub fn new(error: impl Into<BoxError>) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for NeverAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for NeverAgain {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// An error after which a delivery is not tried again before this time has passed, such as the `Retry-After` of a
/// service that limits its callers. It counts as an attempt.
///
/// ```
/// use std::time::Duration;
///
/// use tower_webhook_inbox::{BoxError, Delivery, NotBefore};
///
/// async fn work(_: Delivery) -> Result<(), BoxError> {
///     let retry_after = Duration::from_secs(30); // from the answer of a service
///     Err(NotBefore::new(retry_after, "429 Too Many Requests").into())
/// }
/// # let _ = work;
/// ```
#[derive(Debug)]
pub struct NotBefore {
    pub(super) after: Duration,
    error: BoxError,
}

impl NotBefore {
    /// Wraps the error, and sets the pause before the next attempt in place of the back-off.
    pub fn new(after: Duration, error: impl Into<BoxError>) -> Self {
        Self {
            after,
            error: error.into(),
        }
    }
}

impl fmt::Display for NotBefore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl Error for NotBefore {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}
