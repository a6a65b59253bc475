//! The sender's side: signs bodies as a provider does, for tests, demonstrations and senders.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, ErrorKind, Read, Seek};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Request};

use crate::clock::unix_seconds;
pub use crate::error::SignError;
use crate::head::Head;
use crate::mac::{Message, SigningKey};
#[cfg(feature = "test-util")]
use crate::scheme::Signed;
use crate::scheme::{self, SigningScheme, Unsigned};
use crate::secret::Secret;
use crate::secret::sealed::Signs;

/// How much of a body is read at a time.
const PIECE: usize = 64 * 1024;

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
    key: SigningKey,
    timestamp: Option<i64>,
    id: Option<String>,
}

impl Signer {
    /// A signer with this scheme and secret, or with the private key if the scheme takes public ones.
    ///
    /// # Panics
    ///
    /// When the scheme cannot be used: [`Scheme::check`](crate::scheme::Scheme::check) tells it before.
    #[must_use]
    pub fn new<S: SigningScheme>(scheme: S, secret: &<S::Secret as Secret>::SigningKey) -> Self {
        Self::keyed(scheme, secret.signing_key().0)
    }

    /// A signer whose secret is empty. A receiver accepts what it signs if it uses an empty secret when none is set;
    /// this is to test that it does not. No [`Verifier`](crate::Verifier) accepts it.
    ///
    /// ```
    /// use tower_webhook::scheme::Knowrithm;
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let headers = Signer::insecure_empty_secret(Knowrithm).headers("");
    /// let mac = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    /// assert_eq!(headers["x-knowrithm-signature"], format!("sha256={mac}"));
    ///
    /// assert!(SigningSecret::new("").is_err());
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new) does, and when the scheme takes public keys: none is empty.
    #[must_use]
    pub fn insecure_empty_secret<S: SigningScheme>(scheme: S) -> Self {
        let key = <S::Secret as Secret>::SigningKey::empty_signing_key();
        Self::keyed(scheme, key.expect("no private key is empty").0)
    }

    fn keyed<S: SigningScheme>(scheme: S, key: SigningKey) -> Self {
        scheme::assert_usable(&scheme);
        Self {
            name: scheme.name(),
            scheme: Arc::new(scheme),
            key,
            timestamp: None,
            id: None,
        }
    }

    /// Sets the time of signing, in seconds since the Unix epoch, for schemes that sign one. By default it is the
    /// system's time at each signing. A negative time is written as it is, and refused as too old.
    #[must_use]
    pub fn timestamp(mut self, seconds: i64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    /// Sets the id of the delivery, for schemes that sign one. By default each signing draws one: `msg_` and 128 random
    /// bits in hex. It is written as it is: whether a verifier accepts an empty id, or one with a dot or a colon,
    /// depends on the scheme.
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
    /// When an id has to be drawn and the system has no random bytes; when the scheme signs the method or the URI, or
    /// has its signature in the body, which needs [`sign_body`](Self::sign_body); and when a token has characters that
    /// no header can have, such as a line break.
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

    /// Signs a request whose body has the signature in it, as Mailgun's and Adyen's have: the body is rewritten. With
    /// any other scheme this is [`sign`](Self::sign), and a copy of the body.
    ///
    /// ```
    /// use http::Request;
    /// use tower_webhook::scheme::Mailgun;
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let secret = SigningSecret::new("hush")?;
    /// let request = Request::post("/mailgun").body(r#"{"event-data":{"event":"delivered"}}"#)?;
    /// let request = Signer::new(Mailgun, &secret).sign_body(request)?;
    /// assert!(request.body().starts_with(br#"{"signature":{"timestamp":""#));
    ///
    /// assert!(Verifier::new(Mailgun, secret).verify(&request, request.body().clone()).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the scheme has no place for a signature in such a body, or cannot read it.
    ///
    /// # Panics
    ///
    /// When an id has to be drawn and the system has no random bytes.
    pub fn sign_body<B: AsRef<[u8]>>(&self, request: Request<B>) -> Result<Request<Bytes>, SignError> {
        let (head, content) = request.into_parts();
        let request = Request::from_parts(head, Bytes::copy_from_slice(content.as_ref()));
        let body = request.body();
        let signed = self.unsigned_with(Head::from(&request), &|sink| sink(body), |unsigned| {
            self.scheme.sign_inside(unsigned, body)
        });
        Ok(match signed? {
            Some(signed) => with_body(request, signed.into()),
            None => self.sign(request),
        })
    }

    /// The time of signing that a request has, if its scheme signs one.
    #[cfg(feature = "test-util")]
    pub(crate) fn signed_time(&self, request: &Request<Bytes>) -> Option<i64> {
        self.scheme.signed_time(Head::from(request), request.body())
    }

    /// The headers that sign a request with this head and the body that the reader returns: a file, for example, which
    /// need not fit into memory, unless the scheme signs with Ed25519 or is Twilio's. They are those that
    /// [`sign`](Self::sign) writes.
    ///
    /// The body is read from its start to its end, once for each MAC that the scheme makes: once, with the schemes of
    /// this crate. Where the reader stands afterwards is not specified.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use http::Request;
    /// use tower_webhook::scheme::GitHub;
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let secret = SigningSecret::new("It's a Secret to Everybody")?;
    /// let head = Request::post("/webhooks").body(())?;
    /// let headers = Signer::new(GitHub, &secret).headers_of_reader(&head, Cursor::new("Hello, World!"))?;
    ///
    /// assert!(Verifier::new(GitHub, secret).verify(&headers, "Hello, World!").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the body cannot be read.
    ///
    /// # Panics
    ///
    /// As [`headers`](Self::headers) does.
    pub fn headers_of_reader<'a>(&self, head: impl Into<Head<'a>>, body: impl Read + Seek) -> io::Result<HeaderMap> {
        let body = RefCell::new(body);
        let failure = RefCell::new(None);
        let headers = self.headers_with(head.into(), &|sink| {
            if let Err(error) = read_all(&mut *body.borrow_mut(), sink) {
                failure.borrow_mut().get_or_insert(error);
            }
        });
        failure.into_inner().map_or(Ok(headers), Err)
    }

    fn headers_of(&self, head: Head<'_>, body: &[u8]) -> HeaderMap {
        self.headers_with(head, &|sink| sink(body))
    }

    fn headers_with(&self, head: Head<'_>, body: &Message<'_>) -> HeaderMap {
        self.unsigned_with(head, body, |unsigned| self.scheme.sign_head(unsigned))
    }

    /// Has a request signed that has this head and this body.
    fn unsigned_with<T>(&self, head: Head<'_>, body: &Message<'_>, sign: impl FnOnce(&Unsigned<'_>) -> T) -> T {
        let drawn = self.id.is_none().then(draw_id);
        sign(&Unsigned {
            head,
            timestamp: self.timestamp.unwrap_or_else(|| unix_seconds(SystemTime::now())),
            id: self.id.as_deref().or(drawn.as_deref()).unwrap_or_default(),
            body,
            key: &self.key,
        })
    }
}

