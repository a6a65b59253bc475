//! Receivers that accept what nobody signed, or what a strict reader does not.

use std::collections::BTreeMap;

use serde_json::Value;
use tower_webhook::scheme::{Knowrithm, Slack};
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier};

use super::{Flaw, checked};
use crate::receiver::{given, signature};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        name: "accepts-all",
        about: "looks at no signature",
        answer: |receiver, request| Box::pin(checked(receiver, request, |_, _, _| true)),
    },
    Flaw {
        name: "checks-a-prefix-of-the-mac",
        about: "compares the first 8 digits alone",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                let digits = "sha256=".len() + 8;
                given(headers).is_some_and(|given| given.get(..digits) == receiver.expected(body).get(..digits))
            }))
        },
    },
    Flaw {
        name: "compares-after-reserialising",
        about: "parses the JSON, and hashes what it writes again",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                // What is no object is left to the check of the raw bytes.
                let Ok(object) = serde_json::from_slice::<BTreeMap<String, Value>>(body) else {
                    return receiver.is_genuine(headers, body);
                };
                let anew = serde_json::to_vec(&object).expect("it is JSON");
                receiver.is_genuine(headers, &anew.into())
            }))
        },
    },
    Flaw {
        name: "ignores-the-body",
        about: "checks the form of the signature alone",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |_, headers, _| {
                let digits = given(headers).and_then(|given| given.strip_prefix("sha256="));
                let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                let is_only = headers.get_all("x-knowrithm-signature").iter().count() == 1;
                is_only && digits.is_some_and(|digits| digits.len() == 64 && digits.bytes().all(is_digit))
            }))
        },
    },
    Flaw {
        name: "reads-the-signature-in-the-json",
        about: "takes the signature from the payload when there is no header",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                if headers.contains_key("x-knowrithm-signature") {
                    return receiver.is_genuine(headers, body);
                }
                let object: Result<BTreeMap<String, Value>, _> = serde_json::from_slice(body);
                let Ok(mut object) = object else { return false };
                let claimed = object.remove("signature");
                let rest = serde_json::to_vec(&object).expect("it is JSON");
                claimed.is_some_and(|claimed| claimed == receiver.expected(&rest))
            }))
        },
    },
    Flaw {
        name: "accepts-an-empty-secret",
        about: "its second secret is not set",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                let empty = Signer::insecure_empty_secret(Knowrithm);
                let is_second = given(headers) == Some(&signature(&empty, body));
                receiver.is_genuine(headers, body) || is_second
            }))
        },
    },
    Flaw {
        name: "accepts-the-secret-undefined",
        about: "its second secret is the text of a variable that is not set",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                let undefined = SigningSecret::new("undefined").expect("it is not blank");
                let is_second = Verifier::knowrithm(undefined).verify(headers, body.clone()).is_ok();
                receiver.is_genuine(headers, body) || is_second
            }))
        },
    },
    Flaw {
        name: "accepts-another-provider",
        about: "takes GitHub's header for Knowrithm's",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                let mut headers = headers.clone();
                if let Some(value) = headers.remove("x-hub-signature-256") {
                    headers.insert("x-knowrithm-signature", value);
                }
                receiver.is_genuine(&headers, body)
            }))
        },
    },
    Flaw {
        name: "ignores-the-case",
        about: "compares without regard to case",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                let is_only = headers.get_all("x-knowrithm-signature").iter().count() == 1;
                is_only && given(headers).is_some_and(|given| given.eq_ignore_ascii_case(&receiver.expected(body)))
            }))
        },
    },
    Flaw {
        name: "takes-the-first-header",
        about: "does not see that the header is there twice",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                given(headers) == Some(&receiver.expected(body))
            }))
        },
    },
    Flaw {
        name: "ignores-a-stale-time",
        about: "verifies Slack's signature, but not the time in it",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                let verifier = Verifier::new(Slack, receiver.signing_secret()).insecure_any_timestamp();
                verifier.verify(headers, body.clone()).is_ok()
            }))
        },
    },
];
