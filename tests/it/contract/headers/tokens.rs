//! A token: each of its bytes counts, and none of the body.

use tower_webhook::RejectionKind::SignatureMismatch;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::Encoding;
use tower_webhook::test::TestBody;

use super::super::case::Case;
use super::super::provider::{Provider, request};
use super::{event, malformed};
use crate::support::{EVENT, SECRET};

pub(super) fn cases(of: Provider) -> Vec<Case> {
    let credentials = if of == Provider::BasicAuth {
        credentials()
    } else {
        Vec::new()
    };
    [bodies(of), others(of), values(of), prefixes(of), credentials]
        .into_iter()
        .flatten()
        .collect()
}

fn bodies(of: Provider) -> Vec<Case> {
    vec![
        Case::accepts(of, "a token that was shown with another body", EVENT, move || {
            of.signed("another", event())
        })
        .uncopied(),
        Case::accepts(
            of,
            "a token that was shown with a body, and now with none",
            "",
            move || of.signed("another", TestBody::new()),
        ),
    ]
}

fn others(of: Provider) -> Vec<Case> {
    let shown = |name, token: &str| {
        let headers = of.sign_with(&SigningSecret::new(token).unwrap(), EVENT);
        Case::refuses(of, name, SignatureMismatch, move || request(headers.clone(), event())).polled(2)
    };
    vec![
        shown("the token of another receiver", "whk_another_secret_of_the_tests"),
        shown("the token without its first character", &SECRET[1..]),
        shown("the token without its last character", &SECRET[..SECRET.len() - 1]),
        shown("the token and a character more", &format!("{SECRET}s")),
        shown("the token twice", &SECRET.repeat(2)),
        shown("the token in upper case", &SECRET.to_uppercase()),
        shown("the token with a blank", &SECRET.replacen('_', " ", 1)),
        shown("a token of 2 KiB", &"s".repeat(2 * 1024)),
    ]
}

/// Values of the header that are not the token. A token is any text, but for one that is in base64.
fn values(of: Provider) -> Vec<Case> {
    let right = of.signature(EVENT).to_str().unwrap().to_owned();
    let wrong = |name, value: Vec<u8>| match of {
        Provider::BasicAuth => malformed(of, name, value),
        _ => mismatch(of, name, value),
    };
    let before = |name, value: String| {
        let case = if of.prefix().is_empty() {
            mismatch(of, name, value)
        } else {
            malformed(of, name, value)
        };
        case.stripped_by_http1()
    };
    let mut not_ascii = right.clone().into_bytes();
    *not_ascii.last_mut().unwrap() |= 0x80;
    vec![
        malformed(of, "an empty value", ""),
        before("a blank before the value", format!(" {right}")),
        before("a tab before the value", format!("\t{right}")),
        wrong("a blank after the value", format!("{right} ").into()).stripped_by_http1(),
        wrong("a tab after the value", format!("{right}\t").into()).stripped_by_http1(),
        wrong("the token twice, in a list", format!("{right},{right}").into()),
        wrong("a last byte that is not ASCII", not_ascii),
    ]
}

fn prefixes(of: Provider) -> Vec<Case> {
    let (prefix, token) = (of.prefix(), of.mac(EVENT));
    if prefix.is_empty() {
        return vec![
            mismatch(of, "a prefix that the scheme does not have", format!("Bearer {token}")),
            mismatch(of, "a blank alone", " "),
            mismatch(of, "a quoted token", format!("\"{token}\"")),
        ];
    }
    let upper = format!("{}{token}", prefix.to_uppercase());
    let two_blanks = format!("{prefix} {token}");
    vec![
        malformed(of, "the prefix alone", &prefix),
        malformed(of, "the prefix without its blank", prefix.trim_end()),
        malformed(of, "no prefix", &token),
        malformed(of, "another prefix", format!("Digest {token}")),
        match of {
            // RFC 7617, section 2: its case does not matter.
            Provider::BasicAuth => Case::accepts(of, "the prefix in upper case", EVENT, move || {
                of.headed(&upper, event())
            }),
            _ => malformed(of, "the prefix in upper case", upper),
        },
        match of {
            Provider::BasicAuth => malformed(of, "two blanks after the prefix", two_blanks),
            _ => mismatch(of, "two blanks after the prefix", two_blanks),
        },
    ]
}

/// A user and a password.
fn credentials() -> Vec<Case> {
    let of = Provider::BasicAuth;
    let by_both = |case: Case| case.by(move || of.verifier_of(SigningSecret::new("user:password").unwrap()));
    let value = |text: &str| format!("Basic {}", Encoding::Base64.encode(text.as_bytes()));
    let mut cases = vec![by_both(Case::accepts(
        of,
        "the user and the password",
        EVENT,
        move || of.headed(value("user:password"), event()),
    ))];
    for other in [
        "user:passwore",
        "uses:password",
        "user:",
        "user",
        ":password",
        "userp:assword",
        "user:password:",
    ] {
        cases.push(by_both(mismatch(of, format!("credentials: {other}"), value(other))));
    }
    for (name, text) in [
        ("credentials without padding", "dXNlcjpwYXNzd29yZA"),
        ("credentials with bits that stand for nothing", "dXNlcjpwYXNzd29yZB=="),
        ("credentials in the alphabet for URLs", "dXNlcjpwYXNzd29y_A=="),
        ("credentials that are not encoded", "user:password"),
    ] {
        cases.push(by_both(malformed(of, name, format!("Basic {text}"))));
    }
    cases
}

fn mismatch(of: Provider, name: impl Into<String>, value: impl AsRef<[u8]>) -> Case {
    let value = value.as_ref().to_vec();
    Case::refuses(of, name, SignatureMismatch, move || of.headed(&value, event())).polled(2)
}
