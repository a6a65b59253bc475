//! A scheme that signs the method, a URL of its configuration, and the path before the body, and the time after it.

use http::header::HeaderName;
use http::{HeaderMap, Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::scheme::{
    Encoding, Head, Scheme, SignatureClaim, SigningScheme, TimestampFormat, Unsigned, only_timestamp, only_value,
};
use tower_webhook::test::{RequestBuilder, TestBody};
use tower_webhook::{BufferedBody, Rejection, RejectionKind, SigningSecret, VerifiedBody, Verifier, VerifyLayer};

use super::kind;
use crate::contract::own_key::{self, OwnKey};
use crate::contract::provider::{NOW, clock, named_secret};
use crate::contract::supply::Set;
use crate::support::EVENT;

static MAC: HeaderName = HeaderName::from_static("x-umbrella-mac");
static TIME: HeaderName = HeaderName::from_static("x-umbrella-time");

#[derive(Clone)]
struct Umbrella {
    /// The URL under which the sender knows the receiver, without the path.
    base: String,
}

fn umbrella() -> Umbrella {
    Umbrella {
        base: "https://hooks.example".to_owned(),
    }
}

impl Scheme for Umbrella {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "umbrella"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let mac = only_value(head.headers(), &MAC)?.as_bytes();
        let mac = Encoding::Hex.decode(mac).ok_or(RejectionKind::MalformedSignature)?;
        let (time, seconds) = only_timestamp(head.headers(), &TIME, TimestampFormat::Seconds)?;
        let (Some(method), Some(path)) = (head.method(), head.uri().and_then(|uri| uri.path_and_query())) else {
            return Err(RejectionKind::MissingSignature.into());
        };
        Ok(SignatureClaim::new(mac)
            .signed_before_body([
                method.as_str().as_bytes(),
                self.base.as_bytes(),
                path.as_str().as_bytes(),
                b"\n",
            ])
            .signed_after_body(time)
            .timestamp(seconds))
    }
}

impl SigningScheme for Umbrella {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&MAC)
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        let (method, uri) = (request.head().method().unwrap(), request.head().uri().unwrap());
        let time = request.timestamp().to_string();
        let before = format!("{method}{}{}\n", self.base, uri.path_and_query().unwrap());
        let mac = request.mac(&[before.as_bytes()], &[time.as_bytes()]);
        let mac = Encoding::Hex.encode(&mac);
        HeaderMap::from_iter([
            (MAC.clone(), mac.parse().unwrap()),
            (TIME.clone(), time.parse().unwrap()),
        ])
    }
}

fn builder(name: &'static str) -> RequestBuilder {
    RequestBuilder::new(umbrella(), &named_secret(name))
        .uri("/webhooks?tenant=acme")
        .clock(clock())
}

fn verifier() -> Verifier {
    let secrets = Set::new(named_secret("primary").label("primary")).and(named_secret("second").label("second"));
    Verifier::new(umbrella(), secrets.secrets()).clock(clock())
}

