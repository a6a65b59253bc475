//! Slack's scheme.

use http::header::HeaderName;

use super::only_value::only_mac;
use super::{Encoding, Head, Scheme, SignatureHeader, only_timestamp};
use crate::rejection::Rejection;
use crate::secret::SigningSecret;

static SIGNATURE: HeaderName = HeaderName::from_static("x-slack-signature");
static TIMESTAMP: HeaderName = HeaderName::from_static("x-slack-request-timestamp");
const PREFIX: &str = "v0=";

/// Slack's scheme.
///
/// **Sends** exactly one `X-Slack-Signature: v0=<64 lower-case hex digits>` and one
/// `X-Slack-Request-Timestamp: <seconds>`.
///
/// **Specified** in <https://docs.slack.dev/authentication/verifying-requests-from-slack/>.
///
/// **Signs** `v0:`, the timestamp, a colon and the raw body, with HMAC-SHA256 under the app's signing secret as UTF-8
/// bytes.
///
/// ```
/// use tower_webhook::scheme::Slack;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("8f742231b10e8888abcd99yyyzzz85a5")?;
/// let headers = Signer::new(Slack, &secret).timestamp(1_531_420_618).headers("token=xyz");
/// assert_eq!(headers["x-slack-request-timestamp"], "1531420618");
/// // It was signed in 2018: the time is outside of the verifier's tolerance.
/// let verifier = Verifier::new(Slack, secret);
/// assert_eq!(verifier.verify(&headers, "token=xyz").unwrap_err().code(), "timestamp_too_old");
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Slack;

impl Scheme for Slack {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "slack"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureHeader<'a>, Rejection> {
        let header: SignatureHeader<'a> = only_mac(head.headers(), &SIGNATURE, PREFIX, Encoding::Hex)?;
        let (text, seconds) = only_timestamp(head.headers(), &TIMESTAMP)?;
        Ok(header.signed_before_body([b"v0:", text, b":"]).timestamp(seconds))
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for Slack {
    fn signature_header(&self) -> &HeaderName {
        &SIGNATURE
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        let time = request.timestamp().to_string();
        let mac = request.mac(&[b"v0:", time.as_bytes(), b":"], &[]);
        let mac = Encoding::Hex.encode(&mac);
        super::signing::headers([(&SIGNATURE, format!("{PREFIX}{mac}")), (&TIMESTAMP, time)])
    }
}
