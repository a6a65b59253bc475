//! Several secrets: a signature by any of them is accepted, whatever the frames of the body, unless it has expired.

use std::time::Duration;

use http::Request;
use tower_webhook::RejectionKind::{BodyTooLarge, SignatureMismatch};
use tower_webhook::test::TestBody;

use super::case::Case;
use super::provider::{NOW, Provider, clock, instant, named_secret, request};
use super::supply::{Handle, Member, Set, labelled, member};
use crate::support::EVENT;

/// Why a case whose body acts on the verifier is not sent.
pub(super) const AT_THE_CLIENT: &str = "the body is polled by the client, not by the server";

pub(super) type Body = fn() -> TestBody;

/// A body in one frame, in several, and in one for each byte.
pub(super) const SHAPES: [(&str, Body); 3] = [
    ("in one frame", || TestBody::one(EVENT)),
    ("in frames", || TestBody::chunks(EVENT, 10)),
    ("in frames of one byte", || TestBody::chunks(EVENT, 1)),
];

pub(super) fn cases(of: Provider) -> Vec<Case> {
    [several(of), expired(of), replaced(of)].into_iter().flatten().collect()
}

fn until(name: &'static str, last: i64) -> Member {
    labelled(name).not_after(instant(last))
}

fn several(of: Provider) -> Vec<Case> {
    let three = || {
        Set::new(labelled("primary"))
            .and(labelled("second"))
            .and(labelled("third"))
    };
    let mut cases = Vec::new();
    for (shape, body) in SHAPES {
        for name in ["primary", "second", "third"] {
            cases.push(accepted(
                of,
                format!("signed by the {name} of three, {shape}"),
                name,
                body,
                three,
            ));
        }
        cases.push(refused(
            of,
            format!("signed by none of two, {shape}"),
            "third",
            body,
            || Set::new(labelled("primary")).and(labelled("second")),
        ));
    }
    cases.push(
        Case::accepts(of, "a second secret without a label", EVENT, move || {
            request(of.sign_with(&named_secret("second"), EVENT), TestBody::one(EVENT))
        })
        .by(move || of.verifier_of(Set::new(labelled("primary")).and(member("second"))))
        .uncopied(),
    );
    cases.push(
        accepted(
            of,
            "the same secret as first and second: the label of the first",
            "second",
            SHAPES[0].1,
            || Set::new(labelled("second")).and(member("second").label("again")),
        )
        .uncopied(),
    );
    for (shape, body) in SHAPES {
        cases.push(accepted(
            of,
            format!("the same secret as second and third: the label of the second, {shape}"),
            "second",
            body,
            || {
                Set::new(labelled("primary"))
                    .and(labelled("second"))
                    .and(member("second").label("again"))
            },
        ));
    }
    cases.push(
        Case::refuses(of, "signed by the second, and too long", BodyTooLarge, move || {
            request(
                of.sign_with(&named_secret("second"), EVENT),
                TestBody::chunks(EVENT, 10),
            )
        })
        .by(move || {
            let two = Set::new(labelled("primary")).and(labelled("second"));
            of.verifier_of(two).max_body(EVENT.len() - 1)
        })
        .polled(5),
    );
    if let Some(separator) = of.separator() {
        let of_third = of.sign_with(&named_secret("third"), EVENT)[of.signature_name()].clone();
        let of_second = of.sign_with(&named_secret("second"), EVENT)[of.signature_name()].clone();
        let second = of_second
            .to_str()
            .unwrap()
            .strip_prefix(&of.prefix())
            .unwrap()
            .to_owned();
        let both = format!("{}{separator}{second}", of_third.to_str().unwrap());
        for (shape, body) in SHAPES {
            let both = both.clone();
            cases.push(
                Case::accepts(
                    of,
                    format!("signed by an unknown secret and by the second, {shape}"),
                    EVENT,
                    move || of.headed(&both, body()),
                )
                .by(move || of.verifier_of(Set::new(labelled("primary")).and(labelled("second"))))
                .signed_by("second"),
            );
        }
    }
    cases
}

