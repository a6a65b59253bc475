//! Deliveries that were done long ago are deleted.

use std::time::Duration;

use super::{Error, PostgresStore};
use crate::delivery::KEY_DIGITS;

impl PostgresStore {
    /// Deletes the deliveries that were done at least this long ago, with their keys, and returns their number. The age
    /// is precise to the second.
    ///
    /// Deliveries that are pending, running, failed or dead are kept, and so are tasks that were not put by an inbox.
    ///
    /// A deleted delivery that its sender retries is done again. Choose an age at which the provider has given up its
    /// retries: a week or more. Call it often, such as every hour: it deletes all of them in one statement.
    ///
    /// # Errors
    ///
    /// When the server cannot do it. Then nothing is deleted.
    pub async fn forget_done(&self, age: Duration) -> Result<u64, Error> {
        // Compared as seconds, because the age may exceed the range of an interval.
        let delete = "DELETE FROM apalis.jobs WHERE job_type = $1 AND status = 'Done' \
                      AND length(idempotency_key) = $3 AND extract(epoch FROM now() - done_at)::float8 >= $2";
        let delete = sqlx::query(delete)
            .bind(&self.queue)
            .bind(age.as_secs_f64())
            .bind(i32::from(KEY_DIGITS));
        let deleted = delete.execute(self.storage.pool()).await.map_err(Error::database)?;
        Ok(deleted.rows_affected())
    }
}
