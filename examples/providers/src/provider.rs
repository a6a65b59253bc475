//! A provider, and the places of its secrets.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use tower_webhook::{Secrets, SecretsHandle, SigningSecret, Verifier};

/// The names of the routes. In upper case, they begin the names of the variables.
pub(crate) const NAMES: [&str; 6] = ["knowrithm", "github", "stripe", "slack", "shopify", "standard_webhooks"];

/// A provider that has a secret.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) name: &'static str,
    secrets: SecretsHandle,
    current: Place,
    old: Option<Place>,
}

/// Where a secret is.
#[derive(Debug)]
enum Place {
    Variable(String),
    File(PathBuf),
}

impl Provider {
    /// The provider of this name, and the verifier of its webhooks; `None` if no secret is set.
    pub(crate) fn from_env(name: &'static str) -> anyhow::Result<Option<(Self, Verifier)>> {
        let variable = variable(name);
        let old = Place::from_env(&format!("{variable}_OLD"))?;
        let Some(current) = Place::from_env(&variable)? else {
            ensure!(old.is_none(), "{variable}_OLD is set without {variable}");
            return Ok(None);
        };
        let secrets = SecretsHandle::new(read(name, &current, old.as_ref())?);
        let verifier = verifier(name, secrets.clone())?;
        let provider = Self {
            name,
            secrets,
            current,
            old,
        };
        Ok(Some((provider, verifier)))
    }

    /// Replaces the secrets by those in the files now. Returns whether any secret is in a file.
    pub(crate) fn reload(&self) -> anyhow::Result<bool> {
        let (current, old) = (&self.current, self.old.as_ref());
        let has_files = matches!((current, old), (Place::File(_), _) | (_, Some(Place::File(_))));
        if has_files {
            self.secrets.replace(read(self.name, current, old)?);
        }
        Ok(has_files)
    }
}

impl Place {
    /// The file that `{variable}_FILE` names, or the variable itself if it is set.
    fn from_env(variable: &str) -> anyhow::Result<Option<Self>> {
        let file = env::var_os(format!("{variable}_FILE")).map(PathBuf::from);
        let is_set = env::var_os(variable).is_some();
        ensure!(!is_set || file.is_none(), "{variable} and {variable}_FILE are both set");
        Ok(match file {
            Some(file) => Some(Self::File(file)),
            None => is_set.then(|| Self::Variable(variable.to_owned())),
        })
    }

    fn read(&self, name: &str) -> anyhow::Result<SigningSecret> {
        let (secret, place) = match self {
            Self::Variable(variable) => (SigningSecret::from_env(variable)?, variable.clone()),
            Self::File(file) => (SigningSecret::from_file(file)?, file.display().to_string()),
        };
        match name {
            "standard_webhooks" => secret.require_whsec().context(place),
            _ => Ok(secret),
        }
    }
}

/// Reads the secrets of a provider, labelled `current` and `old`.
fn read(name: &str, current: &Place, old: Option<&Place>) -> anyhow::Result<Secrets> {
    let secrets = Secrets::new(current.read(name)?.label("current"));
    match old {
        // Between two rotations there is none.
        Some(Place::File(file)) if matches!(file.try_exists(), Ok(false)) => Ok(secrets),
        Some(old) => Ok(secrets.and(old.read(name)?.label("old"))),
        None => Ok(secrets),
    }
}

/// The variable with the secret of the provider of this name.
pub(crate) fn variable(name: &str) -> String {
    format!("{}_WEBHOOK_SECRET", name.to_uppercase())
}

fn verifier(name: &str, secrets: SecretsHandle) -> anyhow::Result<Verifier> {
    Ok(match name {
        "knowrithm" => Verifier::knowrithm(secrets),
        "github" => Verifier::github(secrets),
        "stripe" => Verifier::stripe(secrets),
        "slack" => Verifier::slack(secrets),
        "shopify" => Verifier::shopify(secrets),
        "standard_webhooks" => Verifier::standard_webhooks(secrets)?,
        other => bail!("{other} is not a provider"),
    })
}
