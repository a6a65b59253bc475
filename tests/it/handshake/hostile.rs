//! Requests that a stranger makes up: whatever they are, nothing is repeated that a browser could run.

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use proptest::prelude::*;
use tower::ServiceExt;
use tower_webhook::BufferedBody;
use tower_webhook_handshake::HandshakeRejection;

use super::askers::{ALL, Asker, SECRET, VERIFY_TOKEN};

const NAMES: [&str; 7] = [
    "challenge",
    "hub.mode",
    "hub.verify_token",
    "hub.challenge",
    "validationToken",
    "crc_token",
    "other",
];
const HEADERS: [&str; 5] = [
    "x-okta-verification-challenge",
    "x-hook-secret",
    "x-hook-signature",
    "content-type",
    "twitch-eventsub-message-type",
];

/// Pieces of which values are made, so that those in the form of a handshake are not rare.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("subscribe".to_owned()),
        Just(VERIFY_TOKEN.to_owned()),
        "[a-zA-Z0-9_.-]{1,40}",
        "(%[0-9a-f]{2}|<|\\+|%|a|\"|=|\\{|1){0,20}",
        "[ -~]{0,20}",
        Just("a".repeat(600)),
    ]
}

fn header() -> impl Strategy<Value = (HeaderName, HeaderValue)> {
    let value = prop_oneof![
        value().prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..30)
    ];
    (prop::sample::select(&HEADERS[..]), value).prop_filter_map("a header value", |(name, value)| {
        Some((HeaderName::from_static(name), HeaderValue::from_bytes(&value).ok()?))
    })
}

fn request() -> impl Strategy<Value = Request<Bytes>> {
    let method = prop::sample::select(vec![Method::GET, Method::POST, Method::HEAD, Method::PUT]);
    let query = prop::collection::vec((prop::sample::select(&NAMES[..]), value()), 0..5);
    let headers = prop::collection::vec(header(), 0..3);
    (method, query, headers).prop_filter_map("a URI", |(method, query, headers)| {
        let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        *request.uri_mut() = Uri::try_from(format!("/hook?{}", pairs.join("&"))).ok()?;
        *request.headers_mut() = HeaderMap::from_iter(headers);
        Some(request)
    })
}

fn answer(of: Asker, request: Request<Bytes>) -> Response<BufferedBody> {
    let service = of.handshake().into_service();
    let answer = service.oneshot(request).now_or_never();
    // Asana's callback yields once.
    answer.map_or_else(|| Response::new(BufferedBody::default()), |answer| answer.unwrap())
}

proptest! {
    #[test]
    fn no_answer_to_a_stranger_can_be_run_and_none_is_long(request in request()) {
        for of in ALL {
            let answer = answer(of, request.clone());
            if answer.status() != 200 {
                prop_assert_eq!(answer.status(), 403);
                prop_assert!(answer.body().bytes().is_empty());
                continue;
            }
            prop_assert!(!of.signs(), "{:?} answers what was not verified", of);
            let body = answer.body().bytes();
            prop_assert!(body.len() <= 600);
            let safe = |byte: &u8| matches!(*byte, b' '..=b'~') && !b"<>&'`\\".contains(byte);
            prop_assert!(body.iter().all(safe), "{:?}: {:?}", of, body);
            if !body.is_empty() {
                prop_assert_eq!(&answer.headers()["x-content-type-options"], "nosniff");
                prop_assert_eq!(&answer.headers()["cache-control"], "no-store");
                let kind = answer.headers()["content-type"].to_str().unwrap();
                prop_assert!(["text/plain; charset=utf-8", "application/json"].contains(&kind));
            }
        }
    }

    #[test]
    fn metas_challenge_is_repeated_with_the_right_token_alone(token in value(), challenge in "[0-9]{1,12}") {
        let query = format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge={challenge}");
        let uri = Uri::try_from(format!("/hook?{query}"));
        prop_assume!(uri.is_ok());
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri.unwrap();
        let answer = answer(Asker::Meta, request);
        let is_right = token == VERIFY_TOKEN;
        prop_assert_eq!(answer.status() == 200, is_right);
        let refusal = answer.extensions().get::<HandshakeRejection>();
        prop_assert_eq!(refusal.is_some(), !is_right);
    }

    /// X's secret signs a text that comes from outside. It must not be a body that X could have sent.
    #[test]
    fn what_x_has_signed_is_no_json(token in prop_oneof!["[a-zA-Z0-9_.=+/~-]{1,40}", "-?[0-9]{1,5}(e[0-9])?", "[ -~]{0,9}"]) {
        let encoded = token.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02x}"));
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = Uri::try_from(format!("/hook?crc_token={encoded}")).unwrap();
        let answer = answer(Asker::XCom, request);
        if answer.status() == 200 {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&token).is_err(), "{}", token);
            let told: serde_json::Value = serde_json::from_slice(answer.body().bytes()).unwrap();
            let signed = Asker::XCom.sign(Request::new(Bytes::from(token)), SECRET);
            let signature = signed.headers()["x-twitter-webhooks-signature"].to_str().unwrap();
            prop_assert_eq!(told["response_token"].as_str(), Some(signature));
        }
    }
}
