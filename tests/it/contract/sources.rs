//! Secrets that are looked up for each request: after the head is judged, and before the body is read, unless its
//! scheme reads it whole.

mod source;

use http::HeaderValue;
use tower_webhook::RejectionKind::{
    BodyRead, BodyTimeout, BodyTooLarge, MalformedSignature, MissingSignature, SecretSource as Unavailable,
    SignatureMismatch, TimestampTooOld, UnknownSecret,
};
use tower_webhook::test::TestBody;

pub(crate) use self::source::{Answer, Outage, Source, Tenant};
use super::case::Case;
use super::entrance::Aspect;
use super::provider::{ID, Provider, named_secret, request};
use super::secrets::{AT_THE_CLIENT, signed_with};
use crate::support::body::seconds;
use crate::support::{EVENT, PATH};

/// [`PATH`] with a query.
const WITH_QUERY: &str = "/webhooks/knowrithm?tenant=acme&more=%2F";

pub(super) fn cases(of: Provider) -> Vec<Case> {
    [answers(of), order(of), waiting(of), heads(of)]
        .into_iter()
        .flatten()
        .collect()
}

fn answers(of: Provider) -> Vec<Case> {
    let mut cases = Vec::new();
    for (shape, body, polls) in [
        ("in one frame", (|| TestBody::one(EVENT)) as fn() -> TestBody, 2),
        ("in frames", || TestBody::chunks(EVENT, 10), 6),
        ("in frames of one byte", || TestBody::chunks(EVENT, 1), EVENT.len() + 1),
        ("with pauses", || TestBody::new().pause().frame(EVENT).pause(), 4),
    ] {
        for name in ["primary", "second"] {
            cases.push(
                asked(
                    Case::accepts(
                        of,
                        format!("looked up, signed by the {name}, {shape}"),
                        EVENT,
                        signed_with(of, name, body),
                    ),
                    Answer::Known,
                    1,
                )
                .signed_by(name),
            );
        }
        // The body of an unknown tenant is read like one with a wrong signature.
        for (what, answer, kind) in [
            ("wrong", Answer::Known, SignatureMismatch),
            ("unknown", Answer::Unknown, UnknownSecret),
        ] {
            let name = format!("looked up, secret {what}, {shape}");
            cases.push(asked(
                Case::refuses(of, name, kind, signed_with(of, "third", body)).polled(polls),
                answer,
                1,
            ));
        }
        cases.push(
            asked(
                Case::refuses(
                    of,
                    format!("the lookup fails, {shape}"),
                    Unavailable,
                    signed_with(of, "primary", body),
                )
                .polled(if of.reads_body() { polls } else { 0 }),
                Answer::Fails,
                1,
            )
            .unsendable("the connection is closed while the client still sends"),
        );
    }
    let unknown = |name, kind, body| {
        asked(
            Case::refuses(of, name, kind, signed_with(of, "primary", body)),
            Answer::Unknown,
            before_body(of),
        )
    };
    cases.extend([
        unknown("unknown secret, and the body fails", BodyRead, || {
            TestBody::one("{").fail()
        })
        .polled(2)
        .unsendable("a client that aborts its request gets no answer"),
        unknown("unknown secret, and the body never ends", BodyTimeout, || {
            TestBody::one("{").stall()
        })
        .takes(30),
    ]);
    cases
}

/// The head is judged first, then the announced length; then the source is asked, then the body is read.
fn order(of: Provider) -> Vec<Case> {
    let lies = "hyper's client sends no Content-Length that is not the body's";
    let source = Source::new(Answer::Known);
    let polled_late = {
        let (watched, verifier) = (source.clone(), source.clone());
        let name = "the source is asked before the body is read, unless its scheme reads it";
        Case::accepts(of, name, EVENT, move || {
            let source = watched.clone();
            let asked = async move { assert_eq!(source.asked(), before_body(of)) };
            request(
                of.sign_with(&named_secret("primary"), EVENT),
                TestBody::new().wait_for(asked).frame(EVENT),
            )
        })
        .by(move || {
            verifier.reset();
            of.verifier_of(&verifier)
        })
        .signed_by("primary")
        .unsendable(AT_THE_CLIENT)
    };
    let mut cases = vec![
        polled_late,
        asked(
            Case::refuses(
                of,
                "no signature: the source is not asked",
                MissingSignature,
                move || of.headed_by([], TestBody::one(EVENT)),
            ),
            Answer::Known,
            0,
        ),
        asked(
            Case::refuses(
                of,
                "malformed signature: the source is not asked",
                MalformedSignature,
                move || of.headed(of.malformed(), TestBody::one(EVENT)),
            ),
            Answer::Fails,
            0,
        ),
        asked(
            Case::refuses(
                of,
                "announced too large: the source is not asked",
                BodyTooLarge,
                move || {
                    let mut request = of.signed(EVENT, TestBody::one(EVENT));
                    let length = HeaderValue::from(30 * 1024 * 1024);
                    request.headers_mut().insert("content-length", length);
                    request
                },
            )
            .polled(0),
            Answer::Fails,
            0,
        )
        .unsendable(lies),
    ];
    if of.signs_time() {
        cases.push(asked(
            Case::refuses(of, "too old: the source is not asked", TimestampTooOld, move || {
                request(of.sign_at(0, ID, &of.secret(), EVENT), TestBody::one(EVENT))
            }),
            Answer::Fails,
            0,
        ));
    }
    cases
}

