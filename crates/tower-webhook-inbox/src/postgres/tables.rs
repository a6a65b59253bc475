//! The tables and indexes that this crate adds to apalis's schema.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, PgPool};

/// The tables, and the indexes that are created with them.
///
/// `delivery_keys` has the keys of all deliveries that were stored, also of those that are forgotten. `delivery_order`
/// has the tasks that a worker in order has seen and that are not finished; of each key one is the head, which may run.
/// `delivery_newest` has the time of the newest event of each entity.
const TABLES: [(&str, &str); 3] = [
    (
        "apalis.delivery_keys",
        "CREATE TABLE IF NOT EXISTS apalis.delivery_keys (queue text NOT NULL, key bytea NOT NULL, \
         at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (queue, key))",
    ),
    (
        "apalis.delivery_order",
        "CREATE TABLE IF NOT EXISTS apalis.delivery_order (id text PRIMARY KEY, queue text NOT NULL, key bytea, \
         run_at timestamptz NOT NULL, head boolean NOT NULL); \
         CREATE INDEX IF NOT EXISTS delivery_order_key ON apalis.delivery_order (key, id); \
         CREATE UNIQUE INDEX IF NOT EXISTS delivery_order_head ON apalis.delivery_order (key) WHERE head; \
         CREATE INDEX IF NOT EXISTS delivery_order_due ON apalis.delivery_order (queue, run_at, id) WHERE head",
    ),
    (
        "apalis.delivery_newest",
        "CREATE TABLE IF NOT EXISTS apalis.delivery_newest (queue text NOT NULL, entity bytea NOT NULL, \
         seconds bigint NOT NULL, nanoseconds integer NOT NULL, at timestamptz NOT NULL DEFAULT now(), \
         PRIMARY KEY (queue, entity))",
    ),
];

/// The indexes on apalis's table. Each has the tasks of a few states only, so that it is small where they are few.
const INDEXES: [(&str, &str); 4] = [
    (
        "apalis.delivery_waiting",
        "CREATE INDEX IF NOT EXISTS delivery_waiting ON apalis.jobs (job_type, priority DESC, run_at, id) \
         WHERE status = 'Pending'",
    ),
    (
        "apalis.delivery_held",
        "CREATE INDEX IF NOT EXISTS delivery_held ON apalis.jobs (job_type, lock_by) \
         WHERE status IN ('Queued', 'Running')",
    ),
    (
        "apalis.delivery_done",
        "CREATE INDEX IF NOT EXISTS delivery_done ON apalis.jobs (job_type, done_at) WHERE status = 'Done'",
    ),
    (
        "apalis.delivery_dead",
        "CREATE INDEX IF NOT EXISTS delivery_dead ON apalis.jobs (job_type, done_at, id) \
         WHERE status IN ('Killed', 'Failed')",
    ),
];

/// The index of the tasks that a worker in order has not seen. Only such a worker creates it.
const UNSEEN: (&str, &str) = (
    "apalis.delivery_unseen",
    "CREATE INDEX IF NOT EXISTS delivery_unseen ON apalis.jobs (job_type, id) \
     WHERE status = 'Pending' AND lock_at IS NULL",
);

/// Creates what is missing. Where nothing is, the role needs no right to create anything.
pub(super) async fn create(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    create_each(&mut connection, &TABLES).await?;
    create_indexes(&mut connection, &INDEXES).await
}

/// Creates the index that a worker in order needs.
pub(super) async fn create_unseen(pool: &PgPool) -> Result<(), sqlx::Error> {
    create_indexes(&mut *pool.acquire().await?, &[UNSEEN]).await
}

/// The names of the indexes that are missing.
pub(super) async fn missing_indexes(pool: &PgPool) -> Result<Vec<&'static str>, sqlx::Error> {
    missing(&mut *pool.acquire().await?, &INDEXES).await
}

/// An index is a matter of speed. A role that does not own the table does without.
async fn create_indexes(
    connection: &mut PgConnection,
    all: &[(&'static str, &'static str)],
) -> Result<(), sqlx::Error> {
    let may = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'apalis.jobs'::regclass";
    if sqlx::query_scalar(may).fetch_one(&mut *connection).await? {
        create_each(connection, all).await?;
    }
    Ok(())
}

async fn create_each(connection: &mut PgConnection, all: &[(&'static str, &'static str)]) -> Result<(), sqlx::Error> {
    if missing(connection, all).await?.is_empty() {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    // Two that create the same at the same time can fail both, in spite of `IF NOT EXISTS`.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('apalis.delivery_keys'))")
        .execute(&mut *transaction)
        .await?;
    for name in missing(&mut transaction, all).await? {
        for (_, create) in all.iter().filter(|(it, _)| *it == name) {
            sqlx::raw_sql(*create).execute(&mut *transaction).await?;
        }
    }
    transaction.commit().await
}

async fn missing(
    connection: &mut PgConnection,
    all: &[(&'static str, &'static str)],
) -> Result<Vec<&'static str>, sqlx::Error> {
    let mut missing = Vec::new();
    for (name, _) in all {
        let is_missing = sqlx::query_scalar("SELECT to_regclass($1) IS NULL").bind(*name);
        if is_missing.fetch_one(&mut *connection).await? {
            missing.push(*name);
        }
    }
    Ok(missing)
}
