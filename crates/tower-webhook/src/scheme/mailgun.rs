//! Mailgun's scheme.

use http::HeaderValue;

use super::form::{fields, is_form, only_field};
use super::json::Json;
use super::{Encoding, Head, Scheme, SignatureClaim, TimestampFormat};
use crate::rejection::{Rejection, RejectionKind};
use crate::secret::SigningSecret;

/// Mailgun's scheme. **It does not sign the event**: whoever has seen one request can send another event with its
/// signature while its time is in the [window](crate::Verifier::tolerance). The transport must hide requests, so
/// receive by HTTPS alone.
///
/// **Sends** the signature in the body: in JSON an object `signature` with `timestamp`, `token` and `signature`, the
/// last in 64 lower-case hex digits; in a form, fields of these names. Multipart forms are not read.
///
/// **Specified** in <https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks>.
///
/// **Signs** the timestamp and the token, joined, with HMAC-SHA256 under the HTTP webhook signing key as UTF-8 bytes.
/// The `parent-signature` of an event of a subaccount, under the key of the parent account, is as good. The token, 50
/// letters and digits that occur once, becomes the [delivery id](crate::VerifiedBody::delivery_id), so that a signature
/// that was seen before makes a duplicate, whatever the event.
///
/// Mailgun repeats a delivery for 8 hours, and does not say whether it signs it again. If it does not, a longer
/// [`tolerance`](crate::Verifier::tolerance) is needed.
///
/// No vector with its key is published. The signature in the example was computed with another program:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::Mailgun;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let body = r#"{
///     "signature": {
///         "timestamp": "1700000000",
///         "token": "e0b5477167110d68991efc6b9f89f0a11066af27834600e123",
///         "signature": "34f2c842afcb46550fa90f565110e990b35235fd68f5b557ebd8cc5c3052bb24"
///     },
///     "event-data": {"event": "delivered"}
/// }"#;
/// let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let verifier = Verifier::new(Mailgun, SigningSecret::new("hush")?).clock(move || now);
/// let verified = verifier.verify(&HeaderMap::new(), body)?;
/// assert_eq!(verified.delivery_id(), Some(&b"e0b5477167110d68991efc6b9f89f0a11066af27834600e123"[..]));
///
/// // The event is not signed, the token is.
/// assert!(verifier.verify(&HeaderMap::new(), body.replace("delivered", "complained")).is_ok());
/// assert!(verifier.verify(&HeaderMap::new(), body.replace("e123", "e124")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Mailgun;

/// With another length it would not show where the timestamp ends.
const TOKEN_LEN: usize = 50;

/// What Mailgun puts into the body; the signatures in the order of their names here.
struct Found<'a> {
    timestamp: &'a [u8],
    token: &'a [u8],
    signature: &'a [u8],
    parent_signature: Option<&'a [u8]>,
}

impl Scheme for Mailgun {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "mailgun"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        is_form(head.headers())?;
        Ok(SignatureClaim::in_body(head))
    }

    fn read_body<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        if is_form(head.headers())? {
            let fields = fields(body).ok_or_else(|| malformed("the form has more than 1024 fields"))?;
            let field = |name| only_field(&fields, name);
            let parent_signature = field("parent-signature");
            if parent_signature.is_none() && fields.iter().any(|(name, _)| **name == *b"parent-signature") {
                return Err(missing());
            }
            return claim(&Found {
                timestamp: field("timestamp").ok_or_else(missing)?,
                token: field("token").ok_or_else(missing)?,
                signature: field("signature").ok_or_else(missing)?,
                parent_signature,
            });
        }
        let json = Json::parse(body).ok_or_else(|| malformed("the body is not JSON, or deeper than 64"))?;
        let members = json.members(["signature"]).ok_or_else(missing)?;
        let [Some(object)] = members else { return Err(missing()) };
        let members = object.members(["timestamp", "token", "signature", "parent-signature"]);
        let texts = members.ok_or_else(missing)?.map(|value| {
            let value = value?;
            value.string().or_else(|| value.whole_number().map(Into::into))
        });
        let text = |at: usize| texts[at].as_deref().map(str::as_bytes);
        claim(&Found {
            timestamp: text(0).ok_or_else(missing)?,
            token: text(1).ok_or_else(missing)?,
            signature: text(2).ok_or_else(missing)?,
            parent_signature: text(3),
        })
    }
}

