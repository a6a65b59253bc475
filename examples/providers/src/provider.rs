//! A provider: its route, and the places of its secrets.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use axum::Json;
use axum::routing::{MethodRouter, post};
use serde_json::{Value, json};
use tower_webhook::scheme::Scheme;
use tower_webhook::{ConfigError, Secrets, SecretsHandle, SigningSecret, Verifier, VerifyLayer};
use tower_webhook_axum::Verified;

/// A provider.
pub(crate) struct Provider {
    pub(crate) name: &'static str,
    /// `None` if no secret is set.
    pub(crate) route: Option<MethodRouter>,
    /// Replaces the secrets by those in the files now. `None` if no secret is in a file.
    pub(crate) reload: Option<Box<dyn Fn() -> anyhow::Result<()>>>,
}

impl Provider {
    /// The provider with this scheme. `decode` makes its secrets from those in the variables and files.
    pub(crate) fn from_env<S: Scheme>(
        scheme: S,
        decode: fn(SigningSecret) -> Result<S::Secret, ConfigError>,
    ) -> anyhow::Result<Self> {
        let name = scheme.name();
        let variable = variable(name);
        let old = Place::from_env(&format!("{variable}_OLD"))?;
        let Some(current) = Place::from_env(&variable)? else {
            ensure!(old.is_none(), "{variable}_OLD is set without {variable}");
            return Ok(Self {
                name,
                route: None,
                reload: None,
            });
        };
        let has_files = matches!((&current, &old), (Place::File(_), _) | (_, Some(Place::File(_))));
        let read = move || {
            let secrets = Secrets::new(current.read("current", decode)?);
            anyhow::Ok(match &old {
                // Between two rotations there is none.
                Some(Place::File(file)) if matches!(file.try_exists(), Ok(false)) => secrets,
                Some(old) => secrets.and(old.read("old", decode)?),
                None => secrets,
            })
        };
        let handle = SecretsHandle::new(read()?);
        let verify = VerifyLayer::new(Verifier::new(scheme, handle.clone()));
        let route = Some(post(receive::<S>).route_layer(verify));
        let reload = move || {
            handle.replace(read()?);
            Ok(())
        };
        Ok(Self {
            name,
            route,
            reload: has_files.then(|| Box::new(reload) as _),
        })
    }
}

/// Handles a webhook. Only bodies that this provider signed get here.
async fn receive<S: Scheme>(body: Verified<S>) -> Json<Value> {
    Json(json!({ "status": "success", "signed_by": body.signed_by() }))
}

/// Where a secret is.
enum Place {
    Variable(String),
    File(PathBuf),
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

    fn read<K>(&self, label: &'static str, decode: fn(SigningSecret) -> Result<K, ConfigError>) -> anyhow::Result<K> {
        let (secret, place) = match self {
            Self::Variable(variable) => (SigningSecret::from_env(variable)?, variable.clone()),
            Self::File(file) => (SigningSecret::from_file(file)?, file.display().to_string()),
        };
        decode(secret.label(label)).context(place)
    }
}

/// The variable with the secret of the provider of this name.
pub(crate) fn variable(name: &str) -> String {
    format!("{}_WEBHOOK_SECRET", name.to_uppercase())
}
