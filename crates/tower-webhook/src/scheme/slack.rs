//! Slack.
//!
//! **Sends** one `X-Slack-Signature: v0=<64 lower-case hex digits>` and one `X-Slack-Request-Timestamp: <seconds>`.
//!
//! **Specified** in <https://docs.slack.dev/authentication/verifying-requests-from-slack/>.
//!
//! **Signs** `v0:`, the timestamp, a colon and the raw body, with HMAC-SHA256 under the app's signing secret taken as UTF-8
//! bytes.
//!
//! **Example**, from that page: `tests/vectors/published.json`, `slack-docs`.

use http::HeaderMap;
use http::header::HeaderName;

use super::{Encoding, Scheme, SignatureHeader, only_mac, only_timestamp};
use crate::rejection::Rejection;

const PREFIX: &str = "v0=";

pub(crate) static HEADER: HeaderName = HeaderName::from_static("x-slack-signature");
static TIMESTAMP: HeaderName = HeaderName::from_static("x-slack-request-timestamp");

pub(crate) struct Slack;

impl Scheme for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        let header: SignatureHeader<'h> = only_mac(headers, &HEADER, PREFIX.as_bytes(), Encoding::Hex)?;
        let (text, seconds) = only_timestamp(headers, &TIMESTAMP)?;
        Ok(header.signed_before_body([b"v0:", text, b":"]).timestamp(seconds))
    }
}

#[cfg(feature = "sign")]
impl super::write::Write for Slack {
    fn write(&self, stamp: &super::write::Stamp<'_>, mac: super::write::MacOf<'_>) -> HeaderMap {
        let time = stamp.timestamp.to_string();
        let mac = Encoding::Hex.encode(&mac(&[b"v0:", time.as_bytes(), b":"]));
        super::write::headers([(&HEADER, format!("{PREFIX}{mac}")), (&TIMESTAMP, time)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{header, tags};
    use super::*;

    #[test]
    fn time_and_text_before_the_body_are_read() {
        let mut headers = header("x-slack-signature", &format!("v0={}", "0a".repeat(32)));
        headers.insert(&TIMESTAMP, "1531420618".parse().unwrap());
        let read = Slack.read(&headers).unwrap();
        assert_eq!(read.timestamp, Some(1_531_420_618));
        assert_eq!(read.signed_before_body.unwrap().concat(), b"v0:1531420618:");
        assert_eq!(read.mac, [10; 32]);
    }

    #[test]
    fn the_timestamp_is_there_once_and_is_one() {
        let mut headers = header("x-slack-signature", &format!("v0={}", "0a".repeat(32)));
        assert_eq!(tags(Slack.read(&headers)), Err(Rejection::MissingTimestamp));
        for malformed in ["", "+5", "1531420618.0", "now"] {
            headers.insert(&TIMESTAMP, malformed.parse().unwrap());
            assert_eq!(
                tags(Slack.read(&headers)),
                Err(Rejection::MalformedTimestamp),
                "{malformed}"
            );
        }
        headers.insert(&TIMESTAMP, "5".parse().unwrap());
        headers.append(&TIMESTAMP, "5".parse().unwrap());
        assert_eq!(tags(Slack.read(&headers)), Err(Rejection::MalformedTimestamp));
    }
}