fn claim(found: &Found<'_>) -> Result<SignatureClaim<'static>, Rejection> {
    let decoded = |digits| Encoding::Hex.decode(digits);
    let mac = decoded(found.signature).ok_or_else(|| malformed("the signature is not 64 lower-case hex digits"))?;
    let Some(seconds) = TimestampFormat::Seconds.parse(found.timestamp) else {
        return Err(Rejection::in_body(RejectionKind::MalformedTimestamp));
    };
    if found.token.len() != TOKEN_LEN || !found.token.iter().all(u8::is_ascii_alphanumeric) {
        return Err(malformed("the token is not 50 letters and digits"));
    }
    let id = HeaderValue::from_bytes(found.token).expect("letters and digits");
    let mut header = SignatureClaim::new(mac)
        .signed_instead_of_body([found.timestamp, found.token].concat())
        .timestamp(seconds)
        .owned_delivery_id(id);
    if let Some(digits) = found.parent_signature {
        let mac = decoded(digits).ok_or_else(|| malformed("the parent signature is not 64 lower-case hex digits"))?;
        header = header.or(mac);
    }
    Ok(header)
}

fn missing() -> Rejection {
    let fault = "the body lacks one of `timestamp`, `token` and `signature`, or has one or `parent-signature` twice";
    Rejection::in_body(RejectionKind::MissingSignature).with_source(fault)
}

fn malformed(fault: &'static str) -> Rejection {
    Rejection::in_body(RejectionKind::MalformedSignature).with_source(fault)
}

#[cfg(feature = "sign")]
mod sign {
    use http::HeaderMap;
    use http::header::HeaderName;

    use super::{Encoding, Mailgun, TOKEN_LEN, is_form};
    use crate::error::SignError;
    use crate::mac::{self, Algorithm};
    use crate::scheme::signing::{inside, with_member};
    use crate::scheme::{SigningScheme, Unsigned};

    impl SigningScheme for Mailgun {
        /// None: the signature is in the body.
        fn signature_header(&self) -> Option<&HeaderName> {
            None
        }

        fn sign(&self, _: &Unsigned<'_>) -> HeaderMap {
            inside("mailgun")
        }

        /// Sets the member `signature` of a JSON object, or appends the fields to a form. The token is made of the id
        /// of the delivery.
        ///
        /// # Errors
        ///
        /// When the content is neither, or an object that has two of that member.
        fn sign_body(&self, request: &Unsigned<'_>, content: &[u8]) -> Result<Option<Vec<u8>>, SignError> {
            let timestamp = request.timestamp().to_string();
            let token = Encoding::Hex.encode(&mac::sha256(&[request.id().as_bytes()]));
            let token = &token[..TOKEN_LEN];
            let message = [timestamp.as_bytes(), token.as_bytes()];
            let signature = request.signature_instead_of_body(Algorithm::HmacSha256, &message);
            let signature = Encoding::Hex.encode(&signature.to_vec());
            if is_form(request.head().headers()).unwrap_or_default() {
                let mark = if content.is_empty() { "" } else { "&" };
                let fields = format!("{mark}timestamp={timestamp}&token={token}&signature={signature}");
                return Ok(Some([content, fields.as_bytes()].concat()));
            }
            let object = format!(r#"{{"timestamp":"{timestamp}","token":"{token}","signature":"{signature}"}}"#);
            let signed = with_member(content, &[], "signature", &object);
            let fault = "signs in a JSON object with at most one `signature`, and this body is none";
            signed.map(Some).ok_or(SignError::new("mailgun", fault))
        }
    }
}
