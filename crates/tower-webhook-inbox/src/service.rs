//! The inbox as a tower service, and its answers.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use tower_service::Service;
use tower_webhook::{BufferedBody, VerifiedBody};

#[cfg(feature = "tracing")]
use crate::error::Chain;
use crate::error::{Failure, PutError};
use crate::inbox::Inbox;
use crate::store::{Store, Stored};

/// The header that marks the answer to a delivery that was stored before: `webhook-duplicate: true`.
pub const DUPLICATE: HeaderName = HeaderName::from_static("webhook-duplicate");

const MISSING_LAYER: &str =
    "this route needs `tower_webhook::VerifyLayer`: add it with `.route_layer(VerifyLayer::new(verifier))`";

/// Serves requests of any body: the delivery is the [`VerifiedBody`] in the request's extensions, and the request's own
/// body is dropped unread.
///
/// Answers as [`Inbox::respond`] does. Without a `VerifiedBody` it answers 500 with a text that says which layer to
/// add.
impl<S: Store, B> Service<Request<B>> for Inbox<S> {
    type Response = Response<BufferedBody>;
    type Error = Infallible;
    type Future = ResponseFuture;

    /// Always ready: the [deadline](Inbox::deadline) and the [concurrency](Inbox::concurrency) of the inbox bound the
    /// work that is under way.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture {
        let inbox = self.clone();
        // Parted here, because the future is `Send` and `B` may not be.
        let (
            Parts {
                headers, extensions, ..
            },
            _,
        ) = request.into_parts();
        ResponseFuture::new(async move {
            match extensions.get::<VerifiedBody>() {
                Some(body) => inbox.respond(inbox.put(body, &headers).await),
                None => missing_layer(),
            }
        })
    }
}

impl<S: Store> Inbox<S> {
    /// Turns the result of [`put`](Self::put) into the answer for the sender.
    ///
    /// A stored delivery is answered with an empty 200, to which [`DUPLICATE`] is added when it was stored before. Any
    /// error is answered with an empty 503 with `Retry-After`, and with the reason as a [`Failure`] in the extensions
    /// of the response.
    ///
    /// ```
    /// use axum::Extension;
    /// use axum::extract::State;
    /// use axum::http::HeaderMap;
    /// use axum::response::Response;
    /// use tower_webhook::VerifiedBody;
    /// use tower_webhook_inbox::{Inbox, memory::MemoryStore};
    /// # use axum::{Router, body::Body, http::Request, routing::post};
    /// # use tower::ServiceExt;
    /// # use tower_webhook::{SigningSecret, Verifier, VerifyLayer, scheme::Knowrithm, sign::Signer};
    ///
    /// async fn receive(
    ///     State(inbox): State<Inbox<MemoryStore>>,
    ///     Extension(body): Extension<VerifiedBody>,
    ///     headers: HeaderMap,
    /// ) -> Response {
    ///     let result = inbox.put(&body, &headers).await;
    ///     inbox.respond(result)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let secret = SigningSecret::new("whk_demo")?;
    /// # let signer = Signer::new(Knowrithm, &secret);
    /// # let verify = VerifyLayer::new(Verifier::knowrithm(secret));
    /// # let store = MemoryStore::new(1000);
    /// let app: Router = Router::new()
    ///     .route("/webhooks/knowrithm", post(receive).route_layer(verify))
    ///     .with_state(Inbox::new(store));
    /// # let request = || signer.sign(Request::post("/webhooks/knowrithm").body("{}").unwrap()).map(Body::from);
    /// assert_eq!(app.clone().oneshot(request()).await?.status(), 200);
    /// assert_eq!(app.oneshot(request()).await?.headers()["webhook-duplicate"], "true");
    /// # Ok(())
    /// # }
    /// ```
    pub fn respond<R: Default>(&self, result: Result<Stored, PutError<S::Error>>) -> Response<R> {
        let mut response = Response::new(R::default());
        match result {
            Ok(Stored::New | Stored::NewOrDuplicate | Stored::Retried) => {}
            Ok(Stored::Duplicate) => {
                let headers = response.headers_mut();
                headers.insert(DUPLICATE, HeaderValue::from_static("true"));
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
                let wait = seconds(self.settings().retry_after);
                response.headers_mut().insert(RETRY_AFTER, wait.into());
                response.extensions_mut().insert(failure);
            }
        }
        response
    }
}

/// The response future of an [`Inbox`].
pub struct ResponseFuture {
    // Boxed, because the future of a `Store` has no name.
    response: Pin<Box<dyn Future<Output = Response<BufferedBody>> + Send>>,
}

impl ResponseFuture {
    fn new(response: impl Future<Output = Response<BufferedBody>> + Send + 'static) -> Self {
        Self {
            response: Box::pin(response),
        }
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response<BufferedBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.response.as_mut().poll(cx).map(Ok)
    }
}

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

fn missing_layer() -> Response<BufferedBody> {
    let mut response = Response::new(BufferedBody::new(MISSING_LAYER));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// In whole seconds, rounded up.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