/// The label of the secret that signed, on which every way of verifying must agree.
async fn verdict(name: &'static str, change: impl Fn(&mut Request<TestBody>)) -> Result<String, RejectionKind> {
    let request = |body| {
        let mut request = builder(name).signed_as(EVENT, body);
        change(&mut request);
        request
    };
    let label = |label: Option<&str>| label.unwrap().to_owned();
    let whole = request(TestBody::new());
    let at_once = verifier().verify(&whole, EVENT);
    let at_once = at_once.map(|body| label(body.signed_by())).map_err(kind);

    for size in [1, 7, EVENT.len()] {
        let in_pieces = verifier().begin(&whole).and_then(|mut verification| {
            for piece in EVENT.as_bytes().chunks(size) {
                verification.update(piece)?;
            }
            verification.finish()
        });
        let in_pieces = in_pieces.map(|provenance| label(provenance.signed_by()));
        assert_eq!(in_pieces.map_err(kind), at_once, "in pieces of {size}");

        for body in [
            |size| TestBody::chunks(EVENT, size),
            |size| TestBody::chunks(EVENT, size).pause(),
        ] {
            let verified = verifier().verify_request(request(body(size))).await;
            let verified =
                verified.map(|request| label(request.extensions().get::<VerifiedBody>().unwrap().signed_by()));
            assert_eq!(verified.map_err(kind), at_once, "in frames of {size}");

            let inner = service_fn(async |request: Request<BufferedBody>| {
                let body: &VerifiedBody = request.extensions().get().unwrap();
                Ok::<_, std::convert::Infallible>(Response::new(body.signed_by().unwrap().to_owned()))
            });
            let service = VerifyLayer::new(verifier()).layer(inner);
            let response = service.oneshot(request(body(size))).await.unwrap();
            let answered = match response.extensions().get::<Rejection>() {
                Some(rejection) => Err(rejection.kind()),
                None => Ok(response.into_body()),
            };
            assert_eq!(answered, at_once, "through the layer in frames of {size}");
        }
    }
    at_once
}

#[tokio::test]
async fn each_secret_is_accepted_by_every_way_of_verifying() {
    for name in ["primary", "second"] {
        assert_eq!(verdict(name, |_| {}).await, Ok(name.to_owned()));
    }
    assert_eq!(verdict("third", |_| {}).await, Err(RejectionKind::SignatureMismatch));
}

#[tokio::test]
async fn each_signed_part_counts() {
    let changes: [fn(&mut Request<TestBody>); 4] = [
        |request| *request.method_mut() = http::Method::PUT,
        |request| *request.uri_mut() = "/webhooks?tenant=umbrella".parse().unwrap(),
        |request| *request.uri_mut() = "/webhooks".parse().unwrap(),
        |request| drop(request.headers_mut().insert(&TIME, (NOW - 1).into())),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        for name in ["primary", "second"] {
            let refused = verdict(name, change).await;
            assert_eq!(refused, Err(RejectionKind::SignatureMismatch), "change {at}, {name}");
        }
    }
    let elsewhere = Umbrella {
        base: "https://other.example".to_owned(),
    };
    let verifier = Verifier::new(elsewhere, named_secret("primary")).clock(clock());
    let request = builder("primary").signed(EVENT);
    let refused = verifier.verify(&request, EVENT).unwrap_err();
    assert_eq!(refused.kind(), RejectionKind::SignatureMismatch);
}

#[test]
fn headers_without_method_and_uri_are_refused() {
    let request = builder("primary").signed(EVENT);
    assert!(verifier().verify(&request, EVENT).is_ok());
    for refused in [
        verifier().verify(request.headers(), EVENT).map(drop),
        verifier().begin(request.headers()).map(drop),
    ] {
        assert_eq!(refused.map_err(kind), Err(RejectionKind::MissingSignature));
    }
}

#[tokio::test]
async fn forgeries_of_the_builder_are_refused_by_their_kind() {
    let mut forgeries = 0;
    for (forgery, request) in builder("primary").forgeries(EVENT) {
        let refused = verifier().verify_request(request).await.unwrap_err();
        assert_eq!(refused.kind(), forgery.rejection_kind(), "{forgery:?}");
        forgeries += 1;
    }
    assert_eq!(forgeries, 7);
}

#[tokio::test]
async fn forgeries_under_a_key_of_ones_own_are_refused_by_their_kind() {
    let secret = named_secret("primary");
    let verifier = Verifier::new(OwnKey, own_key::public(&secret));
    let builder = RequestBuilder::new(OwnKey, &own_key::private(&secret));
    assert!(verifier.verify_request(builder.signed(EVENT)).await.is_ok());
    let mut forgeries = 0;
    for (forgery, request) in builder.forgeries(EVENT) {
        let refused = verifier.verify_request(request).await.unwrap_err();
        assert_eq!(refused.kind(), forgery.rejection_kind(), "{forgery:?}");
        forgeries += 1;
    }
    assert_eq!(forgeries, 6);
}
