//! Adyen's signature of eight fields.

use http::HeaderMap;
use tower_webhook::RejectionKind::{MalformedSignature, MissingSignature, SignatureMismatch};

use super::super::provider::{NOW, Provider};
use super::{Row, changed, signed};

pub(super) const NOTIFICATION: &str = r#"{"live":"false","notificationItems":[{"NotificationRequestItem":{
    "pspReference":"8515131751004933","originalReference":"7914073381342284","merchantAccountCode":"Acme",
    "merchantReference":"order: \u0031","amount":{"value":1000,"currency":"EUR"},"eventCode":"AUTHORISATION",
    "success":"true","reason":null,"additionalData":{"a":"b"}}}]}"#;

pub(super) fn rows() -> Vec<Row> {
    let of = Provider::Adyen;
    let row = |name, body: String, wanted| Row::new(of, name, body, wanted);
    let changed = |name, from: &str, to: &str, wanted| changed(of, name, from, to, wanted);
    let sign = |content: String| signed(of, "primary", NOW, content, &HeaderMap::new());
    let bare = r#"{"notificationItems":[{"NotificationRequestItem":{}}]}"#.to_owned();
    let null = NOTIFICATION.replace("\"7914073381342284\"", "null");
    let item = r#"{"NotificationRequestItem":{}}"#;
    vec![
        Row::new(of, "no field but the signature", sign(bare), Ok("primary")),
        row(
            "a field that is null is a missing one",
            String::from_utf8(sign(null).into())
                .unwrap()
                .replace("\"originalReference\":null,", ""),
            Ok("primary"),
        ),
        changed("an escape in another form", "\\u0031", "1", Ok("primary")),
        changed(
            "a field that is not signed",
            "\"live\":\"false\"",
            "\"live\":\"true\"",
            Ok("primary"),
        ),
        changed(
            "another reference",
            "8515131751004933",
            "8515131751004934",
            Err(SignatureMismatch),
        ),
        changed(
            "another original reference",
            "7914073381342284",
            "7914073381342285",
            Err(SignatureMismatch),
        ),
        changed("another account", "Acme", "Umbrella", Err(SignatureMismatch)),
        changed(
            "another reference of the merchant",
            "order",
            "offer",
            Err(SignatureMismatch),
        ),
        changed("another value", "1000", "1001", Err(SignatureMismatch)),
        changed("another currency", "EUR", "USD", Err(SignatureMismatch)),
        changed("another event", "AUTHORISATION", "CANCELLATION", Err(SignatureMismatch)),
        changed("another outcome", "\"true\"", "\"false\"", Err(SignatureMismatch)),
        changed(
            "a field moved over its colon",
            "\"Acme\"",
            "\"Acme:order\"",
            Err(MalformedSignature),
        ),
        changed("a value of a fraction", "1000", "1000.0", Err(MalformedSignature)),
        changed(
            "an outcome that is no string",
            "\"true\"",
            "true",
            Err(MalformedSignature),
        ),
        changed(
            "an amount that is no object",
            "{\"value\"",
            "[],\"x\":{\"value\"",
            Err(MalformedSignature),
        ),
        changed(
            "a signed field that is doubled",
            "\"reason\"",
            "\"success\"",
            Err(MalformedSignature),
        ),
        changed(
            "a signature that is longer",
            "\"hmacSignature\":\"",
            "\"hmacSignature\":\"A",
            Err(MalformedSignature),
        ),
        changed(
            "a signature that is doubled",
            "\"a\":",
            "\"hmacSignature\":",
            Err(MissingSignature),
        ),
        changed("no item", "[{", "[],\"x\":[{", Err(MissingSignature)),
        changed("two items", "[{", &format!("[{item},{{"), Err(MissingSignature)),
    ]
}
