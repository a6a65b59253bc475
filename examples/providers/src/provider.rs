//! A provider, and where its secrets come from.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use tower_webhook::{Keys, Secrets, SecretsHandle, SigningSecret, Verifier};

/// Each is the path of a route, and in upper case the beginning of the names of its variables.
pub(crate) const NAMES: [&str; 6] = ["knowrithm", "github", "stripe", "slack", "shopify", "standard_webhooks"];

/// A provider that is served.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) name: &'static str,
    secrets: SecretsHandle,
    places: Places,
}

/// Where its secrets are: the one that signs, and the one before it.
#[derive(Debug)]
struct Places {
    current: Place,
    old: Option<Place>,
}

#[derive(Debug)]
enum Place {
    Variable(String),
    File(PathBuf),
}

impl Provider {
    /// The provider of this name, with what verifies its webhooks; `None` when it has no secret.
    pub(crate) fn from_env(name: &'static str) -> anyhow::Result<Option<(Self, Verifier)>> {
        let variable = variable(name);
        let old = Place::from_env(&format!("{variable}_OLD"))?;
        let Some(current) = Place::from_env(&variable)? else {
            ensure!(
                old.is_none(),
                "{variable}_OLD is set, but no secret that comes after it"
            );
            return Ok(None);
        };
        let places = Places { current, old };
        let secrets = SecretsHandle::new(places.read(name)?);
        let verifier = verifier(name, secrets.clone())?;
        Ok(Some((Self { name, secrets, places }, verifier)))
    }

    /// Takes the secrets that its files hold now; says whether it has any.
    pub(crate) fn read_anew(&self) -> anyhow::Result<bool> {
        let Places { current, old } = &self.places;
        let has_files = [Some(current), old.as_ref()].into_iter().flatten().any(Place::is_file);
        if has_files {
            self.secrets.replace(self.places.read(self.name)?);
        }
        Ok(has_files)
    }
}

impl Places {
    fn read(&self, name: &str) -> anyhow::Result<Secrets> {
        let secrets = Secrets::new(self.current.read(name)?.label("current"));
        match &self.old {
            // Between two rotations there is none.
            Some(Place::File(file)) if matches!(file.try_exists(), Ok(false)) => Ok(secrets),
            Some(old) => Ok(secrets.and(old.read(name)?.label("old"))),
            None => Ok(secrets),
        }
    }
}

impl Place {
    fn from_env(variable: &str) -> anyhow::Result<Option<Self>> {
        let file = env::var_os(format!("{variable}_FILE")).map(PathBuf::from);
        let is_set = env::var_os(variable).is_some();
        ensure!(!is_set || file.is_none(), "{variable} and {variable}_FILE are both set");
        Ok(match file {
            Some(file) => Some(Self::File(file)),
            None => is_set.then(|| Self::Variable(variable.to_owned())),
        })
    }

    fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
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

/// The variable that holds the secret of the provider of this name.
pub(crate) fn variable(name: &str) -> String {
    format!("{}_WEBHOOK_SECRET", name.to_uppercase())
}

fn verifier(name: &str, keys: impl Into<Keys>) -> anyhow::Result<Verifier> {
    Ok(match name {
        "knowrithm" => Verifier::knowrithm(keys),
        "github" => Verifier::github(keys),
        "stripe" => Verifier::stripe(keys),
        "slack" => Verifier::slack(keys),
        "shopify" => Verifier::shopify(keys),
        "standard_webhooks" => Verifier::standard_webhooks(keys)?,
        other => bail!("there is no provider {other}"),
    })
}
