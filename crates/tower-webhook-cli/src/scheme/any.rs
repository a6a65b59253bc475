//! A scheme with any kind of secret, so that a command works with all of them alike.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;
use tower_webhook::scheme::{Adyen, Head, Scheme, SigningScheme};
use tower_webhook::sign::Signer;
use tower_webhook::test::RequestBuilder;
use tower_webhook::{ConfigError, Rejection, Secrets, Verifier};
use zeroize::Zeroizing;

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

impl<S: SigningScheme + Clone> AnyScheme for S
where
    S::Secret: FromText,
{
    fn kind(&self) -> Kind {
        match SigningScheme::signature_header(self) {
            Some(_) => S::Secret::KIND,
            None => Kind::InBody,
        }
    }

    fn verifier(&self, secrets: &[SecretText]) -> Result<Verifier, ConfigError> {
        let mut set: Option<Secrets<S::Secret>> = None;
        for text in secrets {
            let secret = S::Secret::for_receiver(&*readable(self, text)?)?;
            set = Some(match set {
                None => Secrets::new(secret),
                Some(set) => set.and(secret),
            });
        }
        let set = set.ok_or(ConfigError::BlankSecret)?;
        Ok(Verifier::new(self.clone(), set))
    }

    fn verifier_of_signer(&self, secret: &SecretText) -> Result<Verifier, ConfigError> {
        Ok(Verifier::new(
            self.clone(),
            S::Secret::for_receiver_from(&*readable(self, secret)?)?,
        ))
    }

    fn signer(&self, secret: &SecretText) -> Result<Signer, ConfigError> {
        Ok(Signer::new(
            self.clone(),
            &S::Secret::for_sender(&*readable(self, secret)?)?,
        ))
    }

    fn signer_without_secret(&self) -> Option<Signer> {
        (S::Secret::KIND != Kind::KeyPair).then(|| Signer::insecure_empty_secret(self.clone()))
    }

    fn builder(&self, secret: &SecretText) -> Result<RequestBuilder, ConfigError> {
        Ok(RequestBuilder::new(
            self.clone(),
            &S::Secret::for_sender(&*readable(self, secret)?)?,
        ))
    }

    fn signature_header(&self) -> Option<&HeaderName> {
        SigningScheme::signature_header(self)
    }

    fn judge(&self, head: Head<'_>) -> Result<(), Rejection> {
        self.read(head).map(drop)
    }
}

/// The secret in the form from which its kind decodes it: Adyen's key is in hex, every other one in base64.
fn readable<'s>(scheme: &impl Scheme, secret: &'s SecretText) -> Result<Cow<'s, SecretText>, ConfigError> {
    if scheme.name() != Adyen.name() {
        return Ok(Cow::Borrowed(secret));
    }
    let key = base16ct::mixed::decode_vec(secret.expose());
    let key = key.map(Zeroizing::new).map_err(|_| ConfigError::NotHex)?;
    let text = Zeroizing::new(format!("whsec_{}", STANDARD.encode(&*key)));
    let changed = secret.changed_to(text.as_bytes().to_vec().into());
    changed.map(Cow::Owned).ok_or(ConfigError::BlankSecret)
}
