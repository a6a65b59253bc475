//! Secrets that are looked up for each request: one service, many tenants.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::request::Parts;

use crate::rejection::Rejection;
use crate::secrets::Secrets;
use crate::trace;

/// Looks up the secrets for a request: by a path segment, a header, what an earlier layer left in the extensions.
///
/// It is asked once a request's headers were judged well formed, and before its body is read. A stranger can have it
/// asked any number of times, so it should cache what it finds and what it does not, and bound how long it waits: the
/// read timeout is the sender's.
///
/// Of one tenant's secrets, say [whose they are](Secrets::owner): the handler finds it in
/// [`VerifiedBody::owner`](crate::VerifiedBody::owner), and a tenant cannot pass off a delivery as another's. The path that a
/// source sees is as it was sent, with `%61` for an `a`; what a router hands to a handler is decoded, and so may name somebody
/// else.
///
/// No answer tells the peer whether a tenant exists: for one that is not known the body is read, and hashed as for one with a
/// single secret. Time tells more: a second secret, or a look-up that is not in a cache, takes longer.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::collections::HashMap;
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use http::Request;
/// use http::request::Parts;
/// use http_body_util::Full;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{PerRequest, Rejection, SecretSource, Secrets, SigningSecret, Verifier};
///
/// struct Tenants(HashMap<String, Secrets>);
///
/// impl SecretSource for Tenants {
///     type Error = Infallible;
///
///     async fn secrets(&self, head: &Parts) -> Result<Option<Secrets>, Infallible> {
///         let tenant = head.uri.path().strip_prefix("/webhooks/");
///         Ok(tenant.and_then(|tenant| self.0.get(tenant)).cloned())
///     }
/// }
///
/// let secret = SigningSecret::new("whk_acme")?;
/// let signer = Signer::knowrithm(&secret);
/// let tenants = Tenants(HashMap::from([("acme".to_owned(), Secrets::new(secret).owner("acme"))]));
/// let verifier = Verifier::knowrithm(PerRequest(tenants));
///
/// let request = |uri: &str| signer.sign(Request::post(uri).body("{}").unwrap()).map(Full::<Bytes>::from);
/// assert!(verifier.verify_request(request("/webhooks/acme")).await.is_ok());
/// let refused = verifier.verify_request(request("/webhooks/umbrella")).await;
/// assert_eq!(refused.unwrap_err(), Rejection::UnknownKey);
/// # Ok(())
/// # }
/// ```
pub trait SecretSource: Send + Sync + 'static {
    /// Why there is no answer. It becomes [`Rejection::SecretSource`]; the error itself is in one event at debug level,
    /// with the `tracing` feature.
    type Error: Into<Box<dyn Error + Send + Sync>>;

    /// The secrets for the request with this head; `None` when none are known.
    ///
    /// # Errors
    ///
    /// When it cannot be found out; the sender is asked to come again.
    fn secrets(&self, head: &Parts) -> impl Future<Output = Result<Option<Secrets>, Self::Error>> + Send;
}

impl<S: SecretSource> SecretSource for Arc<S> {
    type Error = S::Error;

    fn secrets(&self, head: &Parts) -> impl Future<Output = Result<Option<Secrets>, Self::Error>> + Send {
        S::secrets(self, head)
    }
}

/// Makes a [`SecretSource`] what a [`Verifier`](crate::Verifier) takes its secrets from.
#[derive(Clone, Debug)]
pub struct PerRequest<S>(pub S);

/// A look-up under way. It owns the head while it borrows it, and gives it back.
pub(crate) type Pending = Pin<Box<dyn Future<Output = (Parts, Result<Secrets, Rejection>)> + Send>>;

/// A [`SecretSource`] of any type.
pub(crate) trait LookUp: Send + Sync {
    fn look_up(self: Arc<Self>, head: Parts, scheme: &'static str) -> Pending;
}

impl<S: SecretSource> LookUp for S {
    fn look_up(self: Arc<Self>, head: Parts, scheme: &'static str) -> Pending {
        Box::pin(async move {
            let found = match self.secrets(&head).await {
                Ok(secrets) => Ok(secrets.unwrap_or_else(Secrets::unknown)),
                Err(error) => {
                    trace::source_failed(scheme, error);
                    Err(Rejection::SecretSource)
                }
            };
            (head, found)
        })
    }
}
