//! What one worker holds, and how it takes more.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::{Error, PostgresStore, order};
use crate::queue::known::Known;
use crate::queue::lease::{Lease, Leased, Settled, Taken, Want};

/// Takes tasks that are due, level by level of their priorities: an index that begins with the priority has no other
/// way around those that are not due.
///
/// The inner limit ends the locking. The sum of the lengths is made over what is locked, which is given up again at the
/// end of the transaction where it is too long.
const TAKE: &str = "WITH RECURSIVE level (priority) AS ((SELECT priority FROM apalis.jobs WHERE job_type = $1 \
                    AND status = 'Pending' AND priority IS NOT NULL ORDER BY priority DESC, run_at, id LIMIT 1) \
                    UNION ALL SELECT (SELECT priority FROM apalis.jobs WHERE job_type = $1 AND status = 'Pending' \
                    AND priority < level.priority ORDER BY priority DESC, run_at, id LIMIT 1) FROM level \
                    WHERE level.priority IS NOT NULL), \
                    due AS MATERIALIZED (SELECT task.* FROM level CROSS JOIN LATERAL (SELECT id, \
                    octet_length(job) AS bytes FROM apalis.jobs WHERE job_type = $1 AND status = 'Pending' \
                    AND priority = level.priority AND run_at <= now() ORDER BY run_at, id LIMIT $3 \
                    FOR UPDATE SKIP LOCKED) task LIMIT $3), \
                    numbered AS (SELECT id, row_number() OVER (ROWS UNBOUNDED PRECEDING) AS number, \
                    sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) AS total FROM due) \
                    UPDATE apalis.jobs task SET status = 'Running', lock_by = $2, lock_at = now() FROM numbered \
                    WHERE task.id = numbered.id AND (number = 1 OR total <= $4) \
                    RETURNING number, task.id, task.attempts, task.job";

/// At each of how many heartbeats the order is repaired: once a minute.
const REPAIR: u32 = 15;

/// What one worker holds in PostgreSQL.
#[derive(Debug)]
pub struct PostgresLease {
    pub(super) store: PostgresStore,
    pub(super) worker: String,
    known: Known,
    /// Whether the worker runs deliveries in order.
    pub(super) in_order: AtomicBool,
    beats: AtomicU32,
}

impl Leased for PostgresStore {
    type Error = Error;
    type Lease = PostgresLease;

    async fn lease(&self, worker: &str) -> Result<PostgresLease, Error> {
        let lease = PostgresLease {
            store: self.clone(),
            worker: worker.to_owned(),
            known: Known::default(),
            in_order: AtomicBool::default(),
            beats: AtomicU32::default(),
        };
        lease.register().await.map_err(Error::database)?;
        Ok(lease)
    }
}

impl Lease for PostgresLease {
    type Error = Error;

    async fn take(&self, want: Want<'_>) -> Result<Vec<Taken>, Error> {
        let take = async {
            match self.take_once(want).await {
                // The worker looked dead, and its row was removed.
                Err(error) if is_foreign_key(&error) => {
                    self.register().await?;
                    self.take_once(want).await
                }
                taken => taken,
            }
        };
        self.known.take(take).await.map_err(Error::database)
    }

    async fn settle(&self, settled: &[Settled]) -> Result<(), Error> {
        if self.in_order.load(Ordering::Relaxed) {
            order::settle(self, settled).await.map_err(Error::database)?;
        } else {
            self.write_all(settled).await.map_err(Error::database)?;
        }
        self.known.settle(settled);
        Ok(())
    }

    async fn beat(&self) -> Result<(), Error> {
        let may_judge = self.register().await.map_err(Error::database)?;
        if let Some(idle) = self.known.idle() {
            self.put_unknown_back(&idle.ids()).await.map_err(Error::database)?;
        }
        if may_judge {
            self.take_over().await.map_err(Error::database)?;
            self.bury().await.map_err(Error::database)?;
        }
        // It looks at all heads, so not at each heartbeat.
        let beats = self.beats.fetch_add(1, Ordering::Relaxed);
        if self.in_order.load(Ordering::Relaxed) && beats.is_multiple_of(REPAIR) {
            order::repair(self).await.map_err(Error::database)?;
        }
        Ok(())
    }

    async fn release(&self) -> Result<(), Error> {
        self.let_go().await.map_err(Error::database)?;
        self.store.arrived.notify_one();
        Ok(())
    }

    async fn arrival(&self) {
        self.store.arrived.notified().await;
    }
}

impl PostgresLease {
    async fn take_once(&self, want: Want<'_>) -> Result<Vec<Taken>, sqlx::Error> {
        if let Some(order) = want.order {
            return order::take(self, want, order).await;
        }
        let mut connection = self.store.connections.begin().await?;
        let take = sqlx::query(TAKE)
            .bind(&*self.store.queue)
            .bind(&self.worker)
            .bind(number(want.tasks))
            .bind(number(want.bytes));
        let rows = take.fetch_all(&mut *connection).await?;
        // If a crash of the server undoes it, the tasks are due again. Their results are then not recorded, as when
        // another worker has taken them over.
        connection.commit_soon().await?;
        taken(&rows)
    }
}

/// Reads the rows of a take, in its order.
pub(super) fn taken(rows: &[PgRow]) -> Result<Vec<Taken>, sqlx::Error> {
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        let (number, job): (i64, &[u8]) = (row.try_get("number")?, row.try_get("job")?);
        let task = Taken {
            id: row.try_get("id")?,
            attempts: row.try_get::<i32, _>("attempts")?.try_into().unwrap_or(0),
            delivery: serde_json::from_slice(job),
            bytes: job.len(),
        };
        taken.push((number, task));
    }
    taken.sort_by_key(|(number, _)| *number);
    Ok(taken.into_iter().map(|(_, task)| task).collect())
}

pub(super) fn number(count: usize) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

/// Whether a row refers to one that is not there, or the other way round.
pub(super) fn is_foreign_key(error: &sqlx::Error) -> bool {
    let refused = error.as_database_error();
    refused.is_some_and(|error| error.code().as_deref() == Some("23503"))
}
