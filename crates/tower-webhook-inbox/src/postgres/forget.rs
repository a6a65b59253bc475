//! Deliveries that were done long ago are deleted. Their keys stay for longer.

use std::time::Duration;

use super::{Error, PostgresStore};

impl PostgresStore {
    /// Deletes the deliveries that were done at least this long ago, and returns their number. The age is precise to
    /// the second.
    ///
    /// Deliveries that are pending, running, failed or dead are kept, and so are tasks that were not put by an inbox.
    /// The delivery keys are kept as well, until [`forget_keys`](Self::forget_keys) is called: a delivery that is sent
    /// again, by its sender or by somebody who recorded it, is still a duplicate.
    ///
    /// Call it often, such as every hour: it deletes all of them in one statement.
    ///
    /// # Errors
    ///
    /// When the server cannot do it. Then nothing is deleted.
    pub async fn forget_done(&self, age: Duration) -> Result<u64, Error> {
        // Adds the keys of deliveries from before there was a table for keys.
        // An age that exceeds the range of a time is three centuries.
        let forget = "WITH gone AS (DELETE FROM apalis.jobs WHERE job_type = $1 AND status = 'Done' \
                      AND idempotency_key ~ '^[0-9a-f]{64}$' \
                      AND done_at <= now() - least($2, 1e10) * interval '1 second' \
                      RETURNING job_type, decode(idempotency_key, 'hex') AS key) \
                      INSERT INTO apalis.delivery_keys (queue, key) SELECT job_type, key FROM gone \
                      ON CONFLICT (queue, key) DO UPDATE SET at = now()";
        let forget = sqlx::query(forget).bind(&*self.queue).bind(age.as_secs_f64());
        let forgotten = forget.execute(self.storage.pool()).await.map_err(Error::database)?;
        Ok(forgotten.rows_affected())
    }

    /// Deletes the keys of the deliveries that [`forget_done`](Self::forget_done) deleted at least this long ago, and
    /// returns their number. The age is precise to the second. Keys of deliveries that are there stay.
    ///
    /// From then on a delivery that is sent again is done again. A recorded delivery is genuine for as long as its
    /// secret is: choose a year, or the time after which you change secrets. A key takes about 180 bytes.
    ///
    /// The times that [`InOrder::advance`](crate::InOrder::advance) recorded are deleted too, of each entity for which
    /// none was recorded for this long.
    ///
    /// Call it every hour or so. It reads the whole table of keys.
    ///
    /// # Errors
    ///
    /// When the server cannot do it. Then nothing is deleted.
    pub async fn forget_keys(&self, age: Duration) -> Result<u64, Error> {
        let delete = "WITH newest AS (DELETE FROM apalis.delivery_newest WHERE queue = $1 \
                      AND extract(epoch FROM now() - at)::float8 >= $2) \
                      DELETE FROM apalis.delivery_keys WHERE queue = $1 \
                      AND extract(epoch FROM now() - at)::float8 >= $2 \
                      AND NOT EXISTS (SELECT FROM apalis.jobs WHERE job_type = $1 \
                      AND idempotency_key = encode(key, 'hex'))";
        let delete = sqlx::query(delete).bind(&*self.queue).bind(age.as_secs_f64());
        let deleted = delete.execute(self.storage.pool()).await.map_err(Error::database)?;
        Ok(deleted.rows_affected())
    }
}
