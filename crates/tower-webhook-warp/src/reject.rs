//! The rejection of the filter, and the answer to it.

use std::error::Error;
use std::fmt;

use tower_webhook::Rejection;
use warp::reject::Reject;
use warp::reply::Response;

/// The rejection of [`verified`](crate::verified); [`recover`] answers it.
///
/// A recovery function of your own finds it in warp's rejection:
///
/// ```
/// use tower_webhook_warp::Unverified;
///
/// async fn recover(rejection: warp::Rejection) -> Result<warp::reply::Response, warp::Rejection> {
///     let Some(unverified) = rejection.find::<Unverified>() else {
///         return Err(rejection);
///     };
///     eprintln!("refused: {}", unverified.rejection().code());
///     Ok(unverified.rejection().clone().into_response())
/// }
/// ```
#[derive(Clone)]
pub struct Unverified(Rejection);

impl Unverified {
    pub(crate) fn new(rejection: Rejection) -> Self {
        Self(rejection)
    }

    /// Why the request was refused.
    #[must_use]
    pub fn rejection(&self) -> &Rejection {
        &self.0
    }
}

impl Reject for Unverified {}

/// Names the missing `recover`, not the reason of the refusal: warp sends this text to the peer when nothing recovers.
impl fmt::Debug for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unverified; this route needs `.recover(tower_webhook_warp::recover)`")
    }
}

impl fmt::Display for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Unverified {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// Answers a request that [`verified`](crate::verified) refused: with an empty body, the
/// [status of the rejection](Rejection::status) (403, 413, 400, 408 or 503), and the [`Rejection`] in the extensions.
///
/// Give it to [`Filter::recover`](warp::Filter::recover) at the end of the route; see the
/// [crate's page](crate#where-to-put-the-filter).
///
/// # Errors
///
/// Every other rejection, unchanged: a 404 stays a 404, and a 405 a 405.
pub async fn recover(rejection: warp::Rejection) -> Result<Response, warp::Rejection> {
    match rejection.find::<Unverified>() {
        Some(unverified) => Ok(unverified.rejection().clone().into_response()),
        None => Err(rejection),
    }
}
