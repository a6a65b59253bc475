//! The `tracing` feature: one event for each verdict, at debug level, with nothing in it that is secret or the peer's.

mod collector;

use http::{HeaderMap, HeaderValue, Request};
use tokio::runtime;
use tower_webhook::Verifier;
use tower_webhook::test::TestBody;
use tracing::Level;

use self::collector::heard;
use crate::contract::entrance::{self, Calls, Entrance};
use crate::support::body::WatchedBody;
use crate::support::{EVENT, SECRET, SIGNATURE, headed, request, signature, signed, verifier};

/// The one event of what is done here: its code.
fn code_of(what: &str, act: impl FnOnce()) -> String {
    let events = heard(act);
    let [event] = events.as_slice() else {
        panic!("{what}: {events:?}");
    };
    assert_eq!(event.level, Some(Level::DEBUG), "{what}");
    assert_eq!(event.field("scheme"), Some("knowrithm"), "{what}");

    let text = format!("{event:?}");
    let header = signature(EVENT);
    let digits = header.to_str().unwrap().strip_prefix("sha256=").unwrap();
    for secret in [SECRET, digits, "agent", "hush"] {
        assert!(!text.contains(secret), "{what}: {text}");
    }
    event.field("code").expect(what).to_owned()
}

fn send(entrance: Entrance, verifier: &Verifier, request: Request<TestBody>) {
    let mut runtime = runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(entrance.send(verifier.clone(), request.map(WatchedBody::new), Calls::default()));
}

#[test]
fn every_verdict_of_every_entrance_is_one_event() {
    let verifier = verifier().max_body(EVENT.len());
    let body = || TestBody::one(EVENT);
    for entrance in entrance::ALL {
        for (request, code) in [
            (signed(EVENT, body()), "verified"),
            (request([], body()), "missing_signature"),
            (
                request([signature(EVENT), signature(EVENT)], body()),
                "duplicate_signature",
            ),
            (headed("hush", body()), "malformed_signature"),
            (signed("hush", body()), "signature_mismatch"),
            (signed(EVENT, body().frame("hush")), "body_too_large"),
            (
                signed(EVENT, body().frame("hush").claiming_size(1000, None)),
                "body_too_large",
            ),
            (signed(EVENT, body().fail()), "body_read"),
            (signed(EVENT, body().stall()), "body_timeout"),
        ] {
            let what = format!("{entrance:?}, {code}");
            assert_eq!(code_of(&what, || send(entrance, &verifier, request)), code, "{what}");
        }
    }
}

#[test]
fn every_verdict_without_a_request_is_one_event() {
    let verifier = verifier().max_body(EVENT.len());
    let headers = |value: HeaderValue| HeaderMap::from_iter([(SIGNATURE, value)]);
    let (right, wrong) = (headers(signature(EVENT)), headers(signature("hush")));

    for (headers, body, code) in [
        (&right, EVENT, "verified"),
        (&wrong, EVENT, "signature_mismatch"),
        (&right, &*"hush".repeat(100), "body_too_large"),
        (&HeaderMap::new(), EVENT, "missing_signature"),
    ] {
        let verify = || drop(verifier.verify(headers, body.to_owned()));
        assert_eq!(code_of("at once", verify), code);

        let in_pieces = || {
            if let Ok(mut verification) = verifier.begin(headers) {
                // Whoever goes on after a refusal hears it again, and the log does not.
                for piece in body.as_bytes().chunks(10) {
                    let _ = verification.update(piece);
                }
                let _ = verification.finish();
            }
        };
        assert_eq!(code_of("in pieces", in_pieces), code);
    }
}

#[test]
fn what_is_not_finished_is_no_verdict() {
    let headers = HeaderMap::from_iter([(SIGNATURE, signature(EVENT))]);
    let verifier = verifier();
    let said = heard(|| {
        verifier.begin(&headers).unwrap().update(EVENT.as_bytes()).unwrap();
        drop(verifier.verify_request(signed(EVENT, TestBody::one(EVENT))));
    });
    assert!(said.is_empty(), "{said:?}");
}
