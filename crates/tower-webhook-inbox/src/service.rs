//! The inbox as a tower service, and what it answers.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use tower_service::Service;
use tower_webhook::{BufferedBody, VerifiedBody};

#[cfg(feature = "tracing")]
use crate::error::Chain;
use crate::error::{Failure, PutError};
use crate::inbox::Inbox;
use crate::store::{Store, Stored};

/// The header that tells a sender, or whoever looks at answers, that a delivery was stored before: `webhook-duplicate: true`.
pub const DUPLICATE: HeaderName = HeaderName::from_static("webhook-duplicate");

const MISSING_LAYER: &str =
    "this route needs `tower_webhook::VerifyLayer`: add it with `.route_layer(VerifyLayer::new(verifier))`";

/// What an [`Inbox`] ends in. Boxed, because the futures of a [`Store`] have no name.
pub type ResponseFuture = Pin<Box<dyn Future<Output = Result<Response<BufferedBody>, Infallible>> + Send>>;

/// Answers with [`response`]; without a [`VerifiedBody`] in the request's extensions with a 500 whose text says which
/// layer to add. The request's own body is not looked at.
impl<S: Store> Service<Request<BufferedBody>> for Inbox<S> {
    type Response = Response<BufferedBody>;
    type Error = Infallible;
    type Future = ResponseFuture;

    /// Always ready: the deadline bounds what is under way, and a `ConcurrencyLimit` in front its number.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<BufferedBody>) -> ResponseFuture {
        let inbox = self.clone();
        Box::pin(async move {
            let Some(body) = request.extensions().get::<VerifiedBody>() else {
                let mut response = Response::new(BufferedBody::new(MISSING_LAYER));
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                return Ok(response);
            };
            let result = inbox.put_with_headers(body, request.headers()).await;
            Ok(response(result, inbox.settings().retry_after))
        })
    }
}

/// What a sender is answered: an empty 200 for what is stored, with [`DUPLICATE`] for what was before, and otherwise an
/// empty 503 with `Retry-After`, in whole seconds, rounded up.
///
/// The reason of a 503 is in the response's extensions, as a [`Failure`].
///
/// ```
/// use std::time::Duration;
///
/// use tower_webhook_inbox::{PutError, Stored, response};
///
/// let response = response::<std::io::Error, String>(Ok(Stored::Duplicate), Duration::from_secs(10));
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.headers()["webhook-duplicate"], "true");
///
/// let late = PutError::<std::io::Error>::Deadline(Duration::from_secs(5));
/// let response = tower_webhook_inbox::response::<_, String>(Err(late), Duration::from_millis(1500));
/// assert_eq!(response.status(), 503);
/// assert_eq!(response.headers()["retry-after"], "2");
/// ```
pub fn response<E, B>(result: Result<Stored, PutError<E>>, retry_after: Duration) -> Response<B>
where
    E: Error + Send + Sync + 'static,
    B: Default,
{
    let mut response = Response::new(B::default());
    match result {
        Ok(Stored::New | Stored::Untold) => {}
        Ok(Stored::Duplicate) => {
            response
                .headers_mut()
                .insert(DUPLICATE, HeaderValue::from_static("true"));
        }
        Err(error) => {
            let failure = Failure::new(error);
            #[cfg(feature = "tracing")]
            tracing::error!(
                error = %Chain(&failure),
                code = failure.code(),
                "a verified delivery was not stored; its sender is told to retry"
            );
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response.headers_mut().insert(RETRY_AFTER, seconds(retry_after).into());
            response.extensions_mut().insert(failure);
        }
    }
    response
}

fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
