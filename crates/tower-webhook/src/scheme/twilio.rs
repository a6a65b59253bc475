//! Twilio's scheme.

use http::HeaderMap;
use http::header::HeaderName;

use super::form::{Field, fields, is_form};
use super::hmac_scheme::PublicUrl;
use super::only_value::malformed;
use super::{Encoding, Head, Scheme, Signature, SignatureClaim, only_value};
use crate::error::ConfigError;
#[cfg(feature = "sign")]
use crate::error::SignError;
use crate::mac;
use crate::rejection::{Rejection, RejectionKind};
use crate::secret::SigningSecret;

/// What is wrong with a form that is refused.
const FORM: &str = "the form has more than 1024 fields, or a name other than letters, digits and `_-.[]`";

static SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");

/// Twilio's scheme, for webhooks that it sends by `POST`.
///
/// **Sends** exactly one `X-Twilio-Signature: <28 characters of base64>`.
///
/// **Specified** in <https://www.twilio.com/docs/usage/webhooks/webhooks-security>.
///
/// **Signs**, with HMAC-SHA1 under the account's auth token as UTF-8 bytes, what the `Content-Type` says:
///
/// - of a form (`application/x-www-form-urlencoded`), the public URL, then the name and the value of each field,
///   decoded and sorted, with nothing between them. A field that occurs twice with the same value counts once;
/// - of any other body, such as JSON, the public URL with `bodySHA256=` and the SHA-256 of the body at the end of its
///   query.
///
/// What is signed of a form does not show where a name or a value ends. Who has seen one request can therefore send
/// other fields that are the same text when they are joined: another `From`, for example, out of the text of a message
/// that he has sent himself. The transport must hide requests, so receive by HTTPS alone. All of these have the same
/// [delivery key](crate::VerifiedBody::delivery_key), which is made of the signed text. A form has at most 1024 fields,
/// whose names are letters, digits and `_-.[]`. SHA-1 is what Twilio chose.
///
/// The first example is from `tests/unit/test_request_validator.py` of <https://github.com/twilio/twilio-python>:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Twilio;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let twilio = Twilio::new("https://mycompany.com/myapp.php?foo=1&bar=2")?;
/// let verifier = Verifier::new(twilio, SigningSecret::new("12345")?);
///
/// let mut headers = HeaderMap::new();
/// headers.insert("content-type", "application/x-www-form-urlencoded; charset=UTF-8".parse()?);
/// headers.insert("x-twilio-signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=".parse()?);
/// let form = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
/// assert!(verifier.verify(&headers, form).is_ok());
/// assert!(verifier.verify(&headers, form.replace("1234&", "1235&")).is_err());
///
/// // This signature was computed with another program.
/// headers.insert("content-type", "application/json".parse()?);
/// headers.insert("x-twilio-signature", "rw/jVviOgicj2+kHZULvebnA4ag=".parse()?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Twilio {
    url: PublicUrl,
}

impl Twilio {
    /// For the webhook with this URL, query included, written as Twilio has it. The URL of a request is not taken for
    /// it: proxies rewrite it, and a query that the sender of a request may choose could pass for fields of a form.
    ///
    /// A URL whose query differs from message to message, as that of a status callback may, needs a verifier for each.
    /// Twilio sometimes signs the URL with its port and sometimes without; this scheme takes it as it is given here.
    /// Webhooks that Twilio sends by `GET` are refused.
    ///
    /// # Errors
    ///
    /// [`ConfigError::PublicUrl`] when it is not an absolute URL of `http` or `https`, or has a fragment.
    pub fn new(public_url: &str) -> Result<Self, ConfigError> {
        let url = PublicUrl::new(public_url)?;
        Ok(Self { url })
    }

    /// The bytes that are signed of this body.
    fn message(&self, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Rejection> {
        let url = self.url.as_str();
        let Some(mut fields) = form(headers, body)? else {
            let mark = if url.contains('?') { '&' } else { '?' };
            let hash = Encoding::Hex.encode(&mac::sha256(&[body]));
            return Ok(format!("{url}{mark}bodySHA256={hash}").into_bytes());
        };
        fields.sort_unstable();
        fields.dedup();
        let mut message = Vec::with_capacity(url.len() + body.len());
        message.extend_from_slice(url.as_bytes());
        for (name, value) in fields {
            message.extend_from_slice(&name);
            message.extend_from_slice(&value);
        }
        Ok(message)
    }
}

/// The fields of a form, and none of any other body. A form with too many fields or other names is refused.
fn form<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<Option<Vec<Field<'a>>>, Rejection> {
    if !is_form(headers)? {
        return Ok(None);
    }
    let fields = fields(body).filter(|fields| fields.iter().all(|(name, _)| is_name(name)));
    let refused = || Rejection::in_body(RejectionKind::MalformedSignature).with_source(FORM);
    fields.map(Some).ok_or_else(refused)
}

/// Whether Twilio could have a field of this name. In any other one the text of a message could be hidden, of which its
/// sender would otherwise make fields, JSON, or the signed text of a body that is no form.
fn is_name(name: &[u8]) -> bool {
    let may_be = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']');
    !name.is_empty() && name.iter().all(may_be)
}

impl Scheme for Twilio {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "twilio"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        read_signature(head)?;
        is_form(head.headers())?;
        Ok(SignatureClaim::in_body(head))
    }

    fn read_body<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        let signature = read_signature(head)?;
        let message = self.message(head.headers(), body)?;
        Ok(SignatureClaim::new(signature).signed_instead_of_body(message))
    }
}

fn read_signature(head: Head<'_>) -> Result<Signature, Rejection> {
    let text = only_value(head.headers(), &SIGNATURE)?.as_bytes();
    let mac = Encoding::Base64.decode(text).ok_or_else(|| malformed(&SIGNATURE))?;
    Ok(Signature::HmacSha1(mac))
}

#[cfg(feature = "sign")]
const FAULT: &str = "signs forms of at most 1024 fields with plain names, and requests with one `Content-Type`";

#[cfg(feature = "sign")]
impl super::SigningScheme for Twilio {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&SIGNATURE)
    }

    /// None is in the body.
    ///
    /// # Errors
    ///
    /// When [`sign`](super::SigningScheme::sign) would panic.
    fn sign_body(&self, request: &super::Unsigned<'_>, content: &[u8]) -> Result<Option<Vec<u8>>, SignError> {
        match form(request.head().headers(), content) {
            Ok(_) => Ok(None),
            Err(_) => Err(SignError::new("twilio", FAULT)),
        }
    }

    /// # Panics
    ///
    /// When a form has more than 1024 fields, or the request has two `Content-Type`s.
    fn sign(&self, request: &super::Unsigned<'_>) -> HeaderMap {
        let message = self.message(request.head().headers(), &request.body());
        let message = message.expect(FAULT);
        let signature = request.signature_instead_of_body(super::Algorithm::HmacSha1, &[&message]);
        super::signing::headers([(&SIGNATURE, Encoding::Base64.encode(&signature.to_vec()))])
    }
}
