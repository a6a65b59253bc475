//! A scheme with any kind of secret, so that a command works with all of them alike.

use http::HeaderName;
use tower_webhook::scheme::{Head, SigningScheme};
use tower_webhook::sign::Signer;
use tower_webhook::test::RequestBuilder;
use tower_webhook::{ConfigError, Rejection, Secrets, Verifier};

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

    /// The header of the signature, or of the token.
    fn signature_header(&self) -> &HeaderName;

    /// Judges the form of a head.
    fn judge(&self, head: Head<'_>) -> Result<(), Rejection>;

    /// Whether the text of a secret is decoded before it keys the MAC.
    fn decodes_secret(&self) -> bool {
        self.kind() == Kind::Decoded
    }
}

impl<S: SigningScheme + Clone> AnyScheme for S
where
    S::Secret: FromText,
{
    fn kind(&self) -> Kind {
        S::Secret::KIND
    }

    fn verifier(&self, secrets: &[SecretText]) -> Result<Verifier, ConfigError> {
        let mut set: Option<Secrets<S::Secret>> = None;
        for text in secrets {
            let secret = S::Secret::for_receiver(text)?;
            set = Some(match set {
                None => Secrets::new(secret),
                Some(set) => set.and(secret),
            });
        }
        let set = set.ok_or(ConfigError::BlankSecret)?;
        Ok(Verifier::new(self.clone(), set))
    }

    fn verifier_of_signer(&self, secret: &SecretText) -> Result<Verifier, ConfigError> {
        Ok(Verifier::new(self.clone(), S::Secret::for_receiver_from(secret)?))
    }

    fn signer(&self, secret: &SecretText) -> Result<Signer, ConfigError> {
        Ok(Signer::new(self.clone(), &S::Secret::for_sender(secret)?))
    }

    fn signer_without_secret(&self) -> Option<Signer> {
        (self.kind() != Kind::KeyPair).then(|| Signer::insecure_empty_secret(self.clone()))
    }

    fn builder(&self, secret: &SecretText) -> Result<RequestBuilder, ConfigError> {
        Ok(RequestBuilder::new(self.clone(), &S::Secret::for_sender(secret)?))
    }

    fn signature_header(&self) -> &HeaderName {
        SigningScheme::signature_header(self)
    }

    fn judge(&self, head: Head<'_>) -> Result<(), Rejection> {
        self.read(head).map(drop)
    }
}
