//! Deliveries of one key in the order of their arrival, and the newest event of each entity.
//!
//! A small table holds the unfinished tasks of a queue that is worked off in order. Of those with the same key, one
//! comes first, and no other may be taken. Triggers keep the table: they add each task without a key, and let the next
//! one of a key come first when the first one ended. A worker reads the tasks without a key before it takes any, and
//! writes their keys. There are no triggers until a worker asks for an order.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::Row;
use tokio::time::Instant;

use super::lease::SqliteLease;
use super::{Error, SqliteStore};
use crate::delivery::Delivery;
use crate::queue::InOrder;
use crate::queue::lease::{OrderBy, Taken, Want};

/// The unfinished tasks of the queues in order. `turn` is 0 for a task whose key is not known, 1 for one that waits for
/// an earlier one of its key, and 2 for one that may be taken. `held` tells whether a worker has taken it.
pub(super) const TABLES: &str = "CREATE TABLE IF NOT EXISTS delivery_ordered_queues \
     (queue TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID; \
     CREATE TABLE IF NOT EXISTS delivery_order (queue TEXT NOT NULL, task TEXT NOT NULL, key TEXT, \
     turn INTEGER NOT NULL, held INTEGER NOT NULL, priority INTEGER NOT NULL, run_at INTEGER NOT NULL, \
     PRIMARY KEY (queue, task)) STRICT, WITHOUT ROWID; \
     CREATE INDEX IF NOT EXISTS delivery_order_new ON delivery_order (queue, task) WHERE turn = 0; \
     CREATE INDEX IF NOT EXISTS delivery_order_due ON delivery_order (queue, priority DESC, run_at, task) \
     WHERE turn = 2 AND held = 0; \
     CREATE INDEX IF NOT EXISTS delivery_order_key ON delivery_order (queue, key, task) WHERE key IS NOT NULL; \
     CREATE INDEX IF NOT EXISTS delivery_order_held ON delivery_order (queue, key) WHERE held = 1; \
     CREATE TABLE IF NOT EXISTS delivery_newest (queue TEXT NOT NULL, entity TEXT NOT NULL, second INTEGER NOT NULL, \
     nanosecond INTEGER NOT NULL, advanced_at INTEGER NOT NULL, PRIMARY KEY (queue, entity)) STRICT, WITHOUT ROWID; \
     CREATE INDEX IF NOT EXISTS delivery_newest_age ON delivery_newest (queue, advanced_at)";

const TRIGGERS: &str = include_str!("order.sql");

/// How many of the triggers there are. A migration that recreates the table of tasks drops them.
const COUNT_TRIGGERS: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name IN \
                              ('delivery_order_added', 'delivery_order_changed', 'delivery_order_deleted', \
                              'delivery_order_keyed', 'delivery_order_ended')";
const ALL_TRIGGERS: i64 = 5;

const IS_ORDERED: &str = "SELECT EXISTS (SELECT 1 FROM delivery_ordered_queues WHERE queue = ?1)";

pub(super) const FILL: &str = "INSERT INTO delivery_order (queue, task, turn, held, priority, run_at) \
     SELECT job_type, id, 0, status <> 'Pending', priority, run_at FROM Jobs \
     INDEXED BY idx_jobs_job_type_status_run_at \
     WHERE job_type = ?1 AND status IN ('Pending', 'Queued', 'Running')";

/// Tasks without a key, the first of them up to ?2 bytes, in the order of their arrival.
pub(super) const NEW: &str = "WITH new AS ( \
       SELECT o.task, length(job) AS bytes FROM delivery_order AS o INDEXED BY delivery_order_new \
       CROSS JOIN Jobs INDEXED BY sqlite_autoindex_Jobs_1 ON Jobs.id = o.task \
       WHERE o.queue = ?1 AND o.turn = 0 ORDER BY o.task LIMIT 1000 \
     ), counted AS ( \
       SELECT task, sum(bytes) OVER so_far AS total, row_number() OVER so_far AS number FROM new \
       WINDOW so_far AS (ORDER BY task ROWS UNBOUNDED PRECEDING) \
     ) SELECT task, job FROM counted CROSS JOIN Jobs INDEXED BY sqlite_autoindex_Jobs_1 ON Jobs.id = task \
     WHERE total <= ?2 OR number = 1";