/// The deadline of the body does not run during the lookup, unless that needs the body.
fn waiting(of: Provider) -> Vec<Case> {
    let one = || TestBody::one(EVENT);
    let late = || TestBody::one(EVENT).wait_for(seconds(29));
    let stalls = || TestBody::one(EVENT).stall();
    let name = "the lookup takes longer than the read timeout";
    let sent = signed_with(of, "primary", late);
    let longer = if of.reads_body() {
        asked(
            Case::refuses(of, name, Unavailable, sent).given_up().polled(3),
            Answer::KnownAfter(3600),
            1,
        )
        .takes(30)
    } else {
        let accepts = Case::accepts(of, name, EVENT, sent).signed_by("primary");
        asked(accepts, Answer::KnownAfter(3600), 1).takes(3629)
    };
    vec![
        asked(
            Case::accepts(of, "the lookup takes 5 s", EVENT, signed_with(of, "primary", one)),
            Answer::KnownAfter(5),
            1,
        )
        .signed_by("primary")
        .takes(5),
        longer,
        asked(
            Case::refuses(
                of,
                "the lookup takes 5 s, and the body never ends",
                BodyTimeout,
                signed_with(of, "primary", stalls),
            ),
            Answer::KnownAfter(5),
            before_body(of),
        )
        .takes(if of.reads_body() { 30 } else { 35 }),
        asked(
            Case::refuses(
                of,
                "the lookup fails after 5 s",
                Unavailable,
                signed_with(of, "primary", one),
            )
            .polled(if of.reads_body() { 2 } else { 0 }),
            Answer::FailsAfter(5),
            1,
        )
        .takes(5),
    ]
}

/// The parts of the head that the source sees.
fn heads(of: Provider) -> Vec<Case> {
    let to = |place: &'static str, method: &'static str| {
        move || {
            let mut request = signed_with(of, "primary", || TestBody::one(EVENT))();
            *request.uri_mut() = place.parse().unwrap();
            *request.method_mut() = method.parse().unwrap();
            request
        }
    };
    vec![
        asked(
            Case::accepts(of, "looked up by its path", EVENT, to(PATH, "POST")),
            Answer::KnownFor(PATH),
            1,
        )
        .signed_by("primary"),
        asked(
            Case::accepts(of, "looked up by its query", EVENT, to(WITH_QUERY, "POST")),
            Answer::KnownFor(WITH_QUERY),
            1,
        )
        .signed_by("primary")
        .unsendable("the client of the tests sends no query"),
        asked(
            Case::refuses(
                of,
                "looked up by a query that it does not have",
                UnknownSecret,
                to(PATH, "POST"),
            ),
            Answer::KnownFor(WITH_QUERY),
            1,
        ),
        asked(
            Case::accepts(of, "looked up by an extension of an earlier layer", EVENT, move || {
                let mut request = signed_with(of, "primary", || TestBody::one(EVENT))();
                request.extensions_mut().insert(Tenant);
                request
            }),
            Answer::KnownForTenant,
            1,
        )
        .signed_by("primary")
        .needs(Aspect::Extensions),
    ]
}

/// How often the source is asked before the body is complete.
fn before_body(of: Provider) -> usize {
    usize::from(!of.reads_body())
}

/// The case with a source that has this answer and is asked this often.
pub(super) fn asked(case: Case, answer: Answer, times: usize) -> Case {
    let source = Source::new(answer);
    let (seen, of) = (source.clone(), case.of);
    case.by(move || {
        source.reset();
        of.verifier_of(&source)
    })
    .also(move || seen.asked() == times)
}
