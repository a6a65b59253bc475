//! Properties of signatures that are made of the body: slower readers see the same fields, and no bytes cause a panic.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use tower_webhook::scheme::{Adyen, Algorithm, Encoding, HmacScheme, Twilio};
use tower_webhook::sign::Signer;
use tower_webhook::{DecodedSecret, SigningSecret, Verifier};

use crate::contract::provider::{INSIDE, Provider, named_secret};

const URL: &str = "https://hooks.example/twilio";

/// The MAC of a message in base64, by a scheme whose message is the body.
fn mac(algorithm: Algorithm, key: &DecodedSecret, message: &[u8]) -> String {
    const MAC: HeaderName = HeaderName::from_static("x-mac");
    let scheme = HmacScheme::decoded("own", MAC)
        .algorithm(algorithm)
        .encoding(Encoding::Base64);
    let headers = Signer::new(scheme, key).headers(message);
    headers[MAC].to_str().unwrap().to_owned()
}

/// Fields with the names that a provider would choose, or pieces that mean something in a form, and any other bytes.
fn form() -> impl Strategy<Value = Vec<u8>> {
    let piece = || {
        prop_oneof![
            "[&=+%]".prop_map(String::into_bytes),
            "%[0-9a-fA-F]{2}".prop_map(String::into_bytes),
            "[a-c]{1,2}".prop_map(String::into_bytes),
            vec(any::<u8>(), 1..3),
        ]
    };
    let value =
        vec(piece(), 0..6).prop_map(|pieces| pieces.concat().into_iter().filter(|byte| *byte != b'&').collect());
    let field = ("([a-cA_.-]|%6[1-3]|\\[0\\]){1,2}=?", value);
    let field = field.prop_map(|(name, value): (String, Vec<u8>)| {
        let is_alone = !name.ends_with('=');
        let mut field = name.into_bytes();
        field.extend(if is_alone { Vec::new() } else { value });
        field
    });
    let fields = vec(field, 0..12).prop_map(|fields| fields.join(&b'&'));
    prop_oneof![fields, vec(piece(), 0..60).prop_map(|pieces| pieces.concat())]
}

/// What is signed of a form, byte by byte and name by name; `None` when a name is not one of letters, digits and
/// `_-.[]`.
fn message_of_form(form: &[u8]) -> Option<Vec<u8>> {
    let decode = |text: &[u8]| {
        let mut bytes = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let digits = text
                .get(at + 1..at + 3)
                .and_then(|digits| std::str::from_utf8(digits).ok());
            let escaped =
                digits.filter(|digits| text[at] == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
            if let Some(digits) = escaped {
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                at += 3;
            } else {
                bytes.push(if text[at] == b'+' { b' ' } else { text[at] });
                at += 1;
            }
        }
        bytes
    };
    let mut fields = std::collections::BTreeMap::<String, std::collections::BTreeSet<Vec<u8>>>::new();
    for field in form.split(|byte| *byte == b'&').filter(|field| !field.is_empty()) {
        let mut halves = field.splitn(2, |byte| *byte == b'=');
        let (name, value) = (halves.next().unwrap(), halves.next().unwrap_or_default());
        let name = String::from_utf8(decode(name)).ok()?;
        if name.is_empty() || name.contains(|letter: char| !letter.is_ascii_alphanumeric() && !"_-.[]".contains(letter))
        {
            return None;
        }
        fields.entry(name).or_default().insert(decode(value));
    }
    let mut message = URL.as_bytes().to_vec();
    for (name, values) in fields {
        for value in values {
            message.extend([name.as_bytes(), &value].concat());
        }
    }
    Some(message)
}