/// Writes the keys that ?2 lists. A task without one may be taken; the trigger decides about the others. An upsert like
/// [`TAKE`](super::statements::TAKE).
pub(super) const KEY: &str = "INSERT INTO delivery_order (queue, task, key, turn, held, priority, run_at) \
     SELECT o.queue, o.task, value ->> 1, iif(value ->> 1 IS NULL, 2, 1), 0, 0, 0 \
     FROM json_each(?2) CROSS JOIN delivery_order AS o INDEXED BY delivery_order_new ON o.task = value ->> 0 \
     WHERE o.queue = ?1 AND o.turn = 0 \
     ON CONFLICT (queue, task) DO UPDATE SET key = excluded.key, turn = excluded.turn";

/// Whether there is a task whose key is not known.
pub(super) const IS_ANY_NEW: &str =
    "SELECT EXISTS (SELECT 1 FROM delivery_order INDEXED BY delivery_order_new WHERE queue = ?1 AND turn = 0)";

/// The levels of [`DUE`](super::statements::DUE), and the tasks that are due and may be taken. None of them arrived
/// after one whose key is not known.
macro_rules! due_in_order {
    ($limit:literal) => {
        concat!(
            "WITH RECURSIVE level (priority) AS ( \
               SELECT (SELECT priority FROM delivery_order INDEXED BY delivery_order_due \
                 WHERE queue = ?1 AND turn = 2 AND held = 0 ORDER BY priority DESC LIMIT 1) \
               UNION ALL SELECT (SELECT priority FROM delivery_order INDEXED BY delivery_order_due \
                 WHERE queue = ?1 AND turn = 2 AND held = 0 AND priority < level.priority \
                 ORDER BY priority DESC LIMIT 1) FROM level WHERE level.priority IS NOT NULL \
             ), due AS ( \
               SELECT Jobs.id, length(job) AS bytes, Jobs.priority, Jobs.run_at \
               FROM level CROSS JOIN delivery_order AS o INDEXED BY delivery_order_due ON o.priority = level.priority \
               CROSS JOIN Jobs INDEXED BY sqlite_autoindex_Jobs_1 ON Jobs.id = o.task \
               WHERE o.queue = ?1 AND o.turn = 2 AND o.held = 0 AND o.run_at <= unixepoch() \
               AND NOT EXISTS (SELECT 1 FROM delivery_order AS h INDEXED BY delivery_order_held \
                 WHERE h.queue = ?1 AND h.held = 1 AND h.key = o.key) \
               AND NOT EXISTS (SELECT 1 FROM delivery_order AS n INDEXED BY delivery_order_new \
                 WHERE n.queue = ?1 AND n.turn = 0 AND n.task < o.task) \
               AND Jobs.status = 'Pending' AND Jobs.lock_by IS NULL AND Jobs.run_at <= unixepoch() LIMIT ",
            $limit,
            ") "
        )
    };
}

pub(super) const DUE_IN_ORDER: &str = due_in_order!("?2");
pub(super) const IS_ANY_DUE_IN_ORDER: &str = concat!(due_in_order!("1"), "SELECT EXISTS (SELECT 1 FROM due)");

/// How many bytes of deliveries are read for their keys at a time.
const BYTES: i64 = 4 * 1024 * 1024;
/// How long keys are read before tasks are taken. It matters for a long queue that is worked off in order for the first
/// time: an answer within the patience of the worker, and no laps for nothing.
const READING: Duration = Duration::from_secs(2);

impl SqliteLease {
    pub(super) async fn take_in_order(&self, want: Want<'_>, order: &OrderBy) -> Result<Vec<Taken>, sqlx::Error> {
        if !self.is_in_order.load(Ordering::Relaxed) {
            self.store.keep_order().await?;
            self.is_in_order.store(true, Ordering::Relaxed);
        }
        let (start, queue) = (Instant::now(), &self.store.queue);
        loop {
            let is_any_new: bool = sqlx::query_scalar(IS_ANY_NEW)
                .bind(queue)
                .fetch_one(self.store.readers())
                .await?;
            if !is_any_new || start.elapsed() > READING {
                break;
            }
            self.store.read_keys(order).await?;
        }
        let is_any_due = sqlx::query_scalar(IS_ANY_DUE_IN_ORDER).bind(queue);
        if !is_any_due.fetch_one(self.store.readers()).await? {
            return Ok(Vec::new());
        }
        self.take_due(DUE_IN_ORDER, want).await
    }
}

