#![cfg(feature = "tracing")]

use std::convert::Infallible;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use tower::{Layer, Service, service_fn};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::PeerAddress;
use crate::addresses::{AllowAddresses, Networks, ProxyHeader};

/// Writes level and fields of each event on a line.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<String>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("tower_webhook_server")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = self.0.lock().unwrap();
        assert_eq!(*event.metadata().level(), Level::DEBUG);
        event.record(&mut Line(&mut text));
        text.push('\n');
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The events of one request through proxies.
fn events(peer: Option<&str>, header: &str) -> String {
    let layer = AllowAddresses::new(Networks::new(["192.0.2.0/24"]).unwrap())
        .behind(Networks::new(["10.0.0.2"]).unwrap(), ProxyHeader::XForwardedFor);
    let inner = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(())));
    let mut request = Request::builder().header("x-forwarded-for", header).body(()).unwrap();
    if let Some(peer) = peer {
        request.extensions_mut().insert(PeerAddress(peer.parse().unwrap()));
    }
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || drop(layer.layer(inner).call(request)));
    let text = collector.0.lock().unwrap();
    text.clone()
}

/// In one test, because a callsite that two threads reach for the first time may be disabled for one of them.
#[test]
fn each_refusal_is_one_event_without_bytes_of_the_header() {
    assert_eq!(events(Some("192.0.2.7:80"), "x"), "");
    assert_eq!(
        events(Some("10.0.0.2:80"), "192.0.2.1, 198.51.100.7"),
        " message=address refused: address is in no network of the list: 198.51.100.7 code=\"address_not_allowed\" \
         peer=10.0.0.2 client=198.51.100.7\n"
    );
    assert_eq!(
        events(Some("10.0.0.2:80"), "evil"),
        " message=address refused: header with the address of the client is malformed code=\"malformed_forwarded\" \
         peer=10.0.0.2\n"
    );
    assert_eq!(
        events(None, "192.0.2.7"),
        " message=address refused: address of the peer is not known: the server has to put it into the extensions \
         code=\"unknown_peer\"\n"
    );
}
