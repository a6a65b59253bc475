//! The secrets of the tenant that a request's path names, from the database or a cache before it.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use http::request::Parts;
use moka::future::Cache;
use receiver_support::complain;
use tokio::time::timeout;
use tower_webhook::{SecretSource, Secrets};

use crate::store::{PATIENCE, Store, is_tenant};

/// How long the database is believed: a secret that it has no more may sign for as long.
const FRESH: Duration = Duration::from_secs(30);

/// How many tenants are remembered, those included that there are not.
const REMEMBERED: u64 = 10_000;

type Known = Cache<String, Option<Secrets>>;

#[derive(Clone, Debug)]
pub(crate) struct Tenants {
    store: Store,
    known: Arc<RwLock<Known>>,
    complained: Arc<Mutex<Option<Instant>>>,
}

impl Tenants {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            known: Arc::new(RwLock::new(nothing())),
            complained: Arc::default(),
        }
    }

    /// Begins an empty cache: what is being looked up still goes into the one before, and is not remembered.
    pub(crate) fn forget(&self) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = nothing();
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn look_up(&self, tenant: &str) -> anyhow::Result<Option<Secrets>> {
        let found = match timeout(PATIENCE, self.store.secrets(tenant)).await {
            Ok(found) => found,
            Err(_) => Err(anyhow!("no answer within {PATIENCE:?}")),
        };
        match found {
            Ok(found) => {
                for label in found.unusable {
                    self.complain(format_args!(
                        "Secret {label} of {tenant} cannot be used, and is left out"
                    ));
                }
                Ok(found.secrets)
            }
            Err(error) => {
                self.complain(format_args!(
                    "A look-up fails, and senders are asked to come again: {error:#}"
                ));
                Err(error)
            }
        }
    }

    /// Once in a while: strangers can have this asked as often as they like.
    fn complain(&self, line: impl Display) {
        let mut complained = self.complained.lock().unwrap_or_else(PoisonError::into_inner);
        if complained.is_none_or(|last| last.elapsed() >= FRESH) {
            *complained = Some(Instant::now());
            complain(line);
        }
    }
}

fn nothing() -> Known {
    Cache::builder().max_capacity(REMEMBERED).time_to_live(FRESH).build()
}

impl SecretSource for Tenants {
    type Error = anyhow::Error;

    async fn secrets(&self, head: &Parts) -> anyhow::Result<Option<Secrets>> {
        let tenant = head.uri.path().strip_prefix("/webhooks/");
        let Some(tenant) = tenant.filter(|name| is_tenant(name)) else {
            return Ok(None);
        };
        // Requests that come together for one tenant share a look-up. One that fails is not remembered.
        let found = self.known().try_get_with_by_ref(tenant, self.look_up(tenant)).await;
        found.map_err(|shared| anyhow!("{shared:#}"))
    }
}
