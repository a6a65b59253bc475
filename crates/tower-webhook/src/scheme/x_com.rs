//! X's scheme.

#[cfg(feature = "sign")]
use http::HeaderMap;
use http::header::HeaderName;

use super::{Encoding, Head, HmacScheme, Scheme, SignatureClaim};
#[cfg(feature = "sign")]
use super::{SigningScheme, Unsigned};
use crate::rejection::{Rejection, RejectionKind};
use crate::secret::SigningSecret;

static SCHEME: HmacScheme = HmacScheme::new("x_com", HeaderName::from_static("x-twitter-webhooks-signature"))
    .prefix("sha256=")
    .encoding(Encoding::Base64);

/// X's scheme.
///
/// **Sends** exactly one `x-twitter-webhooks-signature: sha256=<44 characters of base64>`. X was Twitter.
///
/// **Specified** in
/// <https://developer.x.com/en/docs/twitter-api/enterprise/account-activity-api/guides/securing-webhooks>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the app's consumer secret as UTF-8 bytes.
///
/// When a webhook is registered, and again and again later, X sends a `GET` with `crc_token`, and wants its MAC under
/// the same secret. Whoever knows the URL can so have a token signed that would verify as a body. Every body of X is a
/// JSON object: this scheme refuses one that does not begin with `{`, and the
/// [handshake](https://docs.rs/tower-webhook-handshake) signs no token with a brace. It therefore needs the whole body
/// before it hashes the first byte.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::XCom;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let signer = Signer::new(XCom, &secret);
/// let headers = signer.headers("{}");
/// assert_eq!(headers["x-twitter-webhooks-signature"], "sha256=UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=");
/// let verifier = Verifier::new(XCom, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
///
/// // The answer to `crc_token=challenge_string`, with the token as the body.
/// assert!(verifier.verify(&signer.headers("challenge_string"), "challenge_string").is_err());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct XCom;

/// What a token has instead of an event.
const NO_OBJECT: &str = "the body is no JSON object: X signs tokens, too, and sends no other body";

impl Scheme for XCom {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        SCHEME.name()
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        SCHEME.read(head).map(|_| SignatureClaim::in_body(head))
    }

    fn read_body<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        if body.first() != Some(&b'{') {
            return Err(Rejection::in_body(RejectionKind::MalformedSignature).with_source(NO_OBJECT));
        }
        SCHEME.read(head)
    }
}

#[cfg(feature = "sign")]
impl SigningScheme for XCom {
    fn signature_header(&self) -> Option<&HeaderName> {
        SCHEME.signature_header()
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        SCHEME.sign(request)
    }
}
