//! The inbox as a tower service, and what it answers.

use std::convert::Infallible;
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

/// Answers as [`Inbox::answer`] does, with the headers that the inbox keeps; without a [`VerifiedBody`] in the request's
/// extensions with a 500 whose text says which layer to add. The request's own body is not looked at.
impl<S: Store> Service<Request<BufferedBody>> for Inbox<S> {
    type Response = Response<BufferedBody>;
    type Error = Infallible;
    type Future = ResponseFuture;

    /// Always ready: what is under way is bounded by the deadline and the [concurrency](Inbox::concurrency) of the inbox.
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
            Ok(inbox.response(result))
        })
    }
}

impl<S: Store> Inbox<S> {
    /// Puts a delivery into the backend, without headers, and says what to answer its sender.
    ///
    /// An empty 200 for what is stored, with [`DUPLICATE`] for what was before, and otherwise an empty 503 with `Retry-After`.
    /// The reason of a 503 is in the response's extensions, as a [`Failure`].
    ///
    /// ```
    /// use axum::body::Body;
    /// use axum::response::Response;
    /// use tower_webhook::VerifiedBody;
    /// use tower_webhook_inbox::Inbox;
    /// use tower_webhook_inbox::memory::MemoryStore;
    /// # use tower_webhook::{SigningSecret, Verifier, sign::Signer};
    ///
    /// async fn receive(body: VerifiedBody, inbox: Inbox<MemoryStore>) -> Response {
    ///     inbox.answer(&body).await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let secret = SigningSecret::new("whk_demo")?;
    /// # let headers = Signer::knowrithm(&secret).headers("{}");
    /// # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
    /// let (store, worker_backend) = MemoryStore::new(1000);
    /// let inbox = Inbox::new(store);
    /// assert_eq!(receive(body.clone(), inbox.clone()).await.status(), 200);
    /// assert_eq!(receive(body, inbox).await.headers()["webhook-duplicate"], "true");
    /// # drop(worker_backend);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn answer<B: Default>(&self, body: &VerifiedBody) -> Response<B> {
        self.response(self.put(body).await)
    }

    /// What [`answer`](Self::answer) would say to this, for a handler that puts the delivery itself.
    pub fn response<B: Default>(&self, result: Result<Stored, PutError<S::Error>>) -> Response<B> {
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
                let wait = seconds(self.settings().retry_after);
                response.headers_mut().insert(RETRY_AFTER, wait.into());
                response.extensions_mut().insert(failure);
            }
        }
        response
    }
}

fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
