//! The schemes that the command knows: their names, the usual variables of their secrets, and how they are made.

mod known;

use std::sync::Arc;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use http::{HeaderName, Uri};
use tower_webhook::scheme::{Algorithm, Encoding, Head, HmacScheme, SigningScheme};
use tower_webhook::sign::Signer;
use tower_webhook::test::RequestBuilder;
use tower_webhook::{ConfigError, DecodedSecret, Rejection, Secret, Secrets, SigningSecret, Verifier};

use self::known::Make;
pub(crate) use self::known::{ForUrl, KNOWN, Known};
use crate::outcome::{Failure, Result};
use crate::secret::SecretText;

/// The name of the scheme that is described by `--signature-header` and its companions.
const OWN: &str = "hmac";

/// Which scheme a command works with.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Scheme")]
pub(crate) struct SchemeArgs {
    /// How the provider signs
    #[arg(long, value_name = "NAME", default_value = KNOWN[0].name, value_parser = names())]
    scheme: String,
    /// The URL under which the provider knows the receiver, for schemes that sign it, such as square and hubspot
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The header of the signature, for `--scheme hmac`
    #[arg(long, value_name = "NAME")]
    signature_header: Option<HeaderName>,
    /// The text before the MAC, such as `sha256=`, for `--scheme hmac`
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    signature_prefix: String,
    /// How the MAC is written [default: hex], for `--scheme hmac`
    #[arg(long, value_name = "HOW", value_enum)]
    signature_encoding: Option<Text>,
    /// The hash of the MAC [default: sha256], for `--scheme hmac`
    #[arg(long, value_name = "HASH", value_enum)]
    signature_algorithm: Option<Hash>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Hash {
    Sha256,
    Sha1,
    Sha384,
    Sha512,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Text {
    Hex,
    Base64,
}

fn names() -> PossibleValuesParser {
    KNOWN
        .iter()
        .map(|known| known.name)
        .chain([OWN])
        .collect::<Vec<_>>()
        .into()
}

/// The scheme that was chosen.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) name: &'static str,
    /// Where its secret is looked for when no other place is named.
    pub(crate) variable: &'static str,
    pub(crate) scheme: Arc<dyn AnyScheme>,
    /// Makes it for another URL, if it signs the public URL.
    pub(crate) for_url: Option<ForUrl>,
}

impl SchemeArgs {
    pub(crate) fn choose(&self) -> Result<Chosen> {
        if self.scheme == OWN {
            return self.own();
        }
        let described = self.signature_header.is_some()
            || !self.signature_prefix.is_empty()
            || self.signature_encoding.is_some()
            || self.signature_algorithm.is_some();
        if described {
            return Err(Failure::usage(format_args!(
                "the signature of {} is known: use the options --signature-.. with --scheme {OWN}",
                self.scheme
            )));
        }
        let known = KNOWN.iter().find(|known| known.name == self.scheme);
        self.make(*known.expect("clap admits no other name"))
    }

    /// The URL under which the provider knows the receiver, if it was given.
    pub(crate) fn public_url(&self) -> Option<Uri> {
        self.public_url.as_deref().and_then(|url| url.parse().ok())
    }

    fn make(&self, known: Known) -> Result<Chosen> {
        match (known.make, &self.public_url) {
            (Make::Plain(make), None) => Ok(known.with(make())),
            (Make::Plain(_), Some(_)) => Err(Failure::usage(format_args!(
                "{} does not sign the URL: leave out --public-url",
                known.name
            ))),
            (Make::ForUrl(make), Some(url)) => {
                let scheme = make(url).map_err(|error| Failure::usage(format_args!("--public-url: {error}")))?;
                Ok(known.with(scheme))
            }
            (Make::ForUrl(_), None) => Err(Failure::usage(format_args!(
                "{} signs the URL that it calls: give it with --public-url",
                known.name
            ))),
        }
    }

