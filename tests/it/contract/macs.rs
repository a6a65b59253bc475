//! The MAC: a well-formed header that is not the MAC of this body under this secret.

use tower_webhook::RejectionKind::{BodyTooLarge, SignatureMismatch};
use tower_webhook::SigningSecret;
use tower_webhook::scheme::Encoding;
use tower_webhook::test::TestBody;

use super::case::Case;
use super::provider::{Provider, named_secret, request};
use crate::support::{EVENT, SECRET, slow};

pub(super) fn cases(of: Provider) -> Vec<Case> {
    if of.shows_token() {
        return Vec::new();
    }
    let digits = if of.is_der() { number_cases(of) } else { digit_cases(of) };
    [digits, secret_cases(of), body_cases(of), shape_cases(of)]
        .into_iter()
        .flatten()
        .collect()
}

fn digit_cases(of: Provider) -> Vec<Case> {
    let zeros = of.encoding().encode(&[0; 64][..of.mac_len()]);
    let mut cases = vec![
        mismatch(of, "all zeros", zeros),
        mismatch(of, "the halves of the digits swapped", {
            let mac = of.mac(EVENT);
            let (start, end) = mac.split_at(whole_digits(of));
            let (first, second) = start.split_at(start.len() / 2);
            format!("{second}{first}{end}")
        }),
    ];
    for place in [0, 17, 30, 39].into_iter().filter(|place| *place < whole_digits(of)) {
        cases.push(mismatch(
            of,
            format!("another digit, number {place}"),
            altered(of, place),
        ));
    }
    if of.is_hex() {
        cases.push(mismatch(
            of,
            "another digit at the end",
            altered(of, 2 * of.mac_len() - 1),
        ));
    }
    cases
}

/// The two numbers of a signature of ECDSA.
fn number_cases(of: Provider) -> Vec<Case> {
    let [r, s] = slow::signature(&slow::base64(of.mac(EVENT).as_bytes()).unwrap()).unwrap();
    let text = |numbers| Encoding::Base64.encode(&slow::signature_in_der(numbers));
    let mut one = [0; 32];
    one[31] = 1;
    let other = |mut number: [u8; 32]| {
        number[31] ^= 1;
        number
    };
    let opposite = text([r, slow::other_s(s)]);
    vec![
        mismatch(of, "the numbers swapped", text([s, r])),
        mismatch(of, "another first number", text([other(r), s])),
        mismatch(of, "another second number", text([r, other(s)])),
        mismatch(of, "the smallest numbers", text([one, one])),
        Case::accepts(
            of,
            "the opposite of the second number, which is as right",
            EVENT,
            move || of.headed(of.prefix() + &opposite, TestBody::one(EVENT)),
        ),
    ]
}

/// How many digits of a MAC hold all the bits that they can: the last characters of base64 hold fewer.
fn whole_digits(of: Provider) -> usize {
    let mac = of.mac(EVENT);
    let digits = mac.trim_end_matches('=').len();
    if of.is_hex() { digits } else { digits - 1 }
}

fn secret_cases(of: Provider) -> Vec<Case> {
    let under = |secret: SigningSecret| move || request(of.sign_with(&secret, EVENT), TestBody::one(EVENT));
    let mut cases =
        vec![Case::refuses(of, "another secret", SignatureMismatch, under(named_secret("second"))).polled(2)];
    // Such changes of a text in base64 make another form, not another secret.
    if !of.decodes_secret() {
        for (name, secret) in [
            ("the secret with a line break", format!("{SECRET}\n")),
            ("the secret in upper case", SECRET.to_uppercase()),
            (
                "the secret without its last character",
                SECRET[..SECRET.len() - 1].to_owned(),
            ),
        ] {
            let secret = SigningSecret::new(secret).unwrap();
            cases.push(Case::refuses(of, name, SignatureMismatch, under(secret)).polled(2));
        }
    }
    cases
}

