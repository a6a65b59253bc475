//! A worker says that it is alive, takes over from those that are dead, and lets go at its end.

use sqlx::Error;

use super::lease::{PostgresLease, is_foreign_key};
use crate::{HEARTBEAT, MISSED_HEARTBEATS};

/// The name by which rows of this crate's workers are known among those of apalis's.
const STORAGE: &str = "tower-webhook-inbox";

/// Registers the worker, or renews the time at which it was seen. Returns how many seconds ago it was seen before.
const ALIVE: &str = "WITH before AS (SELECT last_seen FROM apalis.workers WHERE id = $1) \
                     INSERT INTO apalis.workers (id, worker_type, storage_name, layers, last_seen, started_at) \
                     VALUES ($1, $2, $3, '', now(), now()) ON CONFLICT (id) DO UPDATE SET last_seen = now() \
                     RETURNING (SELECT extract(epoch FROM now() - last_seen)::float8 FROM before)";

/// Puts the tasks of workers that were not seen for `$2` seconds back. Skips those that another worker puts back.
const TAKE_OVER: &str = "WITH lost AS MATERIALIZED (SELECT task.id FROM apalis.workers worker CROSS JOIN LATERAL \
                         (SELECT id FROM apalis.jobs WHERE job_type = $1 AND lock_by = worker.id \
                         AND status IN ('Queued', 'Running') FOR UPDATE SKIP LOCKED) task \
                         WHERE worker.worker_type = $1 AND worker.last_seen < now() - $2 * interval '1 second') \
                         UPDATE apalis.jobs task SET status = 'Pending', attempts = attempts + 1, lock_by = NULL, \
                         lock_at = NULL, last_result = '{\"Err\": \"the worker died during the attempt\"}' \
                         FROM lost WHERE task.id = lost.id";

/// Removes the workers of this crate that are dead and hold nothing. One of apalis's own would not register again.
const BURY: &str = "DELETE FROM apalis.workers worker WHERE worker_type = $1 AND storage_name = $3 \
                    AND last_seen < now() - $2 * interval '1 second' \
                    AND NOT EXISTS (SELECT FROM apalis.jobs WHERE lock_by = worker.id)";

/// Puts what the worker holds back, except these tasks.
const PUT_BACK: &str = "UPDATE apalis.jobs SET status = 'Pending', lock_by = NULL, lock_at = NULL \
                        WHERE job_type = $1 AND lock_by = $2 AND status IN ('Queued', 'Running') \
                        AND NOT id = ANY ($3::text[])";

impl PostgresLease {
    /// Says that the worker is alive, and returns whether it said so in time before.
    ///
    /// One that did not, because the server was out or the machine slept, judges nobody: the others were as silent, and
    /// speak within a heartbeat.
    pub(super) async fn register(&self) -> Result<bool, Error> {
        let mut connection = self.store.connections.begin().await?;
        let alive = sqlx::query_scalar(ALIVE)
            .bind(&self.worker)
            .bind(&*self.store.queue)
            .bind(STORAGE);
        let silent_for: Option<f64> = alive.fetch_one(&mut *connection).await?;
        connection.commit().await?;
        Ok(silent_for.is_some_and(|seconds| seconds < dead_after()))
    }

    /// Puts tasks back that the worker holds without knowing: their take was given up, and committed nevertheless.
    pub(super) async fn put_unknown_back(&self, known: &[String]) -> Result<(), Error> {
        let mut connection = self.store.connections.begin().await?;
        let put_back = sqlx::query(PUT_BACK).bind(&*self.store.queue).bind(&self.worker);
        put_back.bind(known).execute(&mut *connection).await?;
        connection.commit().await
    }

    /// Puts the tasks of dead workers back.
    pub(super) async fn take_over(&self) -> Result<(), Error> {
        let mut connection = self.store.connections.begin().await?;
        let take_over = sqlx::query(TAKE_OVER).bind(&*self.store.queue).bind(dead_after());
        take_over.execute(&mut *connection).await?;
        connection.commit().await
    }

    /// Removes the rows of dead workers.
    pub(super) async fn bury(&self) -> Result<(), Error> {
        let mut connection = self.store.connections.begin().await?;
        let bury = sqlx::query(BURY)
            .bind(&*self.store.queue)
            .bind(dead_after())
            .bind(STORAGE);
        match bury.execute(&mut *connection).await {
            Ok(_) => connection.commit().await,
            // It took a task meanwhile, so it is not dead.
            Err(error) if is_foreign_key(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Puts back what the worker holds, and removes its row.
    ///
    /// A take that was given up may still be committing, or reach the server later. It locks the row of its worker, to
    /// which the tasks refer: this waits for one that has locked it, and a later one fails, because the row is gone.
    pub(super) async fn let_go(&self) -> Result<(), Error> {
        let mut connection = self.store.connections.begin().await?;
        let lock = sqlx::query("SELECT id FROM apalis.workers WHERE id = $1 FOR UPDATE").bind(&self.worker);
        lock.execute(&mut *connection).await?;
        let put_back = sqlx::query(PUT_BACK).bind(&*self.store.queue).bind(&self.worker);
        put_back.bind(Vec::<String>::new()).execute(&mut *connection).await?;
        let remove = "DELETE FROM apalis.workers WHERE id = $1 \
                      AND NOT EXISTS (SELECT FROM apalis.jobs WHERE lock_by = $1)";
        sqlx::query(remove).bind(&self.worker).execute(&mut *connection).await?;
        connection.commit().await
    }
}

/// For how many seconds a dead worker was not seen.
fn dead_after() -> f64 {
    (HEARTBEAT * u32::try_from(MISSED_HEARTBEATS).unwrap_or(u32::MAX)).as_secs_f64()
}
