//! The options that choose a scheme, or describe one of the user's own.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use http::{HeaderName, Uri};
use tower_webhook::ConfigError;
use tower_webhook::scheme::{Algorithm, Encoding, HmacScheme, TokenScheme};

use super::known::Make;
use super::{Chosen, KNOWN, any};
use crate::outcome::{Failure, Result};

/// The name of the scheme that is described by `--signature-header` and its companions.
const OWN: &str = "hmac";
/// The name of the scheme that shows a token in the header that `--signature-header` names.
const TOKEN: &str = "token";

/// Which scheme a command works with.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Scheme")]
pub(crate) struct SchemeArgs {
    /// How the provider signs
    ///
    /// With circle, discord, sendgrid and standard-webhooks-v1a the secret of send, sign and doctor is the private key,
    /// and that of the others the public key, or the private one as `whsk_` or PKCS#8. That of basic is user:password.
    #[arg(long, value_name = "NAME", default_value = KNOWN[0].name, value_parser = names())]
    scheme: String,
    /// The URL under which the provider knows the receiver, for schemes that sign it, such as square and hubspot
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The header of the signature for `--scheme hmac`, or of the token for `--scheme token`
    #[arg(long, value_name = "NAME")]
    signature_header: Option<HeaderName>,
    /// The text before the MAC for `--scheme hmac`, such as `sha256=`, or before the token for `--scheme token`
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
        .chain([OWN, TOKEN])
        .collect::<Vec<_>>()
        .into()
}

impl SchemeArgs {
    /// # Errors
    ///
    /// A failure of usage when the options describe no scheme, or have no effect on it.
    pub(crate) fn choose(&self) -> Result<Chosen> {
        let chosen = self.scheme()?;
        if self.public_url.is_some() && chosen.for_url.is_none() {
            return Err(Failure::usage(format_args!(
                "{} does not sign the URL: leave out --public-url",
                chosen.name
            )));
        }
        Ok(chosen)
    }

    /// The scheme, and the URL under which the provider knows the receiver, if it was given. Whether this scheme signs
    /// it does not matter: another one may.
    ///
    /// # Errors
    ///
    /// As [`choose`](Self::choose), and when it is no such URL.
    pub(crate) fn choose_with_url(&self) -> Result<(Chosen, Option<Uri>)> {
        let chosen = self.scheme()?;
        let parse = |url: &str| {
            let uri = url.parse().ok().filter(|uri: &Uri| uri.authority().is_some());
            uri.ok_or_else(|| Failure::usage(format_args!("--public-url: {}", ConfigError::PublicUrl)))
        };
        Ok((chosen, self.public_url.as_deref().map(parse).transpose()?))
    }

    fn scheme(&self) -> Result<Chosen> {
        match &*self.scheme {
            OWN => self.own(),
            TOKEN => self.token(),
            _ => self.known(),
        }
    }

    /// The scheme with this name.
    fn known(&self) -> Result<Chosen> {
        let described = self.signature_header.is_some()
            || !self.signature_prefix.is_empty()
            || self.signature_encoding.is_some()
            || self.signature_algorithm.is_some();
        if described {
            return Err(Failure::usage(format_args!(
                "the signature of {} is known: use the options --signature-.. with --scheme {OWN} or {TOKEN}",
                self.scheme
            )));
        }
        let known = KNOWN.iter().find(|known| known.name == self.scheme);
        let known = known.expect("clap admits no other name");
        match (known.make, &self.public_url) {
            (Make::Plain(make), _) => Ok(known.with(make())),
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
        let (header, prefix) = self.described()?;
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
        let scheme = HmacScheme::new(OWN, header)
            .prefix(prefix)
            .encoding(encoding)
            .algorithm(algorithm);
        Ok(Chosen {
            name: OWN,
            variable: "WEBHOOK_SECRET",
            sender_variable: "WEBHOOK_SECRET",
            scheme: any(scheme),
            for_url: None,
        })
    }

    fn token(&self) -> Result<Chosen> {
        if self.signature_encoding.is_some() || self.signature_algorithm.is_some() {
            return Err(Failure::usage(
                "a token is shown as it is: leave out --signature-encoding and --signature-algorithm",
            ));
        }
        let (header, prefix) = self.described()?;
        Ok(Chosen {
            name: TOKEN,
            variable: "WEBHOOK_TOKEN",
            sender_variable: "WEBHOOK_TOKEN",
            scheme: any(TokenScheme::new(TOKEN, header).prefix(prefix)),
            for_url: None,
        })
    }

    /// The header that was named, and the text that stands in it before the MAC or the token.
    fn described(&self) -> Result<(HeaderName, &'static str)> {
        let header = self.signature_header.clone();
        let header =
            header.ok_or_else(|| Failure::usage(format_args!("--scheme {} needs --signature-header", self.scheme)))?;
        let visible = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        if self.signature_prefix.starts_with(' ') || !self.signature_prefix.bytes().all(visible) {
            return Err(Failure::usage("--signature-prefix: no header value can begin so"));
        }
        // One command makes one scheme, so nothing is lost.
        Ok((header, self.signature_prefix.clone().leak()))
    }
}
