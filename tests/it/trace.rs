//! The `tracing` feature: one event for each verdict, at debug level, with nothing in it that is secret or the peer's.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderValue, Request};
use tokio::runtime;
use tower_webhook::Verifier;
use tower_webhook::test::TestBody;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::contract::entrance::{self, Calls, Entrance};
use crate::support::body::WatchedBody;
use crate::support::{EVENT, SECRET, SIGNATURE, headed, request, signature, signed, verifier};

/// What was said in one event.
#[derive(Debug, Default)]
struct Said {
    level: Option<Level>,
    fields: Vec<(&'static str, String)>,
}

impl Said {
    fn field(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(field, _)| *field == name);
        field.map(|(_, value)| value.as_str())
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        write!(text, "{value:?}").unwrap();
        self.fields.push((field.name(), text));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.push((field.name(), value.to_owned()));
    }
}

/// Keeps the events of the core, whatever their level.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Said>>>);

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("tower_webhook")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        panic!("a span: {attributes:?}")
    }

    fn event(&self, event: &Event<'_>) {
        let mut said = Said {
            level: Some(*event.metadata().level()),
            ..Said::default()
        };
        event.record(&mut said);
        self.0.lock().unwrap().push(said);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The one event of what is done here: its code.
fn code_of(what: &str, act: impl FnOnce()) -> String {
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), act);
    let events = std::mem::take(&mut *collector.0.lock().unwrap());
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
    let (verifier, collector) = (verifier(), Collector::default());
    tracing::subscriber::with_default(collector.clone(), || {
        verifier.begin(&headers).unwrap().update(EVENT.as_bytes()).unwrap();
        drop(verifier.verify_request(signed(EVENT, TestBody::one(EVENT))));
    });
    assert!(collector.0.lock().unwrap().is_empty());
}
