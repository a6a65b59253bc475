//! Slack's scheme.

use http::header::HeaderName;

use super::{HmacScheme, Part, TimestampFormat, provider};

static SCHEME: HmacScheme = HmacScheme::new("slack", HeaderName::from_static("x-slack-signature"))
    .prefix("v0=")
    .timestamp_header(
        HeaderName::from_static("x-slack-request-timestamp"),
        TimestampFormat::Seconds,
    )
    .signs(&[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body]);

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
/// The example is the one of that page:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::Slack;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
///     &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
///     &command=%2Fwebhook-collect&text=\
///     &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
///     &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
/// let mut headers = HeaderMap::new();
/// headers.insert("x-slack-request-timestamp", "1531420618".parse()?);
/// headers.insert(
///     "x-slack-signature",
///     "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503".parse()?,
/// );
/// let then = UNIX_EPOCH + Duration::from_secs(1_531_420_618);
/// let secret = SigningSecret::new("8f742231b10e8888abcd99yyyzzz85a5")?;
/// assert!(Verifier::new(Slack, secret).clock(move || then).verify(&headers, body).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Slack;

provider!(Slack: HmacScheme = SCHEME);
