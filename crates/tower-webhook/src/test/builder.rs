//! Requests as a provider sends them.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, Request, Uri};

use super::TestBody;
use crate::clock::{Clock, unix_seconds};
use crate::error::ConfigError;
use crate::scheme::{HmacSha256Scheme, github, knowrithm, shopify, slack, standard_webhooks, stripe};
use crate::secret::SigningSecret;
use crate::sign::Signer;

/// The secret of a forger, good for every scheme.
const OTHER_SECRET: &str = "whsec_YSBzZWNyZXQgdGhhdCBub2JvZHkgc2hhcmVz";

/// Makes `POST` requests as a provider does, each signed anew.
///
/// ```
/// use tower_webhook::test::{RequestBuilder, TestClock};
/// use tower_webhook::{SigningSecret, Verifier};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = SigningSecret::new("8f742231b10e")?;
/// let clock = TestClock::at(1_700_000_000);
/// let webhook = RequestBuilder::slack(&secret).clock(clock.clone()).uri("/slack");
/// let verifier = Verifier::slack(secret).clock(clock);
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
    /// The same scheme under another secret.
    pub(super) other: Signer,
    /// Where the signature stands.
    pub(super) signature: HeaderName,
    pub(super) signs_time: bool,
    clock: Arc<dyn Clock>,
    uri: Uri,
    headers: HeaderMap,
}

impl RequestBuilder {
    /// Signs as [`Signer::knowrithm`] does.
    pub fn knowrithm(secret: &SigningSecret) -> Self {
        Self::new(Signer::knowrithm, secret, &knowrithm::HEADER)
    }

    /// Signs as [`Signer::github`] does.
    pub fn github(secret: &SigningSecret) -> Self {
        Self::new(Signer::github, secret, &github::HEADER)
    }

    /// Signs as [`Signer::stripe`] does.
    pub fn stripe(secret: &SigningSecret) -> Self {
        Self::new(Signer::stripe, secret, &stripe::HEADER).timed()
    }

    /// Signs as [`Signer::slack`] does.
    pub fn slack(secret: &SigningSecret) -> Self {
        Self::new(Signer::slack, secret, &slack::HEADER).timed()
    }

    /// Signs as [`Signer::shopify`] does.
    pub fn shopify(secret: &SigningSecret) -> Self {
        Self::new(Signer::shopify, secret, &shopify::HEADER)
    }

    /// Signs as [`Signer::standard_webhooks`] does.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MalformedWhsec`] when the secret is not `whsec_` and standard base64.
    pub fn standard_webhooks(secret: &SigningSecret) -> Result<Self, ConfigError> {
        let (signer, other) = (
            Signer::standard_webhooks(secret)?,
            Signer::standard_webhooks(&other_secret())?,
        );
        Ok(Self::by(signer, other, &standard_webhooks::STANDARD.signature).timed())
    }

    /// Signs as [`Signer::hmac_sha256`] does.
    pub fn hmac_sha256(scheme: &HmacSha256Scheme, secret: &SigningSecret) -> Self {
        let signer = |secret: &SigningSecret| Signer::hmac_sha256(scheme.clone(), secret);
        Self::new(signer, secret, &scheme.header)
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

    /// Adds a header to each request. It is not signed: no scheme signs headers of others.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Sets the clock that tells the time of each signing, where the scheme signs one; the system's by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the id of the delivery, where the scheme signs one; each request gets one of its own by default.
    ///
    /// # Panics
    ///
    /// When a header cannot hold it: it is not visible ASCII.
    pub fn id(mut self, id: &str) -> Self {
        self.signer = self.signer.id(id);
        self.other = self.other.id(id);
        self
    }

    /// A genuine request with this content, in one frame.
    #[must_use]
    pub fn signed(&self, content: impl AsRef<[u8]>) -> Request<TestBody> {
        self.signed_as(&content, TestBody::one(&content))
    }

    /// A request that is signed for this content, and sends this body: the content in another shape, or another content.
    #[must_use]
    pub fn signed_as<B>(&self, content: impl AsRef<[u8]>, body: B) -> Request<B> {
        self.request(self.sign(&self.signer, content.as_ref(), 0), body)
    }

    /// What this signer, this many seconds ago, would have written.
    pub(super) fn sign(&self, signer: &Signer, content: &[u8], seconds_ago: i64) -> HeaderMap {
        let now = unix_seconds(self.clock.now());
        let signer = signer.clone().timestamp(now.saturating_sub(seconds_ago).max(0));
        signer.headers(content)
    }

    pub(super) fn request<B>(&self, signed: HeaderMap, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().extend(signed);
        request
    }

    fn new(signer: impl Fn(&SigningSecret) -> Signer, secret: &SigningSecret, signature: &HeaderName) -> Self {
        Self::by(signer(secret), signer(&other_secret()), signature)
    }

    fn by(signer: Signer, other: Signer, signature: &HeaderName) -> Self {
        Self {
            signer,
            other,
            signature: signature.clone(),
            signs_time: false,
            clock: Arc::new(SystemTime::now),
            uri: Uri::default(),
            headers: HeaderMap::new(),
        }
    }

    fn timed(mut self) -> Self {
        self.signs_time = true;
        self
    }
}

fn other_secret() -> SigningSecret {
    SigningSecret::new(OTHER_SECRET).expect("it is not blank")
}

/// Prints the scheme's name and where the requests go.
impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("signer", &self.signer)
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}
