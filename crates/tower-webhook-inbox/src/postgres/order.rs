//! Deliveries of one key one at a time, in the order of their arrival.
//!
//! The table `delivery_order` has the tasks that are not finished, as far as a worker in order has seen them. One of
//! each key is its head: the first one, or the one that runs. Only heads are taken, so a long line behind one of them
//! costs nothing. A task that is `Pending` and has no `lock_at` is not seen yet: such tasks are put into the table
//! before any is taken, also those that are not due and those that come back. All of this, and the move to the next
//! head when one is settled, is done under a lock of the queue.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use sqlx::{PgConnection, Row};

use super::lease::{PostgresLease, number, taken};
use super::tables;
use crate::delivery::Delivery;
use crate::queue::lease::{OrderBy, Settled, Taken, Want};

/// How many tasks are put into the table at a time at most.
const SEEN: i64 = 512;
/// How many heads are repaired at a time at most.
const REPAIRED: i64 = 1000;

/// Whether there is anything to do, so that an idle worker takes no lock.
const IS_ANY: &str = "SELECT (SELECT true FROM apalis.jobs WHERE job_type = $1 AND status = 'Pending' \
                      AND lock_at IS NULL ORDER BY id LIMIT 1) IS NOT NULL OR (SELECT true \
                      FROM apalis.delivery_order head CROSS JOIN LATERAL (SELECT status, run_at FROM apalis.jobs \
                      WHERE id = head.id LIMIT 1) task WHERE head.queue = $1 AND head.head AND head.run_at <= now() \
                      AND task.status = 'Pending' AND task.run_at <= now() \
                      ORDER BY head.run_at, head.id LIMIT 1) IS NOT NULL";

const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('apalis.delivery_order'), hashtext($1))";

/// The first tasks that were not seen, as many as fit, and how many there were to choose from.
const UNSEEN: &str = "SELECT id, job, count FROM (SELECT id, job, \
                      row_number() OVER (ROWS UNBOUNDED PRECEDING) AS number, \
                      sum(octet_length(job)) OVER (ROWS UNBOUNDED PRECEDING) AS total, count(*) OVER () AS count \
                      FROM (SELECT id, job FROM apalis.jobs WHERE job_type = $1 AND status = 'Pending' \
                      AND lock_at IS NULL ORDER BY id LIMIT $3) first) numbered WHERE number = 1 OR total <= $2";

/// Puts tasks into the table. One that comes back keeps its key and its place. A key is hashed with its queue.
const FILE: &str = "INSERT INTO apalis.delivery_order (id, queue, key, run_at, head) \
                    SELECT task.id, $1, sha256(sha256(convert_to($1, 'UTF8')) || it.key), task.run_at, it.key IS NULL \
                    FROM unnest($2::text[], $3::bytea[]) AS it (id, key) JOIN apalis.jobs task ON task.id = it.id \
                    ON CONFLICT (id) DO UPDATE SET run_at = EXCLUDED.run_at RETURNING key";

/// A head that waits gives way to one that arrived earlier, and was seen later.
const GIVE_WAY: &str = "UPDATE apalis.delivery_order head SET head = false FROM unnest($1::bytea[]) AS it (key) \
                        WHERE head.key = it.key AND head.head AND head.id > (SELECT id FROM apalis.delivery_order \
                        WHERE key = it.key ORDER BY id LIMIT 1) \
                        AND (SELECT status FROM apalis.jobs WHERE id = head.id) = 'Pending'";

/// The first task of each key without a head becomes its head.
const MOVE_UP: &str = "UPDATE apalis.delivery_order next SET head = true FROM (SELECT (SELECT id \
                       FROM apalis.delivery_order WHERE key = it.key ORDER BY id LIMIT 1) AS id \
                       FROM unnest($1::bytea[]) AS it (key) WHERE (SELECT true FROM apalis.delivery_order \
                       WHERE key = it.key AND head LIMIT 1) IS NULL OFFSET 0) first WHERE next.id = first.id";

/// Takes heads that are due, and no task that arrived after `$5`: some that arrived before it may not be seen yet.
const TAKE: &str = "WITH due AS MATERIALIZED (SELECT task.id, task.bytes FROM apalis.delivery_order head \
                    CROSS JOIN LATERAL (SELECT id, octet_length(job) AS bytes FROM apalis.jobs WHERE id = head.id \
                    AND job_type IS NOT DISTINCT FROM $1 AND status IS NOT DISTINCT FROM 'Pending' AND run_at <= now() \
                    FOR UPDATE SKIP LOCKED) task \
                    WHERE head.queue = $1 AND head.head AND head.run_at <= now() \
                    AND ($5::text IS NULL OR head.id <= $5) ORDER BY head.run_at, head.id LIMIT $3), \
                    numbered AS (SELECT id, row_number() OVER (ROWS UNBOUNDED PRECEDING) AS number, \
                    sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) AS total FROM due) \
                    UPDATE apalis.jobs task SET status = 'Running', lock_by = $2, lock_at = now() FROM numbered \
                    WHERE task.id = numbered.id AND (number = 1 OR total <= $4) \
                    RETURNING number, task.id, task.attempts, task.job";

/// Marks tasks as seen.
const MARK: &str = "UPDATE apalis.jobs task SET lock_at = now() FROM unnest($1::text[]) AS it (id) \
                    WHERE task.id = it.id AND task.status IS NOT DISTINCT FROM 'Pending'";

const FINISH: &str = "DELETE FROM apalis.delivery_order head USING unnest($1::text[]) AS it (id) \
                      WHERE head.id = it.id RETURNING head.key";

