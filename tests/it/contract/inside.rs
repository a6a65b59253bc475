//! Signatures in the body: every entrance, `verify` and `begin` read them from the whole body, and judge them alike.

mod adyen;
mod mailgun;
mod microsoft_graph;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request};
use tower_webhook::RejectionKind::{
    self, BodyTimeout, BodyTooLarge, DuplicateSignature, MalformedSignature, MissingSignature,
    SecretSource as Unavailable, SignatureMismatch, UnknownSecret,
};
use tower_webhook::test::TestBody;
use tower_webhook::{Rejection, Verifier};

use super::case::Case;
use super::provider::{ID, INSIDE, NOW, Provider, instant, named_secret, request};
use super::sources::{Answer, Source, asked};
use super::supply::{Set, labelled};
use crate::support::PATH;
use crate::support::body::seconds;

/// A body, and its verdict: the label of the secret that signed it, or the kind of the rejection.
struct Row {
    of: Provider,
    name: String,
    headers: HeaderMap,
    body: Bytes,
    wanted: Result<&'static str, RejectionKind>,
}

impl Row {
    fn new(
        of: Provider,
        name: impl Into<String>,
        body: impl Into<Bytes>,
        wanted: Result<&'static str, RejectionKind>,
    ) -> Self {
        Self {
            of,
            name: name.into(),
            headers: HeaderMap::new(),
            body: body.into(),
            wanted,
        }
    }

