//! What Standard Webhooks has besides: an id that is signed, and two families of names.

use http::{HeaderMap, HeaderName, HeaderValue};
use tower_webhook::Rejection::{
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
    if of == Provider::StandardWebhooks {
        cases.extend(families());
    }
    cases
}

fn ids(of: Provider, id: &HeaderName) -> Vec<Case> {
    let with_id = |name: &'static str, rejection: Rejection, values: &'static [&'static str]| {
        let id = id.clone();
        Case::refuses(of, name, rejection, move || {
            let mut headers = of.sign(EVENT);
            headers.remove(&id);
            for value in values {
                headers.append(&id, HeaderValue::from_static(value));
            }
            request(headers, event())
        })
    };
    let signed_with = move |value: &'static str| move || request(of.sign_at(NOW, value, &of.secret(), EVENT), event());
    vec![
        with_id("no id", MissingSignature, &[]),
        with_id("two ids, the same", DuplicateSignature, &["msg_1", "msg_1"]),
        with_id("two ids, the second right", DuplicateSignature, &["msg_2", "msg_1"]),
        with_id("an empty id", MalformedSignature, &[""]),
        with_id("another id than was signed", SignatureMismatch, &["msg_2"]).polled(2),
        with_id("the id in upper case", SignatureMismatch, &["MSG_1"]).polled(2),
        // Whoever has a signature of `a`, `5` and `5.{}` would have one of `a.5`, `5` and `{}`.
        Case::refuses(of, "an id with a dot, signed", MalformedSignature, signed_with("msg.1")),
        Case::refuses(of, "an id that is a dot, signed", MalformedSignature, signed_with(".")),
        Case::accepts(of, "an id of other letters, signed", EVENT, signed_with("a,b:c/d=")),
    ]
}

/// The names of one family count, `svix-` where there is no `webhook-signature`; where both are there they say the same.
fn families() -> Vec<Case> {
    let of = Provider::StandardWebhooks;
    let (standard, svix) = (|| of.sign(EVENT), || Provider::Svix.sign(EVENT));
    let wrong = |of: Provider| of.sign("another");
    let both = |first: HeaderMap, second: HeaderMap| -> HeaderMap { first.iter().chain(&second).map(own).collect() };
    let mixed = |name, rejection, of_standard: &[&str], of_svix: &[&str]| {
        let all = both(standard(), svix());
        let kept = |name: &str| of_standard.contains(&name) || of_svix.contains(&name);
        let headers: HeaderMap = all.iter().filter(|(name, _)| kept(name.as_str())).map(own).collect();
        Case::refuses(of, name, rejection, move || request(headers.clone(), event()))
    };
    let beside = |name: &'static str, value: &'static str| {
        let mut headers = both(standard(), svix());
        headers.insert(name, HeaderValue::from_static(value));
        Case::refuses(
            of,
            format!("{name}: {value:?} beside another"),
            DuplicateSignature,
            move || request(headers.clone(), event()),
        )
    };
    let right_standard = both(standard(), wrong(Provider::Svix));
    let right_svix = both(wrong(of), svix());
    let both_right = both(standard(), svix());
    let mut doubled = both(standard(), svix());
    doubled.append("webhook-signature", of.signature(EVENT));
    vec![
        mixed(
            "the signature of one family, the rest of the other",
            MissingSignature,
            &["webhook-signature"],
            &["svix-id", "svix-timestamp"],
        ),
        mixed(
            "the signature of the other family, the rest of the one",
            MissingSignature,
            &["webhook-id", "webhook-timestamp"],
            &["svix-signature"],
        ),
        mixed(
            "the time of the other family",
            MissingTimestamp,
            &["webhook-signature", "webhook-id"],
            &["svix-timestamp"],
        ),
        mixed(
            "the id of the other family",
            MissingSignature,
            &["webhook-signature", "webhook-timestamp"],
            &["svix-id"],
        ),
        Case::accepts(of, "both families", EVENT, move || request(both_right.clone(), event())),
        Case::refuses(of, "both families, the first right", DuplicateSignature, move || {
            request(right_standard.clone(), event())
        }),
        Case::refuses(of, "both families, the second right", DuplicateSignature, move || {
            request(right_svix.clone(), event())
        }),
        beside("svix-id", "msg_2"),
        beside("svix-timestamp", "1"),
        beside("svix-signature", "v1,"),
        beside("svix-signature", ""),
        Case::refuses(
            of,
            "both families, one of them doubled",
            DuplicateSignature,
            move || request(doubled.clone(), event()),
        ),
    ]
}

fn own((name, value): (&HeaderName, &HeaderValue)) -> (HeaderName, HeaderValue) {
    (name.clone(), value.clone())
}
