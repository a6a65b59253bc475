//! The `Debug` output of every type that holds a secret or a payload contains neither.

use http::{HeaderMap, Request, Response};
use tower::{Service, service_fn};
use tower_webhook::scheme::{Knowrithm, SignatureClaim};
use tower_webhook::sign::Signer;
use tower_webhook::test::{RequestBuilder, TestBody};
use tower_webhook::{BufferedBody, DecodedSecret, Secrets, SecretsHandle, Verifier, Verify, VerifyLayer};
use tower_webhook_hyper::VerifyService;

use crate::contract::sources::{Answer, Source};
use crate::support::{EVENT, SIGNATURE, secret, signature, signed, verifier};

const VERIFIER: &str = r#"Verifier { scheme: "knowrithm", secrets: Secrets([_]), tolerance: Some(300s), max_body: 2097152, max_buffered: Budget { limit: 67108864, used: 0 }, read_timeout: Some(30s), .. }"#;

#[test]
fn secrets_macs_and_bodies_are_not_printed() {
    let headers = HeaderMap::from_iter([(SIGNATURE, signature(EVENT))]);
    let verified = verifier().verify(&headers, EVENT).unwrap();
    let mut verification = verifier().begin(&headers).unwrap();
    verification.update(EVENT.as_bytes()).unwrap();

    let key = verified.delivery_key();
    for (printed, wanted) in [
        (format!("{:?}", secret()), "SigningSecret(..)".to_owned()),
        (format!("{:?}", verifier()), VERIFIER.to_owned()),
        (
            format!("{verification:?}"),
            r#"Verification { scheme: "knowrithm", .. }"#.to_owned(),
        ),
        (
            format!("{:?}", verification.finish().unwrap()),
            format!("Provenance {{ scheme: \"knowrithm\", signed_by: None, owner: None, delivery_key: {key:?}, .. }}"),
        ),
        (
            format!("{verified:?}"),
            "VerifiedBody { len: 49, scheme: \"knowrithm\", signed_by: None, owner: None, .. }".to_owned(),
        ),
        (
            format!("{:?}", SignatureClaim::token(b"hush").timestamp(1)),
            "SignatureClaim { signature: HmacSha256(..), timestamp: Some(1), .. }".to_owned(),
        ),
        (
            format!("{:?}", BufferedBody::new(EVENT)),
            "BufferedBody { len: 49, .. }".to_owned(),
        ),
        (
            format!("{:?}", verifier().verify_request(signed(EVENT, TestBody::one(EVENT)))),
            "VerifyRequest { .. }".to_owned(),
        ),
        (
            format!("{:?}", VerifyLayer::new(verifier())),
            format!("VerifyLayer {{ verifier: {VERIFIER}, on_reject: EmptyResponse }}"),
        ),
        (
            format!("{:?}", Verify::new((), verifier())),
            format!("Verify {{ inner: (), verifier: {VERIFIER}, on_reject: EmptyResponse }}"),
        ),
        (
            format!("{:?}", VerifyService::new((), verifier())),
            format!(
                "VerifyService {{ verify: Verify {{ inner: AlwaysReady(()), verifier: {VERIFIER}, \
                 on_reject: EmptyResponse }} }}"
            ),
        ),
        (
            format!("{:?}", Signer::new(Knowrithm, &secret())),
            r#"Signer { scheme: "knowrithm", .. }"#.to_owned(),
        ),
    ] {
        assert_eq!(printed, wanted);
    }
}

#[test]
fn labels_of_secrets_are_printed() {
    let secrets = || Secrets::new(secret().label("new")).and(secret()).owner("acme");
    let handle = || SecretsHandle::new(secrets());
    let decoded = || DecodedSecret::from_whsec("whsec_c2VjcmV0").unwrap().label("new");
    for (printed, wanted) in [
        (format!("{:?}", secret().label("new")), r#"SigningSecret("new", ..)"#),
        (format!("{:?}", secrets()), r#"Secrets(["new", _])"#),
        (format!("{:?}", handle()), r#"SecretsHandle(Secrets(["new", _]))"#),
        (format!("{:?}", decoded()), r#"DecodedSecret("new", ..)"#),
        (format!("{:?}", Secrets::new(decoded())), r#"Secrets(["new"])"#),
        (
            format!("{:?}", Verifier::knowrithm(handle())),
            &VERIFIER.replace("[_]", r#"["new", _]"#),
        ),
        (
            format!("{:?}", Verifier::per_request(Knowrithm, Source::new(Answer::Known))),
            &VERIFIER.replace("Secrets([_])", "PerRequest(..)"),
        ),
    ] {
        assert_eq!(printed, wanted);
    }
    let printed = format!("{:?}", RequestBuilder::new(Knowrithm, &secret()));
    assert_eq!(
        printed,
        r#"RequestBuilder { signer: Signer { scheme: "knowrithm", .. }, uri: /, .. }"#
    );
}

#[test]
fn futures_print_their_names_alone() {
    let inner = service_fn(async |_: Request<BufferedBody>| Ok::<_, ()>(Response::new(String::new())));
    let mut service = Verify::new(inner, verifier());
    let future = service.call(signed(EVENT, TestBody::one(EVENT)));
    assert_eq!(format!("{future:?}"), "ResponseFuture { .. }");
}
