//! What an operator asks of the queue: counts, dead letters, and their return.

use std::time::Duration;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Error, SqliteStore};
use crate::queue::{DeadLetter, Queue, Stats};
use crate::result;

/// An index over the dead letters of a queue. Other tasks cost nothing.
pub(super) const DEAD_INDEX: &str = "CREATE INDEX IF NOT EXISTS delivery_dead \
     ON Jobs (job_type, done_at DESC, id DESC) \
                                     WHERE status IN ('Killed', 'Failed')";

/// How many dead letters are put back in one transaction, during which nothing else is written.
const PORTION: u32 = 500;

/// The number of tasks of each status, and for how many seconds the oldest of those that are due could have been
/// started.
pub(super) const STATS: &str = "SELECT status, count(*) FROM Jobs INDEXED BY idx_jobs_job_type_status_run_at \
     WHERE job_type = ?1 GROUP BY status \
     UNION ALL SELECT 'oldest', (SELECT unixepoch() - min(run_at) FROM Jobs \
     INDEXED BY idx_jobs_job_type_status_run_at WHERE job_type = ?1 AND status = 'Pending' AND run_at <= unixepoch())";

pub(super) const LETTERS: &str = "SELECT id, job, attempts, last_result, coalesce(done_at, run_at) AS died_at \
                                  FROM Jobs INDEXED BY delivery_dead \
                                  WHERE job_type = ?1 AND status IN ('Killed', 'Failed') \
                                  ORDER BY done_at DESC, id DESC LIMIT ?2";

pub(super) const COUNT: &str = "SELECT count(*) FROM Jobs INDEXED BY delivery_dead \
                                WHERE job_type = ?1 AND status IN ('Killed', 'Failed')";

/// A task that waits, as it was when it was added.
macro_rules! anew {
    () => {
        "status = 'Pending', attempts = 0, run_at = unixepoch(), lock_by = NULL, lock_at = NULL, done_at = NULL, \
         last_result = NULL"
    };
}

pub(super) const RETRY: &str = concat!(
    "UPDATE Jobs SET ",
    anew!(),
    " WHERE id = ?1 AND +job_type = ?2 AND +status IN ('Killed', 'Failed')"
);

/// The same by the delivery key.
pub(super) const RETRY_KEY: &str = concat!(
    "UPDATE Jobs INDEXED BY idx_jobs_idempotency_key SET ",
    anew!(),
    " WHERE idempotency_key = ?1 AND job_type = ?2 AND status IN ('Killed', 'Failed')"
);

/// Those that died first, so that those that die meanwhile are not tried forever. An upsert like
/// [`TAKE`](super::statements::TAKE).
pub(super) const RETRY_ALL: &str = concat!(
    "INSERT INTO Jobs (id, job, job_type) SELECT id, x'', job_type FROM Jobs INDEXED BY delivery_dead \
     WHERE job_type = ?1 AND status IN ('Killed', 'Failed') ORDER BY done_at, id LIMIT ?2 \
     ON CONFLICT (id) DO UPDATE SET ",
    anew!()
);

impl Queue for SqliteStore {
    async fn stats(&self) -> Result<Stats, Error> {
        let counts = sqlx::query_as(STATS).bind(&self.queue).fetch_all(self.readers()).await;
        let counts: Vec<(String, Option<i64>)> = counts.map_err(Error::database)?;
        let mut stats = Stats::default();
        for (status, count) in counts {
            let count = count.map(|count| u64::try_from(count).unwrap_or(0));
            if status == "oldest" {
                stats.oldest = count.map(Duration::from_secs);
                continue;
            }
            let sum = match &status[..] {
                "Pending" => &mut stats.waiting,
                "Queued" | "Running" => &mut stats.running,
                "Done" => &mut stats.done,
                "Killed" | "Failed" => &mut stats.dead,
                _ => continue,
            };
            *sum += count.unwrap_or(0);
        }
        Ok(stats)
    }

    async fn dead_letters(&self, at_most: u32) -> Result<Vec<DeadLetter>, Error> {
        let letters = sqlx::query(LETTERS)
            .bind(&self.queue)
            .bind(at_most)
            .fetch(self.readers());
        let letters = letters.and_then(async |row| letter(&row)).try_collect().await;
        letters.map_err(Error::database)
    }

    async fn retry(&self, id: &str) -> Result<bool, Error> {
        self.retry_where(RETRY, id).await
    }

    async fn retry_all(&self) -> Result<u64, Error> {
        let dead = sqlx::query_scalar(COUNT)
            .bind(&self.queue)
            .fetch_one(self.readers())
            .await;
        let dead: u64 = dead.map_err(Error::database)?;
        let mut back = 0;
        while back < dead {
            let portion = u64::from(PORTION).min(dead - back);
            let retry = sqlx::query(RETRY_ALL)
                .bind(&self.queue)
                .bind(i64::try_from(portion).unwrap_or(i64::MAX));
            let retried = retry
                .execute(&self.writer)
                .await
                .map_err(Error::database)?
                .rows_affected();
            self.stored.notify_one();
            if retried == 0 {
                break;
            }
            back += retried;
        }
        Ok(back)
    }
}

impl SqliteStore {
    /// Puts the dead letter back of which the statement asks for this text, and returns whether there is one.
    pub(super) async fn retry_where(&self, retry: &'static str, text: &str) -> Result<bool, Error> {
        let retry = sqlx::query(retry).bind(text).bind(&self.queue).execute(&self.writer);
        let is_back = retry.await.map_err(Error::database)?.rows_affected() > 0;
        self.stored.notify_one();
        Ok(is_back)
    }
}

fn letter(row: &SqliteRow) -> Result<DeadLetter, sqlx::Error> {
    let last: Option<&str> = row.try_get("last_result")?;
    Ok(DeadLetter {
        id: row.try_get("id")?,
        delivery: serde_json::from_slice(row.try_get("job")?).ok(),
        attempts: row.try_get::<i64, _>("attempts")?.try_into().unwrap_or(u32::MAX),
        error: last.map(result::error).unwrap_or_default(),
        died_at: Timestamp::from_second(row.try_get("died_at")?).unwrap_or_default(),
    })
}
