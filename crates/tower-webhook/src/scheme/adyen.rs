//! Adyen's scheme for payments.

use std::borrow::Cow;

use super::json::Json;
use super::{Encoding, Head, Scheme, SignatureClaim};
use crate::rejection::{Rejection, RejectionKind};
use crate::secret::DecodedSecret;

/// Adyen's scheme for notifications about payments, in JSON. **It signs eight fields** and not the rest: whoever has
/// seen one request can change the other fields. The transport must hide requests, so receive by HTTPS alone, and act
/// on the signed fields.
///
/// **Sends** the signature in the body, as `hmacSignature` in the `additionalData` of the `NotificationRequestItem`: 44
/// characters of base64. `notificationItems` must have exactly one item.
///
/// **Specified** in <https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures>.
///
/// **Signs** `pspReference`, `originalReference`, `merchantAccountCode`, `merchantReference`, `value` and `currency` of
/// `amount`, `eventCode` and `success`, with colons between them and nothing for those that are missing, with
/// HMAC-SHA256 under the HMAC key, [decoded from hex](crate::DecodedSecret::from_hex). A field other than
/// `merchantReference` must not contain a colon: it would not show where it ends. The value of the amount is a number,
/// every other field a string; `null` is the same as a missing one, and as an empty one. The signed fields identify the
/// [delivery](crate::VerifiedBody::delivery_key).
///
/// The example is from `src/__tests__/hmacValidator.spec.ts` of <https://github.com/Adyen/adyen-node-api-library>, with
/// its fields written as JSON:
///
/// ```
/// use std::error::Error;
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::Adyen;
/// use tower_webhook::{DecodedSecret, Verifier};
///
/// let body = r#"{"live": "false", "notificationItems": [{"NotificationRequestItem": {
///     "pspReference": "pspReference",
///     "originalReference": "originalReference",
///     "merchantAccountCode": "merchantAccount",
///     "merchantReference": "reference",
///     "amount": {"currency": "EUR", "value": 1000},
///     "eventCode": "REPORT_AVAILABLE",
///     "success": "true",
///     "additionalData": {"hmacSignature": "ZNBPtI+oDyyRrLyD1XirkKnQgIAlFc07Vj27TeHsDRE="}
/// }}]}"#;
/// let key = DecodedSecret::from_hex("DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00")?;
/// let verifier = Verifier::new(Adyen, key);
/// assert!(verifier.verify(&HeaderMap::new(), body).is_ok());
/// assert!(verifier.verify(&HeaderMap::new(), body.replace("1000", "1001")).is_err());
///
/// let rejection = verifier.verify(&HeaderMap::new(), body.replace("hmacSignature", "x")).unwrap_err();
/// assert_eq!(rejection.to_string(), "signature in the body is missing");
/// assert_eq!(rejection.source().unwrap().to_string(), "the notification item has no `hmacSignature`, or two");
///
/// // This field is not signed.
/// assert!(verifier.verify(&HeaderMap::new(), body.replace(r#""live": "false""#, r#""live": "true""#)).is_ok());
/// # Ok::<(), Box<dyn Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Adyen;

impl Scheme for Adyen {
    type Secret = DecodedSecret;

    fn name(&self) -> &'static str {
        "adyen"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        Ok(SignatureClaim::in_body(head))
    }

    fn read_body<'a>(&'a self, _: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        let json = Json::parse(body).ok_or_else(|| malformed("the body is not JSON, or deeper than 64"))?;
        let item = item(json).ok_or_else(|| missing("the body has not exactly one notification item"))?;
        let signature =
            signature(item).ok_or_else(|| missing("the notification item has no `hmacSignature`, or two"))?;
        let mac = Encoding::Base64.decode(signature.as_bytes());
        let mac = mac.ok_or_else(|| malformed("`hmacSignature` is not 44 characters of base64"))?;
        let message = message(item).ok_or_else(|| malformed("a signed field occurs twice, or has another form"))?;
        Ok(SignatureClaim::new(mac).signed_instead_of_body(message.into_bytes()))
    }
}

