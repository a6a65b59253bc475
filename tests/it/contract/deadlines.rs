//! The deadline: it runs from the first time that the body has to be waited for to the end of the body.

use std::time::Duration;

use tower_webhook::RejectionKind::BodyTimeout;
use tower_webhook::test::TestBody;

use super::case::Case;
use super::provider::Provider;
use crate::support::EVENT;
use crate::support::body::seconds;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    [missed(of), met(of), other_deadlines(of)]
        .into_iter()
        .flatten()
        .collect()
}

fn missed(of: Provider) -> Vec<Case> {
    vec![
        Case::refuses(of, "no frame ever arrives", BodyTimeout, move || {
            of.signed(EVENT, TestBody::new().stall())
        })
        .takes(30),
        Case::refuses(of, "no second frame arrives", BodyTimeout, move || {
            of.signed(EVENT, TestBody::one(&EVENT[..10]).stall())
        })
        .takes(30),
        Case::refuses(of, "the end never arrives", BodyTimeout, move || {
            of.signed(EVENT, TestBody::one(EVENT).stall())
        })
        .takes(30),
        Case::refuses(of, "the end arrives too late", BodyTimeout, move || {
            of.signed(EVENT, TestBody::one(EVENT).wait_for(seconds(31)))
        })
        .takes(30),
        Case::refuses(
            of,
            "a trickle of short pauses that takes too long",
            BodyTimeout,
            move || {
                let body = EVENT.bytes().fold(TestBody::new(), |body, byte| {
                    body.frame(vec![byte]).wait_for(seconds(1))
                });
                of.signed(EVENT, body)
            },
        )
        .takes(30),
    ]
}

fn met(of: Provider) -> Vec<Case> {
    vec![
        Case::accepts(of, "the only frame arrives after 29 s", EVENT, move || {
            of.signed(EVENT, TestBody::new().wait_for(seconds(29)).frame(EVENT))
        })
        .takes(29),
        Case::accepts(of, "a trickle that ends in time", EVENT, move || {
            let body = EVENT
                .as_bytes()
                .chunks(5)
                .fold(TestBody::new(), |body, chunk| body.frame(chunk).wait_for(seconds(2)));
            of.signed(EVENT, body)
        })
        .takes(20),
    ]
}

fn other_deadlines(of: Provider) -> Vec<Case> {
    vec![
        Case::refuses(of, "a deadline of 5 s", BodyTimeout, move || {
            of.signed(EVENT, TestBody::one(EVENT).stall())
        })
        .by(move || of.verifier().read_timeout(Duration::from_secs(5)))
        .takes(5),
        Case::refuses(
            of,
            "a deadline of zero, and the body is not there",
            BodyTimeout,
            move || of.signed(EVENT, TestBody::new().stall()),
        )
        .by(move || of.verifier().read_timeout(Duration::ZERO))
        .takes(0),
        Case::accepts(of, "a deadline of zero, and the body is there", EVENT, move || {
            of.signed(EVENT, TestBody::one(EVENT))
        })
        .by(move || of.verifier().read_timeout(Duration::ZERO))
        .takes(0)
        .uncopied(),
        Case::accepts(of, "no deadline, and the body takes an hour", EVENT, move || {
            of.signed(EVENT, TestBody::one(EVENT).wait_for(seconds(3600)))
        })
        .by(move || of.verifier().insecure_no_read_timeout())
        .takes(3600),
    ]
}