    fn own(&self) -> Result<Chosen> {
        let header = self.signature_header.clone();
        let header = header.ok_or_else(|| Failure::usage(format_args!("--scheme {OWN} needs --signature-header")))?;
        let visible = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        if self.signature_prefix.starts_with(' ') || !self.signature_prefix.bytes().all(visible) {
            return Err(Failure::usage("--signature-prefix: no header value can begin so"));
        }
        // One command makes one scheme, so nothing is lost.
        let prefix: &'static str = self.signature_prefix.clone().leak();
        let encoding = match self.signature_encoding {
            None | Some(Text::Hex) => Encoding::Hex,
            Some(Text::Base64) => Encoding::Base64,
        };
        let algorithm = match self.signature_algorithm {
            None | Some(Hash::Sha256) => Algorithm::HmacSha256,
            Some(Hash::Sha1) => Algorithm::HmacSha1,
            Some(Hash::Sha384) => Algorithm::HmacSha384,
            Some(Hash::Sha512) => Algorithm::HmacSha512,
        };
        let scheme = HmacScheme::new(header)
            .prefix(prefix)
            .encoding(encoding)
            .algorithm(algorithm);
        Ok(Chosen {
            name: OWN,
            variable: "WEBHOOK_SECRET",
            scheme: Arc::new(scheme),
            for_url: None,
        })
    }
}

/// A scheme with any kind of secret.
pub(crate) trait AnyScheme: Send + Sync {
    /// A verifier with the default limits. Any of the secrets may have signed; there is at least one.
    fn verifier(&self, secrets: &[SecretText]) -> Result<Verifier, ConfigError>;

    fn signer(&self, secret: &SecretText) -> Result<Signer, ConfigError>;

    /// Signs as everybody can with whom a receiver shares no secret.
    fn signer_without_secret(&self) -> Signer;

    /// Makes genuine requests and forgeries.
    fn builder(&self, secret: &SecretText) -> Result<RequestBuilder, ConfigError>;

    /// The header of the signature.
    fn signature_header(&self) -> &HeaderName;

    /// Judges the form of a head.
    fn judge(&self, head: Head<'_>) -> Result<(), Rejection>;

    /// Whether the text of a secret is decoded before it keys the MAC.
    fn decodes_secret(&self) -> bool;
}

impl<S: SigningScheme + Clone> AnyScheme for S
where
    S::Secret: FromText,
{
    fn verifier(&self, secrets: &[SecretText]) -> Result<Verifier, ConfigError> {
        let mut set: Option<Secrets<S::Secret>> = None;
        for text in secrets {
            let secret = S::Secret::from_text(text)?;
            set = Some(match set {
                None => Secrets::new(secret),
                Some(set) => set.and(secret),
            });
        }
        let set = set.ok_or(ConfigError::BlankSecret)?;
        Ok(Verifier::new(self.clone(), set))
    }

    fn signer(&self, secret: &SecretText) -> Result<Signer, ConfigError> {
        Ok(Signer::new(self.clone(), &S::Secret::from_text(secret)?))
    }

    fn signer_without_secret(&self) -> Signer {
        Signer::insecure_empty_secret(self.clone())
    }

    fn builder(&self, secret: &SecretText) -> Result<RequestBuilder, ConfigError> {
        Ok(RequestBuilder::new(self.clone(), &S::Secret::from_text(secret)?))
    }

    fn signature_header(&self) -> &HeaderName {
        SigningScheme::signature_header(self)
    }

    fn judge(&self, head: Head<'_>) -> Result<(), Rejection> {
        self.read(head).map(drop)
    }

    fn decodes_secret(&self) -> bool {
        S::Secret::DECODES
    }
}

/// A kind of secret that is made from the text in which it is kept, and signs itself.
pub(crate) trait FromText: Secret<Private = Self> {
    const DECODES: bool;

    fn from_text(text: &SecretText) -> Result<Self, ConfigError>;
}

impl FromText for SigningSecret {
    const DECODES: bool = false;

    fn from_text(text: &SecretText) -> Result<Self, ConfigError> {
        Ok(Self::new(text.expose())?.label(text.place()))
    }
}

impl FromText for DecodedSecret {
    const DECODES: bool = true;

    fn from_text(text: &SecretText) -> Result<Self, ConfigError> {
        SigningSecret::from_text(text)?.decode_whsec()
    }
}
