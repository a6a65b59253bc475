//! Secrets that are looked up for each request: asked after the headers were judged and before the body is read.

mod source;

use http::HeaderValue;
use tower_webhook::Rejection::{
    BodyRead, BodyTimeout, BodyTooLarge, MalformedSignature, MissingSignature, SecretSource as Unavailable,
    SignatureMismatch, TimestampTooOld, UnknownKey,
};
use tower_webhook::test::TestBody;
use tower_webhook::{PerRequest, SigningSecret, Verifier};

pub(crate) use self::source::{Answer, Source, Tenant};
use super::case::Case;
use super::entrance::Aspect;
use super::keys::{AT_THE_CLIENT, signed_by};
use super::provider::{ID, Provider, named_secret, request};
use crate::support::body::seconds;
use crate::support::{EVENT, PATH};

/// What keys the MAC that is compared for an unknown tenant. Everybody can read it.
const STANDS_IN: &str = "whoever signs with this is told that it is unknown";

/// [`PATH`], and more.
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
                        signed_by(of, name, body),
                    ),
                    Answer::Known,
                    1,
                )
                .signed_by(name),
            );
        }
        // An unknown tenant costs what a wrong signature does, and looks like it.
        for (what, answer, rejection) in [
            ("wrong", Answer::Known, SignatureMismatch),
            ("unknown", Answer::Unknown, UnknownKey),
        ] {
            let name = format!("looked up, {what}, {shape}");
            cases.push(asked(
                Case::refuses(of, name, rejection, signed_by(of, "third", body)).polled(polls),
                answer,
                1,
            ));
        }
        let stands_in = move || {
            let secret = SigningSecret::new(STANDS_IN).unwrap();
            request(of.sign_with_bytes(&secret, EVENT), body())
        };
        let name = format!("looked up, unknown, signed with what stands in for its secret, {shape}");
        cases.push(asked(
            Case::refuses(of, name, UnknownKey, stands_in).polled(polls),
            Answer::Unknown,
            1,
        ));
        cases.push(
            asked(
                Case::refuses(
                    of,
                    format!("the look-up fails, {shape}"),
                    Unavailable,
                    signed_by(of, "primary", body),
                ),
                Answer::Fails,
                1,
            )
            .unsendable("the answer comes, and the connection closes, while the client still sends"),
        );
    }
    let unknown = |name, rejection, body| {
        asked(
            Case::refuses(of, name, rejection, signed_by(of, "primary", body)),
            Answer::Unknown,
            1,
        )
    };
    cases.extend([
        unknown("unknown, and the body fails", BodyRead, || TestBody::one("{").fail())
            .polled(2)
            .unsendable("who aborts a request gets no answer"),
        unknown("unknown, and the body never ends", BodyTimeout, || {
            TestBody::one("{").stall()
        })
        .takes(30),
    ]);
    cases
}

/// The headers first, then the announced length, then the source, then the body.
fn order(of: Provider) -> Vec<Case> {
    let lies = "hyper's client sends no Content-Length that is not the body's";
    let source = Source::new(Answer::Known);
    let polled_late = {
        let (watched, verifier) = (source.clone(), source.clone());
        Case::accepts(of, "asked before the body is", EVENT, move || {
            let source = watched.clone();
            let asked = async move { assert_eq!(source.asked(), 1) };
            request(
                of.sign_with(&named_secret("primary"), EVENT),
                TestBody::new().wait_for(asked).frame(EVENT),
            )
        })
        .by(move || {
            verifier.forget();
            of.verifier_of(PerRequest(verifier.clone()))
        })
        .signed_by("primary")
        .unsendable(AT_THE_CLIENT)
    };
    let mut cases = vec![
        polled_late,
        asked(
            Case::refuses(of, "no signature: not asked", MissingSignature, move || {
                of.headed_by([], TestBody::one(EVENT))
            }),
            Answer::Known,
            0,
        ),
        asked(
            Case::refuses(of, "malformed: not asked", MalformedSignature, move || {
                of.headed("?", TestBody::one(EVENT))
            }),
            Answer::Fails,
            0,
        ),
        asked(
            Case::refuses(of, "announced too large: not asked", BodyTooLarge, move || {
                let mut request = of.signed(EVENT, TestBody::one(EVENT));
                let length = HeaderValue::from(3 * 1024 * 1024);
                request.headers_mut().insert("content-length", length);
                request
            })
            .polled(0),
            Answer::Fails,
            0,
        )
        .unsendable(lies),
    ];
    if of.signs_time() {
        cases.push(asked(
            Case::refuses(of, "too old: not asked", TimestampTooOld, move || {
                request(of.sign_at(0, ID, &of.secret(), EVENT), TestBody::one(EVENT))
            }),
            Answer::Fails,
            0,
        ));
    }
    cases
}

/// The deadline is the sender's: it does not run while the source is waited for.
fn waiting(of: Provider) -> Vec<Case> {
    let one = || TestBody::one(EVENT);
    let late = || TestBody::one(EVENT).wait_for(seconds(29));
    let stalls = || TestBody::one(EVENT).stall();
    vec![
        asked(
            Case::accepts(of, "the look-up takes a while", EVENT, signed_by(of, "primary", one)),
            Answer::KnownAfter(5),
            1,
        )
        .signed_by("primary")
        .takes(5),
        asked(
            Case::accepts(
                of,
                "the look-up takes longer than a body may",
                EVENT,
                signed_by(of, "primary", late),
            ),
            Answer::KnownAfter(3600),
            1,
        )
        .signed_by("primary")
        .takes(3629),
        asked(
            Case::refuses(
                of,
                "the look-up takes a while, the body for ever",
                BodyTimeout,
                signed_by(of, "primary", stalls),
            ),
            Answer::KnownAfter(5),
            1,
        )
        .takes(35),
        asked(
            Case::refuses(
                of,
                "the look-up fails after a while",
                Unavailable,
                signed_by(of, "primary", one),
            ),
            Answer::FailsAfter(5),
            1,
        )
        .takes(5),
    ]
}

/// What the source sees of a request.
fn heads(of: Provider) -> Vec<Case> {
    let to = |place: &'static str, method: &'static str| {
        move || {
            let mut request = signed_by(of, "primary", || TestBody::one(EVENT))();
            *request.uri_mut() = place.parse().unwrap();
            *request.method_mut() = method.parse().unwrap();
            request
        }
    };
    vec![
        asked(
            Case::accepts(of, "known by its path", EVENT, to(PATH, "POST")),
            Answer::KnownFor(PATH),
            1,
        )
        .signed_by("primary"),
        asked(
            Case::accepts(of, "known by its query", EVENT, to(WITH_QUERY, "POST")),
            Answer::KnownFor(WITH_QUERY),
            1,
        )
        .signed_by("primary")
        .unsendable("the tests' client sends no query"),
        asked(
            Case::refuses(of, "unknown by its query", UnknownKey, to(PATH, "POST")),
            Answer::KnownFor(WITH_QUERY),
            1,
        ),
        asked(
            Case::accepts(of, "known by what an earlier layer found out", EVENT, move || {
                let mut request = signed_by(of, "primary", || TestBody::one(EVENT))();
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

/// The case by a source with this answer, which is asked this often.
fn asked(case: Case, answer: Answer, times: usize) -> Case {
    let source = Source::new(answer);
    let (seen, of) = (source.clone(), case.of);
    case.by(move || -> Verifier {
        source.forget();
        of.verifier_of(PerRequest(source.clone()))
    })
    .also(move || seen.asked() == times)
}
