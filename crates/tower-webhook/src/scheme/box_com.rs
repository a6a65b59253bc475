//! Box's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, Part, TimestampFormat, provider};

static SCHEME: HmacScheme = HmacScheme::new("box_com", HeaderName::from_static("box-signature-primary"))
    .encoding(Encoding::Base64)
    .second_header(HeaderName::from_static("box-signature-secondary"))
    .timestamp_header(
        HeaderName::from_static("box-delivery-timestamp"),
        TimestampFormat::Rfc3339,
    )
    .signs(&[Part::Body, Part::Timestamp]);

/// Box's scheme.
///
/// **Sends** `Box-Signature-Primary: <44 characters of base64>` and `Box-Signature-Secondary` in the same form, one for
/// each key, and exactly one `Box-Delivery-Timestamp: <RFC 3339>`. One of the two signatures is enough.
///
/// **Specified** in <https://developer.box.com/guides/webhooks/v2/signatures-v2>.
///
/// **Signs** the raw body and then the timestamp, with HMAC-SHA256 under a signature key as UTF-8 bytes. Give both
/// keys, as [`Secrets`](crate::Secrets), and change one after the other. `Box-Delivery-Id` is not signed. Nor are
/// `Box-Signature-Version` and `Box-Signature-Algorithm`, which are ignored: whatever they say, the one form above is
/// accepted.
///
/// Box's own libraries accept ten minutes, this crate [five](crate::Verifier::tolerance).
///
/// The example is from `tests/lib/managers/webhooks-test.js` of <https://github.com/box/box-node-sdk>:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::BoxCom;
/// use tower_webhook::{Secrets, SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("box-delivery-timestamp", "2020-01-01T00:00:00-07:00".parse()?);
/// headers.insert("box-signature-primary", "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=".parse()?);
/// headers.insert("box-signature-secondary", "v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo=".parse()?);
/// let body = concat!(
///     r#"{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","#,
///     r#""source":{"id":"1234567890","type":"file","name":"Test.txt"}}"#,
/// );
/// let then = UNIX_EPOCH + Duration::from_secs(1_577_862_000);
/// let primary = SigningSecret::new("SamplePrimaryKey")?;
/// let secondary = SigningSecret::new("SampleSecondaryKey")?;
/// let verifier = Verifier::new(BoxCom, Secrets::new(primary).and(secondary)).clock(move || then);
/// assert!(verifier.verify(&headers, body).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct BoxCom;

provider!(BoxCom: HmacScheme = SCHEME);
