//! The tasks that an ended worker still holds go back to the queue.

use super::{Error, PostgresStore};

impl PostgresStore {
    /// Puts the tasks that an ended worker still holds back into the queue, and returns their number.
    ///
    /// Other workers start them at once, instead of after the missed heartbeats. Each task that the ended worker had
    /// started counts one more attempt.
    ///
    /// Call it only for the name of a worker whose future is dropped: the tasks of a living worker would be done twice.
    ///
    /// # Errors
    ///
    /// When the server cannot do it. Other workers then take over the tasks later.
    pub async fn hand_back(&self, worker: &str) -> Result<u64, Error> {
        let released = match self.release(worker, true).await {
            // A long writer or a vacuum holds the table. Without the lock, a fetch that commits later keeps its task
            // until the missed heartbeats.
            Err(error) if is_lock_timeout(&error) => self.release(worker, false).await,
            released => released,
        };
        released.map_err(Error::database)
    }

    /// `lock` keeps all other writers out, and so waits for the fetches that they commit.
    async fn release(&self, worker: &str, lock: bool) -> Result<u64, sqlx::Error> {
        let mut transaction = self.storage.pool().begin().await?;
        // The server bounds the wait: it goes on waiting after this future is dropped, and all writers queue behind it.
        sqlx::query("SET LOCAL lock_timeout = '500ms'")
            .execute(&mut *transaction)
            .await?;
        if lock {
            // A fetch whose future was dropped may still be committing. Until then its task does not look held.
            sqlx::query("LOCK TABLE apalis.jobs IN SHARE ROW EXCLUSIVE MODE")
                .execute(&mut *transaction)
                .await?;
        }
        let release = "UPDATE apalis.jobs SET status = 'Pending', lock_by = NULL, lock_at = NULL, \
                       attempts = attempts + (status = 'Running')::int \
                       WHERE job_type = $1 AND lock_by = $2 AND status IN ('Queued', 'Running')";
        let release = sqlx::query(release).bind(&self.queue).bind(worker);
        let released = release.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(released.rows_affected())
    }
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    let refused = error.as_database_error();
    refused.is_some_and(|error| error.code().as_deref() == Some("55P03"))
}
