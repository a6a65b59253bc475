//! Deliveries that were done long ago are deleted, a portion at a time. Their keys stay for longer.

use std::time::Duration;

use super::{Error, SqliteStore};
use crate::delivery::KEY_DIGITS;

/// How many rows are deleted in one transaction, during which nothing else is written.
const PORTION: u32 = 500;

/// What was done long ago. Found by a reader, for whom no writer waits.
///
/// The index serves a statement that says its condition again, word for word.
pub(super) const FIND: &str = "SELECT json_group_array(id) FROM (SELECT id FROM Jobs \
     INDEXED BY idx_jobs_completed_done_at WHERE job_type = ?1 AND status = 'Done' \
     AND status IN ('Done', 'Failed', 'Killed') AND done_at IS NOT NULL AND done_at <= unixepoch() - ?3 \
     AND length(idempotency_key) = ?2 AND unhex(idempotency_key) IS NOT NULL LIMIT ?4)";

pub(super) const KEEP: &str = "INSERT OR IGNORE INTO delivery_keys (queue, key, forgotten_at) \
     SELECT job_type, unhex(idempotency_key), unixepoch() \
     FROM json_each(?1) CROSS JOIN Jobs INDEXED BY sqlite_autoindex_Jobs_1 ON Jobs.id = value WHERE status = 'Done'";

pub(super) const DELETE: &str = "DELETE FROM Jobs INDEXED BY sqlite_autoindex_Jobs_1 \
     WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'Done'";

pub(super) const FORGET_NEWEST: &str = "DELETE FROM delivery_newest WHERE queue = ?1 AND entity IN ( \
     SELECT entity FROM delivery_newest INDEXED BY delivery_newest_age \
     WHERE queue = ?1 AND advanced_at <= unixepoch() - ?2 LIMIT ?3)";

impl SqliteStore {
    /// Deletes the deliveries that were done at least this long ago, and returns their number. The age is precise to
    /// the second.
    ///
    /// Deliveries that are pending, running, failed or dead are kept, and so are tasks that were not put by an inbox.
    /// The delivery keys are kept as well, until [`forget_keys`](Self::forget_keys) is called: a delivery that is sent
    /// again, by its sender or by somebody who recorded it, is still a duplicate.
    ///
    /// Call it every hour or so. It deletes 500 deliveries at a time, and lets other writers in between.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written. Some deliveries may be deleted by then; the next call deletes the rest.
    pub async fn forget_done(&self, age: Duration) -> Result<u64, Error> {
        let mut forgotten = 0;
        loop {
            let find = sqlx::query_scalar(FIND).bind(&self.queue).bind(i32::from(KEY_DIGITS));
            let find = find.bind(seconds(age)).bind(PORTION);
            let found: String = find.fetch_one(self.readers()).await.map_err(Error::database)?;
            // In one transaction, so that each key is in one table or the other at any time.
            let portion = async {
                let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
                sqlx::query(KEEP).bind(&found).execute(&mut *transaction).await?;
                let deleted = sqlx::query(DELETE).bind(&found).execute(&mut *transaction).await?;
                transaction.commit().await?;
                Ok(deleted.rows_affected())
            };
            let deleted = portion.await.map_err(Error::database)?;
            if deleted == 0 {
                return Ok(forgotten);
            }
            forgotten += deleted;
        }
    }

    /// Deletes the keys of the deliveries that [`forget_done`](Self::forget_done) deleted at least this long ago, and
    /// returns their number. The age is precise to the second.
    ///
    /// From then on a delivery that is sent again is done again. A recorded delivery is genuine for as long as its
    /// secret is: choose a year, or the time after which you change secrets. A key takes about 60 bytes.
    ///
    /// It also forgets the [newest event](crate::InOrder::newest) of each entity that was last advanced at least this
    /// long ago.
    ///
    /// Call it every hour or so. It deletes 500 keys at a time, and lets other writers in between.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written. Some keys may be deleted by then; the next call deletes the rest.
    pub async fn forget_keys(&self, age: Duration) -> Result<u64, Error> {
        let find = "SELECT json_group_array(hex(key)) FROM (SELECT key FROM delivery_keys WHERE queue = ? \
                    AND unixepoch() - forgotten_at >= ? LIMIT ?)";
        let delete = "DELETE FROM delivery_keys WHERE queue = ? AND key IN (SELECT unhex(value) FROM json_each(?))";
        let mut forgotten = 0;
        loop {
            let find = sqlx::query_scalar(find).bind(&self.queue);
            let find = find.bind(seconds(age)).bind(PORTION);
            let found: String = find.fetch_one(self.readers()).await.map_err(Error::database)?;
            let delete = sqlx::query(delete).bind(&self.queue).bind(found);
            let deleted = delete.execute(&self.writer).await.map_err(Error::database)?;
            if deleted.rows_affected() == 0 {
                break;
            }
            forgotten += deleted.rows_affected();
        }
        loop {
            let forget = sqlx::query(FORGET_NEWEST)
                .bind(&self.queue)
                .bind(seconds(age))
                .bind(PORTION);
            let deleted = forget.execute(&self.writer).await.map_err(Error::database)?;
            if deleted.rows_affected() == 0 {
                return Ok(forgotten);
            }
        }
    }
}

fn seconds(age: Duration) -> i64 {
    i64::try_from(age.as_secs()).unwrap_or(i64::MAX)
}
