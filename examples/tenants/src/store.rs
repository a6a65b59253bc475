//! The database: a row for each secret of each tenant.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use anyhow::{Context, ensure};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tower_webhook::{Secrets, SigningSecret};

/// How long anything here waits for the database.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// How many secrets of a tenant count, the newest of them.
const MOST: u32 = 4;

#[derive(Clone, Debug)]
pub(crate) struct Store(SqlitePool);

/// What the database has of a tenant.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// `None` when nothing may sign.
    pub(crate) secrets: Option<Secrets>,
    /// The labels of rows whose secret is blank.
    pub(crate) unusable: Vec<String>,
}

impl Store {
    /// Opens a database, and makes it when it is not there.
    pub(crate) async fn open(url: &str) -> anyhow::Result<Self> {
        let is_file = url.starts_with("sqlite:") && !url.contains(":memory:");
        ensure!(is_file, "it names no file as sqlite://tenants.db does");
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

    /// What may sign for this tenant now: first the secret that was added last, and then those before it that have not
    /// expired.
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
                // What is kept in a cache goes on expiring.
                let seconds = seconds.try_into().context("not_after is before 1970")?;
                secret = secret.not_after(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
            }
            found.secrets = Some(match found.secrets {
                Some(secrets) => secrets.and(secret),
                // Of two tenants, neither can pass off a delivery as the other's.
                None => Secrets::new(secret).owner(tenant),
            });
        }
        // It is somebody, whose sender must not be told to give up.
        ensure!(
            found.secrets.is_some() || found.unusable.is_empty(),
            "no secret of {tenant} can be used"
        );
        Ok(found)
    }

    /// Adds a secret that takes over from those that the tenant has: they expire in so many hours, if they do not
    /// before. Tells how many they are.
    pub(crate) async fn add(&self, tenant: &str, label: &str, secret: &str, hours: u32) -> anyhow::Result<u64> {
        ensure!(is_tenant(tenant), "a tenant is named by up to 64 of a-z, 0-9, - and _");
        let mut transaction = self.0.begin().await?;
        let before = sqlx::query(
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
            .with_context(|| format!("{tenant} cannot have a secret {label}"))?;
        transaction.commit().await?;
        Ok(before.rows_affected())
    }

    pub(crate) async fn is_empty(&self) -> anyhow::Result<bool> {
        let first: Option<i64> = sqlx::query_scalar("SELECT id FROM secrets LIMIT 1")
            .fetch_optional(&self.0)
            .await?;
        Ok(first.is_none())
    }
}

/// Whether this can be the name of a tenant. For a stranger's anything else the database is not asked.
pub(crate) fn is_tenant(name: &str) -> bool {
    let is_named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&name.len()) && name.bytes().all(is_named)
}

/// Makes an empty file that nobody else may read, unless there is one.
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