fn expired(of: Provider) -> Vec<Case> {
    let mut cases = Vec::new();
    for (shape, body) in SHAPES {
        cases.extend([
            refused(
                of,
                format!("signed by an expired primary, {shape}"),
                "primary",
                body,
                || until("primary", NOW - 1),
            ),
            refused(
                of,
                format!("signed by an expired primary of two, {shape}"),
                "primary",
                body,
                || Set::new(until("primary", NOW - 1)).and(labelled("second")),
            ),
            accepted(
                of,
                format!("signed by the second, the primary expired, {shape}"),
                "second",
                body,
                || Set::new(until("primary", NOW - 1)).and(labelled("second")),
            ),
            refused(
                of,
                format!("signed by an expired second, {shape}"),
                "second",
                body,
                || Set::new(labelled("primary")).and(until("second", NOW - 1)),
            ),
            accepted(
                of,
                format!("signed by the third, the second expired, {shape}"),
                "third",
                body,
                || {
                    Set::new(labelled("primary"))
                        .and(until("second", NOW - 1))
                        .and(labelled("third"))
                },
            ),
            accepted(
                of,
                format!("signed in the last moment of the primary, {shape}"),
                "primary",
                body,
                || until("primary", NOW),
            ),
            accepted(
                of,
                format!("signed in the last moment of the second, {shape}"),
                "second",
                body,
                || Set::new(labelled("primary")).and(until("second", NOW)),
            ),
        ]);
    }
    let clock = clock();
    let (set, passes) = (clock.clone(), clock);
    cases.push(
        Case::refuses(
            of,
            "the secret expires before the end of the body",
            SignatureMismatch,
            move || {
                let clock = passes.clone();
                let later = async move { clock.advance(Duration::from_secs(1)) };
                let body = TestBody::one(&EVENT[..10])
                    .wait_for(later)
                    .frame(&EVENT.as_bytes()[10..]);
                request(of.sign_with(&named_secret("primary"), EVENT), body)
            },
        )
        .by(move || {
            set.set(instant(NOW));
            of.verifier_of(until("primary", NOW)).clock(set.clone())
        })
        .unsendable(AT_THE_CLIENT),
    );
    cases
}

/// A request uses the secrets that were in the handle when it began.
fn replaced(of: Provider) -> Vec<Case> {
    let midway = |name: &'static str, signed_by: &'static str, wait_first: bool, replaced_by: &'static str| {
        let handle = Handle::new(labelled("primary"));
        let replace = handle.clone();
        let make = move || {
            let handle = replace.clone();
            let replace = async move { handle.replace(labelled(replaced_by)) };
            let body = if wait_first {
                TestBody::new().wait_for(replace).frame(EVENT)
            } else {
                TestBody::one(&EVENT[..10])
                    .wait_for(replace)
                    .frame(&EVENT.as_bytes()[10..])
            };
            request(of.sign_with(&named_secret(signed_by), EVENT), body)
        };
        let case = if signed_by == "primary" {
            Case::accepts(of, name, EVENT, make).signed_by("primary")
        } else {
            Case::refuses(of, name, SignatureMismatch, make)
        };
        let seen = handle.clone();
        case.by(move || {
            handle.replace(labelled("primary"));
            of.verifier_of(&handle)
        })
        .also(move || format!("{seen:?}").contains(replaced_by))
        .unsendable(AT_THE_CLIENT)
    };
    let before = Handle::new(labelled("primary"));
    vec![
        midway(
            "replaced before the first frame, signed by the old",
            "primary",
            true,
            "second",
        ),
        midway(
            "replaced before the first frame, signed by the new",
            "second",
            true,
            "second",
        ),
        midway("replaced between frames, signed by the old", "primary", false, "second"),
        midway("replaced between frames, signed by the new", "second", false, "second"),
        Case::accepts(of, "replaced before the request", EVENT, move || {
            request(of.sign_with(&named_secret("second"), EVENT), TestBody::one(EVENT))
        })
        .by(move || {
            before.replace(labelled("primary"));
            let verifier = of.verifier_of(&before);
            before.replace(Set::new(labelled("third")).and(labelled("second")));
            verifier
        })
        .signed_by("second")
        .uncopied(),
    ]
}

/// A request that is signed with the secret of this name.
pub(super) fn signed_with(of: Provider, name: &'static str, body: Body) -> impl Fn() -> Request<TestBody> + 'static {
    move || request(of.sign_with(&named_secret(name), EVENT), body())
}

fn accepted<S: Into<Set> + 'static>(
    of: Provider,
    name: impl Into<String>,
    by: &'static str,
    body: Body,
    secrets: fn() -> S,
) -> Case {
    Case::accepts(of, name, EVENT, signed_with(of, by, body))
        .by(move || of.verifier_of(secrets().into()))
        .signed_by(by)
}

fn refused<S: Into<Set> + 'static>(
    of: Provider,
    name: impl Into<String>,
    by: &'static str,
    body: Body,
    secrets: fn() -> S,
) -> Case {
    Case::refuses(of, name, SignatureMismatch, signed_with(of, by, body)).by(move || of.verifier_of(secrets().into()))
}
