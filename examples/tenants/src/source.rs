//! Looks up the secrets of the tenant in a request's path, in a cache or in the database behind it.

use std::fmt::Display;
use std::io::{Write, stderr};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use http::request::Parts;
use moka::future::Cache;
use tokio::time::timeout;
use tower_webhook::{SecretSource, Secrets};

use crate::store::{PATIENCE, Store, is_tenant};

/// How long a cached result is used. A secret that was deleted from the database stays valid as long.
const FRESH: Duration = Duration::from_secs(30);

/// How many tenants are cached, including names without a tenant.
const CAPACITY: u64 = 10_000;

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
            known: Arc::new(RwLock::new(empty_cache())),
            complained: Arc::default(),
        }
    }

    /// Replaces the cache by an empty one. Lookups in progress end in the old one, so their results are not cached.
    pub(crate) fn forget(&self) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = empty_cache();
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
                    self.complain(format_args!("Secret {label} of {tenant} is blank and is ignored"));
                }
                Ok(found.secrets)
            }
            Err(error) => {
                self.complain(format_args!("A lookup failed and was answered with 503: {error:#}"));
                Err(error)
            }
        }
    }

    /// Prints at most one line in 30 s, since any sender can cause any number of lookups.
    fn complain(&self, line: impl Display) {
        let mut complained = self.complained.lock().unwrap_or_else(PoisonError::into_inner);
        if complained.is_none_or(|last| last.elapsed() >= FRESH) {
            *complained = Some(Instant::now());
            let _ = writeln!(stderr(), "{line}");
        }
    }
}

fn empty_cache() -> Known {
    Cache::builder().max_capacity(CAPACITY).time_to_live(FRESH).build()
}

impl SecretSource for Tenants {
    type Error = anyhow::Error;

    async fn secrets(&self, head: &Parts) -> anyhow::Result<Option<Secrets>> {
        let tenant = head.uri.path().strip_prefix("/webhooks/");
        let Some(tenant) = tenant.filter(|name| is_tenant(name)) else {
            return Ok(None);
        };
        // Concurrent requests for one tenant share a lookup. Failures are not cached.
        let found = self.known().try_get_with_by_ref(tenant, self.look_up(tenant)).await;
        found.map_err(|shared| anyhow!("{shared:#}"))
    }
}
