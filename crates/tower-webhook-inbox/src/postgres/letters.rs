//! What an operator asks: how much waits, what failed for good, and that it be tried again.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::Row;
use sqlx::postgres::PgRow;
use tower_webhook::DeliveryKey;

use super::{Error, PostgresStore};
use crate::queue::{DeadLetter, Queue, Stats};

/// How many dead letters are put back in one transaction.
const AT_ONCE: u64 = 1000;

const STATS: &str = "SELECT waiting.count AS waiting, (SELECT count(*) FROM apalis.jobs WHERE job_type = $1 \
                     AND status IN ('Queued', 'Running')) AS running, (SELECT count(*) FROM apalis.jobs \
                     WHERE job_type = $1 AND status = 'Done') AS done, (SELECT count(*) FROM apalis.jobs \
                     WHERE job_type = $1 AND status IN ('Killed', 'Failed')) AS dead, \
                     extract(epoch FROM now() - waiting.oldest)::float8 AS oldest \
                     FROM (SELECT count(*), min(run_at) FILTER (WHERE run_at <= now()) AS oldest FROM apalis.jobs \
                     WHERE job_type = $1 AND status = 'Pending') waiting";

const DEAD: &str = "SELECT id, job, attempts, coalesce(last_result ->> 'Err', last_result::text, '') AS error, \
                    extract(epoch FROM coalesce(done_at, run_at))::float8 AS died_at FROM apalis.jobs \
                    WHERE job_type = $1 AND status IN ('Killed', 'Failed') ORDER BY done_at DESC, id DESC LIMIT $2";

const RETRY: &str = "UPDATE apalis.jobs SET status = 'Pending', attempts = 0, run_at = now(), lock_by = NULL, \
                     lock_at = NULL, done_at = NULL, last_result = NULL \
                     WHERE id = $2 AND job_type IS NOT DISTINCT FROM $1 AND (status IS NOT DISTINCT FROM 'Killed' \
                     OR status IS NOT DISTINCT FROM 'Failed')";

/// The same by the delivery key.
const RETRY_KEY: &str = "UPDATE apalis.jobs SET status = 'Pending', attempts = 0, run_at = now(), lock_by = NULL, \
                         lock_at = NULL, done_at = NULL, last_result = NULL \
                         WHERE job_type = $1 AND idempotency_key = $2 AND (status IS NOT DISTINCT FROM 'Killed' \
                         OR status IS NOT DISTINCT FROM 'Failed')";

const RETRY_SOME: &str = "WITH dead AS MATERIALIZED (SELECT id FROM apalis.jobs WHERE job_type = $1 \
                          AND status IN ('Killed', 'Failed') ORDER BY done_at, id LIMIT $2 FOR UPDATE) \
                          UPDATE apalis.jobs task SET status = 'Pending', attempts = 0, run_at = now(), \
                          lock_by = NULL, lock_at = NULL, done_at = NULL, last_result = NULL \
                          FROM dead WHERE task.id = dead.id";

impl Queue for PostgresStore {
    async fn stats(&self) -> Result<Stats, Error> {
        let mut connection = self.connections.begin().await.map_err(Error::database)?;
        let stats = sqlx::query(STATS).bind(&*self.queue).fetch_one(&mut *connection).await;
        let stats = stats.map_err(Error::database)?;
        connection.commit().await.map_err(Error::database)?;
        let count = |name| {
            stats
                .try_get::<i64, _>(name)
                .map(i64::cast_unsigned)
                .map_err(Error::database)
        };
        let oldest: Option<f64> = stats.try_get("oldest").map_err(Error::database)?;
        Ok(Stats {
            waiting: count("waiting")?,
            running: count("running")?,
            done: count("done")?,
            dead: count("dead")?,
            oldest: oldest.map(|age| Duration::try_from_secs_f64(age).unwrap_or_default()),
        })
    }

    async fn dead_letters(&self, at_most: u32) -> Result<Vec<DeadLetter>, Error> {
        let mut connection = self.connections.begin().await.map_err(Error::database)?;
        let dead = sqlx::query(DEAD).bind(&*self.queue).bind(i64::from(at_most));
        let dead = dead.fetch_all(&mut *connection).await.map_err(Error::database)?;
        connection.commit().await.map_err(Error::database)?;
        dead.iter().map(|row| letter(row).map_err(Error::database)).collect()
    }

    async fn retry(&self, id: &str) -> Result<bool, Error> {
        // The server refuses this character in any text.
        if id.contains('\0') {
            return Ok(false);
        }
        self.retry_where(RETRY, id).await
    }

    async fn retry_all(&self) -> Result<u64, Error> {
        // Those that die meanwhile are left, so that it ends.
        let (mut retried, mut left) = (0, self.stats().await?.dead);
        while left > 0 {
            let some = left.min(AT_ONCE);
            let mut connection = self.connections.begin().await.map_err(Error::database)?;
            let retry = sqlx::query(RETRY_SOME).bind(&*self.queue).bind(some.cast_signed());
            let count = retry.execute(&mut *connection).await.map_err(Error::database)?;
            connection.commit().await.map_err(Error::database)?;
            self.arrived.notify_one();
            retried += count.rows_affected();
            left -= some;
        }
        Ok(retried)
    }
}

impl PostgresStore {
    pub(super) async fn retry_key(&self, key: DeliveryKey) -> Result<bool, Error> {
        self.retry_where(RETRY_KEY, &key.to_string()).await
    }

    /// Puts the dead letter back of which the statement asks for this text, and returns whether there is one.
    async fn retry_where(&self, retry: &'static str, text: &str) -> Result<bool, Error> {
        let mut connection = self.connections.begin().await.map_err(Error::database)?;
        let retry = sqlx::query(retry).bind(&*self.queue).bind(text);
        let retried = retry.execute(&mut *connection).await.map_err(Error::database)?;
        connection.commit().await.map_err(Error::database)?;
        self.arrived.notify_one();
        Ok(retried.rows_affected() > 0)
    }
}

fn letter(row: &PgRow) -> Result<DeadLetter, sqlx::Error> {
    let died_at: f64 = row.try_get("died_at")?;
    Ok(DeadLetter {
        id: row.try_get("id")?,
        delivery: serde_json::from_slice(row.try_get("job")?).ok(),
        attempts: row.try_get::<i32, _>("attempts")?.try_into().unwrap_or(0),
        error: row.try_get("error")?,
        // Precise to a second.
        #[expect(clippy::cast_possible_truncation)]
        died_at: Timestamp::from_second(died_at as i64).unwrap_or_default(),
    })
}
