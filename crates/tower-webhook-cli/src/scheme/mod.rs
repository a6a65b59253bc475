//! The schemes that the command knows: their names, the usual variables of their secrets, and how they are made.

mod any;
mod args;
mod kind;
mod known;

use std::slice;
use std::sync::Arc;

use http::HeaderValue;
use tower_webhook::Verifier;

pub(crate) use self::any::{AnyScheme, any};
pub(crate) use self::args::SchemeArgs;
pub(crate) use self::kind::Kind;
use self::known::BASIC;
pub(crate) use self::known::{ForUrl, KNOWN, Known};
use crate::outcome::{Failure, Result};
use crate::secret::SecretText;
use crate::term::Plain;

/// The scheme that was chosen.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) name: &'static str,
    /// Where its secret is looked for when no other place is named.
    pub(crate) variable: &'static str,
    /// The same for a command that signs.
    pub(crate) sender_variable: &'static str,
    pub(crate) scheme: Arc<dyn AnyScheme>,
    /// Makes it for another URL, if it signs the public URL.
    pub(crate) for_url: Option<ForUrl>,
}

impl Chosen {
    /// A verifier with the default limits. Any of the secrets may have signed; there is at least one.
    ///
    /// # Errors
    ///
    /// A failure of usage that names the place of the secret that the scheme does not take.
    pub(crate) fn verifier(&self, secrets: &[SecretText]) -> Result<Verifier> {
        self.scheme.verifier(secrets).map_err(|error| {
            let is_bad = |secret: &&SecretText| self.scheme.verifier(slice::from_ref(*secret)).is_err();
            // The first that cannot be used alone.
            let bad = secrets.iter().find(is_bad);
            bad.map_or_else(|| Failure::usage(&error), |secret| secret.unusable(&error))
        })
    }

    /// Refuses a secret that cannot be one of this scheme, although its kind admits every text.
    ///
    /// # Errors
    ///
    /// A failure of usage that names its place.
    pub(crate) fn check(&self, secret: &SecretText) -> Result<()> {
        let (text, place) = (secret.expose(), Plain(secret.place()));
        if self.name == BASIC {
            if !text.contains(&b':') {
                return Err(Failure::usage(format_args!(
                    "the secret in {place} has no colon: write it as user:password"
                )));
            }
        } else if shows_token(&*self.scheme) && HeaderValue::from_bytes(text).is_err() {
            return Err(Failure::usage(format_args!(
                "the secret in {place} has a control character, which no header can have: copy the token again"
            )));
        }
        Ok(())
    }
}

/// Whether a header shows the secret.
pub(crate) fn shows_token(scheme: &dyn AnyScheme) -> bool {
    scheme.kind() == Kind::Token && !scheme.is_in_body()
}
