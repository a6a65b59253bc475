//! Keys that are fetched, of an algorithm that is not the core's and by an address in the body.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio_rustls::rustls::SignatureScheme;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::SignatureVerificationAlgorithm;
use tower_webhook::scheme::{
    Algorithm, Encoding, Head, Scheme, Signature, SignatureClaim, SigningScheme, TimestampFormat, Unsigned,
    only_timestamp, only_value,
};
use tower_webhook::sign::{SignError, Signer};
use tower_webhook::test::TestClock;
use tower_webhook::{
    Budget, CustomKey, CustomPublicKey, P256PrivateKey, P256PublicKey, Rejection, RejectionKind, SecretSource, Secrets,
    Verifier,
};

const PAYPAL: &str = include_str!("../../vectors/paypal.json");

static ID: HeaderName = HeaderName::from_static("paypal-transmission-id");
static TIME: HeaderName = HeaderName::from_static("paypal-transmission-time");
static SIGNATURE: HeaderName = HeaderName::from_static("paypal-transmission-sig");
static CERTIFICATE: HeaderName = HeaderName::from_static("paypal-cert-url");

/// An RSA key, as `RSAPublicKey` in DER. It keeps the message, which is short here: rustls takes no hash of it.
struct Rsa(Vec<u8>);

impl CustomKey for Rsa {
    type Message = Vec<u8>;

    fn start(&self) -> Vec<u8> {
        Vec::new()
    }

    fn update(&self, message: &mut Vec<u8>, bytes: &[u8]) {
        message.extend_from_slice(bytes);
    }

    fn verify(&self, message: &Vec<u8>, signature: &[u8]) -> bool {
        let supported = default_provider().signature_verification_algorithms;
        let rsa = supported
            .mapping
            .iter()
            .find(|(scheme, _)| *scheme == SignatureScheme::RSA_PKCS1_SHA256);
        let (_, algorithms) = rsa.expect("rustls checks certificates with it");
        let verifies = |algorithm: &&dyn SignatureVerificationAlgorithm| {
            algorithm.verify_signature(&self.0, message, signature).is_ok()
        };
        algorithms.iter().any(verifies)
    }
}

/// The scheme of `PayPal`, which signs an id, the time, the id of the webhook, and the CRC-32 of the body.
struct PayPal {
    webhook_id: String,
}

impl Scheme for PayPal {
    type Secret = CustomPublicKey;

    fn name(&self) -> &'static str {
        "paypal"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        only_value(head.headers(), &SIGNATURE)?;
        let (_, seconds) = only_timestamp(head.headers(), &TIME, TimestampFormat::Rfc3339)?;
        Ok(SignatureClaim::in_body(head).timestamp(seconds))
    }

    fn read_body<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        let headers = head.headers();
        let signature = Encoding::Base64.decode_vec(only_value(headers, &SIGNATURE)?.as_bytes(), 512);
        let signature = signature.ok_or(RejectionKind::MalformedSignature)?;
        let (time, seconds) = only_timestamp(headers, &TIME, TimestampFormat::Rfc3339)?;
        let mut message = only_value(headers, &ID)?.as_bytes().to_vec();
        for part in [time, self.webhook_id.as_bytes(), crc32(body).to_string().as_bytes()] {
            message.push(b'|');
            message.extend_from_slice(part);
        }
        let claim = SignatureClaim::new(Signature::Custom(signature.into()));
        Ok(claim.signed_instead_of_body(message).timestamp(seconds))
    }
}

/// The CRC-32 of ISO 3309, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// One key, at the address that a header names.
struct Certificates {
    address: String,
    key: Arc<[u8]>,
}

impl SecretSource<CustomPublicKey> for Certificates {
    type Error = Infallible;

    async fn secrets(&self, head: &Parts) -> Result<Option<Secrets<CustomPublicKey>>, Infallible> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let is_here = head
            .headers
            .get(&CERTIFICATE)
            .is_some_and(|value| *value == *self.address);
        let key = is_here.then(|| CustomPublicKey::new(Rsa(self.key.to_vec())).label("the certificate"));
        Ok(key.map(Secrets::new))
    }
}

