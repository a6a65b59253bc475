//! Asana's handshake.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tower_webhook::SigningSecret;

use crate::answer::Answer;
use crate::challenge::Challenge;
use crate::layer::HandshakeLayer;
use crate::rejection::HandshakeRejection;
use crate::responder::{Head, Reply};

const SECRET: &str = "x-hook-secret";
static SECRET_HEADER: HeaderName = HeaderName::from_static(SECRET);
static SIGNATURE: HeaderName = HeaderName::from_static("x-hook-signature");

impl HandshakeLayer {
    /// Asana's handshake. **In front** of the verifier: it is not signed, because it brings the secret.
    ///
    /// **Sends** a POST with the header `X-Hook-Secret` and no signature while the call that makes the webhook is under
    /// way. The value is the secret of this webhook from then on.
    ///
    /// **Specified** in <https://developers.asana.com/reference/createwebhook>.
    ///
    /// **Answers** an empty 200 with the same header, after `take` has stored the secret; an empty 403 when `take`
    /// returns `false`, and for a secret that [is a placeholder](SigningSecret::from_peer).
    ///
    /// # Which secret to take
    ///
    /// A stranger can offer a secret of its own, and sign with it afterwards. Take one only while you wait for it, from
    /// the moment before you call Asana until the call returns, and only one for each path. `take` is given the head of
    /// the request, to tell the webhooks apart; it should store the secret before it returns, and bound its own time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::{Arc, Mutex};
    ///
    /// use http::Request;
    /// use tower::ServiceExt;
    /// use tower_webhook::SigningSecret;
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// enum Hook {
    ///     Awaited,
    ///     Known(SigningSecret),
    /// }
    ///
    /// let hook = Arc::new(Mutex::new(Hook::Awaited));
    /// let shared = Arc::clone(&hook);
    /// let handshake = HandshakeLayer::asana(move |_head, secret| {
    ///     let hook = Arc::clone(&shared);
    ///     async move {
    ///         let mut hook = hook.lock().unwrap();
    ///         let awaited = matches!(*hook, Hook::Awaited);
    ///         if awaited {
    ///             *hook = Hook::Known(secret);
    ///         }
    ///         awaited
    ///     }
    /// });
    ///
    /// let service = handshake.into_service();
    /// let offer = |secret| Request::post("/webhooks/asana").header("x-hook-secret", secret).body(());
    /// assert_eq!(service.clone().oneshot(offer("changeme")?).await?.status(), 403);
    /// let response = service.clone().oneshot(offer("b537207f20cbfa02")?).await?;
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.headers()["x-hook-secret"], "b537207f20cbfa02");
    /// assert!(matches!(*hook.lock().unwrap(), Hook::Known(_)));
    ///
    /// assert_eq!(service.oneshot(offer("another")?).await?.status(), 403);
    /// # Ok(())
    /// # }
    /// ```
    pub fn asana<F, T>(take: F) -> Self
    where
        F: Fn(Parts, SigningSecret) -> T + Send + Sync + 'static,
        T: Future<Output = bool> + Send + 'static,
    {
        let take = Arc::new(take);
        Self::new("asana", move |head| reply(head, &*take))
    }
}

fn reply<T>(head: &Head<'_>, take: impl Fn(Parts, SigningSecret) -> T) -> Reply
where
    T: Future<Output = bool> + Send + 'static,
{
    let offers = head.headers.contains_key(&SECRET_HEADER) && !head.headers.contains_key(&SIGNATURE);
    if head.method != Method::POST || !offers {
        return Reply::Pass;
    }
    match offered(head) {
        Ok((secret, answer)) => {
            let taken = take(head.to_parts(), secret);
            Reply::Later(Box::pin(async move {
                if taken.await {
                    Ok(answer)
                } else {
                    Err(HandshakeRejection::Declined)
                }
            }))
        }
        Err(rejection) => Reply::Now(Err(rejection)),
    }
}

/// The secret, and the answer that accepts it.
fn offered(head: &Head<'_>) -> Result<(SigningSecret, Answer), HandshakeRejection> {
    let text: Challenge = head.challenge(&SECRET_HEADER, SECRET)?;
    let secret = SigningSecret::from_peer(text.as_str()).map_err(|_| HandshakeRejection::UnusableSecret)?;
    let mut echo = HeaderValue::from_str(text.as_str()).map_err(|_| HandshakeRejection::Malformed(SECRET))?;
    echo.set_sensitive(true);
    let answer = Answer::empty(StatusCode::OK).header(SECRET_HEADER.clone(), echo);
    Ok((secret, answer))
}