/// The signed fields of a notification and its signature, as `serde_json` reads them.
fn read_by_serde(body: &[u8]) -> Option<(String, String)> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let items = body["notificationItems"].as_array()?;
    let [item] = items.as_slice() else { return None };
    let item = &item["NotificationRequestItem"];
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let fields = [
        text(&item["pspReference"]),
        text(&item["originalReference"]),
        text(&item["merchantAccountCode"]),
        text(&item["merchantReference"]),
        text(&item["amount"]["value"]),
        text(&item["amount"]["currency"]),
        text(&item["eventCode"]),
        text(&item["success"]),
    ];
    let signature = item["additionalData"]["hmacSignature"].as_str()?;
    Some((fields.join(":"), signature.to_owned()))
}

fn notification(texts: &[String; 7], value: i64) -> String {
    let text = |at: usize| Value::String(texts[at].clone());
    serde_json::json!({
        "live": text(6),
        "notificationItems": [{"NotificationRequestItem": {
            "additionalData": {text(6).as_str().unwrap(): [{}, null, 1.5e3]},
            "pspReference": text(0),
            "originalReference": null,
            "merchantAccountCode": text(1),
            "merchantReference": text(2),
            "amount": {"value": value, "currency": text(3)},
            "eventCode": text(4),
            "success": text(5),
        }}],
    })
    .to_string()
}

fn accepts(of: Provider, content_type: Option<&'static str>, body: Vec<u8>) -> bool {
    let headers = content_type.map(|content_type| (CONTENT_TYPE, HeaderValue::from_static(content_type)));
    of.verifier_of(named_secret("primary"))
        .verify(&HeaderMap::from_iter(headers), body)
        .is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_form_is_signed_as_a_slower_reader_reads_it(form in form()) {
        let key = DecodedSecret::from_hex("00".repeat(31) + "01").unwrap();
        let plain = SigningSecret::new([[0; 31].as_slice(), &[1]].concat()).unwrap();
        let message = message_of_form(&form);
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")),
            (
                HeaderName::from_static("x-twilio-signature"),
                mac(Algorithm::HmacSha1, &key, message.as_deref().unwrap_or_default()).parse().unwrap(),
            ),
        ]);
        let verifier = Verifier::new(Twilio::new(URL).unwrap(), plain);
        prop_assert_eq!(verifier.verify(&headers, form).is_ok(), message.is_some());
    }

    #[test]
    fn a_notification_is_signed_as_serde_json_reads_it(
        texts in prop::array::uniform7("[^:]{0,6}"),
        value in any::<i64>(),
        cuts in vec((any::<Index>(), any::<Index>(), "[\"\\\\u0:,{}\\[\\] a-z]{0,3}"), 0..3),
    ) {
        let key = named_secret("primary").decode_whsec().unwrap();
        let content = notification(&texts, value);
        let signed = Signer::new(Adyen, &key).sign_body(Request::new(content)).unwrap().into_body().to_vec();
        let (message, signature) = read_by_serde(&signed).unwrap();
        prop_assert_eq!(&signature, &mac(Algorithm::HmacSha256, &key, message.as_bytes()));
        prop_assert!(accepts(Provider::Adyen, None, signed.clone()));

        // What is accepted of changed bytes is read alike.
        let mut changed = signed;
        for (start, length, text) in cuts {
            let start = start.index(changed.len() + 1);
            let end = start + length.index((changed.len() - start).min(4) + 1);
            changed.splice(start..end, text.into_bytes());
        }
        if accepts(Provider::Adyen, None, changed.clone()) {
            let read = read_by_serde(&changed);
            prop_assert_eq!(read, Some((message, signature)), "{}", String::from_utf8_lossy(&changed));
        }
    }

    #[test]
    fn random_bodies_are_refused_without_a_panic(
        of in prop::sample::select(&INSIDE[..]),
        content_type in prop::sample::select(vec![None, Some("application/json"), Some("application/x-www-form-urlencoded")]),
        random in vec(any::<u8>(), 0..300),
        text in "[\\[\\]{}\":,\\\\u0-9eE.+ a-z&=%-]{0,300}",
    ) {
        prop_assert!(!accepts(of, content_type, random));
        prop_assert!(!accepts(of, content_type, text.into_bytes()));
    }
}
