//! The `tracing` feature: one event for each verdict, at debug level, with nothing in it that is secret or the peer's.

mod collector;

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{HeaderMap, Response};
use tokio::runtime;
use tower_webhook::test::TestBody;
use tower_webhook::{Rejection, Secrets};
use tracing::Level;

use self::collector::{Said, heard};
use crate::contract;
use crate::contract::case::Case;
use crate::contract::entrance::{self, Calls, Entrance};
use crate::contract::provider::{self, ID, Provider, named_secret, request};
use crate::support::body::WatchedBody;
use crate::support::{EVENT, SECRET};

/// Every code that a verdict has in a log.
const CODES: [&str; 14] = [
    "body_read",
    "body_timeout",
    "body_too_large",
    "duplicate_signature",
    "malformed_signature",
    "malformed_timestamp",
    "missing_signature",
    "missing_timestamp",
    "secret_source",
    "signature_mismatch",
    "timestamp_in_future",
    "timestamp_too_old",
    "unknown_key",
    "verified",
];

/// What a scheme is called in a log.
fn name(of: Provider) -> &'static str {
    match of {
        Provider::Knowrithm => "knowrithm",
        Provider::GitHub => "github",
        Provider::Stripe => "stripe",
        Provider::Slack => "slack",
        Provider::Shopify => "shopify",
        Provider::StandardWebhooks | Provider::Svix => "standard_webhooks",
        Provider::HmacSha256 => "hmac_sha256",
        Provider::Custom => "acme",
    }
}

/// What may be said in any event of this scheme, and how loudly.
fn judge(of: Provider, what: &str, said: &Said) {
    assert_eq!(said.level, Some(Level::DEBUG), "{what}: {said:?}");
    assert_eq!(said.field("scheme"), Some(name(of)), "{what}: {said:?}");
    let text = format!("{said:?}");
    for secret in [SECRET, "whsec_", &of.mac(EVENT), ID, "agent", "hush"] {
        assert!(!text.contains(secret), "{what}: {text}");
    }
}

/// The one event of what is done here: its code, and the label of the secret that signed.
fn verdict(of: Provider, what: &str, act: impl FnOnce()) -> (String, Option<String>) {
    let events = heard(act);
    let [event] = events.as_slice() else {
        panic!("{what}: {events:?}");
    };
    judge(of, what, event);
    let code = event.field("code").expect(what);
    (code.to_owned(), event.field("key").map(str::to_owned))
}

fn send(entrance: Entrance, case: &Case) -> Response<Bytes> {
    let mut runtime = runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    let request = (case.request)().map(|body| WatchedBody::new(body).cut_at(case.cut));
    runtime.block_on(entrance.send((case.verifier)(), request, Calls::default()))
}

/// That the answer is the right one is the contract's business; here it says what has to be in the log.
#[test]
fn every_verdict_of_every_entrance_is_one_event() {
    let mut codes = BTreeSet::new();
    for case in contract::cases() {
        // What an entrance does with a verdict does not depend on the scheme.
        let entrances = match case.of {
            Provider::Knowrithm => &entrance::ALL[..],
            _ => &[Entrance::BareLayer],
        };
        for &entrance in entrances {
            let what = format!("{entrance:?}, {:?}: {}", case.of, case.name);
            let mut response = Response::default();
            let mut events = heard(|| response = send(entrance, &case));
            for event in &events {
                judge(case.of, &what, event);
            }

            let verdict = events.pop().expect(&what);
            let refused = response.extensions().get::<Rejection>();
            let code = refused.map_or("verified", Rejection::code);
            assert_eq!(verdict.field("code"), Some(code), "{what}: {verdict:?}");
            let key = case.key.filter(|_| refused.is_none());
            assert_eq!(verdict.field("key"), key, "{what}: {verdict:?}");

            // Why a source failed is said besides.
            let beside: Vec<_> = events
                .iter()
                .map(|event| (event.field("error"), event.field("code")))
                .collect();
            let wanted: &[_] = match refused {
                Some(Rejection::SecretSource) => &[(Some("no connection"), None)],
                _ => &[],
            };
            assert_eq!(beside, wanted, "{what}");
            codes.insert(code);
        }
    }
    assert_eq!(codes, BTreeSet::from(CODES));
}

#[test]
fn every_verdict_without_a_request_is_one_event() {
    for of in provider::ALL {
        let labelled = Secrets::new(of.secret()).and(named_secret("second").label("second"));
        let verifier = of.verifier_of(labelled).max_body(EVENT.len());
        let by_second = of.sign_with(&named_secret("second"), EVENT);
        let (right, wrong) = (of.sign(EVENT), of.sign("hush"));

        for (headers, body, code, key) in [
            (&right, EVENT, "verified", None),
            (&by_second, EVENT, "verified", Some("second")),
            (&wrong, EVENT, "signature_mismatch", None),
            (&right, &*"hush".repeat(100), "body_too_large", None),
            (&HeaderMap::new(), EVENT, "missing_signature", None),
        ] {
            let wanted = (code.to_owned(), key.map(str::to_owned));
            let what = format!("{of:?}, {code}");
            let verify = || drop(verifier.verify(headers, body.to_owned()));
            assert_eq!(verdict(of, &what, verify), wanted, "{what}, at once");

            let in_pieces = || {
                if let Ok(mut verification) = verifier.begin(headers) {
                    // Whoever goes on after a refusal hears it again, and the log does not.
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
fn what_is_not_finished_is_no_verdict() {
    let of = Provider::Knowrithm;
    let (verifier, headers) = (of.verifier(), of.sign(EVENT));
    let said = heard(|| {
        verifier.begin(&headers).unwrap().update(EVENT.as_bytes()).unwrap();
        drop(verifier.verify_request(request(headers.clone(), TestBody::one(EVENT))));
    });
    assert!(said.is_empty(), "{said:?}");
}