/// The request with this body, and its length where that is declared.
fn with_body(request: Request<Bytes>, body: Bytes) -> Request<Bytes> {
    let mut request = request.map(|_| body);
    let length = request.body().len();
    if let Some(declared) = request.headers_mut().get_mut(CONTENT_LENGTH) {
        *declared = length.into();
    }
    request
}

/// Reads a body from its start, in pieces.
fn read_all(body: &mut (impl Read + Seek), sink: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    body.rewind()?;
    let mut piece = vec![0; PIECE];
    loop {
        match body.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(length) => sink(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
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
    fn sign_inside(&self, request: &Unsigned<'_>, content: &[u8]) -> Result<Option<Vec<u8>>, SignError>;
    #[cfg(feature = "test-util")]
    fn signed_time(&self, head: Head<'_>, body: &[u8]) -> Option<i64>;
}

impl<S: SigningScheme> SignHead for S {
    fn sign_head(&self, request: &Unsigned<'_>) -> HeaderMap {
        self.sign(request)
    }

    fn sign_inside(&self, request: &Unsigned<'_>, content: &[u8]) -> Result<Option<Vec<u8>>, SignError> {
        self.sign_body(request, content)
    }

    #[cfg(feature = "test-util")]
    fn signed_time(&self, head: Head<'_>, body: &[u8]) -> Option<i64> {
        let read = self.read(head).ok()?;
        let read = match read.signed {
            Signed::InBody(head) => self.read_body(head, body).ok()?,
            _ => read,
        };
        read.claim.timestamp
    }
}

#[cfg(test)]
mod tests;
