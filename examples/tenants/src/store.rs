//! The database: one row per secret of a tenant.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use anyhow::{Context, ensure};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tower_webhook::{Secrets, SigningSecret};

/// How long a query waits for a connection or a lock.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// How many of a tenant's secrets are valid at a time: the newest.
const MOST: u32 = 4;

#[derive(Clone, Debug)]
pub(crate) struct Store(SqlitePool);

/// The secrets of one tenant in the database.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// `None` if the tenant does not exist, or all its secrets have expired.
    pub(crate) secrets: Option<Secrets>,
    /// The labels of secrets that are blank.
    pub(crate) unusable: Vec<String>,
}

impl Store {
    /// Opens a database. Creates it if it does not exist.
    pub(crate) async fn open(url: &str) -> anyhow::Result<Self> {
        let is_file = url.starts_with("sqlite:") && !url.contains(":memory:");
        ensure!(is_file, "it does not name a file, as sqlite://tenants.db does");
        let options = SqliteConnectOptions::from_str(url)?.busy_timeout(PATIENCE);
        create(options.get_filename()).with_context(|| options.get_filename().display().to_string())?;
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await?;
        sqlx::raw_sql(include_str!("schema.sql")).execute(&pool).await?;
        Ok(Self(pool))
    }

    /// The secrets of this tenant that have not expired, the newest first.
    pub(crate) async fn secrets(&self, tenant: &str) -> anyhow::Result<Found> {
        let rows: Vec<(String, String, Option<i64>)> = sqlx::query_as(
            "SELECT label, secret, not_after FROM secrets
             WHERE tenant = ? AND (not_after IS NULL OR not_after >= unixepoch())
             ORDER BY id DESC LIMIT ?",
        )
        .bind(tenant)
        .bind(MOST)
        .fetch_all(&self.0)
        .await?;

        let mut found = Found::default();
        for (label, secret, not_after) in rows {
            let Ok(secret) = SigningSecret::new(secret) else {
                found.unusable.push(label);
                continue;
            };
            let mut secret = secret.label(label);
            if let Some(seconds) = not_after {
                // So that it also expires while it is cached.
                let seconds = seconds.try_into().context("not_after is before 1970")?;
                secret = secret.not_after(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
            }
            found.secrets = Some(match found.secrets {
                Some(secrets) => secrets.and(secret),
                // The owner is part of the delivery key, so that one tenant cannot produce the key of another's
                // delivery.
                None => Secrets::new(secret).owner(tenant),
            });
        }
        // The tenant exists, so this must be a 503 that is retried, not a 403.
        ensure!(
            found.secrets.is_some() || found.unusable.is_empty(),
            "all secrets of {tenant} are blank"
        );
        Ok(found)
    }

    /// Adds a secret to a tenant. The tenant's other secrets expire after this number of hours, unless they expire
    /// earlier. Returns the number of secrets whose expiry was changed.
    pub(crate) async fn add(&self, tenant: &str, label: &str, secret: &str, hours: u32) -> anyhow::Result<u64> {
        ensure!(
            is_tenant(tenant),
            "a tenant's name is 1 to 64 characters of a-z, 0-9, - and _"
        );
        let mut transaction = self.0.begin().await?;
        let previous = sqlx::query(
            "UPDATE secrets SET not_after = unixepoch() + ?1 * 3600
             WHERE tenant = ?2 AND (not_after IS NULL OR not_after > unixepoch() + ?1 * 3600)",
        )
        .bind(hours)
        .bind(tenant)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("INSERT INTO secrets (tenant, label, secret) VALUES (?, ?, ?)")
            .bind(tenant)
            .bind(label)
            .bind(secret)
            .execute(&mut *transaction)
            .await
            .with_context(|| format!("cannot add the secret {label} to {tenant}"))?;
        transaction.commit().await?;
        Ok(previous.rows_affected())
    }

    pub(crate) async fn is_empty(&self) -> anyhow::Result<bool> {
        let first: Option<i64> = sqlx::query_scalar("SELECT id FROM secrets LIMIT 1")
            .fetch_optional(&self.0)
            .await?;
        Ok(first.is_none())
    }
}

/// Whether a tenant can have this name. Requests for other names do not reach the database.
pub(crate) fn is_tenant(name: &str) -> bool {
    let is_named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&name.len()) && name.bytes().all(is_named)
}

/// Creates an empty file that only its owner can read, unless the file exists.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
