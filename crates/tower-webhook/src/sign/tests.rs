use std::io::{Cursor, SeekFrom};

use http::header::HeaderName;

use super::*;
use crate::rejection::Rejection;
use crate::scheme::{Adyen, Encoding, Mailgun, MicrosoftGraph, Scheme, SignatureClaim, Slack, TokenScheme};
use crate::secret::{SigningSecret, Token};

fn secret() -> SigningSecret {
    SigningSecret::new("whk_demo").unwrap()
}

/// Returns a few bytes at a time, and is interrupted before each.
struct Reluctant {
    body: Cursor<Vec<u8>>,
    ready: bool,
}

impl Read for Reluctant {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.ready = !self.ready;
        if self.ready {
            return Err(ErrorKind::Interrupted.into());
        }
        let most = buffer.len().min(1000);
        self.body.read(&mut buffer[..most])
    }
}

impl Seek for Reluctant {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.body.seek(to)
    }
}

#[test]
fn a_body_from_a_reader_is_signed_as_one_in_memory_wherever_the_reader_stands() {
    let body: Vec<u8> = (0..2 * PIECE + 7).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let signer = Signer::new(Slack, &secret()).timestamp(1_700_000_000);
    let mut reader = Reluctant {
        body: Cursor::new(body.clone()),
        ready: false,
    };
    reader.body.set_position(70_000);
    let headers = signer.headers_of_reader(&HeaderMap::new(), reader).unwrap();
    assert_eq!(headers, signer.headers(&body));
}

/// Makes two MACs of each body.
struct Twice;

static TWICE: HeaderName = HeaderName::from_static("x-twice");

impl Scheme for Twice {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "twice"
    }

    fn read<'a>(&'a self, _: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        unreachable!("it only signs")
    }
}

impl SigningScheme for Twice {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&TWICE)
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        let uri = request.head().uri().unwrap().to_string();
        let macs = [request.mac(&[uri.as_bytes()], &[]), request.mac(&[], &[b"."])];
        let value = macs.map(|mac| Encoding::Hex.encode(&mac)).join(" ");
        HeaderMap::from_iter([(TWICE.clone(), value.parse().unwrap())])
    }
}

#[test]
fn the_body_is_read_again_for_each_mac_and_the_head_is_signed() {
    let request = Request::post("/a?b=c").body("a body").unwrap();
    let signer = Signer::new(Twice, &secret());
    let headers = signer.headers_of_reader(&request, Cursor::new("a body")).unwrap();
    assert_eq!(headers["x-twice"], signer.sign(request).headers()["x-twice"]);
}

#[test]
fn an_empty_token_can_be_shown() {
    let headers = Signer::insecure_empty_secret(TokenScheme::new("own", TWICE.clone())).headers("");
    assert_eq!(headers["x-twice"], "");
}

#[cfg(feature = "ed25519")]
#[test]
#[should_panic = "no private key is empty"]
fn no_private_key_is_empty() {
    drop(Signer::insecure_empty_secret(scheme::StandardWebhooksV1a));
}

/// Fails after its first piece.
struct Broken(bool);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0 {
            return Err(io::Error::other("the disk is gone"));
        }
        self.0 = true;
        Ok(buffer.len())
    }
}

impl Seek for Broken {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_body_that_cannot_be_read_is_not_signed() {
    let signer = Signer::new(Slack, &secret());
    let error = signer.headers_of_reader(&HeaderMap::new(), Broken(false)).unwrap_err();
    assert_eq!(error.to_string(), "the disk is gone");
}

#[test]
fn a_body_without_a_place_for_its_signature_is_an_error() {
    fn refuses<S: SigningScheme>(scheme: S, secret: &<S::Secret as Secret>::SigningKey, body: &'static str) {
        let name = scheme.name();
        let signed = Signer::new(scheme, secret).sign_body(Request::new(body));
        assert!(signed.is_err(), "{name}: {body}");
    }

    let token = Token::new("tk_4f1d").unwrap();
    for body in ["", "[]", "{}", r#"{"value":{}}"#, r#"{"value":[]}"#, r#"{"value":[1]}"#] {
        refuses(MicrosoftGraph, &token, body);
    }
    for body in ["", "[]", "1"] {
        refuses(Mailgun, &secret(), body);
        refuses(Adyen, &secret().into_key(), body);
    }
}
