//! The sender's side: signs bodies as a provider would, for tests, demonstrations and senders.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, Request};

use crate::clock::unix_seconds;
use crate::error::ConfigError;
use crate::mac::KeyedMac;
use crate::scheme::github::GitHub;
use crate::scheme::knowrithm::Knowrithm;
use crate::scheme::shopify::Shopify;
use crate::scheme::slack::Slack;
use crate::scheme::standard_webhooks::StandardWebhooks;
use crate::scheme::stripe::Stripe;
use crate::scheme::write::{Stamp, Write};
use crate::scheme::{HmacSha256Scheme, Scheme};
use crate::secret::SigningSecret;

/// Signs bodies so that the [`Verifier`](crate::Verifier) of the same scheme and secret accepts them, unless it is given a time
/// or an id that none accepts.
///
/// ```
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("whk_demo")?;
/// let headers = Signer::knowrithm(&secret).headers("{}");
///
/// assert!(Verifier::knowrithm(secret).verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    scheme: Arc<dyn Write>,
    name: &'static str,
    key: KeyedMac,
    timestamp: Option<i64>,
    id: Option<String>,
}

impl Signer {
    /// Signs as Knowrithm does: `X-Knowrithm-Signature: sha256=` and 64 lower-case hex digits.
    #[must_use]
    pub fn knowrithm(secret: &SigningSecret) -> Self {
        Self::new(Knowrithm, secret.expose())
    }

    /// Signs as GitHub does, in `X-Hub-Signature-256`; without the older header.
    #[must_use]
    pub fn github(secret: &SigningSecret) -> Self {
        Self::new(GitHub, secret.expose())
    }

    /// Signs as Stripe does, in `Stripe-Signature`.
    #[must_use]
    pub fn stripe(secret: &SigningSecret) -> Self {
        Self::new(Stripe, secret.expose())
    }

    /// Signs as Slack does, in `X-Slack-Signature` and `X-Slack-Request-Timestamp`.
    #[must_use]
    pub fn slack(secret: &SigningSecret) -> Self {
        Self::new(Slack, secret.expose())
    }

    /// Signs as Shopify does, in `X-Shopify-Hmac-Sha256`.
    #[must_use]
    pub fn shopify(secret: &SigningSecret) -> Self {
        Self::new(Shopify, secret.expose())
    }

    /// Signs as Standard Webhooks has it, in `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MalformedWhsec`] when the secret is not `whsec_` and standard base64.
    pub fn standard_webhooks(secret: &SigningSecret) -> Result<Self, ConfigError> {
        let key = secret.whsec().ok_or(ConfigError::MalformedWhsec)?;
        Ok(Self::new(StandardWebhooks, &key))
    }

    /// Signs in one header that is a prefix and the MAC.
    #[must_use]
    pub fn hmac_sha256(scheme: HmacSha256Scheme, secret: &SigningSecret) -> Self {
        Self::new(scheme, secret.expose())
    }

    /// Sets the time of signing, in seconds since the Unix epoch, for the schemes that sign one. By default it is the
    /// time of each signing, by the system's clock. A negative one is written, and refused by every verifier.
    #[must_use]
    pub fn timestamp(mut self, seconds: i64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    /// Sets the id of the delivery, for Standard Webhooks. By default each signing draws one: `msg_` and 128 random
    /// bits in hex. One that is empty or has a dot is written, and refused by every verifier.
    ///
    /// # Panics
    ///
    /// When a header cannot hold it: it is not visible ASCII.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        assert!(id.bytes().all(|byte| byte.is_ascii_graphic()), "an id is visible ASCII");
        self.id = Some(id);
        self
    }

    /// The headers that sign this body.
    ///
    /// # Panics
    ///
    /// When an id has to be drawn and the system has no random bytes.
    #[must_use]
    pub fn headers(&self, body: impl AsRef<[u8]>) -> HeaderMap {
        let body = body.as_ref();
        let drawn = self.id.is_none().then(draw_id);
        let stamp = Stamp {
            timestamp: self.timestamp.unwrap_or_else(|| unix_seconds(SystemTime::now())),
            id: self.id.as_deref().or(drawn.as_deref()).unwrap_or_default(),
        };
        self.scheme.write(&stamp, &|before| {
            let mut mac = self.key.start();
            for part in before {
                mac.update(part);
            }
            mac.update(body);
            mac.finish()
        })
    }

    /// Signs a request: its body's [`headers`](Self::headers) replace what it had of them.
    ///
    /// # Panics
    ///
    /// Where [`headers`](Self::headers) does.
    #[must_use]
    pub fn sign<B: AsRef<[u8]>>(&self, mut request: Request<B>) -> Request<B> {
        let headers = self.headers(request.body());
        request.headers_mut().extend(headers);
        request
    }

    fn new(scheme: impl Scheme + Write, key: &[u8]) -> Self {
        Self {
            name: scheme.name(),
            scheme: Arc::new(scheme),
            key: KeyedMac::new(key),
            timestamp: None,
            id: None,
        }
    }
}

fn draw_id() -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system has random bytes");
    format!("msg_{:032x}", u128::from_ne_bytes(random))
}

/// Prints the scheme's name.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("scheme", &self.name)
            .finish_non_exhaustive()
    }
}
