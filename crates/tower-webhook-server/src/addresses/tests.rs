use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::header::HeaderMap;
use http::{Extensions, Request, Response};
use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok, task};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_test::mock::{Handle, Mock, Spawn, spawn_with};
use tower_webhook::scheme::Knowrithm;
use tower_webhook::test::{RequestBuilder, TestBody};
use tower_webhook::{BufferedBody, Rejection, SigningSecret, Verifier, VerifyLayer};

use super::AddressRejectionKind::{HiddenClient, MalformedHeader, MissingHeader, NoClient, NotAllowed, UnknownPeer};
use super::*;
use crate::PeerAddress;

fn networks<const N: usize>(list: [&str; N]) -> Networks {
    Networks::new(list).unwrap()
}

/// Senders in `192.0.2.0/24` and `2001:db8::/32` are admitted; strangers come from 198.51.100.7.
fn layer() -> AllowAddresses {
    AllowAddresses::new(networks(["192.0.2.0/24", "2001:db8::/32"]))
}

fn behind(header: ProxyHeader) -> AllowAddresses {
    layer().behind(networks(["10.0.0.2", "10.0.0.3"]), header)
}

fn request(peer: &str, headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = Request::new(());
    if let Ok(peer) = peer.parse::<IpAddr>() {
        request
            .extensions_mut()
            .insert(PeerAddress(SocketAddr::new(peer, 4711)));
    }
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

/// The kind of the refusal, or `None` when the inner service was called. An answer must not tell one from the other.
fn refusal<P>(layer: &AllowAddresses<P>, request: Request<()>) -> Option<AddressRejectionKind>
where
    P: Fn(&Extensions) -> Option<IpAddr> + Clone,
{
    let calls = AtomicUsize::new(0);
    let mut service = layer.layer(service_fn(async |_: Request<()>| {
        calls.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(Response::new("thanks".to_owned()))
    }));
    let response = assert_ready_ok!(task::spawn(service.call(request)).poll());
    let rejection = response.extensions().get::<AddressRejection>().copied();
    assert_eq!(calls.into_inner(), usize::from(rejection.is_none()));
    if rejection.is_some() {
        assert_eq!(response.status(), 403);
        assert_eq!(response.headers(), &HeaderMap::new());
        assert_eq!(response.body(), "");
    }
    rejection.map(|rejection| rejection.kind())
}

#[test]
fn the_address_of_the_peer_is_judged() {
    for (peer, wanted) in [
        ("192.0.2.7", None),
        ("::ffff:192.0.2.7", None),
        ("2001:db8::7", None),
        ("198.51.100.7", Some(NotAllowed)),
        ("::ffff:198.51.100.7", Some(NotAllowed)),
        ("2001:db9::7", Some(NotAllowed)),
        ("::192.0.2.7", Some(NotAllowed)),
        ("not known", Some(UnknownPeer)),
    ] {
        // No header is read unless proxies are named.
        for headers in [
            &[][..],
            &[("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=192.0.2.7")],
        ] {
            assert_eq!(refusal(&layer(), request(peer, headers)), wanted, "{peer}, {headers:?}");
        }
    }
}

#[test]
fn a_header_counts_from_a_trusted_proxy_alone() {
    use ProxyHeader::{Forwarded, XForwardedFor};

    const F: &str = "forwarded";
    const X: &str = "x-forwarded-for";
    for (header, peer, headers, wanted) in [
        (XForwardedFor, "10.0.0.2", &[(X, "192.0.2.7")][..], None),
        (XForwardedFor, "::ffff:10.0.0.2", &[(X, "192.0.2.7:80")], None),
        (XForwardedFor, "10.0.0.2", &[(X, "192.0.2.7, 10.0.0.3")], None),
        (Forwarded, "10.0.0.3", &[(F, "for=192.0.2.7")], None),
        (
            Forwarded,
            "10.0.0.3",
            &[(F, "for=\"[2001:db8::7]:80\", for=10.0.0.2")],
            None,
        ),
        // A peer that is no proxy is judged by its own address, whatever its headers say.
        (XForwardedFor, "192.0.2.7", &[(X, "198.51.100.7")], None),
        (XForwardedFor, "192.0.2.7", &[(X, "unknown")], None),
        (XForwardedFor, "198.51.100.7", &[(X, "192.0.2.7")], Some(NotAllowed)),
        (
            XForwardedFor,
            "198.51.100.7",
            &[(X, "192.0.2.7, 10.0.0.2")],
            Some(NotAllowed),
        ),
        (Forwarded, "198.51.100.7", &[(F, "for=192.0.2.7")], Some(NotAllowed)),
        (XForwardedFor, "10.0.0.4", &[(X, "192.0.2.7")], Some(NotAllowed)),
        (XForwardedFor, "not known", &[(X, "192.0.2.7")], Some(UnknownPeer)),
        // Entries that the client wrote before a proxy appended its address.
        (
            XForwardedFor,
            "10.0.0.2",
            &[(X, "192.0.2.7, 198.51.100.7")],
            Some(NotAllowed),
        ),
        (
            XForwardedFor,
            "10.0.0.2",
            &[(X, "192.0.2.7"), (X, "198.51.100.7")],
            Some(NotAllowed),
        ),
        (
            XForwardedFor,
            "10.0.0.2",
            &[(X, "192.0.2.7, 198.51.100.7, 10.0.0.3")],
            Some(NotAllowed),
        ),
        (
            Forwarded,
            "10.0.0.2",
            &[(F, "for=192.0.2.7, for=198.51.100.7")],
            Some(NotAllowed),
        ),
        (
            Forwarded,
            "10.0.0.2",
            &[(F, "for=192.0.2.7;x=\", for=198.51.100.7")],
            Some(MalformedHeader),
        ),
        // Only one header is read.
        (XForwardedFor, "10.0.0.2", &[(F, "for=192.0.2.7")], Some(MissingHeader)),
        (Forwarded, "10.0.0.2", &[(X, "192.0.2.7")], Some(MissingHeader)),
        (
            XForwardedFor,
            "10.0.0.2",
            &[(F, "for=192.0.2.7"), (X, "198.51.100.7")],
            Some(NotAllowed),
        ),
        (
            Forwarded,
            "10.0.0.2",
            &[(F, "for=198.51.100.7"), (X, "192.0.2.7")],
            Some(NotAllowed),
        ),
        (
            Forwarded,
            "10.0.0.2",
            &[(F, "for=192.0.2.7"), (X, "198.51.100.7")],
            None,
        ),
        (
            XForwardedFor,
            "10.0.0.2",
            &[("x-real-ip", "192.0.2.7")],
            Some(MissingHeader),
        ),
        (XForwardedFor, "10.0.0.2", &[(X, "10.0.0.3")], Some(NoClient)),
        (
            XForwardedFor,
            "10.0.0.2",
            &[(X, "192.0.2.7, unknown")],
            Some(HiddenClient),
        ),
        (XForwardedFor, "10.0.0.2", &[(X, "192.0.2.7,")], Some(MalformedHeader)),
    ] {
        let seen = refusal(&behind(header), request(peer, headers));
        assert_eq!(seen, wanted, "{header:?}, {peer}, {headers:?}");
    }
}

#[test]
fn a_proxy_is_not_admitted_because_it_is_trusted_or_listed() {
    let own = AllowAddresses::new(networks(["10.0.0.0/8"])).behind(networks(["10.0.0.2"]), ProxyHeader::XForwardedFor);
    assert_eq!(refusal(&own, request("10.0.0.2", &[])), Some(MissingHeader));
    assert_eq!(
        refusal(&own, request("10.0.0.2", &[("x-forwarded-for", "10.0.0.2")])),
        Some(NoClient)
    );
    assert_eq!(refusal(&own, request("10.0.0.9", &[])), None);
}

#[test]
fn the_operator_learns_the_addresses() {
    let headers = [("x-forwarded-for", "192.0.2.1, ::ffff:198.51.100.7")];
    let mut service = behind(ProxyHeader::XForwardedFor).layer(service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::new(()))
    }));
    let response = task::spawn(service.call(request("::ffff:10.0.0.2", &headers)));
    let response = assert_ready_ok!({ response }.poll());
    let rejection: &AddressRejection = response.extensions().get().unwrap();
    assert_eq!(rejection.code(), "address_not_allowed");
    assert_eq!(rejection.peer(), Some("10.0.0.2".parse().unwrap()));
    assert_eq!(rejection.client(), Some("198.51.100.7".parse().unwrap()));
    assert_eq!(
        rejection.to_string(),
        "address is in no network of the list: 198.51.100.7"
    );
}

