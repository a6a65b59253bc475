//! How attempts ended is recorded.

use std::time::Duration;

use sqlx::{Error, PgConnection};

use super::lease::PostgresLease;
use crate::queue::lease::{Outcome, Settled};

/// The longest pause before a retry: more than a worker would ask for, and less than a time can hold.
const LONGEST: Duration = Duration::from_hours(24 * 365 * 100);

/// Records how attempts ended, of those tasks that the worker still holds, if the result is that of the next attempt:
/// `Settled::follows`.
///
/// A task that is found by its id is checked with `IS NOT DISTINCT FROM`, here and in the other statements: no index
/// serves that. While the table is empty, the index of all that is held looks as good to the server as that of the ids.
const SETTLE: &str = "UPDATE apalis.jobs task SET status = it.status, attempts = it.attempts, \
                      run_at = CASE WHEN it.status = 'Pending' THEN now() + it.pause * interval '1 microsecond' \
                      ELSE task.run_at END, done_at = CASE WHEN it.status = 'Pending' THEN NULL ELSE now() END, \
                      lock_by = NULL, lock_at = NULL, last_result = CASE WHEN it.error IS NULL \
                      THEN '{\"Ok\": null}'::jsonb ELSE jsonb_build_object('Err', it.error) END \
                      FROM unnest($3::text[], $4::text[], $5::integer[], $6::bigint[], $7::text[]) \
                      AS it (id, status, attempts, pause, error) \
                      WHERE task.id = it.id AND task.job_type IS NOT DISTINCT FROM $1 \
                      AND task.status IS NOT DISTINCT FROM 'Running' AND task.lock_by IS NOT DISTINCT FROM $2 \
                      AND (task.attempts = it.attempts - 1 OR (it.status = 'Killed' AND task.attempts = it.attempts)) \
                      RETURNING task.id, task.status";

impl PostgresLease {
    /// Records how attempts ended, in a transaction of its own.
    pub(super) async fn write_all(&self, settled: &[Settled]) -> Result<(), Error> {
        let mut connection = self.store.connections.begin().await?;
        self.write(&mut connection, settled).await?;
        connection.commit().await
    }

    /// Records how attempts ended. Returns the ids and states of the tasks that the worker held.
    pub(super) async fn write(
        &self,
        connection: &mut PgConnection,
        settled: &[Settled],
    ) -> Result<Vec<(String, String)>, Error> {
        // Two who settle and take over the same tasks lock them in the same order.
        let mut sorted: Vec<_> = settled.iter().collect();
        sorted.sort_by(|one, other| one.id.cmp(&other.id));
        let status = |settled: &&Settled| match settled.outcome {
            Outcome::Done => "Done",
            Outcome::Retry { .. } => "Pending",
            Outcome::Dead { .. } => "Killed",
        };
        let pause = |settled: &&Settled| match settled.outcome {
            Outcome::Retry { after, .. } => microseconds(after),
            Outcome::Done | Outcome::Dead { .. } => 0,
        };
        let attempts = |settled: &&Settled| i32::try_from(settled.attempts).unwrap_or(i32::MAX);
        let settle = sqlx::query_as(SETTLE)
            .bind(&*self.store.queue)
            .bind(&self.worker)
            .bind(sorted.iter().map(|settled| &settled.id[..]).collect::<Vec<_>>())
            .bind(sorted.iter().map(status).collect::<Vec<_>>())
            .bind(sorted.iter().map(attempts).collect::<Vec<_>>())
            .bind(sorted.iter().map(pause).collect::<Vec<_>>())
            .bind(sorted.iter().map(|settled| error(&settled.outcome)).collect::<Vec<_>>());
        settle.fetch_all(connection).await
    }
}

fn error(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Done => None,
        Outcome::Retry { error, .. } | Outcome::Dead { error } => Some(error),
    }
}

/// Rounded up to what a time of the server resolves.
fn microseconds(pause: Duration) -> i64 {
    let pause = pause.min(LONGEST).as_nanos().div_ceil(1000);
    pause.try_into().unwrap_or(i64::MAX)
}
