//! What one worker holds of a SQLite file.

use std::cmp::Reverse;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::statements::{
    DUE, FORGET_DEAD, IS_ANY_DUE, PUT_UNKNOWN_BACK, REGISTER, RELEASE, SETTLE, TAKE, TAKE_OVER, UNREGISTER,
};
use super::{Error, SqliteStore};
use crate::delivery::Delivery;
use crate::queue::known::Known;
use crate::queue::lease::{Lease, Leased, Outcome, Settled, Taken, Want};
use crate::{HEARTBEAT, MISSED_HEARTBEATS, result};

/// The name under which our workers stand in apalis's table.
const OURS: &str = "tower-webhook-inbox";

/// The tasks that one worker holds of a [`SqliteStore`].
pub struct SqliteLease {
    pub(super) store: SqliteStore,
    worker: String,
    known: Known,
    /// Whether the order of the queue is known to be kept.
    pub(super) is_in_order: AtomicBool,
}

impl fmt::Debug for SqliteLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteLease")
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}

impl Leased for SqliteStore {
    type Error = Error;
    type Lease = SqliteLease;

    async fn lease(&self, worker: &str) -> Result<SqliteLease, Error> {
        let register = sqlx::query(REGISTER).bind(worker).bind(&self.queue).bind(OURS);
        register.execute(&self.writer).await.map_err(Error::database)?;
        Ok(SqliteLease {
            store: self.clone(),
            worker: worker.to_owned(),
            known: Known::default(),
            is_in_order: AtomicBool::new(false),
        })
    }
}

impl Lease for SqliteLease {
    type Error = Error;

    async fn take(&self, want: Want<'_>) -> Result<Vec<Taken>, Error> {
        let take = async {
            match want.order {
                Some(order) => self.take_in_order(want, order).await,
                None => self.take_any(want).await,
            }
        };
        self.known.take(take).await.map_err(Error::database)
    }

    async fn settle(&self, settled: &[Settled]) -> Result<(), Error> {
        let ended: Vec<_> = settled.iter().map(ended).collect();
        let ended = serde_json::to_string(&ended).map_err(|error| Error::Database(error.into()))?;
        let settle = sqlx::query(SETTLE).bind(ended).bind(&self.worker);
        settle.execute(&self.store.writer).await.map_err(Error::database)?;
        self.known.settle(settled);
        Ok(())
    }

    async fn beat(&self) -> Result<(), Error> {
        let dead_after = i64::try_from(HEARTBEAT.as_secs() * MISSED_HEARTBEATS as u64).unwrap_or(i64::MAX);
        let (queue, worker) = (&self.store.queue, &self.worker);
        let beat = async {
            let mut transaction = self.store.writer.begin_with("BEGIN IMMEDIATE").await?;
            if let Some(idle) = self.known.idle() {
                let known = serde_json::to_string(&idle.ids()).map_err(|error| sqlx::Error::Encode(error.into()))?;
                let put_back = sqlx::query(PUT_UNKNOWN_BACK).bind(worker).bind(known);
                put_back.execute(&mut *transaction).await?;
            }
            let take_over = sqlx::query(TAKE_OVER).bind(queue).bind(worker).bind(dead_after);
            take_over.execute(&mut *transaction).await?;
            let forget = sqlx::query(FORGET_DEAD)
                .bind(queue)
                .bind(worker)
                .bind(dead_after)
                .bind(OURS);
            forget.execute(&mut *transaction).await?;
            let register = sqlx::query(REGISTER).bind(worker).bind(queue).bind(OURS);
            register.execute(&mut *transaction).await?;
            transaction.commit().await
        };
        beat.await.map_err(Error::database)
    }

    /// A `take` whose future was dropped has ended before this begins: both wait for the one writer.
    async fn release(&self) -> Result<(), Error> {
        let release = async {
            let mut transaction = self.store.writer.begin_with("BEGIN IMMEDIATE").await?;
            sqlx::query(RELEASE)
                .bind(&self.worker)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(UNREGISTER)
                .bind(&self.worker)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        };
        release.await.map_err(Error::database)?;
        self.store.stored.notify_one();
        Ok(())
    }

    async fn arrival(&self) {
        self.store.stored.notified().await;
    }
}

impl SqliteLease {
    async fn take_any(&self, want: Want<'_>) -> Result<Vec<Taken>, sqlx::Error> {
        let is_any_due = sqlx::query_scalar(IS_ANY_DUE).bind(&self.store.queue);
        if !is_any_due.fetch_one(self.store.readers()).await? {
            return Ok(Vec::new());
        }
        self.take_due(DUE, want).await
    }

    /// Takes tasks out of those that this part of a statement finds.
    pub(super) async fn take_due(&self, due: &str, want: Want<'_>) -> Result<Vec<Taken>, sqlx::Error> {
        let take = sqlx::query(sqlx::AssertSqlSafe([due, TAKE].concat()))
            .bind(&self.store.queue)
            .bind(number(want.tasks))
            .bind(&self.worker)
            .bind(number(want.bytes));
        // The rows leave the statement before they are decoded: it holds the lock for writing until its end.
        let rows = take.fetch_all(&self.store.writer).await?;
        let mut taken = rows.into_iter().map(|row| taken(&row)).collect::<Result<Vec<_>, _>>()?;
        taken.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(taken.into_iter().map(|(_, taken)| taken).collect())
    }
}

/// A task that was taken, and what it is ordered by.
type Ordered = ((Reverse<i64>, i64, String), Taken);

fn taken(row: &SqliteRow) -> Result<Ordered, sqlx::Error> {
    let id: String = row.try_get("id")?;
    let job: &[u8] = row.try_get("job")?;
    let taken = Taken {
        id: id.clone(),
        attempts: row.try_get::<i64, _>("attempts")?.try_into().unwrap_or(u32::MAX),
        delivery: serde_json::from_slice::<Delivery>(job),
        bytes: job.len(),
    };
    Ok(((Reverse(row.try_get("priority")?), row.try_get("run_at")?, id), taken))
}

/// Id, attempts, status, pause in milliseconds, and result as apalis writes it.
fn ended(Settled { id, attempts, outcome }: &Settled) -> (&str, u32, &'static str, u64, String) {
    match outcome {
        Outcome::Done => (id, *attempts, "Done", 0, result::DONE.to_owned()),
        Outcome::Retry { error: text, after } => (id, *attempts, "Pending", millis(*after), result::failed(text)),
        Outcome::Dead { error: text } => (id, *attempts, "Killed", 0, result::failed(text)),
    }
}

/// Rounded up. At most so much that a sum with it is a number of the database.
fn millis(time: Duration) -> u64 {
    let most = i64::MAX as u64 / 4;
    u64::try_from(time.as_nanos().div_ceil(1_000_000))
        .unwrap_or(most)
        .min(most)
}

fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