impl SqliteStore {
    /// Begins to keep the order of this queue, unless that is done already.
    async fn keep_order(&self) -> Result<(), sqlx::Error> {
        let triggers: i64 = sqlx::query_scalar(COUNT_TRIGGERS).fetch_one(self.readers()).await?;
        let is_ordered = sqlx::query_scalar(IS_ORDERED)
            .bind(&self.queue)
            .fetch_one(self.readers())
            .await?;
        if triggers == ALL_TRIGGERS && is_ordered {
            return Ok(());
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        // Another process may have been faster.
        let triggers: i64 = sqlx::query_scalar(COUNT_TRIGGERS).fetch_one(&mut *transaction).await?;
        if triggers != ALL_TRIGGERS {
            // Whatever was kept until now may have been missed since.
            sqlx::raw_sql("DELETE FROM delivery_ordered_queues; DELETE FROM delivery_order")
                .execute(&mut *transaction)
                .await?;
            sqlx::raw_sql(TRIGGERS).execute(&mut *transaction).await?;
        }
        let register = sqlx::query("INSERT INTO delivery_ordered_queues (queue) VALUES (?1) ON CONFLICT DO NOTHING");
        let register = register.bind(&self.queue).execute(&mut *transaction).await?;
        if register.rows_affected() > 0 {
            sqlx::query(FILL).bind(&self.queue).execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }

    /// Writes the keys of the first tasks that have none yet. Another worker may do the same meanwhile.
    async fn read_keys(&self, order: &OrderBy) -> Result<(), sqlx::Error> {
        let new = sqlx::query(NEW).bind(&self.queue).bind(BYTES).fetch(self.readers());
        let keys = new.and_then(async |row| {
            let delivery = serde_json::from_slice::<Delivery>(row.try_get("job")?);
            // One that cannot be read becomes a dead letter, and holds nothing up.
            let key = delivery.ok().and_then(|delivery| order.key(&delivery));
            Ok((row.try_get::<String, _>("task")?, key))
        });
        let keys: Vec<_> = keys.try_collect().await?;
        let keys = serde_json::to_string(&keys).map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query(KEY)
            .bind(&self.queue)
            .bind(keys)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

impl InOrder for SqliteStore {
    async fn newest(&self, entity: &str) -> Result<Option<Timestamp>, Error> {
        let newest = sqlx::query_as("SELECT second, nanosecond FROM delivery_newest WHERE queue = ?1 AND entity = ?2");
        let newest = newest
            .bind(&self.queue)
            .bind(entity)
            .fetch_optional(self.readers())
            .await;
        let newest: Option<(i64, i32)> = newest.map_err(Error::database)?;
        let newest = newest.map(|(second, nanosecond)| Timestamp::new(second, nanosecond));
        newest.transpose().map_err(|error| Error::Database(error.into()))
    }

    async fn advance(&self, entity: &str, at: Timestamp) -> Result<(), Error> {
        let advance = sqlx::query(
            "INSERT INTO delivery_newest (queue, entity, second, nanosecond, advanced_at) \
             VALUES (?1, ?2, ?3, ?4, unixepoch()) ON CONFLICT (queue, entity) \
             DO UPDATE SET second = excluded.second, nanosecond = excluded.nanosecond, \
             advanced_at = excluded.advanced_at \
             WHERE (excluded.second, excluded.nanosecond) > (second, nanosecond)",
        );
        // Before 1970 both numbers are negative, so that they are compared one after the other all the same.
        let advance = advance
            .bind(&self.queue)
            .bind(entity)
            .bind(at.as_second())
            .bind(at.subsec_nanosecond());
        advance.execute(&self.writer).await.map_err(Error::database)?;
        Ok(())
    }
}
