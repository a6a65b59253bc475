use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame};
use http_body_util::BodyExt;

use super::*;
use crate::scheme::{
    BasicAuth, Encoding, GitHub, HmacScheme, Knowrithm, Shopify, SigningScheme, Slack, StandardWebhooks, Stripe,
    TokenScheme,
};
use crate::{Clock, DecodedSecret, Secret, SigningSecret, Token, Verifier};

const NOW: u64 = 1_700_000_000;

/// Builder and verifier of one scheme, with one clock.
fn pair<S>(scheme: S, secret: S::Secret) -> (RequestBuilder, Verifier)
where
    S: SigningScheme<Secret: Secret<SigningKey = S::Secret>> + Clone,
{
    pair_of(scheme, &secret.clone(), secret)
}

fn pair_of<S: SigningScheme + Clone>(
    scheme: S,
    private: &<S::Secret as Secret>::SigningKey,
    secret: S::Secret,
) -> (RequestBuilder, Verifier) {
    let clock = TestClock::at(NOW);
    let builder = RequestBuilder::new(scheme.clone(), private).clock(clock.clone());
    (builder, Verifier::new(scheme, secret).clock(clock))
}

fn pairs() -> Vec<(RequestBuilder, Verifier)> {
    let secret = || SigningSecret::new("hush").unwrap();
    let own = HmacScheme::new("own", HeaderName::from_static("x-own")).encoding(Encoding::Base64);
    #[allow(unused_mut, reason = "features add more")]
    let mut pairs = vec![
        pair(Knowrithm, secret()),
        pair(GitHub, secret()),
        pair(Stripe, secret()),
        pair(Slack, secret()),
        pair(Shopify, secret()),
        pair(StandardWebhooks::new(), decoded_secret()),
        pair(StandardWebhooks::svix_only(), decoded_secret()),
        pair(own.clone(), secret()),
    ];
    #[cfg(feature = "sha1")]
    pairs.push(pair(
        own.clone().algorithm(crate::scheme::Algorithm::HmacSha1),
        secret(),
    ));
    #[cfg(feature = "sha512")]
    pairs.extend([
        pair(own.clone().algorithm(crate::scheme::Algorithm::HmacSha384), secret()),
        pair(own.algorithm(crate::scheme::Algorithm::HmacSha512), secret()),
    ]);
    #[cfg(feature = "ed25519")]
    {
        use crate::scheme::{Discord, StandardWebhooksV1a};

        let key = crate::Ed25519PrivateKey::new("11".repeat(32)).unwrap();
        pairs.push(pair_of(Discord, &key, key.public_key()));
        pairs.push(pair_of(StandardWebhooksV1a, &key, key.public_key()));
    }
    #[cfg(feature = "p256")]
    {
        use crate::scheme::{Circle, SendGrid};

        let key = crate::P256PrivateKey::new("11".repeat(32)).unwrap();
        pairs.push(pair_of(SendGrid, &key, key.public_key()));
        pairs.push(pair_of(Circle, &key, key.public_key()));
    }
    pairs
}

fn decoded_secret() -> DecodedSecret {
    DecodedSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()
}

fn text(request: http::Request<TestBody>) -> Vec<u8> {
    let mut body = pin!(request.into_body().collect());
    match body.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(body) => body.unwrap().to_bytes().into(),
        Poll::Pending => panic!("the body is pending"),
    }
}

#[tokio::test]
async fn a_signed_request_is_accepted_and_each_forgery_is_refused_by_its_kind() {
    for (builder, verifier) in pairs() {
        for content in ["", "{}", "[1, 2]", r#"{"a":"b c"}"#, "token=xyz\n", "two\r\nlines"] {
            let genuine = verifier.verify_request(builder.signed(content)).await;
            assert_eq!(genuine.unwrap().body().bytes(), content, "{builder:?}");
            for (forgery, request) in builder.forgeries(content) {
                let refused = verifier.verify_request(request).await;
                assert_eq!(
                    refused.unwrap_err().kind(),
                    forgery.rejection_kind(),
                    "{builder:?}, {forgery:?}: {content}"
                );
            }
        }
    }
}

#[test]
fn forgeries_apply_as_the_table_says() {
    for (builder, _) in pairs() {
        let applies = |content| {
            builder
                .forgeries(content)
                .map(|(forgery, _)| forgery)
                .collect::<Vec<_>>()
        };
        let mut all = Forgery::ALL.to_vec();
        let timed = ["stripe", "slack", "standard_webhooks", "discord", "sendgrid"];
        if !timed.iter().any(|name| format!("{builder:?}").contains(name)) {
            all.retain(|forgery| *forgery != Forgery::StaleTimestamp);
        }
        assert_eq!(applies("[1,2]"), all, "{builder:?}");
        assert_eq!(applies("[1, 2]"), all, "{builder:?}");

        all.retain(|forgery| *forgery != Forgery::ReserialisedJson);
        assert_eq!(applies("{}"), all, "{builder:?}");
        assert_eq!(applies("a: b"), all, "{builder:?}");

        all.retain(|forgery| *forgery != Forgery::BitFlip);
        assert_eq!(applies(""), all, "{builder:?}");
    }
}

