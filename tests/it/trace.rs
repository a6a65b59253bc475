//! The feature `tracing`: one event for each verdict, at debug level, without secrets and without bytes of the peer.

pub(crate) mod collector;
mod placeholders;

use std::collections::BTreeSet;
use std::error::Error;

use bytes::Bytes;
use http::{HeaderMap, Response};
use tokio::runtime;
use tower_webhook::test::TestBody;
use tower_webhook::{Rejection, RejectionKind};
use tracing::Level;

use self::collector::{Recorded, recorded};
use crate::contract;
use crate::contract::case::Case;
use crate::contract::entrance::{self, Calls, Entrance};
use crate::contract::provider::{self, ID, Provider, named_secret, request};
use crate::contract::supply::{Set, labelled};
use crate::support::body::WatchedBody;
use crate::support::{EVENT, SECRET};

/// Every code of a verdict.
const CODES: [&str; 15] = [
    "body_read",
    "body_timeout",
    "body_too_large",
    "duplicate_signature",
    "malformed_signature",
    "malformed_timestamp",
    "missing_signature",
    "missing_timestamp",
    "over_budget",
    "secret_source",
    "signature_mismatch",
    "timestamp_in_future",
    "timestamp_too_old",
    "unknown_secret",
    "verified",
];

/// Checks level, scheme and secrecy of an event.
fn check(of: Provider, what: &str, event: &Recorded) {
    assert_eq!(event.level, Some(Level::DEBUG), "{what}: {event:?}");
    assert_eq!(event.field("scheme"), Some(of.name()), "{what}: {event:?}");
    let text = format!("{event:?}");
    for secret in [SECRET, "whsec_", &of.mac(EVENT), ID, "agent", "hush"] {
        assert!(!text.contains(secret), "{what}: {text}");
    }
}

/// The only event of an action: its code, and the label of the secret that signed.
fn verdict(of: Provider, what: &str, act: impl FnOnce()) -> (String, Option<String>) {
    let events = recorded(act);
    let [event] = events.as_slice() else {
        panic!("{what}: {events:?}");
    };
    check(of, what, event);
    let code = event.field("code").expect(what);
    (code.to_owned(), event.field("signed_by").map(str::to_owned))
}

fn send(entrance: Entrance, case: &Case) -> Response<Bytes> {
    let mut runtime = runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    let request = (case.request)().map(|body| WatchedBody::new(body).cut_at(case.cut));
    runtime.block_on((case.verifier)().send(case.of, request, entrance, Calls::default()))
}

/// The contract checks the answers; here the answer tells which event is expected.
#[test]
fn every_verdict_of_every_entrance_is_one_event() {
    let mut codes = BTreeSet::new();
    for case in contract::cases() {
        // The treatment of a verdict does not depend on the scheme.
        let entrances = match case.of {
            Provider::Knowrithm => &entrance::ALL[..],
            _ => &[Entrance::BareLayer],
        };
        for &entrance in entrances {
            let what = format!("{entrance:?}, {:?}: {}", case.of, case.name);
            let mut response = Response::default();
            let events = recorded(|| response = send(entrance, &case));
            let [verdict] = events.as_slice() else {
                panic!("{what}: {events:?}");
            };
            check(case.of, &what, verdict);
            let refused = response.extensions().get::<Rejection>();
            let code = refused.map_or("verified", Rejection::code);
            assert_eq!(verdict.field("code"), Some(code), "{what}: {verdict:?}");
            let label = case.signed_by.filter(|_| refused.is_none());
            assert_eq!(verdict.field("signed_by"), label, "{what}: {verdict:?}");

            // The field has the first source, which frameworks may have wrapped.
            let error = match refused.map(Rejection::kind) {
                Some(RejectionKind::SecretSource) => case.cause().map(str::to_owned),
                // What is wrong with a signature in the body is told by the source.
                Some(RejectionKind::BodyRead | RejectionKind::MissingSignature | RejectionKind::MalformedSignature) => {
                    refused.and_then(Error::source).map(ToString::to_string)
                }
                _ => None,
            };
            assert_eq!(verdict.field("error"), error.as_deref(), "{what}: {verdict:?}");
            codes.insert(code);
        }
    }
    assert_eq!(codes, BTreeSet::from(CODES));
}

#[test]
fn every_verdict_without_a_request_is_one_event() {
    for of in provider::SIGNING {
        let labelled = Set::new(of.secret()).and(labelled("second"));
        let verifier = of.verifier_of(labelled).max_body(EVENT.len());
        let by_second = of.sign_with(&named_secret("second"), EVENT);
        let (right, wrong) = (of.sign(EVENT), of.sign("hush"));

        for (headers, body, code, label) in [
            (&right, EVENT, "verified", None),
            (&by_second, EVENT, "verified", Some("second")),
            (&wrong, EVENT, "signature_mismatch", None),
            (&right, &*"hush".repeat(100), "body_too_large", None),
            (&HeaderMap::new(), EVENT, "missing_signature", None),
        ] {
            let wanted = (code.to_owned(), label.map(str::to_owned));
            let what = format!("{of:?}, {code}");
            let head = request(headers.clone(), ());
            let verify = || drop(verifier.verify(&head, body.to_owned()));
            assert_eq!(verdict(of, &what, verify), wanted, "{what}, at once");

            let in_pieces = || {
                if let Ok(mut verification) = verifier.begin(&head) {
                    // Each call after a refusal returns it again, without another event.
                    for piece in body.as_bytes().chunks(10) {
                        let _ = verification.update(piece);
                    }
                    let _ = verification.finish();
                }
            };
            assert_eq!(verdict(of, &what, in_pieces), wanted, "{what}, in pieces");
        }
    }
}

#[test]
fn a_check_that_is_not_finished_reports_nothing() {
    let of = Provider::Knowrithm;
    let (verifier, headers) = (of.verifier(), of.sign(EVENT));
    let events = recorded(|| {
        verifier.begin(&headers).unwrap().update(EVENT.as_bytes()).unwrap();
        drop(verifier.verify_request(request(headers.clone(), TestBody::one(EVENT))));
    });
    assert!(events.is_empty(), "{events:?}");
}