/// Heads whose task was finished or deleted by another program.
const STALE: &str = "SELECT head.id FROM apalis.delivery_order head WHERE head.queue = $1 AND head.head \
                     AND NOT coalesce((SELECT status IN ('Pending', 'Queued', 'Running') FROM apalis.jobs \
                     WHERE id = head.id), false) LIMIT $2";

pub(super) async fn take(lease: &PostgresLease, want: Want<'_>, order: &OrderBy) -> Result<Vec<Taken>, sqlx::Error> {
    let (store, queue) = (&lease.store, &*lease.store.queue);
    if !lease.in_order.load(Ordering::Relaxed) {
        // It goes on when this is given up: on a long table it takes longer than an answer is awaited.
        let pool = store.storage.pool().clone();
        let created = tokio::spawn(async move { tables::create_unseen(&pool).await }).await;
        created.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))??;
        lease.in_order.store(true, Ordering::Relaxed);
    }
    let mut connection = store.connections.begin().await?;
    let is_any: bool = sqlx::query_scalar(IS_ANY)
        .bind(queue)
        .fetch_one(&mut *connection)
        .await?;
    if !is_any {
        connection.commit().await?;
        return Ok(Vec::new());
    }
    sqlx::query(LOCK).bind(queue).execute(&mut *connection).await?;
    let (seen, until) = see(&mut connection, queue, want, order).await?;
    let take = sqlx::query(TAKE)
        .bind(queue)
        .bind(&lease.worker)
        .bind(number(want.tasks))
        .bind(number(want.bytes))
        .bind(until);
    let taken = taken(&take.fetch_all(&mut *connection).await?)?;
    let mut left: BTreeSet<_> = seen.into_iter().collect();
    for taken in &taken {
        left.remove(&taken.id);
    }
    if !left.is_empty() {
        let left: Vec<_> = left.into_iter().collect();
        sqlx::query(MARK).bind(left).execute(&mut *connection).await?;
    }
    connection.commit().await?;
    Ok(taken)
}

/// Puts tasks that were not seen into the table. Returns their ids, and the last of them if there may be more.
async fn see(
    connection: &mut PgConnection,
    queue: &str,
    want: Want<'_>,
    order: &OrderBy,
) -> Result<(Vec<String>, Option<String>), sqlx::Error> {
    let unseen = sqlx::query(UNSEEN).bind(queue).bind(number(want.bytes)).bind(SEEN);
    let unseen = unseen.fetch_all(&mut *connection).await?;
    let (mut ids, mut keys) = (Vec::with_capacity(unseen.len()), Vec::with_capacity(unseen.len()));
    let mut count = 0;
    for row in &unseen {
        ids.push(row.try_get::<String, _>("id")?);
        let delivery: Option<Delivery> = serde_json::from_slice(row.try_get("job")?).ok();
        keys.push(
            delivery
                .and_then(|delivery| order.key(&delivery))
                .map(String::into_bytes),
        );
        count = row.try_get("count")?;
    }
    if ids.is_empty() {
        return Ok((ids, None));
    }
    let file = sqlx::query_scalar(FILE).bind(queue).bind(&ids).bind(keys);
    let keys = file.fetch_all(&mut *connection).await?;
    let keys = distinct(keys);
    sqlx::query(GIVE_WAY).bind(&keys).execute(&mut *connection).await?;
    sqlx::query(MOVE_UP).bind(&keys).execute(&mut *connection).await?;
    let is_all = count < SEEN && number(ids.len()) == count;
    let until = if is_all { None } else { ids.last().cloned() };
    Ok((ids, until))
}

/// Records how attempts ended, and lets the next ones of their keys run.
pub(super) async fn settle(lease: &PostgresLease, settled: &[Settled]) -> Result<(), sqlx::Error> {
    let (store, queue) = (&lease.store, &*lease.store.queue);
    let mut connection = store.connections.begin().await?;
    sqlx::query(LOCK).bind(queue).execute(&mut *connection).await?;
    let written = lease.write(&mut connection, settled).await?;
    let finished = written.into_iter().filter(|(_, status)| status != "Pending");
    let finished: Vec<_> = finished.map(|(id, _)| id).collect();
    finish(&mut connection, &finished).await?;
    connection.commit().await?;
    // The next ones are due.
    store.arrived.notify_one();
    Ok(())
}

/// Lets the next ones run where another program finished a head.
pub(super) async fn repair(lease: &PostgresLease) -> Result<(), sqlx::Error> {
    let (store, queue) = (&lease.store, &*lease.store.queue);
    let mut connection = store.connections.begin().await?;
    let stale = || sqlx::query_scalar::<_, String>(STALE).bind(queue).bind(REPAIRED);
    if !stale().fetch_all(&mut *connection).await?.is_empty() {
        sqlx::query(LOCK).bind(queue).execute(&mut *connection).await?;
        // Read again under the lock: it may have come back to the queue.
        let stale = stale().fetch_all(&mut *connection).await?;
        finish(&mut connection, &stale).await?;
    }
    connection.commit().await
}

async fn finish(connection: &mut PgConnection, ids: &[String]) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let keys = sqlx::query_scalar(FINISH).bind(ids).fetch_all(&mut *connection).await?;
    sqlx::query(MOVE_UP).bind(distinct(keys)).execute(connection).await?;
    Ok(())
}

/// Each key once. Tasks without a key wait for nothing.
fn distinct(keys: Vec<Option<Vec<u8>>>) -> Vec<Vec<u8>> {
    keys.into_iter()
        .flatten()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}