#[test]
fn forged_contents_are_as_their_names_say() {
    let (builder, _) = &pairs()[0];
    for (forgery, content, sent) in [
        (Forgery::BitFlip, "{}", "{|"),
        (Forgery::OtherSecret, "{}", "{}"),
        (Forgery::DoubledHeader, "{}", "{}"),
        (Forgery::TruncatedSignature, "{}", "{}"),
        (Forgery::ReserialisedJson, r#"{"a:b, c":1}"#, r#"{"a:b, c": 1}"#),
        (
            Forgery::ReserialisedJson,
            r#" {"a, \" :": [1, 2] }"#,
            r#"{"a, \" :":[1,2]}"#,
        ),
        (Forgery::ReserialisedJson, r#"{"\\":1,"b ":2}"#, r#"{"\\": 1, "b ": 2}"#),
        (Forgery::ChangedNewline, "a\nb\n", "a\r\nb\r\n"),
        (Forgery::ChangedNewline, "a\r\nb\rc\nd", "a\nb\rc\nd"),
        (Forgery::ChangedNewline, "a", "a\n"),
    ] {
        let request = builder.forged(forgery, content).unwrap();
        assert_eq!(
            String::from_utf8(text(request)).unwrap(),
            sent,
            "{forgery:?} of {content}"
        );
    }
}

#[test]
fn a_request_has_the_settings_of_its_builder() {
    let clock = TestClock::at(NOW);
    let builder = RequestBuilder::new(StandardWebhooks::new(), &decoded_secret())
        .uri("/hooks?tenant=acme")
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .clock(clock.clone())
        .id("msg_1");
    let request = builder.signed("{}");
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "/hooks?tenant=acme");
    assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(request.headers()["webhook-id"], "msg_1");
    assert_eq!(request.headers()["webhook-timestamp"], "1700000000");

    clock.advance(Duration::from_secs(5));
    assert_eq!(builder.signed("{}").headers()["webhook-timestamp"], "1700000005");
    let stale = builder.forged(Forgery::StaleTimestamp, "{}").unwrap();
    assert_eq!(stale.headers()["webhook-timestamp"], "1699913605");
    let other = builder.forged(Forgery::OtherSecret, "{}").unwrap();
    assert_eq!(other.headers()["webhook-id"], "msg_1");
    assert!(!format!("{builder:?}").contains("MfKQ"));
    clock.set(UNIX_EPOCH + Duration::from_secs(10));
    let earliest = builder.forged(Forgery::StaleTimestamp, "{}").unwrap();
    assert_eq!(earliest.headers()["webhook-timestamp"], "0");
}

#[test]
fn clones_of_a_clock_share_the_time() {
    let clock = TestClock::at(5);
    let clone = clock.clone();
    clone.advance(Duration::from_millis(1500));
    assert_eq!(clock.now(), UNIX_EPOCH + Duration::from_millis(6500));
    clone.set(UNIX_EPOCH - Duration::from_secs(1));
    assert_eq!(clock.now(), UNIX_EPOCH - Duration::from_secs(1));
    let far = std::panic::catch_unwind(|| clone.advance(Duration::MAX));
    assert!(far.is_err());
    assert_eq!(clock.now(), UNIX_EPOCH - Duration::from_secs(1));
}

/// The results of polling a body until it ends, fails or stalls.
fn polled(body: TestBody) -> Vec<String> {
    let mut body = pin!(body);
    let mut cx = Context::from_waker(Waker::noop());
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..10 {
        seen.push(match body.as_mut().poll_frame(&mut cx) {
            Poll::Ready(Some(Ok(frame))) => shown(frame),
            Poll::Ready(Some(Err(error))) => error.to_string(),
            Poll::Ready(None) => "end".to_owned(),
            Poll::Pending => "pending".to_owned(),
        });
        if let Some("end" | "the sender hung up") = seen.last().map(String::as_str) {
            break;
        }
    }
    seen
}

fn shown(frame: Frame<Bytes>) -> String {
    match frame.into_data() {
        Ok(data) => String::from_utf8(data.into()).unwrap(),
        Err(frame) => format!("{:?}", frame.into_trailers().unwrap()),
    }
}

#[test]
fn a_body_plays_its_steps_in_order() {
    assert_eq!(polled(TestBody::new()), ["end"]);
    assert_eq!(polled(TestBody::one("ab")), ["ab", "end"]);
    assert_eq!(polled(TestBody::frames(["a", "", "b"])), ["a", "", "b", "end"]);
    assert_eq!(polled(TestBody::chunks("abcde", 2)), ["ab", "cd", "e", "end"]);
    assert_eq!(
        polled(TestBody::split("abcd", [0, 1, 1, 4])),
        ["", "a", "", "bcd", "", "end"]
    );
    assert_eq!(polled(TestBody::one("a").fail()), ["a", "the sender hung up"]);
    assert_eq!(polled(TestBody::new().pause().frame("a")), ["pending", "a", "end"]);
    assert_eq!(
        polled(TestBody::one("a").stall().frame("b"))[..3],
        ["a", "pending", "pending"]
    );
    let twice = async {
        let mut polls = 0;
        std::future::poll_fn(|_| {
            polls += 1;
            if polls > 2 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    };
    assert_eq!(
        polled(TestBody::one("a").wait_for(twice).frame("b")),
        ["a", "pending", "pending", "b", "end"]
    );
    let trailers = HeaderMap::from_iter([(HeaderName::from_static("x-sum"), HeaderValue::from_static("1"))]);
    assert_eq!(
        polled(TestBody::one("a").trailers(trailers)),
        ["a", r#"{"x-sum": "1"}"#, "end"]
    );
}

#[test]
fn a_body_claims_the_size_and_the_end_that_it_was_given() {
    let body = TestBody::one("abc");
    assert_eq!(
        (body.size_hint().lower(), body.size_hint().upper(), body.is_end_stream()),
        (0, None, false)
    );
    let body = TestBody::one("abc").claiming_size(1, Some(2)).claiming_end();
    assert_eq!(
        (body.size_hint().lower(), body.size_hint().upper(), body.is_end_stream()),
        (1, Some(2), true)
    );
}

#[test]
#[should_panic(expected = "polled after its end")]
fn a_body_polled_after_its_end_panics() {
    let mut body = pin!(TestBody::new());
    for _ in 0..2 {
        let _ = body.as_mut().poll_frame(&mut Context::from_waker(Waker::noop()));
    }
}

#[tokio::test]
async fn a_signature_in_the_body_is_forged_where_it_can_be() {
    use crate::scheme::{Adyen, Mailgun};

    let notification = r#"{"notificationItems":[{"NotificationRequestItem":{"success":"true"}}]}"#;
    for ((builder, verifier), content, forgeries) in [
        (
            pair(Mailgun, SigningSecret::new("hush").unwrap()),
            "{}",
            &[Forgery::OtherSecret, Forgery::StaleTimestamp][..],
        ),
        (pair(Adyen, decoded_secret()), notification, &[Forgery::OtherSecret]),
    ] {
        let builder = builder.header(CONTENT_TYPE, "application/json".parse().unwrap());
        let genuine = verifier.verify_request(builder.signed(content)).await.unwrap();
        let signed = genuine.body().bytes().clone();
        assert!(signed.len() > content.len(), "{signed:?}");
        assert!(verifier.verify(&HeaderMap::new(), builder.signed_body(content)).is_ok());

        let mut seen = Vec::new();
        for (forgery, request) in builder.forgeries(content) {
            let refused = verifier.verify_request(request).await.unwrap_err();
            assert_eq!(refused.kind(), forgery.rejection_kind(), "{builder:?}, {forgery:?}");
            seen.push(forgery);
        }
        assert_eq!(seen, forgeries);
    }
}

#[cfg(feature = "sha1")]
#[tokio::test]
async fn a_form_is_signed_and_forged() {
    let twilio = crate::scheme::Twilio::new("https://example.com/sms").unwrap();
    let (builder, verifier) = pair(twilio, SigningSecret::new("hush").unwrap());
    let form = "application/x-www-form-urlencoded".parse().unwrap();
    let builder = builder.header(CONTENT_TYPE, form);
    let genuine = verifier.verify_request(builder.signed("b=2&a=1")).await;
    assert_eq!(genuine.unwrap().body().bytes(), "b=2&a=1");
    let mut seen = Vec::new();
    for (forgery, request) in builder.forgeries("b=2&a=1") {
        let refused = verifier.verify_request(request).await.unwrap_err();
        assert_eq!(refused.kind(), forgery.rejection_kind(), "{forgery:?}");
        seen.push(forgery);
    }
    assert!(
        seen.contains(&Forgery::BitFlip) && seen.contains(&Forgery::OtherSecret),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_token_is_forged_where_it_can_be() {
    let token = TokenScheme::new("own", HeaderName::from_static("x-token")).prefix("Bearer ");
    for (builder, verifier) in [
        pair(token, Token::new("hush").unwrap()),
        pair(BasicAuth, Token::basic("user", "hush").unwrap()),
    ] {
        let genuine = verifier.verify_request(builder.signed("{}")).await;
        assert_eq!(genuine.unwrap().body().bytes(), "{}");
        let mut seen = Vec::new();
        for (forgery, request) in builder.forgeries("{}") {
            let refused = verifier.verify_request(request).await.unwrap_err();
            assert_eq!(refused.kind(), forgery.rejection_kind(), "{builder:?}, {forgery:?}");
            seen.push(forgery);
        }
        assert_eq!(seen, [Forgery::OtherSecret, Forgery::DoubledHeader]);
    }
}