#[tokio::test]
async fn a_webhook_of_paypal_is_verified_by_rsa_under_a_key_that_is_fetched() {
    let vector: Value = serde_json::from_str(PAYPAL).unwrap();
    let text = |name: &str| vector[name].as_str().unwrap();
    let headers: HeaderMap = vector["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| {
            let value = value.as_str().unwrap().parse().unwrap();
            (name.parse::<HeaderName>().unwrap(), value)
        })
        .collect();
    let certificates = Certificates {
        address: headers[&CERTIFICATE].to_str().unwrap().to_owned(),
        key: Encoding::Base64
            .decode_vec(text("rsa_public_key").as_bytes(), 1024)
            .unwrap()
            .into(),
    };
    let webhook_id = text("webhook_id").to_owned();
    // 2015-05-18T15:45:13Z.
    let clock = TestClock::at(1_431_963_913);
    let verifier = Verifier::per_request(PayPal { webhook_id }, certificates).clock(clock);
    let verdict = async |headers: &HeaderMap, body: String| {
        let mut request = Request::post("/").body(Full::<Bytes>::from(body)).unwrap();
        headers.clone_into(request.headers_mut());
        let outcome = verifier.verify_request(request).await;
        outcome.map(drop).map_err(|rejection| rejection.kind())
    };
    let body = text("body");
    assert!(text("message").ends_with(&format!("|{}", crc32(body.as_bytes()))));
    assert_eq!(verdict(&headers, body.to_owned()).await, Ok(()));

    let changed = body.replacen("id", "ID", 1);
    assert_eq!(verdict(&headers, changed).await, Err(RejectionKind::SignatureMismatch));
    for (name, value, wanted) in [
        (&SIGNATURE, "AAAA", RejectionKind::SignatureMismatch),
        (&SIGNATURE, "?", RejectionKind::MalformedSignature),
        (&CERTIFICATE, "https://paypal.example/", RejectionKind::UnknownSecret),
        (&TIME, "2015-05-18T15:39:13Z", RejectionKind::TimestampTooOld),
    ] {
        let mut headers = headers.clone();
        headers.insert(name, HeaderValue::from_static(value));
        assert_eq!(verdict(&headers, body.to_owned()).await, Err(wanted), "{name}: {value}");
    }
}

/// A scheme whose body has the signature, and the address of the key.
struct Named;

impl Scheme for Named {
    type Secret = P256PublicKey;

    fn name(&self) -> &'static str {
        "named"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        Ok(SignatureClaim::in_body(head))
    }

    fn read_body<'a>(&'a self, _: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        let member = |name: &str| text(body, name).ok_or_else(|| Rejection::in_body(RejectionKind::MissingSignature));
        let signature = Encoding::Base64.decode_vec(member("signature")?.as_bytes(), 80);
        let signature = signature.as_deref().and_then(Signature::ecdsa_p256_from_der);
        let malformed = || Rejection::in_body(RejectionKind::MalformedSignature);
        let claim = SignatureClaim::new(signature.ok_or_else(malformed)?);
        Ok(claim.signed_instead_of_body(member("message")?.into_bytes()))
    }
}

impl SigningScheme for Named {
    fn signature_header(&self) -> Option<&HeaderName> {
        None
    }

    fn sign(&self, _: &Unsigned<'_>) -> HeaderMap {
        unreachable!("it signs inside of the body")
    }

    fn sign_body(&self, request: &Unsigned<'_>, content: &[u8]) -> Result<Option<Vec<u8>>, SignError> {
        let fault = SignError::new("named", "signs objects with a message");
        let message = text(content, "message").ok_or(fault.clone())?;
        let signature = request.signature_instead_of_body(Algorithm::EcdsaP256, &[message.as_bytes()]);
        let mut object: Value = serde_json::from_slice(content).map_err(|_| fault)?;
        object["signature"] = Encoding::Base64.encode(&signature.to_vec()).into();
        Ok(Some(object.to_string().into_bytes()))
    }
}

