//! The signature header: exactly one, of exactly one form. Everything else is refused before the body is read.

use http::{HeaderValue, Request};
use tower_webhook::Rejection::{BodyTooLarge, DuplicateSignature, MalformedSignature, MissingSignature};

use super::case::Case;
use crate::support::body::TestBody;
use crate::support::{EVENT, digits, headed, request, signature, signed};

pub(super) fn cases() -> Vec<Case> {
    [number(), form(), white_space(), not_ascii(), order()]
        .into_iter()
        .flatten()
        .collect()
}

fn number() -> Vec<Case> {
    vec![
        Case::refuses("no signature header", MissingSignature, || request([], event())),
        Case::refuses("no signature header, no body", MissingSignature, || {
            request([], TestBody::default())
        }),
        Case::refuses("no header, but a signature in the payload", MissingSignature, || {
            let payload = format!(r#"{{"event":"lead.created","signature":"sha256={}"}}"#, digits(EVENT));
            request([], TestBody::one(payload))
        }),
        Case::refuses("the signature in a header of another name", MissingSignature, || {
            let mut request = request([], event());
            request.headers_mut().insert("x-hub-signature-256", signature(EVENT));
            request
        }),
        Case::refuses("two headers, the same", DuplicateSignature, || {
            request([signature(EVENT), signature(EVENT)], event())
        }),
        Case::refuses("two headers, the second right", DuplicateSignature, || {
            request([signature("another"), signature(EVENT)], event())
        }),
        Case::refuses("two headers, the first right", DuplicateSignature, || {
            request([signature(EVENT), signature("another")], event())
        }),
        Case::refuses("two headers, one of them empty", DuplicateSignature, || {
            request([signature(EVENT), HeaderValue::from_static("")], event())
        }),
    ]
}

fn form() -> Vec<Case> {
    vec![
        malformed("upper-case digits", || {
            format!("sha256={}", digits(EVENT).to_uppercase())
        }),
        malformed("one upper-case digit", || {
            let digits = digits(EVENT);
            let letter = digits.find(|digit: char| digit.is_ascii_lowercase()).unwrap();
            let (before, from) = digits.split_at(letter);
            format!("sha256={before}{}{}", from[..1].to_uppercase(), &from[1..])
        }),
        malformed("one digit short", || format!("sha256={}", &digits(EVENT)[1..])),
        malformed("one byte short", || format!("sha256={}", &digits(EVENT)[..62])),
        malformed("half the digits", || format!("sha256={}", &digits(EVENT)[..32])),
        malformed("one digit long", || format!("sha256={}0", digits(EVENT))),
        malformed("twice the digits", || format!("sha256={0}{0}", digits(EVENT))),
        malformed("no digits", || "sha256=".to_owned()),
        malformed("an empty value", String::new),
        malformed("no prefix", || digits(EVENT)),
        malformed("SHA256=", || format!("SHA256={}", digits(EVENT))),
        malformed("Sha256=", || format!("Sha256={}", digits(EVENT))),
        malformed("sha1=", || format!("sha1={}", digits(EVENT))),
        malformed("sha512=", || format!("sha512={}", digits(EVENT))),
        malformed("v0=", || format!("v0={}", digits(EVENT))),
        malformed("sha256:", || format!("sha256:{}", digits(EVENT))),
        malformed("sha256==", || format!("sha256=={}", digits(EVENT))),
        malformed("the prefix twice", || format!("sha256=sha256={}", digits(EVENT))),
        malformed("0x before the digits", || format!("sha256=0x{}", &digits(EVENT)[2..])),
        malformed("a digit that is none", || format!("sha256={}g", &digits(EVENT)[1..])),
        malformed("base64", || {
            "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737e=".to_owned()
        }),
        malformed("quoted", || format!("\"sha256={}\"", digits(EVENT))),
        malformed("a comma list, the same", || {
            format!("sha256={0},sha256={0}", digits(EVENT))
        }),
        malformed("a comma list, with blanks", || {
            format!("sha256={}, sha256={}", digits("another"), digits(EVENT))
        }),
        malformed("a comma at the end", || format!("sha256={},", digits(EVENT))),
        malformed("a parameter", || format!("t=1716287400,v1={}", digits(EVENT))),
    ]
}

fn white_space() -> Vec<Case> {
    vec![
        malformed("a blank after the prefix", || format!("sha256= {}", digits(EVENT))),
        malformed("a blank before the equals sign", || {
            format!("sha256 ={}", digits(EVENT))
        }),
        malformed("a blank for a digit", || {
            let digits = digits(EVENT);
            format!("sha256={} {}", &digits[..31], &digits[32..])
        }),
        malformed("a blank in front", || format!(" sha256={}", digits(EVENT))).stripped_by_http1(),
        malformed("a blank behind", || format!("sha256={} ", digits(EVENT))).stripped_by_http1(),
        malformed("a tab in front", || format!("\tsha256={}", digits(EVENT))).stripped_by_http1(),
        malformed("a tab behind", || format!("sha256={}\t", digits(EVENT))).stripped_by_http1(),
        malformed("nothing but a blank", || " ".to_owned()),
    ]
}

fn not_ascii() -> Vec<Case> {
    vec![
        Case::refuses("a byte that is not ASCII among the digits", MalformedSignature, || {
            let mut value = format!("sha256={}", digits(EVENT)).into_bytes();
            value[20] |= 0x80;
            headed(value, event())
        }),
        Case::refuses("a byte that is not ASCII in the prefix", MalformedSignature, || {
            let mut value = format!("sha256={}", digits(EVENT)).into_bytes();
            value[0] |= 0x80;
            headed(value, event())
        }),
        Case::refuses("nothing but bytes that are not ASCII", MalformedSignature, || {
            headed([0xff; 71], event())
        }),
        malformed("full-width digits", || format!("sha256={}", "０".repeat(64))),
        malformed("64 bytes of full-width digits", || {
            format!("sha256={}a", "０".repeat(21))
        }),
    ]
}

/// The signature header comes first, then Content-Length, then the body.
fn order() -> Vec<Case> {
    let lies = "hyper's client sends no Content-Length that is not the body's";
    vec![
        Case::refuses("no header, and far too long", MissingSignature, || {
            long(request([], event()))
        })
        .unsendable(lies),
        Case::refuses("two headers, and far too long", DuplicateSignature, || {
            long(request([signature(EVENT), signature(EVENT)], event()))
        })
        .unsendable(lies),
        Case::refuses("malformed, and far too long", MalformedSignature, || {
            long(headed("sha256=", event()))
        })
        .unsendable(lies),
        Case::refuses("well-formed, and far too long", BodyTooLarge, || {
            long(signed("another", event()))
        })
        .polled(0)
        .unsendable(lies),
        Case::refuses("malformed, and the body fails", MalformedSignature, || {
            headed("sha256=", TestBody::default().fail())
        })
        .unsendable("who aborts a request gets no answer"),
        Case::refuses("no header, and the body never comes", MissingSignature, || {
            request([], TestBody::default().stall())
        }),
    ]
}

fn malformed(name: &'static str, value: impl Fn() -> String + 'static) -> Case {
    Case::refuses(name, MalformedSignature, move || headed(value(), event()))
}

fn event() -> TestBody {
    TestBody::one(EVENT)
}

fn long(mut request: Request<TestBody>) -> Request<TestBody> {
    let length = HeaderValue::from(3 * 1024 * 1024);
    request.headers_mut().insert("content-length", length);
    request
}
