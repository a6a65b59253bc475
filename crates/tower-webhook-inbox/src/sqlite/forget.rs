//! Deliveries that were done long ago are deleted, a portion at a time.

use std::time::Duration;

use super::{Error, SqliteStore};
use crate::delivery::KEY_DIGITS;

/// How many tasks are deleted in one transaction, during which nothing else is written.
const PORTION: u32 = 500;

impl SqliteStore {
    /// Deletes the deliveries that were done at least this long ago, with their keys, and returns their number. The age
    /// is precise to the second.
    ///
    /// Deliveries that are pending, running, failed or dead are kept, and so are tasks that were not put by an inbox.
    ///
    /// A deleted delivery that its sender retries is done again. Choose an age at which the provider has given up its
    /// retries: a week or more. Call it every hour or so. It deletes 500 deliveries at a time, and lets other writers
    /// in between.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written. Some deliveries may be deleted by then; the next call deletes the rest.
    pub async fn forget_done(&self, age: Duration) -> Result<u64, Error> {
        // Found on the readers' pool, where no writer waits for it.
        let find = "SELECT json_group_array(id) FROM (SELECT id FROM Jobs WHERE job_type = ? AND status = 'Done' \
                    AND length(idempotency_key) = ? AND CAST(strftime('%s', 'now') AS INTEGER) - done_at >= ? LIMIT ?)";
        let delete = "DELETE FROM Jobs WHERE id IN (SELECT value FROM json_each(?)) AND status = 'Done'";
        let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let mut forgotten = 0;
        loop {
            let find = sqlx::query_scalar(find).bind(&self.queue).bind(i32::from(KEY_DIGITS));
            let found = find.bind(age).bind(PORTION).fetch_one(self.storage.pool()).await;
            let found: String = found.map_err(Error::database)?;
            let deleted = sqlx::query(delete).bind(found).execute(self.writer.pool()).await;
            let deleted = deleted.map_err(Error::database)?.rows_affected();
            if deleted == 0 {
                return Ok(forgotten);
            }
            forgotten += deleted;
        }
    }
}