fn body_cases(of: Provider) -> Vec<Case> {
    vec![
        sent_as(of, "the signature of another body", "another", EVENT),
        sent_as(of, "the first byte changed", EVENT, &EVENT.replacen('{', "[", 1)),
        sent_as(
            of,
            "the last byte changed",
            EVENT,
            &format!("{}]", &EVENT[..EVENT.len() - 1]),
        ),
        sent_as(
            of,
            "a byte in the middle changed",
            EVENT,
            &EVENT.replace("agent_1", "agent_2"),
        ),
        sent_as(of, "a line break added", EVENT, &format!("{EVENT}\n")),
        sent_as(of, "the last byte missing", EVENT, &EVENT[..EVENT.len() - 1]),
        sent_as(of, "signed empty, sent with data", "", EVENT),
        sent_as(of, "signed with data, sent empty", EVENT, ""),
        sent_as(
            of,
            "re-serialised",
            r#"{"event": "agent.created"}"#,
            r#"{"event":"agent.created"}"#,
        ),
        Case::refuses(of, "two frames in the other order", SignatureMismatch, move || {
            of.signed("{}[]", TestBody::frames(["[]", "{}"]))
        })
        .polled(3),
    ]
}

/// Requests that a verifier would accept if it hashed less, or more, than the body.
fn shape_cases(of: Provider) -> Vec<Case> {
    vec![
        Case::refuses(
            of,
            "the signature of the first frame alone",
            SignatureMismatch,
            move || of.signed("{}", TestBody::frames(["{}", " "])),
        ),
        Case::refuses(
            of,
            "the signature of the first two of three frames",
            SignatureMismatch,
            move || of.signed("{}", TestBody::frames(["{", "}", " "]).claiming_end()),
        )
        .unsendable("hyper's client relies on the claims of a body"),
        Case::refuses(
            of,
            "the signature of the last frame alone",
            SignatureMismatch,
            move || of.signed("{}", TestBody::frames([" ", "{}"])),
        ),
        Case::refuses(
            of,
            "the signature of the first piece of a frame",
            SignatureMismatch,
            move || of.signed("{}", TestBody::one("{}[]")),
        )
        .in_pieces(2),
        Case::refuses(
            of,
            "the signature up to the first piece of the second frame",
            SignatureMismatch,
            move || of.signed("{}[", TestBody::frames(["{}", "[]"])),
        )
        .in_pieces(1),
        Case::refuses(of, "the signature of body and trailers", SignatureMismatch, move || {
            let trailers = [("x-more".parse().unwrap(), "signed".parse().unwrap())];
            of.signed(
                format!("{EVENT}signed"),
                TestBody::one(EVENT).trailers(trailers.into_iter().collect()),
            )
        }),
        Case::refuses(of, "the wrong signature, and too long", BodyTooLarge, move || {
            of.signed("another", TestBody::one(EVENT))
        })
        .by(move || of.verifier().max_body(EVENT.len() - 1))
        .polled(1),
    ]
}

fn mismatch(of: Provider, name: impl Into<String>, mac: String) -> Case {
    Case::refuses(of, name, SignatureMismatch, move || {
        of.headed(of.prefix() + &mac, TestBody::one(EVENT))
    })
    .polled(2)
}

fn sent_as(of: Provider, name: &'static str, signed_content: &'static str, sent: &str) -> Case {
    let sent = sent.to_owned();
    Case::refuses(of, name, SignatureMismatch, move || {
        of.signed(signed_content, TestBody::one(&sent))
    })
    .polled(2)
}

/// The right MAC with another digit at this place.
fn altered(of: Provider, place: usize) -> String {
    let mut mac = of.mac(EVENT).into_bytes();
    let (zero, one) = if of.is_hex() { (b'0', b'1') } else { (b'A', b'B') };
    mac[place] = if mac[place] == zero { one } else { zero };
    String::from_utf8(mac).unwrap()
}
