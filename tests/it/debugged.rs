//! What `Debug` prints of every type that holds a secret or a payload: these strings, and so no byte of either.

use http::{HeaderMap, Request, Response};
use tower::{Service, service_fn};
use tower_webhook::sign::Signer;
use tower_webhook::test::{RequestBuilder, TestBody};
use tower_webhook::{BufferedBody, Keys, PerRequest, Secrets, SecretsHandle, Verifier, Verify, VerifyLayer};
use tower_webhook_hyper::VerifyService;

use crate::contract::sources::{Answer, Source};
use crate::support::{EVENT, SIGNATURE, secret, signature, signed, verifier};

const VERIFIER: &str = r#"Verifier { scheme: "knowrithm", secrets: Secrets([_]), tolerance: Some(300s), max_body: 2097152, read_timeout: Some(30s), .. }"#;

#[test]
fn neither_secret_nor_tag_nor_body_is_printed() {
    let headers = HeaderMap::from_iter([(SIGNATURE, signature(EVENT))]);
    let verified = verifier().verify(&headers, EVENT).unwrap();
    let mut verification = verifier().begin(&headers).unwrap();
    verification.update(EVENT.as_bytes()).unwrap();

    for (printed, wanted) in [
        (format!("{:?}", secret()), "SigningSecret(..)".to_owned()),
        (format!("{:?}", verifier()), VERIFIER.to_owned()),
        (
            format!("{verification:?}"),
            r#"Verification { scheme: "knowrithm", .. }"#.to_owned(),
        ),
        (
            format!("{verified:?}"),
            "VerifiedBody { len: 49, key: None, owner: None, .. }".to_owned(),
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
            format!("VerifyService {{ inner: (), verifier: {VERIFIER}, on_reject: EmptyResponse }}"),
        ),
        (
            format!("{:?}", Signer::knowrithm(&secret())),
            r#"Signer { scheme: "knowrithm", .. }"#.to_owned(),
        ),
    ] {
        assert_eq!(printed, wanted);
    }
}

#[test]
fn of_keys_the_labels_are_printed() {
    let secrets = || Secrets::new(secret().label("new")).and(secret()).owner("acme");
    let handle = || SecretsHandle::new(secrets());
    let source = || PerRequest(Source::new(Answer::Known));
    for (printed, wanted) in [
        (format!("{:?}", secret().label("new")), r#"SigningSecret("new", ..)"#),
        (format!("{:?}", secrets()), r#"Secrets(["new", _])"#),
        (format!("{:?}", handle()), r#"SecretsHandle(Secrets(["new", _]))"#),
        (format!("{:?}", Keys::from(secret())), "Secrets([_])"),
        (format!("{:?}", Keys::from(secrets())), r#"Secrets(["new", _])"#),
        (
            format!("{:?}", Keys::from(handle())),
            r#"SecretsHandle(Secrets(["new", _]))"#,
        ),
        (format!("{:?}", Keys::from(source())), "PerRequest(..)"),
    ] {
        assert_eq!(printed, wanted);
    }
    let by_source = format!("{:?}", Verifier::knowrithm(source()));
    assert_eq!(by_source, VERIFIER.replace("Secrets([_])", "PerRequest(..)"));
    let printed = format!("{:?}", RequestBuilder::knowrithm(&secret()));
    assert_eq!(
        printed,
        r#"RequestBuilder { signer: Signer { scheme: "knowrithm", .. }, uri: /, .. }"#
    );
}

#[test]
fn the_futures_print_nothing() {
    let inner = service_fn(async |_: Request<BufferedBody>| Ok::<_, ()>(Response::new(String::new())));
    let mut service = Verify::new(inner, verifier());
    let future = service.call(signed(EVENT, TestBody::one(EVENT)));
    assert_eq!(format!("{future:?}"), "ResponseFuture { .. }");
}