#[test]
fn another_server_keeps_the_peer_elsewhere() {
    let layer = layer().peer(|extensions| extensions.get().copied());
    let mut request = request("192.0.2.7", &[]);
    assert_eq!(refusal(&layer, request.clone()), Some(UnknownPeer));
    request
        .extensions_mut()
        .insert::<IpAddr>("198.51.100.7".parse().unwrap());
    assert_eq!(refusal(&layer, request.clone()), Some(NotAllowed));
    request
        .extensions_mut()
        .insert::<IpAddr>("::ffff:192.0.2.7".parse().unwrap());
    assert_eq!(refusal(&layer, request), None);
}

#[test]
fn both_lists_are_replaced_while_the_layer_serves() {
    let allowed = NetworksHandle::new(networks(["192.0.2.0/24"]));
    let proxies = NetworksHandle::new(Networks::none());
    let layer = AllowAddresses::new(allowed.clone()).behind(proxies.clone(), ProxyHeader::XForwardedFor);
    let forwarded = || request("10.0.0.2", &[("x-forwarded-for", "192.0.2.7")]);
    assert_eq!(refusal(&layer, request("192.0.2.7", &[])), None);
    assert_eq!(refusal(&layer, forwarded()), Some(NotAllowed));

    proxies.replace(networks(["10.0.0.2"]));
    assert_eq!(refusal(&layer, forwarded()), None);

    allowed.replace(networks(["198.51.100.0/24"]));
    assert_eq!(refusal(&layer, forwarded()), Some(NotAllowed));
    assert_eq!(refusal(&layer, request("192.0.2.7", &[])), Some(NotAllowed));
    assert_eq!(refusal(&layer, request("198.51.100.7", &[])), None);
}

