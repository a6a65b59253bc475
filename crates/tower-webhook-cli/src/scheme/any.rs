//! A scheme with any kind of secret, so that a command works with all of them alike.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderName, Request};
use tower_webhook::scheme::{Head, SigningScheme};
use tower_webhook::sign::Signer;
use tower_webhook::test::RequestBuilder;
use tower_webhook::{ConfigError, DecodedSecret, Rejection, Secret, Secrets, SigningSecret, Verifier};

use super::kind::{FromText, Kind};
use crate::secret::SecretText;

/// A scheme whose secrets are texts.
pub(crate) trait AnyScheme: Send + Sync {
    /// The kind of secret that it takes.
    fn kind(&self) -> Kind;

    /// A verifier with the default limits. Any of the secrets may have signed; there is at least one.
    fn verifier(&self, secrets: &[SecretText]) -> Result<Verifier, ConfigError>;

    /// A verifier of what [`signer`](Self::signer) signs with this secret.
    fn verifier_of_signer(&self, secret: &SecretText) -> Result<Verifier, ConfigError>;

    fn signer(&self, secret: &SecretText) -> Result<Signer, ConfigError>;

    /// Signs as everybody can with whom a receiver shares no secret. `None` for key pairs: no private key is empty.
    fn signer_without_secret(&self) -> Option<Signer>;

    /// Makes genuine requests and forgeries.
    fn builder(&self, secret: &SecretText) -> Result<RequestBuilder, ConfigError>;

    /// The header of the signature, or of the token; `None` when that is in the body.
    fn signature_header(&self) -> Option<&HeaderName>;

    /// Judges the form of a head.
    fn judge(&self, head: Head<'_>) -> Result<(), Rejection>;

    /// Whether the signature, or the token, is in the body.
    fn is_in_body(&self) -> bool {
        self.signature_header().is_none()
    }

    /// Whether a receiver needs the whole body before it knows what is claimed.
    fn reads_body(&self) -> bool;

    /// Whether a sender puts the signature into the body, or makes the signed message of what it reads there.
    fn parses_body(&self) -> bool;
}

/// A scheme whose secrets have the usual text of their kind.
pub(crate) fn any<S>(scheme: S) -> Arc<dyn AnyScheme>
where
    S: SigningScheme + Clone,
    S::Secret: FromText,
{
    Arc::new(Any {
        scheme,
        kind: S::Secret::KIND,
        for_receiver: FromText::for_receiver,
        for_sender: <S::Secret as FromText>::for_sender,
        for_receiver_from: FromText::for_receiver_from,
    })
}

/// A scheme whose key is written in hexadecimal digits, where others have `whsec_` and base64.
pub(super) fn with_hex_key<S>(scheme: S) -> Arc<dyn AnyScheme>
where
    S: SigningScheme<Secret = DecodedSecret> + Clone,
{
    let key = |text: &SecretText| SigningSecret::for_receiver(text)?.decode_hex();
    Arc::new(Any {
        scheme,
        kind: Kind::Hex,
        for_receiver: key,
        for_sender: key,
        for_receiver_from: key,
    })
}

/// A scheme, and how its secrets are made from their texts: see [`FromText`].
struct Any<S: SigningScheme> {
    scheme: S,
    kind: Kind,
    for_receiver: fn(&SecretText) -> Result<S::Secret, ConfigError>,
    for_sender: fn(&SecretText) -> Result<<S::Secret as Secret>::SigningKey, ConfigError>,
    for_receiver_from: fn(&SecretText) -> Result<S::Secret, ConfigError>,
}

impl<S: SigningScheme + Clone> AnyScheme for Any<S>
where
    S::Secret: FromText,
{
    fn kind(&self) -> Kind {
        self.kind
    }

    fn verifier(&self, secrets: &[SecretText]) -> Result<Verifier, ConfigError> {
        let mut set: Option<Secrets<S::Secret>> = None;
        for text in secrets {
            let secret = (self.for_receiver)(text)?;
            set = Some(match set {
                None => Secrets::new(secret),
                Some(set) => set.and(secret),
            });
        }
        let set = set.ok_or(ConfigError::BlankSecret)?;
        Ok(Verifier::new(self.scheme.clone(), set))
    }

    fn verifier_of_signer(&self, secret: &SecretText) -> Result<Verifier, ConfigError> {
        Ok(Verifier::new(self.scheme.clone(), (self.for_receiver_from)(secret)?))
    }

    fn signer(&self, secret: &SecretText) -> Result<Signer, ConfigError> {
        Ok(Signer::new(self.scheme.clone(), &(self.for_sender)(secret)?))
    }

    fn signer_without_secret(&self) -> Option<Signer> {
        (self.kind != Kind::KeyPair).then(|| Signer::insecure_empty_secret(self.scheme.clone()))
    }

    fn builder(&self, secret: &SecretText) -> Result<RequestBuilder, ConfigError> {
        Ok(RequestBuilder::new(self.scheme.clone(), &(self.for_sender)(secret)?))
    }

    fn signature_header(&self) -> Option<&HeaderName> {
        self.scheme.signature_header()
    }

    fn judge(&self, head: Head<'_>) -> Result<(), Rejection> {
        self.scheme.read(head).map(drop)
    }

    fn reads_body(&self) -> bool {
        let claims_in_body = || {
            let head = self.sample_head(JSON)?;
            Some(self.scheme.read(Head::from(&head)).ok()?.is_in_body())
        };
        self.is_in_body() || claims_in_body().unwrap_or_default()
    }

    fn parses_body(&self) -> bool {
        let signature = |content_type| {
            let header = self.scheme.signature_header()?;
            self.sample_head(content_type)?.headers.get(header).cloned()
        };
        self.is_in_body() || signature(JSON) != signature(FORM)
    }
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

impl<S: SigningScheme + Clone> Any<S>
where
    S::Secret: FromText,
{
    /// What the scheme makes of the head of a request, to see how it works. The body is text, a form, and no JSON.
    fn sample_head(&self, content_type: &'static str) -> Option<Parts> {
        let signer = self.signer(&self.kind.sample()).ok()?.timestamp(0).id("sample");
        let request = Request::post("https://example.com/").header(CONTENT_TYPE, content_type);
        let request = request.body(Bytes::from_static(b"a=b")).ok()?;
        Some(signer.sign_body(request).ok()?.into_parts().0)
    }
}
