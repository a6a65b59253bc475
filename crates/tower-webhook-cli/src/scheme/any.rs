//! A scheme with any kind of secret, so that a command works with all of them alike.

use std::sync::Arc;

use http::HeaderName;
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

    /// Whether the text of a secret is decoded before it keys the MAC.
    fn decodes_secret(&self) -> bool {
        self.kind() == Kind::Decoded
    }
}

/// A scheme whose secrets have the usual text of their kind.
pub(crate) fn any<S>(scheme: S) -> Arc<dyn AnyScheme>
where
    S: SigningScheme + Clone,
    S::Secret: FromText,
{
    Arc::new(Any {
        scheme,
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
        for_receiver: key,
        for_sender: key,
        for_receiver_from: key,
    })
}

/// A scheme, and how its secrets are made from their texts: see [`FromText`].
struct Any<S: SigningScheme> {
    scheme: S,
    for_receiver: fn(&SecretText) -> Result<S::Secret, ConfigError>,
    for_sender: fn(&SecretText) -> Result<<S::Secret as Secret>::Private, ConfigError>,
    for_receiver_from: fn(&SecretText) -> Result<S::Secret, ConfigError>,
}

impl<S: SigningScheme + Clone> AnyScheme for Any<S>
where
    S::Secret: FromText,
{
    fn kind(&self) -> Kind {
        match self.scheme.signature_header() {
            Some(_) => S::Secret::KIND,
            None => Kind::InBody,
        }
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
        (S::Secret::KIND != Kind::KeyPair).then(|| Signer::insecure_empty_secret(self.scheme.clone()))
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
}
