//! The tasks that an ended worker still holds go back to the queue.

use super::{Error, SqliteStore};

impl SqliteStore {
    /// Puts the tasks that an ended worker still holds back into the queue, and returns their number.
    ///
    /// Other workers start them at once, instead of after the missed heartbeats. Each task that the ended worker had
    /// started counts one more attempt.
    ///
    /// Call it only for the name of a worker whose future is dropped: the tasks of a living worker would be done twice.
    ///
    /// # Errors
    ///
    /// When the file cannot be written. Other workers then take over the tasks later.
    pub async fn hand_back(&self, worker: &str) -> Result<u64, Error> {
        // A fetch whose future was dropped either holds the lock until it commits, and is waited for, or never commits.
        let release = "UPDATE Jobs SET status = 'Pending', lock_by = NULL, lock_at = NULL, \
                       attempts = attempts + (status = 'Running') \
                       WHERE job_type = ? AND lock_by = ? AND status IN ('Queued', 'Running')";
        let release = sqlx::query(release).bind(&self.queue).bind(worker);
        let released = release.execute(self.writer.pool()).await.map_err(Error::database)?;
        Ok(released.rows_affected())
    }
}
