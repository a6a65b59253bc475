//! The sender's side: signs bodies as a provider does, for tests, demonstrations and senders.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, Request};

use crate::clock::unix_seconds;
use crate::head::Head;
use crate::mac::KeyedMac;
use crate::scheme::{SigningScheme, Unsigned};
use crate::secret::sealed::Sealed;

/// Signs bodies, so that the [`Verifier`](crate::Verifier) of the same scheme and secret accepts them.
///
/// ```
/// use tower_webhook::scheme::Knowrithm;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("whk_demo")?;
/// let headers = Signer::new(Knowrithm, &secret).headers("{}");
///
/// assert!(Verifier::knowrithm(secret).verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    scheme: Arc<dyn SignHead>,
    name: &'static str,
    key: KeyedMac,
    timestamp: Option<i64>,
    id: Option<String>,
}

impl Signer {
    /// A signer with this scheme and secret.
    #[must_use]
    pub fn new<S: SigningScheme>(scheme: S, secret: &S::Secret) -> Self {
        Self {
            name: scheme.name(),
            scheme: Arc::new(scheme),
            key: KeyedMac::new(secret.clone().into_key().expose()),
            timestamp: None,
            id: None,
        }
    }

    /// Sets the time of signing, in seconds since the Unix epoch, for schemes that sign one. By default it is the
    /// system's time at each signing. A negative time is written, and refused by every verifier.
    #[must_use]
    pub fn timestamp(mut self, seconds: i64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    /// Sets the id of the delivery, for schemes that sign one. By default each signing draws one: `msg_` and 128 random
    /// bits in hex. An empty id, or one with a dot, is written, and refused by every verifier.
    ///
    /// # Panics
    ///
    /// When it is not visible ASCII.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        assert!(id.bytes().all(|byte| byte.is_ascii_graphic()), "an id is visible ASCII");
        self.id = Some(id);
        self
    }

    /// The headers that sign this body. A scheme that signs the method or the URI needs [`sign`](Self::sign).
    ///
    /// # Panics
    ///
    /// When an id has to be drawn and the system has no random bytes.
    #[must_use]
    pub fn headers(&self, body: impl AsRef<[u8]>) -> HeaderMap {
        self.headers_of(Head::from(&HeaderMap::new()), body.as_ref())
    }

    /// Signs a request: the signed headers replace those of the same name.
    ///
    /// # Panics
    ///
    /// As [`headers`](Self::headers) does.
    #[must_use]
    pub fn sign<B: AsRef<[u8]>>(&self, mut request: Request<B>) -> Request<B> {
        let headers = self.headers_of(Head::from(&request), request.body().as_ref());
        request.headers_mut().extend(headers);
        request
    }

    fn headers_of(&self, head: Head<'_>, body: &[u8]) -> HeaderMap {
        let drawn = self.id.is_none().then(draw_id);
        self.scheme.sign_head(&Unsigned {
            head,
            timestamp: self.timestamp.unwrap_or_else(|| unix_seconds(SystemTime::now())),
            id: self.id.as_deref().or(drawn.as_deref()).unwrap_or_default(),
            mac: &|before, after| {
                let mut mac = self.key.start();
                for part in before.iter().chain([&body]).chain(after) {
                    mac.update(part);
                }
                mac.finish()
            },
        })
    }
}

fn draw_id() -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system has random bytes");
    format!("msg_{:032x}", u128::from_ne_bytes(random))
}

/// Prints the name of the scheme.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("scheme", &self.name)
            .finish_non_exhaustive()
    }
}

/// A [`SigningScheme`] for any kind of secret.
trait SignHead: Send + Sync {
    fn sign_head(&self, request: &Unsigned<'_>) -> HeaderMap;
}

impl<S: SigningScheme> SignHead for S {
    fn sign_head(&self, request: &Unsigned<'_>) -> HeaderMap {
        self.sign(request)
    }
}
