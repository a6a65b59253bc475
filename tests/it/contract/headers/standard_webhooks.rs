//! The signed id of Standard Webhooks, and its two families of header names.

use http::{HeaderMap, HeaderName, HeaderValue};
use tower_webhook::RejectionKind::{
    self, DuplicateSignature, MalformedSignature, MissingSignature, MissingTimestamp, SignatureMismatch,
};

use super::super::case::Case;
use super::super::provider::{NOW, Provider, request};
use super::event;
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    let [_, _, Some(id)] = of.names() else {
        return Vec::new();
    };
    let mut cases = ids(of, &id);
    match of {
        Provider::StandardWebhooks => cases.extend(families()),
        Provider::SvixOnly => cases.extend(svix_only()),
        _ => {}
    }
    cases
}

fn ids(of: Provider, id: &HeaderName) -> Vec<Case> {
    let with_id = |name: &'static str, kind: RejectionKind, values: &'static [&'static str]| {
        let (id, name_of_id) = (id.clone(), id.clone());
        let case = Case::refuses(of, name, kind, move || {
            let mut headers = of.sign(EVENT);
            headers.remove(&id);
            for value in values {
                headers.append(&id, HeaderValue::from_static(value));
            }
            request(headers, event())
        });
        match kind {
            SignatureMismatch => case.polled(2),
            _ => case.naming(&name_of_id),
        }
    };
    let signed_with = move |value: &'static str| move || request(of.sign_at(NOW, value, &of.secret(), EVENT), event());
    let mut cases = vec![
        with_id("the id is missing", MissingSignature, &[]),
        with_id("two ids, both right", DuplicateSignature, &["msg_1", "msg_1"]),
        with_id("two ids, the second right", DuplicateSignature, &["msg_2", "msg_1"]),
        with_id("an empty id", MalformedSignature, &[""]),
        with_id("another id than the signed one", SignatureMismatch, &["msg_2"]),
        with_id("the id in upper case", SignatureMismatch, &["MSG_1"]),
        Case::accepts(of, "an id of other letters, signed", EVENT, signed_with("a,b;c/d=")),
    ];
    if of == Provider::Twitch {
        // Otherwise the id could end at a time in the body.
        let with_colon = signed_with("msg:1");
        cases.push(Case::refuses(of, "an id with a colon, signed", MalformedSignature, with_colon).naming(id));
    } else {
        // Otherwise a signature of `a`, `5` and `5.{}` would also be one of `a.5`, `5` and `{}`.
        cases.extend([
            Case::refuses(of, "an id with a dot, signed", MalformedSignature, signed_with("msg.1")).naming(id),
            Case::refuses(of, "an id that is a dot, signed", MalformedSignature, signed_with(".")).naming(id),
        ]);
    }
    cases
}

/// `StandardWebhooks::new()` reads `svix-*` when there is no `webhook-signature`. Names of both must have equal values.
fn families() -> Vec<Case> {
    let of = Provider::StandardWebhooks;
    let (standard, svix) = (|| of.sign(EVENT), || Provider::Svix.sign(EVENT));
    let wrong = |of: Provider| of.sign("another");
    let both = |first: HeaderMap, second: HeaderMap| -> HeaderMap { first.iter().chain(&second).map(own).collect() };
    let mixed = |name, kind, header, of_standard: &[&str], of_svix: &[&str]| {
        let all = both(standard(), svix());
        let kept = |name: &str| of_standard.contains(&name) || of_svix.contains(&name);
        let headers: HeaderMap = all.iter().filter(|(name, _)| kept(name.as_str())).map(own).collect();
        Case::refuses(of, name, kind, move || request(headers.clone(), event()))
            .naming(&HeaderName::from_static(header))
    };
    let beside = |name: &'static str, value: &'static str| {
        let mut headers = both(standard(), svix());
        headers.insert(name, HeaderValue::from_static(value));
        Case::refuses(
            of,
            format!("both families, with {name}: {value:?}"),
            DuplicateSignature,
            move || request(headers.clone(), event()),
        )
        .naming(&HeaderName::from_static(name))
    };
    // One name of the second family, beside a complete request of the first.
    let alone = |of: Provider, name: &'static str, at_fault: &'static str| {
        let mut headers = of.sign(EVENT);
        headers.insert(name, HeaderValue::from_static("msg_2"));
        Case::refuses(
            Provider::StandardWebhooks,
            format!("{name} alone beside the other family"),
            DuplicateSignature,
            move || request(headers.clone(), event()),
        )
        .naming(&HeaderName::from_static(at_fault))
    };
    let right_standard = both(standard(), wrong(Provider::Svix));
    let right_svix = both(wrong(of), svix());
    let both_right = both(standard(), svix());
    let mut doubled = both(standard(), svix());
    doubled.append("webhook-signature", of.signature(EVENT));
    vec![
        mixed(
            "the standard signature, and Svix's id and time",
            MissingSignature,
            "webhook-id",
            &["webhook-signature"],
            &["svix-id", "svix-timestamp"],
        ),
        mixed(
            "Svix's signature, and the standard id and time",
            MissingSignature,
            "svix-id",
            &["webhook-id", "webhook-timestamp"],
            &["svix-signature"],
        ),
        mixed(
            "the standard headers, but Svix's time",
            MissingTimestamp,
            "webhook-timestamp",
            &["webhook-signature", "webhook-id"],
            &["svix-timestamp"],
        ),
        mixed(
            "the standard headers, but Svix's id",
            MissingSignature,
            "webhook-id",
            &["webhook-signature", "webhook-timestamp"],
            &["svix-id"],
        ),
        Case::accepts(of, "both families", EVENT, move || request(both_right.clone(), event())),
        Case::refuses(
            of,
            "both families, Svix's with another signature",
            DuplicateSignature,
            move || request(right_standard.clone(), event()),
        )
        .naming(&HeaderName::from_static("svix-signature")),
        Case::refuses(
            of,
            "both families, the standard one with another signature",
            DuplicateSignature,
            move || request(right_svix.clone(), event()),
        )
        .naming(&HeaderName::from_static("svix-signature")),
        alone(of, "svix-id", "svix-id"),
        alone(Provider::Svix, "webhook-id", "svix-id"),
        beside("svix-id", "msg_2"),
        beside("svix-timestamp", "1"),
        beside("svix-signature", "v1,"),
        beside("svix-signature", ""),
        Case::refuses(
            of,
            "both families, with two standard signatures",
            DuplicateSignature,
            move || request(doubled.clone(), event()),
        )
        .naming(&HeaderName::from_static("svix-signature")),
    ]
}

/// `StandardWebhooks::svix_only()` ignores `webhook-*`.
fn svix_only() -> Vec<Case> {
    let of = Provider::SvixOnly;
    let mut both = of.sign(EVENT);
    both.extend(Provider::StandardWebhooks.sign("another"));
    let standard = Provider::StandardWebhooks.sign(EVENT);
    vec![
        Case::accepts(of, "standard headers of another body as well", EVENT, move || {
            request(both.clone(), event())
        }),
        Case::refuses(of, "standard headers alone", MissingSignature, move || {
            request(standard.clone(), event())
        }),
    ]
}

fn own((name, value): (&HeaderName, &HeaderValue)) -> (HeaderName, HeaderValue) {
    (name.clone(), value.clone())
}