#[tokio::test]
async fn in_front_of_a_verify_layer_the_address_is_judged_before_the_body() {
    let secret = SigningSecret::new("whk_1").unwrap();
    let service = ServiceBuilder::new()
        .layer(layer())
        .layer(VerifyLayer::new(Verifier::knowrithm(secret.clone())))
        .service(service_fn(async |request: Request<BufferedBody>| {
            Ok::<_, Infallible>(Response::new(
                String::from_utf8(request.into_body().into_bytes().into()).unwrap(),
            ))
        }));
    let polls = Arc::new(AtomicUsize::new(0));
    let send = async |peer: &str, key: &SigningSecret| {
        let polled = Counted {
            body: TestBody::one("{}"),
            polls: Arc::clone(&polls),
        };
        let mut request = RequestBuilder::new(Knowrithm, key).signed_as("{}", polled);
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        request.extensions_mut().insert(PeerAddress(peer));
        service.clone().oneshot(request).await.unwrap()
    };
    let response = send("198.51.100.7", &secret).await;
    assert_eq!((response.status().as_u16(), response.body().as_str()), (403, ""));
    assert!(response.extensions().get::<AddressRejection>().is_some());
    assert!(response.extensions().get::<Rejection>().is_none());
    assert_eq!(polls.load(Ordering::Relaxed), 0);

    // The right address alone admits nobody.
    let response = send("192.0.2.7", &SigningSecret::new("whk_2").unwrap()).await;
    assert_eq!((response.status().as_u16(), response.body().as_str()), (403, ""));
    assert!(response.extensions().get::<Rejection>().is_some());

    let response = send("192.0.2.7", &secret).await;
    assert_eq!((response.status().as_u16(), response.body().as_str()), (200, "{}"));
    assert!(polls.load(Ordering::Relaxed) > 0);
}

/// A body that counts how often it is polled.
struct Counted {
    body: TestBody,
    polls: Arc<AtomicUsize>,
}

impl http_body::Body for Counted {
    type Data = <TestBody as http_body::Body>::Data;
    type Error = <TestBody as http_body::Body>::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        std::pin::Pin::new(&mut self.body).poll_frame(cx)
    }
}

type Inner = Mock<Request<()>, Response<String>>;
type InnerHandle = Handle<Request<()>, Response<String>>;

fn mocked() -> (Spawn<AllowAddressesService<Inner>>, InnerHandle) {
    spawn_with(|inner| layer().layer(inner))
}

#[test]
fn the_layer_is_ready_when_the_inner_service_is_and_calls_that_one() {
    let (mut service, mut handle) = mocked();
    handle.allow(0);
    assert_pending!(service.poll_ready::<Request<()>>());
    handle.allow(1);
    assert!(service.is_woken());
    assert_ready_ok!(service.poll_ready::<Request<()>>());

    // A refused request does not use up the readiness.
    let mut refused = task::spawn(service.call(request("198.51.100.7", &[])));
    assert_eq!(assert_ready_ok!(refused.poll()).status(), 403);
    assert_pending!(handle.poll_request());

    let mut answer = task::spawn(service.call(request("192.0.2.7", &[])));
    assert_pending!(answer.poll());
    let (_, send) = assert_ready!(handle.poll_request()).unwrap();
    send.send_response(Response::new("thanks".to_owned()));
    assert_eq!(assert_ready_ok!(answer.poll()).body(), "thanks");
    assert_pending!(service.poll_ready::<Request<()>>());
}

#[test]
fn errors_of_the_inner_service_pass_through() {
    let (mut service, mut handle) = mocked();
    handle.send_error("not today");
    assert_eq!(
        assert_ready_err!(service.poll_ready::<Request<()>>()).to_string(),
        "not today"
    );
    assert_ready_ok!(service.poll_ready::<Request<()>>());
    let mut answer = task::spawn(service.call(request("192.0.2.7", &[])));
    assert_pending!(answer.poll());
    let (_, send) = assert_ready!(handle.poll_request()).unwrap();
    send.send_error("out of order");
    assert_eq!(assert_ready_err!(answer.poll()).to_string(), "out of order");
}
