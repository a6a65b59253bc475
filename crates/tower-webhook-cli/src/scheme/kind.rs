//! The kinds of secret, and how each is made from the text in which it is kept.

use tower_webhook::{
    ConfigError, DecodedSecret, Ed25519PrivateKey, Ed25519PublicKey, KeyError, P256PrivateKey, P256PublicKey, Secret,
    SigningSecret, Token,
};

use crate::secret::SecretText;

/// What a scheme takes as its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its bytes key the MAC as they are.
    Shared,
    /// Its text is `whsec_` and base64, which is decoded into the bytes that key the MAC.
    Whsec,
    /// Its text is hex digits, which are decoded into the bytes that key the MAC.
    Hex,
    /// It is shown with each request, and signs nothing.
    Token,
    /// The sender signs with a private key, and the receiver verifies with the public one.
    KeyPair,
}

impl Kind {
    /// Whether sender and receiver share a key, under which a MAC is made.
    pub(crate) fn keys_mac(self) -> bool {
        matches!(self, Self::Shared | Self::Whsec | Self::Hex)
    }

    /// A secret of this kind by which a sender signs, to see what a scheme makes of it.
    pub(crate) fn sample(self) -> SecretText {
        let text = match self {
            Self::Shared | Self::Whsec => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            Self::Token => "user:4f1d-9bb2-08",
            Self::KeyPair | Self::Hex => "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        };
        SecretText::new(text.as_bytes().to_vec(), "sample".to_owned()).expect("it is not blank")
    }
}

/// A kind of secret that is made from a text.
pub(crate) trait FromText: Secret {
    const KIND: Kind;

    /// What a receiver verifies with.
    fn for_receiver(text: &SecretText) -> Result<Self, ConfigError>;

    /// What a sender signs with.
    fn for_sender(text: &SecretText) -> Result<Self::SigningKey, ConfigError>;

    /// What the receiver verifies with whose sender signs with this text.
    fn for_receiver_from(text: &SecretText) -> Result<Self, ConfigError> {
        Self::for_receiver(text)
    }
}

impl FromText for SigningSecret {
    const KIND: Kind = Kind::Shared;

    fn for_receiver(text: &SecretText) -> Result<Self, ConfigError> {
        Ok(Self::new(text.expose())?.label(text.place()))
    }

    fn for_sender(text: &SecretText) -> Result<Self, ConfigError> {
        Self::for_receiver(text)
    }
}

impl FromText for DecodedSecret {
    const KIND: Kind = Kind::Whsec;

    fn for_receiver(text: &SecretText) -> Result<Self, ConfigError> {
        SigningSecret::for_receiver(text)?.decode_whsec()
    }

    fn for_sender(text: &SecretText) -> Result<Self, ConfigError> {
        Self::for_receiver(text)
    }
}

impl FromText for Token {
    const KIND: Kind = Kind::Token;

    fn for_receiver(text: &SecretText) -> Result<Self, ConfigError> {
        Ok(Self::new(text.expose())?.label(text.place()))
    }

    fn for_sender(text: &SecretText) -> Result<Self, ConfigError> {
        Self::for_receiver(text)
    }
}

impl FromText for Ed25519PublicKey {
    const KIND: Kind = Kind::KeyPair;

    /// The public key, or the private one in a form that says so. 32 bytes without a prefix are always the public key:
    /// taken as the private one, everybody could sign who knows the public one.
    fn for_receiver(text: &SecretText) -> Result<Self, ConfigError> {
        match Self::new(text.expose()) {
            Ok(key) => Ok(key.label(text.place())),
            Err(error @ ConfigError::Key(KeyError::Invalid)) => Err(error),
            Err(error) => Self::for_receiver_from(text).map_err(|_| error),
        }
    }

    fn for_sender(text: &SecretText) -> Result<Ed25519PrivateKey, ConfigError> {
        Ed25519PrivateKey::new(text.expose())
    }

    fn for_receiver_from(text: &SecretText) -> Result<Self, ConfigError> {
        Ok(Self::for_sender(text)?.public_key().label(text.place()))
    }
}

impl FromText for P256PublicKey {
    const KIND: Kind = Kind::KeyPair;

    /// The public key, or the private one: no form is both.
    fn for_receiver(text: &SecretText) -> Result<Self, ConfigError> {
        match Self::new(text.expose()) {
            Ok(key) => Ok(key.label(text.place())),
            Err(error) => Self::for_receiver_from(text).map_err(|_| error),
        }
    }

    fn for_sender(text: &SecretText) -> Result<P256PrivateKey, ConfigError> {
        P256PrivateKey::new(text.expose())
    }

    fn for_receiver_from(text: &SecretText) -> Result<Self, ConfigError> {
        Ok(Self::for_sender(text)?.public_key().label(text.place()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed of RFC 8032, section 7.1, test 1, and its public key.
    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn text(text: &str) -> SecretText {
        SecretText::new(text.as_bytes().to_vec(), "here".to_owned()).unwrap()
    }

    #[test]
    fn bytes_that_may_be_either_key_are_the_public_one_to_a_receiver() {
        use tower_webhook::Verifier;
        use tower_webhook::scheme::Discord;
        use tower_webhook::sign::Signer;

        // Whoever knows the public key takes it as a private one.
        let forger = Signer::new(Discord, &Ed25519PublicKey::for_sender(&text(PUBLIC)).unwrap());
        let sender = Signer::new(Discord, &Ed25519PublicKey::for_sender(&text(SEED)).unwrap());
        let verifier = Verifier::new(Discord, Ed25519PublicKey::for_receiver(&text(PUBLIC)).unwrap());
        assert!(verifier.verify(&sender.headers("{}"), "{}").is_ok());
        assert!(verifier.verify(&forger.headers("{}"), "{}").is_err());
        // A weak key is refused, and is not taken as a private one either.
        let weak = Ed25519PublicKey::for_receiver(&text(&"00".repeat(32)));
        assert!(matches!(weak, Err(ConfigError::Key(KeyError::Invalid))));
    }

    #[test]
    fn a_private_key_that_says_so_serves_both_sides() {
        let seed = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
        assert!(Ed25519PublicKey::for_receiver(&text(seed)).is_ok());
        assert!(Ed25519PublicKey::for_sender(&text(seed)).is_ok());
        assert!(P256PublicKey::for_receiver(&text(SEED)).is_ok());
        let public = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
        assert!(Ed25519PublicKey::for_sender(&text(public)).is_err());
    }

    #[test]
    fn what_is_no_key_is_told_as_a_receiver_reads_it() {
        let error = Ed25519PublicKey::for_receiver(&text("whsec_AAAA")).err().unwrap();
        assert!(error.to_string().contains("take the public key"), "{error}");
    }
}
