//! The deadline: it runs from the first wait to the end of the body, and for nothing else.

use std::time::Duration;

use tower_webhook::Rejection::BodyTimeout;

use super::case::Case;
use crate::support::body::TestBody;
use crate::support::{EVENT, signed, verifier};

pub(super) fn cases() -> Vec<Case> {
    [missed(), met(), other_deadlines()].into_iter().flatten().collect()
}

fn missed() -> Vec<Case> {
    vec![
        Case::refuses("nothing ever comes", BodyTimeout, || {
            signed(EVENT, TestBody::default().stall())
        })
        .takes(30),
        Case::refuses("nothing more comes", BodyTimeout, || {
            signed(EVENT, TestBody::one(&EVENT[..10]).stall())
        })
        .takes(30),
        Case::refuses("the end never comes", BodyTimeout, || {
            signed(EVENT, TestBody::one(EVENT).stall())
        })
        .takes(30),
        Case::refuses("the end comes too late", BodyTimeout, || {
            signed(EVENT, TestBody::one(EVENT).wait(Duration::from_secs(31)))
        })
        .takes(30),
        Case::refuses("a trickle, none of its pauses long", BodyTimeout, || {
            let body = EVENT.bytes().fold(TestBody::default(), |body, byte| {
                body.frame(vec![byte]).wait(Duration::from_secs(1))
            });
            signed(EVENT, body)
        })
        .takes(30),
    ]
}

fn met() -> Vec<Case> {
    vec![
        Case::accepts("all comes late, but in time", EVENT, || {
            signed(EVENT, TestBody::default().wait(Duration::from_secs(29)).frame(EVENT))
        })
        .takes(29),
        Case::accepts("a trickle, but in time", EVENT, || {
            let body = EVENT.as_bytes().chunks(5).fold(TestBody::default(), |body, chunk| {
                body.frame(chunk).wait(Duration::from_secs(2))
            });
            signed(EVENT, body)
        })
        .takes(20),
    ]
}

fn other_deadlines() -> Vec<Case> {
    vec![
        Case::refuses("a shorter deadline is kept", BodyTimeout, || {
            signed(EVENT, TestBody::one(EVENT).stall())
        })
        .by(|| verifier().read_timeout(Duration::from_secs(5)))
        .takes(5),
        Case::refuses("no time at all, and the body is not there", BodyTimeout, || {
            signed(EVENT, TestBody::default().stall())
        })
        .by(|| verifier().read_timeout(Duration::ZERO))
        .takes(0),
        Case::accepts("no time at all, but the body is there", EVENT, || {
            signed(EVENT, TestBody::one(EVENT))
        })
        .by(|| verifier().read_timeout(Duration::ZERO))
        .takes(0)
        .uncopied(),
        Case::accepts("without a deadline an hour is not too long", EVENT, || {
            signed(EVENT, TestBody::one(EVENT).wait(Duration::from_hours(1)))
        })
        .by(|| verifier().insecure_no_read_timeout())
        .takes(3600),
    ]
}
