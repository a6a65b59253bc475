//! The statements of a worker.

/// Registers the worker ?1 of the queue ?2 under the name ?3 of its kind, or says that it is alive.
pub(super) const REGISTER: &str = "INSERT INTO Workers (id, worker_type, storage_name, layers, last_seen, started_at) \
                                   VALUES (?1, ?2, ?3, '', unixepoch(), unixepoch()) \
                                   ON CONFLICT (id) DO UPDATE SET last_seen = excluded.last_seen";

/// Whether a task may be due. One look into an index, by a reader.
pub(super) const IS_ANY_DUE: &str = "SELECT EXISTS (SELECT 1 FROM Jobs INDEXED BY idx_jobs_job_type_status_run_at \
     WHERE job_type = ?1 AND status = 'Pending' AND run_at <= unixepoch())";

/// The tasks that are due: at most ?2 of them.
///
/// The index has those of one priority by the time of their start, so each priority is looked at on its own: with the
/// first task that is not due, all others of its priority are passed. An `ORDER BY` would sort all that are due. The
/// order of the loops is the wanted one, and no more than fairness depends on it.
pub(super) const DUE: &str = "WITH RECURSIVE level (priority) AS ( \
       SELECT (SELECT priority FROM Jobs INDEXED BY idx_jobs_pending \
         WHERE job_type = ?1 AND status = 'Pending' AND lock_by IS NULL ORDER BY priority DESC LIMIT 1) \
       UNION ALL SELECT (SELECT priority FROM Jobs INDEXED BY idx_jobs_pending \
         WHERE job_type = ?1 AND status = 'Pending' AND lock_by IS NULL AND priority < level.priority \
         ORDER BY priority DESC LIMIT 1) FROM level WHERE level.priority IS NOT NULL \
     ), due AS ( \
       SELECT id, length(job) AS bytes, Jobs.priority, run_at \
       FROM level CROSS JOIN Jobs INDEXED BY idx_jobs_pending ON Jobs.priority = level.priority \
       WHERE job_type = ?1 AND status = 'Pending' AND lock_by IS NULL AND run_at <= unixepoch() LIMIT ?2 \
     )";

/// Takes the first of the due tasks, up to ?4 bytes of them, for the worker ?3.
///
/// All are there, so each is a conflict and is updated. An `UPDATE` would find its rows in the way that the planner
/// chooses, and with old statistics it reads the whole table. A conflict is found by the id.
pub(super) const TAKE: &str = ", counted AS ( \
       SELECT id, sum(bytes) OVER so_far AS total, row_number() OVER so_far AS number FROM due \
       WINDOW so_far AS (ORDER BY priority DESC, run_at, id ROWS UNBOUNDED PRECEDING) \
     ) INSERT INTO Jobs (id, job, job_type) SELECT id, x'', ?1 FROM counted WHERE total <= ?4 OR number = 1 \
     ON CONFLICT (id) DO UPDATE SET status = 'Running', lock_by = ?3, lock_at = unixepoch() \
     RETURNING id, attempts, job, priority, run_at";

/// Records the ends of attempts that ?1 lists, those of the worker ?2. An upsert like [`TAKE`].
///
/// A pause is rounded up to the second, which is what apalis's table has.
pub(super) const SETTLE: &str = "INSERT INTO Jobs (id, job, job_type, status, attempts, run_at, done_at, last_result) \
     SELECT Jobs.id, x'', job_type, value ->> 2, value ->> 1, \
     iif(value ->> 2 = 'Pending', (CAST(unixepoch('subsec') * 1000 AS INTEGER) + (value ->> 3) + 999) / 1000, run_at), \
     iif(value ->> 2 = 'Pending', NULL, unixepoch()), value ->> 4 \
     FROM json_each(?1) CROSS JOIN Jobs INDEXED BY sqlite_autoindex_Jobs_1 ON Jobs.id = value ->> 0 \
     WHERE Jobs.status = 'Running' AND Jobs.lock_by = ?2 \
     AND (attempts = (value ->> 1) - 1 OR (value ->> 2 = 'Killed' AND attempts = value ->> 1)) \
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, attempts = excluded.attempts, run_at = excluded.run_at, \
     done_at = excluded.done_at, last_result = excluded.last_result, lock_by = NULL, lock_at = NULL";

/// Puts the tasks of dead workers back. ?1 is the queue, ?2 the worker that is alive, ?3 after how many seconds another
/// is dead. An upsert like [`TAKE`].
///
/// A worker that was silent itself, because the file was locked or the machine slept, judges nobody: the others were as
/// silent, and speak within a heartbeat.
pub(super) const TAKE_OVER: &str = "INSERT INTO Jobs (id, job, job_type) \
     SELECT Jobs.id, x'', job_type FROM Workers CROSS JOIN Jobs INDEXED BY LIdx ON Jobs.lock_by = Workers.id \
     WHERE Workers.worker_type = ?1 AND Workers.id <> ?2 AND unixepoch() - Workers.last_seen >= ?3 \
     AND (SELECT unixepoch() - last_seen FROM Workers WHERE id = ?2) < ?3 \
     AND Jobs.status IN ('Queued', 'Running') \
     ON CONFLICT (id) DO UPDATE SET status = 'Pending', lock_by = NULL, lock_at = NULL, attempts = attempts + 1";

/// Forgets dead workers of ours that hold nothing. A worker of apalis keeps its row: it would fail without.
pub(super) const FORGET_DEAD: &str = "DELETE FROM Workers \
     WHERE worker_type = ?1 AND id <> ?2 AND unixepoch() - last_seen >= ?3 AND storage_name = ?4 \
     AND (SELECT unixepoch() - last_seen FROM Workers WHERE id = ?2) < ?3 \
     AND NOT EXISTS (SELECT 1 FROM Jobs INDEXED BY LIdx WHERE Jobs.lock_by = Workers.id)";

pub(super) const RELEASE: &str = "UPDATE Jobs INDEXED BY LIdx SET status = 'Pending', lock_by = NULL, lock_at = NULL \
     WHERE lock_by = ?1 AND status IN ('Queued', 'Running')";

/// The same for what the worker holds without these tasks, of which it knows.
pub(super) const PUT_UNKNOWN_BACK: &str = "UPDATE Jobs INDEXED BY LIdx \
     SET status = 'Pending', lock_by = NULL, lock_at = NULL WHERE lock_by = ?1 AND status IN ('Queued', 'Running') AND id NOT IN (SELECT value FROM json_each(?2))";

pub(super) const UNREGISTER: &str = "DELETE FROM Workers WHERE id = ?1 \
     AND NOT EXISTS (SELECT 1 FROM Jobs INDEXED BY LIdx WHERE Jobs.lock_by = Workers.id)";