fn item(notification: Json<'_>) -> Option<Json<'_>> {
    let [items] = notification.members(["notificationItems"])?;
    let items = items?.elements::<1>()?;
    let [item] = items.first()?.members(["NotificationRequestItem"])?;
    item
}

fn signature(item: Json<'_>) -> Option<Cow<'_, str>> {
    let [data] = item.members(["additionalData"])?;
    let [signature] = data?.members(["hmacSignature"])?;
    signature?.string()
}

/// The signed fields, joined; `None` when one of them does not have the form that it must have.
fn message(item: Json<'_>) -> Option<String> {
    let [psp, original, account, reference, amount, code, success] = item.members([
        "pspReference",
        "originalReference",
        "merchantAccountCode",
        "merchantReference",
        "amount",
        "eventCode",
        "success",
    ])?;
    let [value, currency] = match amount {
        Some(amount) if !amount.is_null() => amount.members(["value", "currency"])?,
        _ => [None; 2],
    };
    let fields = [psp, original, account, reference, value, currency, code, success];
    let mut message = String::new();
    for (at, field) in fields.into_iter().enumerate() {
        let text = match field {
            Some(field) if !field.is_null() => match field.whole_number() {
                // Only the amount is a number.
                Some(number) if at == 4 => number.into(),
                _ => field.string()?,
            },
            _ => "".into(),
        };
        if at > 0 {
            message.push(':');
        }
        // The merchant's own reference is the only one that may have a colon.
        if at != 3 && text.contains(':') {
            return None;
        }
        message.push_str(&text);
    }
    Some(message)
}

fn missing(fault: &'static str) -> Rejection {
    Rejection::in_body(RejectionKind::MissingSignature).with_source(fault)
}

fn malformed(fault: &'static str) -> Rejection {
    Rejection::in_body(RejectionKind::MalformedSignature).with_source(fault)
}

#[cfg(feature = "sign")]
mod sign {
    use http::HeaderMap;
    use http::header::HeaderName;

    use super::{Adyen, Encoding, Json, item, message};
    use crate::error::SignError;
    use crate::mac::Algorithm;
    use crate::scheme::signing::{inside, with_member};
    use crate::scheme::{SigningScheme, Unsigned};

    impl SigningScheme for Adyen {
        /// None: the signature is in the body.
        fn signature_header(&self) -> Option<&HeaderName> {
            None
        }

        fn sign(&self, _: &Unsigned<'_>) -> HeaderMap {
            inside("adyen")
        }

        /// Sets `hmacSignature` in the `additionalData` of the notification item, which is added where it is missing.
        ///
        /// # Errors
        ///
        /// When the content is no notification with exactly one item, or a field of it occurs twice or has another
        /// form.
        fn sign_body(&self, request: &Unsigned<'_>, content: &[u8]) -> Result<Option<Vec<u8>>, SignError> {
            let fault = |fault| SignError::new("adyen", fault);
            let item = Json::parse(content).and_then(item);
            let item = item.ok_or(fault("signs one notification item, and this body has not exactly one"))?;
            let message = message(item);
            let message = message.ok_or(fault("cannot sign a field that occurs twice or has another form"))?;
            let signature = request.signature_instead_of_body(Algorithm::HmacSha256, &[message.as_bytes()]);
            let signature = format!("\"{}\"", Encoding::Base64.encode(&signature.to_vec()));
            let has_data = !matches!(item.members(["additionalData"]), Some([None]));
            let item = &content[item.range_in(content)];
            let signed = if has_data {
                with_member(item, &["additionalData"], "hmacSignature", &signature)
            } else {
                with_member(
                    item,
                    &[],
                    "additionalData",
                    &format!("{{\"hmacSignature\":{signature}}}"),
                )
            };
            let at = item.as_ptr().addr() - content.as_ptr().addr();
            let (before, after) = (&content[..at], &content[at + item.len()..]);
            let signed = signed.ok_or(fault("signs in `additionalData`, which is no object, or occurs twice"))?;
            Ok(Some([before, &signed, after].concat()))
        }
    }
}
