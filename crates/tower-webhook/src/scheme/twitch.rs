//! Twitch's scheme.

use http::header::HeaderName;

use super::{HmacScheme, Part, TimestampFormat, provider};

static SCHEME: HmacScheme = HmacScheme::new("twitch", HeaderName::from_static("twitch-eventsub-message-signature"))
    .prefix("sha256=")
    .id_header(HeaderName::from_static("twitch-eventsub-message-id"))
    .timestamp_header(
        HeaderName::from_static("twitch-eventsub-message-timestamp"),
        TimestampFormat::Rfc3339,
    )
    .signs(&[Part::Id, Part::Timestamp, Part::Body]);

/// Twitch's scheme.
///
/// **Sends** exactly one each of `Twitch-Eventsub-Message-Signature: sha256=<64 lower-case hex digits>`,
/// `Twitch-Eventsub-Message-Id` and `Twitch-Eventsub-Message-Timestamp: <RFC 3339>`.
///
/// **Specified** in <https://dev.twitch.tv/docs/eventsub/handling-webhook-events/>.
///
/// **Signs** the id, the timestamp and the raw body, with nothing between them, with HMAC-SHA256 under the secret of
/// the subscription as UTF-8 bytes. The form of the time is strict, and an id with a colon, which a time has, is
/// refused, so the signed bytes can be divided in one way only. The signed id identifies the delivery: its
/// [key](crate::VerifiedBody::delivery_key) is made from it. `Twitch-Eventsub-Message-Type` is not signed.
///
/// Twitch advises ten minutes, this crate accepts [five](crate::Verifier::tolerance). The first message of a
/// subscription, of the type `webhook_callback_verification`, is signed; the answer to it is its `challenge`. The
/// message of the type `revocation` must get a 2xx.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use tower_webhook::scheme::Twitch;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Twitch, &secret).timestamp(1_700_000_000).id("e761").headers("{}");
/// assert_eq!(
///     headers["twitch-eventsub-message-signature"],
///     "sha256=96166accedca2b00ba799cf6444cd366ada786e5ca311eeb51edce7e9209b25d"
/// );
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let verifier = Verifier::new(Twitch, secret).clock(move || then);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Twitch;

provider!(Twitch: HmacScheme = SCHEME);
