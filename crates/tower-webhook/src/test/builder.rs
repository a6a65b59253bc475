//! Requests as a provider sends them.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, Request, Uri};

use super::TestBody;
use crate::clock::{Clock, unix_seconds};
use crate::head::Head;
use crate::scheme::{Signed, SigningScheme};
use crate::secret::Secret;
use crate::secret::sealed::Signs;
use crate::sign::Signer;

/// Makes `POST` requests as a provider does, each with a signature of its own.
///
/// ```
/// use tower_webhook::scheme::Slack;
/// use tower_webhook::test::{RequestBuilder, TestClock};
/// use tower_webhook::{SigningSecret, Verifier};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = SigningSecret::new("8f742231b10e")?;
/// let clock = TestClock::at(1_700_000_000);
/// let webhook = RequestBuilder::new(Slack, &secret).clock(clock.clone()).uri("/slack");
/// let verifier = Verifier::new(Slack, secret).clock(clock);
///
/// let request = verifier.verify_request(webhook.signed("token=xyz")).await?;
/// assert_eq!(request.uri(), "/slack");
/// assert_eq!(request.headers()["x-slack-request-timestamp"], "1700000000");
/// assert_eq!(request.body().bytes(), "token=xyz");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct RequestBuilder {
    pub(super) signer: Signer,
    /// The same scheme with a secret that the receiver does not know.
    pub(super) other: Signer,
    /// `None` when the signature is in the body.
    pub(super) signature: Option<HeaderName>,
    /// A token is shown beside a body that nothing signs, and some schemes sign parts of it alone.
    pub(super) signs_body: bool,
    clock: Arc<dyn Clock>,
    uri: Uri,
    headers: HeaderMap,
}

impl RequestBuilder {
    /// Signs with this scheme and secret, or with the private key if the scheme takes public ones.
    ///
    /// # Panics
    ///
    /// When a scheme of your own does not read the headers that it signs.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "as `Verifier::new` and `Signer::new` take it"
    )]
    pub fn new<S: SigningScheme + Clone>(scheme: S, secret: &<S::Secret as Secret>::SigningKey) -> Self {
        let other = Signer::new(scheme.clone(), &<S::Secret as Secret>::SigningKey::unknown());
        let signer = Signer::new(scheme.clone(), secret);
        let signature = scheme.signature_header().cloned();
        let signs_body = signature.is_some() && {
            let sample = signer.sign(Request::new(""));
            let read = scheme.read(Head::from(&sample));
            let read = read.expect("a scheme reads what it signs");
            !matches!(read.signed, Signed::Instead(_))
        };
        Self {
            signature,
            signs_body,
            signer,
            other,
            clock: Arc::new(SystemTime::now),
            uri: Uri::default(),
            headers: HeaderMap::new(),
        }
    }

    /// Sets where the requests go; `/` by default.
    ///
    /// # Panics
    ///
    /// When it is not a URI.
    pub fn uri(mut self, uri: &str) -> Self {
        self.uri = uri.parse().expect("a URI, as in `/webhooks?tenant=acme`");
        self
    }

    /// Adds a header to each request. A scheme signs its own headers alone.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Sets the clock for the time of signing, if the scheme signs one; the system's by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the id of the delivery, if the scheme signs one; by default each request has an id of its own.
    ///
    /// # Panics
    ///
    /// When it is not visible ASCII.
    pub fn id(mut self, id: &str) -> Self {
        self.signer = self.signer.id(id);
        self.other = self.other.id(id);
        self
    }

    /// A genuine request with this content, in one frame.
    #[must_use]
    pub fn signed(&self, content: impl AsRef<[u8]>) -> Request<TestBody> {
        self.sign(&self.signer, content.as_ref(), 0).map(TestBody::one)
    }

    /// A request that is signed for this content, and sends this body: the same content in other frames, or another
    /// one. A scheme that signs inside of the body, as Mailgun's does, signs none of them: send the frames of
    /// [`signed_body`](Self::signed_body).
    #[must_use]
    pub fn signed_as<B>(&self, content: impl AsRef<[u8]>, body: B) -> Request<B> {
        self.sign(&self.signer, content.as_ref(), 0).map(|_| body)
    }

    /// The body of a genuine request with this content: the content itself, unless the scheme signs inside of it.
    #[must_use]
    pub fn signed_body(&self, content: impl AsRef<[u8]>) -> Bytes {
        self.sign(&self.signer, content.as_ref(), 0).into_body()
    }

    /// The request that this signer would have written this many seconds ago.
    pub(super) fn sign(&self, signer: &Signer, content: &[u8], seconds_ago: i64) -> Request<Bytes> {
        let now = unix_seconds(self.clock.now());
        let signer = signer.clone().timestamp(now.saturating_sub(seconds_ago).max(0));
        let request = signer.sign_body(self.request(HeaderMap::new(), content));
        request.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(super) fn request<B>(&self, signed: HeaderMap, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().extend(signed);
        request
    }
}

/// Prints the name of the scheme and the URI of the requests.
impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("signer", &self.signer)
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}
