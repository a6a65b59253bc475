//! Secrets that are looked up for each request: one service, many tenants.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;

use crate::deadline::within;
use crate::rejection::{BoxError, Rejection, RejectionKind};
use crate::secret::{Secret, SigningSecret};
use crate::secrets::Secrets;
use crate::set::Set;

/// Looks up the secrets for a request: by a path segment, a header, or an extension that an earlier layer inserted.
///
/// The source is asked once the headers of a request have been judged well formed, and before its body is read, unless
/// its scheme [reads the body](Self::secrets_by_body). A stranger can make it look up any number of tenants: it should
/// cache both what it finds and what it does not find, and limit how long a lookup may take. The
/// [read timeout](crate::Verifier#method.read_timeout) does not cover [`secrets`](Self::secrets).
///
/// Name the [owner](Secrets::owner) of each tenant's secrets: the handler reads it from
/// [`VerifiedBody::owner`](crate::VerifiedBody::owner), and no tenant can pass off a delivery as another's. The source
/// sees the path as it was sent, with `%61` for `a`. A router hands the decoded path to the handler, which may name
/// another tenant.
///
/// The answer does not tell whether a tenant exists: the body of an unknown one is read, and hashed as for one secret.
/// The time may tell: a second secret, or a lookup that misses a cache, takes longer, and under a
/// [`CustomPublicKey`](crate::CustomPublicKey) nothing is hashed for an unknown tenant.
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
/// use tower_webhook::scheme::Knowrithm;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{RejectionKind, SecretSource, Secrets, SigningSecret, Verifier};
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
/// let signer = Signer::new(Knowrithm, &secret);
/// let tenants = Tenants(HashMap::from([("acme".to_owned(), Secrets::new(secret).owner("acme"))]));
/// let verifier = Verifier::per_request(Knowrithm, tenants);
///
/// let request = |uri: &str| signer.sign(Request::post(uri).body("{}").unwrap()).map(Full::<Bytes>::from);
/// assert!(verifier.verify_request(request("/webhooks/acme")).await.is_ok());
/// let refused = verifier.verify_request(request("/webhooks/umbrella")).await.unwrap_err();
/// assert_eq!(refused.kind(), RejectionKind::UnknownSecret);
/// # Ok(())
/// # }
/// ```
///
/// `K` is the kind of the secrets; [`SigningSecret`] unless the scheme takes another kind.
pub trait SecretSource<K = SigningSecret>: Send + Sync + 'static {
    /// The error of a lookup that failed. The request is refused as
    /// [`SecretSource`](RejectionKind::SecretSource), and the error is the [`source`](std::error::Error::source) of the
    /// rejection.
    type Error: Into<Box<dyn std::error::Error + Send + Sync>>;

    /// The secrets for the request with this head; `None` when none are known.
    ///
    /// # Errors
    ///
    /// When the lookup fails; the sender is asked to retry.
    fn secrets(&self, head: &Parts) -> impl Future<Output = Result<Option<Secrets<K>>, Self::Error>> + Send;

    /// The secrets for a request whose signature is in its body, or whose signed bytes are made of it: asked in place
    /// of [`secrets`](Self::secrets) once the whole body is there, which may name the secret, as the messages of Amazon
    /// SNS name their certificate. By default it asks `secrets`.
    ///
    /// It is asked once the scheme has read a well-formed claim whose time fits, but nothing in the body is known to be
    /// true: check the host of a URL before anything is fetched from it. The name may stand in a part of the body that
    /// nobody signs, and twice; take it as the scheme takes what it reads, for parsers differ in which one counts.
    ///
    /// The body counts in the [budget](crate::Verifier::max_buffered) until the lookup ends. The body and the lookup
    /// together have the time of the [read timeout](crate::Verifier#method.read_timeout).
    ///
    /// # Errors
    ///
    /// As those of [`secrets`](Self::secrets). A lookup that takes too long is dropped, and the request refused as if
    /// it had failed.
    fn secrets_by_body(
        &self,
        head: &Parts,
        body: &[u8],
    ) -> impl Future<Output = Result<Option<Secrets<K>>, Self::Error>> + Send {
        let _ = body;
        self.secrets(head)
    }
}

impl<K, S: SecretSource<K>> SecretSource<K> for Arc<S> {
    type Error = S::Error;

    fn secrets(&self, head: &Parts) -> impl Future<Output = Result<Option<Secrets<K>>, Self::Error>> + Send {
        S::secrets(self, head)
    }

    fn secrets_by_body(
        &self,
        head: &Parts,
        body: &[u8],
    ) -> impl Future<Output = Result<Option<Secrets<K>>, Self::Error>> + Send {
        S::secrets_by_body(self, head, body)
    }
}

/// A lookup under way. It owns the head and the body, which the source borrows, and gives them back.
pub(crate) type Pending = Pin<Box<dyn Future<Output = LookedUp> + Send>>;

/// The end of a lookup.
pub(crate) struct LookedUp {
    pub(crate) head: Parts,
    pub(crate) body: Option<Bytes>,
    pub(crate) found: Result<Arc<Set>, Rejection>,
}

/// A [`SecretSource`] of any type, for secrets of any kind.
pub(crate) trait LookUp: Send + Sync {
    /// Looks up the secrets for a request with this head.
    fn look_up(&self, head: Parts) -> Pending;

    /// Looks up the secrets for a request with this body, which its scheme reads, within this time.
    fn look_up_by_body(&self, head: Parts, body: Bytes, timeout: Option<Duration>) -> Pending;

    /// The set for a request of which the source knows no secret.
    fn unknown(&self) -> Arc<Set>;
}

struct Erased<S, K> {
    source: Arc<S>,
    unknown: Arc<Set>,
    kind: PhantomData<fn() -> K>,
}

/// Erases the types of a source and of the secrets that it returns.
pub(crate) fn erase<K: Secret>(source: impl SecretSource<K>) -> Arc<dyn LookUp> {
    Arc::new(Erased {
        source: Arc::new(source),
        unknown: Arc::new(Set::unknown::<K>()),
        kind: PhantomData,
    })
}

/// The set that was found, or the one of unknown secrets.
fn set<K>(found: Result<Option<Secrets<K>>, impl Into<BoxError>>, unknown: Arc<Set>) -> Result<Arc<Set>, Rejection> {
    match found {
        Ok(Some(secrets)) => Ok(secrets.set),
        Ok(None) => Ok(unknown),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: impl Into<BoxError>) -> Rejection {
    Rejection::new(RejectionKind::SecretSource).with_source(error)
}

impl<K: Secret, S: SecretSource<K>> LookUp for Erased<S, K> {
    fn look_up(&self, head: Parts) -> Pending {
        let (source, unknown) = (Arc::clone(&self.source), self.unknown());
        Box::pin(async move {
            let found = set(source.secrets(&head).await, unknown);
            LookedUp {
                head,
                body: None,
                found,
            }
        })
    }

    fn look_up_by_body(&self, head: Parts, body: Bytes, timeout: Option<Duration>) -> Pending {
        let (source, unknown) = (Arc::clone(&self.source), self.unknown());
        Box::pin(async move {
            let found = match within(timeout, source.secrets_by_body(&head, &body)).await {
                Some(found) => set(found, unknown),
                None => Err(failed("the lookup by the body took longer than the read timeout")),
            };
            LookedUp {
                head,
                body: Some(body),
                found,
            }
        })
    }

    fn unknown(&self) -> Arc<Set> {
        Arc::clone(&self.unknown)
    }
}