    fn with(mut self, content_types: &[&'static str]) -> Self {
        for content_type in content_types {
            self.headers
                .append(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        self
    }
}

impl Provider {
    fn content(self) -> &'static str {
        match self {
            Self::Adyen => adyen::NOTIFICATION,
            Self::MicrosoftGraph => microsoft_graph::CHANGES,
            _ => mailgun::EVENT,
        }
    }

    /// A text in the content.
    fn named_inside(self) -> &'static str {
        match self {
            Self::Adyen => "pspReference",
            Self::MicrosoftGraph => "clientState",
            _ => "event-data",
        }
    }
}

/// This content with a signature in it.
fn signed(of: Provider, secret: &'static str, time: i64, content: impl AsRef<[u8]>, headers: &HeaderMap) -> Bytes {
    let mut unsigned = Request::post(PATH).body(content).unwrap();
    unsigned.headers_mut().clone_from(headers);
    let signer = of.signer(&named_secret(secret)).timestamp(time).id(ID);
    signer.sign_body(unsigned).unwrap().into_body()
}

/// The content of the cases, signed by the primary secret.
pub(crate) fn genuine(of: Provider) -> String {
    let body = signed(of, "primary", NOW, of.content(), &HeaderMap::new());
    String::from_utf8(body.into()).unwrap()
}

/// The genuine body with another text in place of this one, which it has once.
fn changed(of: Provider, name: &str, from: &str, to: &str, wanted: Result<&'static str, RejectionKind>) -> Row {
    let body = genuine(of);
    assert_eq!(body.matches(from).count(), 1, "{name}: {body}");
    Row::new(of, name, body.replace(from, to), wanted)
}

/// Two secrets and one that has expired.
fn secrets() -> Set {
    Set::new(labelled("primary"))
        .and(labelled("second"))
        .and(labelled("third").not_after(instant(NOW - 1)))
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for of in INSIDE {
        let row = |name, body: String, wanted| Row::new(of, name, body, wanted);
        for (name, wanted) in [
            ("primary", Ok("primary")),
            ("second", Ok("second")),
            ("third", Err(SignatureMismatch)),
        ] {
            let body = signed(of, name, NOW, of.content(), &HeaderMap::new());
            rows.push(Row::new(of, format!("signed by the {name}"), body, wanted));
        }
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        rows.extend([
            row(
                "white space around it",
                format!("\r\n {} \t", genuine(of)),
                Ok("primary"),
            ),
            row("no signature", of.content().to_owned(), Err(MissingSignature)),
            row("no bytes", String::new(), Err(MalformedSignature)),
            row("another value", "[]".to_owned(), Err(MissingSignature)),
            row("no JSON", "signature=1".to_owned(), Err(MalformedSignature)),
            row("very deep", deep, Err(MalformedSignature)),
            row("cut off", genuine(of)[..100].to_owned(), Err(MalformedSignature)),
        ]);
    }
    rows.extend(mailgun::rows());
    rows.extend(adyen::rows());
    rows.extend(microsoft_graph::rows());
    rows
}

fn verifier(of: Provider) -> Verifier {
    of.verifier_of(secrets())
}

pub(crate) fn cases() -> Vec<Case> {
    rows()
        .iter()
        .flat_map(cases_of)
        .chain(INSIDE.into_iter().flat_map(limits))
        .chain(INSIDE.into_iter().flat_map(looked_up))
        .collect()
}

/// A row in one frame, in several and with pauses, with secrets that are known and that are looked up.
fn cases_of(row: &Row) -> Vec<Case> {
    let mut cases = Vec::new();
    for (shape, size, pauses) in [
        ("in one frame", usize::MAX, false),
        ("in frames", 16, false),
        ("with pauses", 90, true),
    ] {
        for looked_up in [false, true] {
            let name = format!("{}, {shape}{}", row.name, if looked_up { ", looked up" } else { "" });
            let (of, headers, content) = (row.of, row.headers.clone(), row.body.clone());
            let sent = move || {
                let mut body = TestBody::new();
                for frame in content.chunks(size.min(content.len()).max(1)) {
                    body = body.frame(frame.to_vec());
                    body = if pauses { body.pause() } else { body };
                }
                request(headers.clone(), body)
            };
            let case = match row.wanted {
                Ok(label) => Case::accepts(of, name, row.body.clone(), sent).signed_by(label),
                Err(DuplicateSignature) => Case::refuses(of, name, DuplicateSignature, sent).naming(&CONTENT_TYPE),
                Err(kind) => Case::refuses(of, name, kind, sent),
            };
            cases.push(if looked_up {
                asked(case, Answer::Known, asked_for(row.wanted))
            } else {
                case.by(move || verifier(of))
            });
        }
    }
    cases
}

/// How often the source is asked: once for a claim that is well formed and in time, and else never.
fn asked_for(wanted: Result<&str, RejectionKind>) -> usize {
    usize::from(matches!(wanted, Ok(_) | Err(SignatureMismatch)))
}

fn limits(of: Provider) -> Vec<Case> {
    let body = genuine(of);
    let length = body.len();
    let sent = move |size| {
        let body = body.clone();
        move || request(HeaderMap::new(), TestBody::chunks(&body, size))
    };
    let mut cases = vec![
        Case::accepts(of, "in a frame that is not copied", genuine(of), sent(length))
            .by(move || of.verifier_of(named_secret("primary")))
            .uncopied(),
        Case::refuses(of, "of an unknown tenant", UnknownSecret, sent(10))
            .by(move || of.verifier_of(&Source::new(Answer::Unknown))),
    ];
    for size in [10, length] {
        cases.push(
            Case::refuses(of, format!("too long, in frames of {size}"), BodyTooLarge, sent(size))
                .by(move || verifier(of).max_body(length - 1)),
        );
    }
    cases
}

/// The source is asked once the whole body is there, and sees it.
fn looked_up(of: Provider) -> Vec<Case> {
    let body = genuine(of);
    let too_long = "x".repeat(3 * 1024 * 1024);
    let mut cases = Vec::new();
    for (shape, size) in [("in one frame", body.len()), ("in frames", 10)] {
        let sent = |content: &str| {
            let content = content.to_owned();
            move || request(HeaderMap::new(), TestBody::chunks(&content, size))
        };
        let accepts = |name: &str| {
            let name = format!("{name}, {shape}");
            Case::accepts(of, name, body.clone(), sent(&body)).signed_by("primary")
        };
        let refuses = |name: &str, kind| Case::refuses(of, format!("{name}, {shape}"), kind, sent(&body));
        let start = body[..100].to_owned();
        let whole = body.clone();
        let late = move || request(HeaderMap::new(), TestBody::chunks(&whole, size).wait_for(seconds(10)));
        let stalls = move || request(HeaderMap::new(), TestBody::chunks(&start, size).stall());
        cases.extend([
            asked(
                accepts("looked up by its body"),
                Answer::KnownForBody(of.named_inside()),
                1,
            ),
            asked(
                refuses("looked up by a text that it does not have", UnknownSecret),
                Answer::KnownForBody("a text that no body has"),
                1,
            ),
            asked(refuses("the lookup by it fails", Unavailable), Answer::Fails, 1),
            asked(accepts("the lookup by it takes 29 s"), Answer::KnownAfter(29), 1).takes(29),
            asked(
                refuses("the lookup by it takes an hour", Unavailable).given_up(),
                Answer::KnownAfter(3600),
                1,
            )
            .takes(30),
            asked(
                Case::refuses(
                    of,
                    format!("a late body, and the lookup by it, {shape}"),
                    Unavailable,
                    late,
                )
                .given_up(),
                Answer::KnownAfter(21),
                1,
            )
            .takes(30),
            asked(
                Case::refuses(of, format!("no end to look up by, {shape}"), BodyTimeout, stalls),
                Answer::Known,
                0,
            )
            .takes(30),
        ]);
    }
    cases.push(asked(
        Case::refuses(of, "too long to look up by", BodyTooLarge, move || {
            request(HeaderMap::new(), TestBody::chunks(&too_long, 1024 * 1024))
        }),
        Answer::Known,
        0,
    ));
    cases
}

/// `verify`, and `begin` with pieces of each size.
#[test]
fn a_signature_in_the_body_is_judged_alike_without_a_request() {
    let kind = |rejection: Rejection| rejection.kind();
    for row in rows() {
        let head = request(row.headers.clone(), ());
        let verified = verifier(row.of).verify(&head, row.body.clone());
        let (label, key) = match &verified {
            Ok(body) => (Ok(body.signed_by().unwrap()), Some(body.delivery_key())),
            Err(rejection) => (Err(rejection.kind()), None),
        };
        assert_eq!(label, row.wanted, "{:?}: {}", row.of, row.name);
        for size in [7, 100, row.body.len().max(1)] {
            let in_pieces = verifier(row.of).begin(&head).and_then(|mut verification| {
                row.body.chunks(size).try_for_each(|piece| verification.update(piece))?;
                verification.finish()
            });
            let seen = in_pieces.map_err(kind);
            let label = seen.as_ref().map(|proof| proof.signed_by().unwrap());
            assert_eq!(
                label.map_err(|kind| *kind),
                row.wanted,
                "{:?}: {}, in pieces of {size}",
                row.of,
                row.name
            );
            assert_eq!(
                seen.ok().map(|proof| proof.delivery_key()),
                key,
                "{:?}: {}",
                row.of,
                row.name
            );
        }
    }
}

#[test]
fn pieces_of_a_signed_body_are_counted() {
    for of in INSIDE {
        let body = genuine(of);
        let mut verification = verifier(of).max_body(body.len() - 1).begin(&HeaderMap::new()).unwrap();
        let refused = body
            .as_bytes()
            .chunks(10)
            .try_for_each(|piece| verification.update(piece));
        assert_eq!(refused.unwrap_err().kind(), BodyTooLarge, "{of:?}");
        assert_eq!(verification.finish().unwrap_err().kind(), BodyTooLarge, "{of:?}");
    }
}
