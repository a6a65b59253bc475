//! A provider, and where its secrets come from.

use std::env;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use tower_webhook::{Keys, Secrets, SecretsHandle, SigningSecret, Verifier};

/// Each is the path of a route, and in upper case the beginning of the names of its variables.
pub(crate) const NAMES: [&str; 6] = ["knowrithm", "github", "stripe", "slack", "shopify", "standard_webhooks"];

/// A provider that is served.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) name: &'static str,
    secrets: SecretsHandle,
    file: Option<PathBuf>,
}

impl Provider {
    /// The provider of this name, with what verifies its webhooks; `None` when it has no secret.
    pub(crate) fn from_env(name: &'static str) -> anyhow::Result<Option<(Self, Verifier)>> {
        let variable = variable(name);
        let file = env::var_os(format!("{variable}_FILE")).map(PathBuf::from);
        let is_set = env::var_os(&variable).is_some();
        ensure!(!is_set || file.is_none(), "{variable} and {variable}_FILE are both set");
        if !is_set && file.is_none() {
            ensure!(
                env::var_os(format!("{variable}_OLD")).is_none(),
                "{variable}_OLD is set, but no secret that comes after it"
            );
            return Ok(None);
        }
        let secrets = SecretsHandle::new(usable_secrets(name, file.as_deref())?);
        let verifier = verifier(name, secrets.clone())?;
        Ok(Some((Self { name, secrets, file }, verifier)))
    }

    /// Takes the secret that its file holds now; tells which file that is, or `None` when there is none.
    pub(crate) fn read_anew(&self) -> anyhow::Result<Option<&Path>> {
        if let Some(file) = &self.file {
            self.secrets.replace(usable_secrets(self.name, Some(file))?);
        }
        Ok(self.file.as_deref())
    }
}

/// The variable that holds the secret of the provider of this name.
pub(crate) fn variable(name: &str) -> String {
    format!("{}_WEBHOOK_SECRET", name.to_uppercase())
}

fn usable_secrets(name: &str, file: Option<&Path>) -> anyhow::Result<Secrets> {
    let variable = variable(name);
    let current = match file {
        Some(file) => usable(name, SigningSecret::from_file(file)?, &file.display())?,
        None => usable(name, SigningSecret::from_env(&variable)?, &variable)?,
    };
    let secrets = Secrets::new(current.label("current"));
    let old = format!("{variable}_OLD");
    if env::var_os(&old).is_none() {
        return Ok(secrets);
    }
    let before = usable(name, SigningSecret::from_env(&old)?, &old)?;
    Ok(secrets.and(before.label("old")))
}

/// A secret that a verifier takes: Standard Webhooks wants it in a form of its own.
fn usable(name: &str, secret: SigningSecret, origin: &dyn Display) -> anyhow::Result<SigningSecret> {
    verifier(name, secret.clone()).with_context(|| origin.to_string())?;
    Ok(secret)
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