/// A text in a JSON object.
fn text(body: &[u8], name: &str) -> Option<String> {
    let object: Value = serde_json::from_slice(body).ok()?;
    object[name].as_str().map(str::to_owned)
}

/// Keys by their address, which has to be of one host.
#[derive(Clone)]
struct Addresses {
    key: P256PublicKey,
    fetched: Arc<AtomicUsize>,
}

impl SecretSource<P256PublicKey> for Addresses {
    type Error = &'static str;

    async fn secrets(&self, _: &Parts) -> Result<Option<Secrets<P256PublicKey>>, &'static str> {
        unreachable!("the scheme reads the body")
    }

    async fn secrets_by_body(&self, _: &Parts, body: &[u8]) -> Result<Option<Secrets<P256PublicKey>>, &'static str> {
        let address = text(body, "key").unwrap_or_default();
        let Some(path) = address.strip_prefix("https://keys.example/") else {
            return Ok(None);
        };
        self.fetched.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(1)).await;
        match path {
            "1" => Ok(Some(self.key.clone().label("1").into())),
            "2" => Ok(None),
            _ => Err("not found"),
        }
    }
}

#[tokio::test]
async fn a_key_is_fetched_from_an_address_in_the_body_if_its_host_is_listed() {
    let private = P256PrivateKey::new([b'1'; 64]).unwrap();
    let addresses = Addresses {
        key: private.public_key(),
        fetched: Arc::default(),
    };
    let fetched = || addresses.fetched.load(Ordering::Relaxed);
    let verifier = Verifier::per_request(Named, addresses.clone());
    let sent = |address: &str| {
        let content = json!({ "message": "on", "key": address }).to_string();
        let request = Signer::new(Named, &private).sign_body(Request::new(content));
        request.unwrap().map(Full::new)
    };
    let verdict = async |request| {
        let outcome = verifier.verify_request(request).await;
        outcome.map(drop).map_err(|rejection| rejection.kind())
    };

    assert_eq!(verdict(sent("https://keys.example/1")).await, Ok(()));
    assert_eq!(fetched(), 1);
    for elsewhere in ["http://keys.example/1", "https://keys.example.evil/1", ""] {
        assert_eq!(
            verdict(sent(elsewhere)).await,
            Err(RejectionKind::UnknownSecret),
            "{elsewhere}"
        );
    }
    assert_eq!(fetched(), 1);
    assert_eq!(
        verdict(sent("https://keys.example/2")).await,
        Err(RejectionKind::UnknownSecret)
    );
    assert_eq!(
        verdict(sent("https://keys.example/3")).await,
        Err(RejectionKind::SecretSource)
    );
    let forged = Request::new(Full::from(r#"{"message":"off","key":"https://keys.example/1"}"#));
    assert_eq!(fetched(), 3);
    assert_eq!(verdict(forged).await, Err(RejectionKind::MissingSignature));
    assert_eq!(fetched(), 3, "asked for a body without a signature");
}

#[tokio::test]
async fn a_body_counts_in_the_budget_while_its_key_is_fetched() {
    struct Never;
    impl SecretSource<P256PublicKey> for Never {
        type Error = Infallible;
        async fn secrets(&self, _: &Parts) -> Result<Option<Secrets<P256PublicKey>>, Infallible> {
            pending().await
        }
    }

    let budget = Budget::new(1024 * 1024);
    let verifier = Verifier::per_request(Named, Never).max_buffered(budget.clone());
    let private = P256PrivateKey::new([b'1'; 64]).unwrap();
    let content = json!({ "message": "x".repeat(100_000) }).to_string();
    let request = Signer::new(Named, &private).sign_body(Request::new(content)).unwrap();
    let request = request.map(Full::<Bytes>::from);
    let mut future = Box::pin(verifier.verify_request(request));
    assert!(future.as_mut().now_or_never().is_none());
    assert!((100_000..110_000).contains(&budget.used()), "{budget:?}");
    drop(future);
    assert_eq!(budget.used(), 0);
}
