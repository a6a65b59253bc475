//! Secrets of the other kinds: public keys and tokens rotate, expire, have labels and owners, and are looked up, by
//! every way of verifying.

use std::convert::Infallible;

use http::request::Parts;
use http::{HeaderName, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::scheme::{
    BasicAuth, Circle, Discord, GitLab, Okta, SendGrid, SigningScheme, StandardWebhooksV1a, Telegram, TokenScheme,
};
use tower_webhook::test::{RequestBuilder, TestBody};
use tower_webhook::{
    BufferedBody, Ed25519PrivateKey, Ed25519PublicKey, P256PrivateKey, P256PublicKey, Rejection, RejectionKind, Secret,
    SecretSource, Secrets, Token, VerifiedBody, Verifier, VerifyLayer,
};

use super::kind;
use crate::contract::provider::{NOW, clock, instant};
use crate::support::EVENT;

type Private<K> = <K as Secret>::Private;

/// A kind of secret, made from a number: what signs, and what verifies under a label.
trait Kind: Secret {
    fn private(seed: u8) -> Private<Self>;
    fn labelled(seed: u8, label: &'static str) -> Self;
    fn expired(self) -> Self;
}

impl Kind for Ed25519PublicKey {
    fn private(seed: u8) -> Ed25519PrivateKey {
        Ed25519PrivateKey::new(format!("{seed:02x}").repeat(32)).unwrap()
    }

    fn labelled(seed: u8, label: &'static str) -> Self {
        Self::private(seed).public_key().label(label)
    }

    fn expired(self) -> Self {
        self.not_after(instant(NOW - 1))
    }
}

impl Kind for P256PublicKey {
    fn private(seed: u8) -> P256PrivateKey {
        P256PrivateKey::new(format!("{seed:02x}").repeat(32)).unwrap()
    }

    fn labelled(seed: u8, label: &'static str) -> Self {
        Self::private(seed).public_key().label(label)
    }

    fn expired(self) -> Self {
        self.not_after(instant(NOW - 1))
    }
}

impl Kind for Token {
    fn private(seed: u8) -> Self {
        Self::basic("user", format!("password {seed}")).unwrap()
    }

    fn labelled(seed: u8, label: &'static str) -> Self {
        Self::private(seed).label(label)
    }

    fn expired(self) -> Self {
        self.not_after(instant(NOW - 1))
    }
}

/// Knows the secrets of one tenant.
struct Tenant<K>(Secrets<K>);

impl<K: Secret> SecretSource<K> for Tenant<K> {
    type Error = Infallible;

    async fn secrets(&self, head: &Parts) -> Result<Option<Secrets<K>>, Infallible> {
        Ok((head.uri.path() == "/acme").then(|| self.0.clone()))
    }
}

fn secrets<K: Kind>() -> Secrets<K> {
    let set = Secrets::new(K::labelled(1, "new")).owner("acme");
    set.and(K::labelled(2, "old")).and(K::labelled(3, "gone").expired())
}

fn builder<S: SigningScheme<Secret: Kind> + Clone>(scheme: &S, seed: u8) -> RequestBuilder {
    RequestBuilder::new(scheme.clone(), &S::Secret::private(seed))
        .uri("/acme")
        .clock(clock())
}

/// The label of the secret that signed, or the kind of the rejection, on which every way of verifying must agree.
async fn verdict<S: SigningScheme<Secret: Kind> + Clone>(
    scheme: &S,
    request: impl Fn(TestBody) -> Request<TestBody>,
) -> Result<String, (RejectionKind, StatusCode)> {
    let verifier = Verifier::new(scheme.clone(), secrets::<S::Secret>()).clock(clock());
    let looked_up = Verifier::per_request(scheme.clone(), Tenant(secrets::<S::Secret>())).clock(clock());
    let label = |label: Option<&str>| label.unwrap().to_owned();
    let of = |rejection: Rejection| (rejection.kind(), rejection.status());
    let head = request(TestBody::new());
    let at_once = verifier.verify(&head, EVENT);
    let at_once = at_once.map(|body| {
        assert_eq!(body.owner(), Some("acme"));
        label(body.signed_by())
    });
    let at_once = at_once.map_err(of);
    for size in [1, 7, EVENT.len()] {
        let in_pieces = verifier.begin(&head).and_then(|mut verification| {
            for piece in EVENT.as_bytes().chunks(size) {
                verification.update(piece)?;
            }
            verification.finish()
        });
        assert_eq!(
            in_pieces.map(|seen| label(seen.signed_by())).map_err(of),
            at_once,
            "in pieces of {size}"
        );

        let body = || TestBody::chunks(EVENT, size).pause();
        for verified in [
            verifier.verify_request(request(body())).await,
            looked_up.verify_request(request(body())).await,
        ] {
            let seen = verified.map(|request| label(request.extensions().get::<VerifiedBody>().unwrap().signed_by()));
            assert_eq!(seen.map_err(of), at_once, "in frames of {size}");
        }
        let inner = service_fn(async |request: Request<BufferedBody>| {
            let body: &VerifiedBody = request.extensions().get().unwrap();
            Ok::<_, Infallible>(Response::new(body.signed_by().unwrap().to_owned()))
        });
        let layered = VerifyLayer::new(verifier.clone()).layer(inner);
        let response = layered.oneshot(request(body())).await.unwrap();
        let answered = match response.extensions().get::<Rejection>() {
            Some(rejection) => {
                assert_eq!(response.status(), rejection.status());
                Err((rejection.kind(), rejection.status()))
            }
            None => Ok(response.into_body()),
        };
        assert_eq!(answered, at_once, "through the layer in frames of {size}");
    }
    at_once
}

async fn check<S: SigningScheme<Secret: Kind> + Clone>(scheme: S, refusal: StatusCode) {
    let signed = |seed| {
        let builder = builder(&scheme, seed);
        move |body| builder.signed_as(EVENT, body)
    };
    assert_eq!(verdict(&scheme, signed(1)).await, Ok("new".to_owned()));
    assert_eq!(verdict(&scheme, signed(2)).await, Ok("old".to_owned()));
    for seed in [3, 4] {
        let refused = verdict(&scheme, signed(seed)).await;
        assert_eq!(refused, Err((RejectionKind::SignatureMismatch, refusal)), "{seed}");
    }
    let missing = verdict(&scheme, |body| {
        let mut request = signed(1)(body);
        request.headers_mut().remove(scheme.signature_header().unwrap());
        request
    });
    assert_eq!(missing.await, Err((RejectionKind::MissingSignature, refusal)));
    let malformed = verdict(&scheme, |body| {
        let mut request = signed(1)(body);
        request
            .headers_mut()
            .insert(scheme.signature_header().unwrap(), "".parse().unwrap());
        request
    });
    assert_eq!(malformed.await, Err((RejectionKind::MalformedSignature, refusal)));

    let elsewhere = builder(&scheme, 1).uri("/umbrella").signed(EVENT);
    let looked_up = Verifier::per_request(scheme.clone(), Tenant(secrets::<S::Secret>())).clock(clock());
    let unknown = looked_up.verify_request(elsewhere).await.unwrap_err();
    assert_eq!(
        (unknown.kind(), unknown.status()),
        (RejectionKind::UnknownSecret, refusal)
    );
}

#[tokio::test]
async fn public_keys_rotate_and_are_looked_up() {
    check(Discord, StatusCode::UNAUTHORIZED).await;
    check(StandardWebhooksV1a, StatusCode::FORBIDDEN).await;
    check(SendGrid, StatusCode::FORBIDDEN).await;
    check(Circle, StatusCode::FORBIDDEN).await;
}

#[tokio::test]
async fn tokens_rotate_and_are_looked_up() {
    check(BasicAuth, StatusCode::FORBIDDEN).await;
    check(GitLab, StatusCode::FORBIDDEN).await;
    check(Okta::new(), StatusCode::FORBIDDEN).await;
    check(
        Okta::with_header(HeaderName::from_static("x-okta")),
        StatusCode::FORBIDDEN,
    )
    .await;
    check(Telegram, StatusCode::FORBIDDEN).await;
    let scheme = TokenScheme::new(HeaderName::from_static("x-token"));
    check(scheme.clone(), StatusCode::FORBIDDEN).await;
    check(scheme.prefix("Bearer "), StatusCode::FORBIDDEN).await;
}

/// Each bit of an asymmetric signature counts, but for those that DER or base64 give no meaning.
#[test]
fn a_changed_bit_of_a_public_key_signature_is_refused() {
    // ECDSA is slow without optimisation.
    fn check<S: SigningScheme<Secret: Kind> + Clone>(scheme: &S, step: usize) {
        let verifier = Verifier::new(scheme.clone(), secrets::<S::Secret>()).clock(clock());
        let genuine = builder(scheme, 1).signed(EVENT);
        assert!(verifier.verify(&genuine, EVENT).is_ok());
        let value = genuine.headers()[scheme.signature_header().unwrap()].as_bytes();
        for bit in (0..value.len() * 8).step_by(step) {
            let mut changed = value.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            let Ok(changed) = http::HeaderValue::from_bytes(&changed) else {
                continue;
            };
            let mut headers = genuine.headers().clone();
            headers.insert(scheme.signature_header().unwrap(), changed);
            assert!(
                verifier.verify(&headers, EVENT).is_err(),
                "{}: bit {bit}",
                scheme.name()
            );
        }
    }
    check(&Discord, 1);
    check(&StandardWebhooksV1a, 1);
    check(&SendGrid, 11);
    check(&Circle, 11);
}

#[test]
fn the_first_four_entries_of_an_asymmetric_list_are_considered() {
    let right = |seed| builder(&StandardWebhooksV1a, seed).signed(EVENT);
    let verifier = Verifier::new(StandardWebhooksV1a, secrets::<Ed25519PublicKey>()).clock(clock());
    let value = |request: &Request<TestBody>| request.headers()["webhook-signature"].to_str().unwrap().to_owned();
    for (others, verdict) in [(0, Ok(())), (3, Ok(())), (4, Err(RejectionKind::SignatureMismatch))] {
        // Each request draws an id of its own.
        let request = builder(&StandardWebhooksV1a, 1).id("msg_1").signed(EVENT);
        let list = [vec![value(&right(4)); others], vec![value(&request)]]
            .concat()
            .join(" ");
        let mut headers = request.headers().clone();
        headers.insert("webhook-signature", list.parse().unwrap());
        assert_eq!(
            verifier.verify(&headers, EVENT).map(drop).map_err(kind),
            verdict,
            "{others}"
        );
    }
}

#[test]
fn a_token_is_compared_whole() {
    let name = HeaderName::from_static("x-token");
    let verifier = Verifier::new(TokenScheme::new(name.clone()), Token::new("hush").unwrap());
    for (shown, verdict) in [
        ("hush", Ok(())),
        ("hus", Err(RejectionKind::SignatureMismatch)),
        ("hushh", Err(RejectionKind::SignatureMismatch)),
        ("Hush", Err(RejectionKind::SignatureMismatch)),
        ("hush ", Err(RejectionKind::SignatureMismatch)),
        ("", Err(RejectionKind::MalformedSignature)),
    ] {
        let headers = http::HeaderMap::from_iter([(name.clone(), shown.parse().unwrap())]);
        assert_eq!(
            verifier.verify(&headers, EVENT).map(drop).map_err(kind),
            verdict,
            "{shown:?}"
        );
    }
}
