//! A public key of an algorithm that is not the core's, and the scheme that takes it.
//!
//! It is one only in form: whoever checks its signatures can also make them.

use http::HeaderMap;
use http::header::HeaderName;
use tower_webhook::scheme::{
    Algorithm, Encoding, Head, Knowrithm, Scheme, Signature, SignatureClaim, SigningScheme, Unsigned, only_value,
};
use tower_webhook::sign::Signer;
use tower_webhook::{CustomKey, CustomPrivateKey, CustomPublicKey, Rejection, RejectionKind, SigningSecret};

use crate::support::SIGNATURE as KNOWRITHM;

static SIGNATURE: HeaderName = HeaderName::from_static("x-own-signature");

/// The scheme of the key.
#[derive(Clone)]
pub(crate) struct OwnKey;

impl Scheme for OwnKey {
    type Secret = CustomPublicKey;

    fn name(&self) -> &'static str {
        "own_key"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let value = only_value(head.headers(), &SIGNATURE)?;
        let malformed = || Rejection::new(RejectionKind::MalformedSignature).with_header(&SIGNATURE);
        let bytes: [u8; 32] = Encoding::Base64.decode(value.as_bytes()).ok_or_else(malformed)?;
        Ok(SignatureClaim::new(Signature::Custom(bytes.into())).signed_before_body([b"own."]))
    }
}

impl SigningScheme for OwnKey {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&SIGNATURE)
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        let signature = request.signature(Algorithm::Custom, &[b"own."], &[]).to_vec();
        let value = Encoding::Base64.encode(&signature[..32]).parse().unwrap();
        HeaderMap::from_iter([(SIGNATURE.clone(), value)])
    }
}

/// A key that signs what Knowrithm's secret signs.
struct Key(Signer);

impl CustomKey for Key {
    type Message = Vec<u8>;

    fn start(&self) -> Vec<u8> {
        Vec::new()
    }

    fn update(&self, message: &mut Vec<u8>, bytes: &[u8]) {
        message.extend_from_slice(bytes);
    }

    fn verify(&self, message: &Vec<u8>, signature: &[u8]) -> bool {
        signature_of(&self.0, message) == signature
    }
}

fn signature_of(signer: &Signer, message: &[u8]) -> Vec<u8> {
    let headers = signer.headers(message);
    let text = headers[KNOWRITHM].as_bytes().strip_prefix(b"sha256=").unwrap();
    Encoding::Hex.decode::<32>(text).unwrap().to_vec()
}

pub(crate) fn private(secret: &SigningSecret) -> CustomPrivateKey {
    let signer = Signer::new(Knowrithm, secret);
    CustomPrivateKey::new(move |message| signature_of(&signer, message))
}

pub(crate) fn public(secret: &SigningSecret) -> CustomPublicKey {
    CustomPublicKey::new(Key(Signer::new(Knowrithm, secret)))
}
