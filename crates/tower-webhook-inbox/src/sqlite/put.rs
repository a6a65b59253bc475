//! Deliveries are added by one writer: those that wait while it commits share its next statement.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use sqlx::sqlite::SqlitePool;
use tokio::sync::Notify;

use super::files::Files;
use super::{Error, kind};
use crate::line::Line;
use crate::record::Record;
use crate::store::Stored;

/// How many bytes of deliveries one statement adds, unless it adds a single one. The deliveries of a statement that
/// adds several are copied, so that each can be tried alone.
const BYTES: usize = 256 * 1024;
/// The values of each row.
const COLUMNS: usize = 8;

/// Those who wait for a commit, each with a row.
pub(super) type Puts = Line<Row, Result<Stored, Error>>;

/// A task as it is added.
#[derive(Clone)]
pub(super) struct Row {
    record: Record,
    metadata: String,
    key: Option<Vec<u8>>,
}

impl Row {
    pub(super) fn of(record: Record) -> Result<Self, serde_json::Error> {
        Ok(Self {
            metadata: serde_json::to_string(&record.metadata)?,
            key: record.delivery_key().map(|key| key.as_bytes().to_vec()),
            record,
        })
    }
}

/// What the writer of the line needs.
#[derive(Clone)]
pub(super) struct Writer {
    pub(super) pool: SqlitePool,
    pub(super) queue: String,
    pub(super) files: Files,
    /// Woken when something was added.
    pub(super) stored: Arc<Notify>,
}

impl Writer {
    /// The line of those who add, before this writer.
    pub(super) fn line(self) -> Puts {
        Line::new(1, move |rows| {
            let writer = self.clone();
            async move { writer.add(rows).await }
        })
    }

    /// Adds these rows, and answers each.
    pub(super) async fn add(&self, rows: Vec<Row>) -> Vec<Result<Stored, Error>> {
        let mut answers = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter().peekable();
        while let Some(row) = rows.next() {
            let mut bytes = row.record.json.len();
            let mut together = vec![row];
            while let Some(row) = rows.next_if(|row| bytes + row.record.json.len() <= BYTES) {
                bytes += row.record.json.len();
                together.push(row);
            }
            answers.extend(self.add_together(together).await);
        }
        if answers.iter().any(|answer| matches!(answer, Ok(Stored::New))) {
            self.stored.notify_one();
        }
        answers
    }

    async fn add_together(&self, rows: Vec<Row>) -> Vec<Result<Stored, Error>> {
        if rows.len() == 1 {
            return self
                .insert(rows)
                .await
                .unwrap_or_else(|error| vec![Err(Error::database(error))]);
        }
        let error = match self.insert(rows.clone()).await {
            Ok(answers) => return answers,
            Err(error) => error,
        };
        // While another process holds the lock, each attempt waits for it in vain.
        if kind(&error).is_none_or(|kind| kind == super::BUSY) {
            let error = Arc::new(error);
            return rows.iter().map(|_| Err(Error::shared(&error))).collect();
        }
        // The fault of one row is not that of the others.
        let mut answers = Vec::with_capacity(rows.len());
        for row in rows {
            let alone = self.insert(vec![row]).await;
            answers.extend(alone.unwrap_or_else(|error| vec![Err(Error::database(error))]));
        }
        answers
    }

    /// Adds these rows in one commit. The files are looked at after it, because it is this commit that must not be
    /// lost.
    async fn insert(&self, rows: Vec<Row>) -> Result<Vec<Result<Stored, Error>>, sqlx::Error> {
        let ids: Vec<_> = rows.iter().map(|row| row.record.id.clone()).collect();
        let sql = insert(rows.len());
        let mut insert = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(&self.queue);
        for Row { record, metadata, key } in rows {
            insert = insert
                .bind(record.json)
                .bind(record.id)
                .bind(record.max_attempts)
                .bind(record.run_at)
                .bind(record.priority)
                .bind(metadata)
                .bind(record.idempotency_key)
                .bind(key);
        }
        let added = insert.fetch_all(&self.pool).await;
        if let Err(Error::Replaced(path)) = self.files.check() {
            return Ok(ids.iter().map(|_| Err(Error::Replaced(path.clone()))).collect());
        }
        let added: HashSet<String> = added?.into_iter().collect();
        let answer = |id| Ok(Stored::by_count(u64::from(added.contains(id))));
        Ok(ids.iter().map(answer).collect())
    }
}

/// A statement that adds this many rows as apalis does, except those whose key is known, and returns the ids of those
/// that it added. Nobody else writes while it looks for the keys.
///
/// It has places for the next power of two of rows, so that there are few statements to keep. Values that are not bound
/// are NULL.
pub(super) fn insert(rows: usize) -> String {
    let mut sql = String::from(
        "INSERT INTO Jobs (job, id, job_type, status, attempts, max_attempts, run_at, priority, metadata, \
         idempotency_key) SELECT column1, column2, ?1, 'Pending', 0, column3, column4, column5, column6, column7 \
         FROM (VALUES ",
    );
    for row in 0..rows.next_power_of_two() {
        let first = 2 + row * COLUMNS;
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for value in first..first + COLUMNS {
            let separator = if value == first { "" } else { ", " };
            let _ = write!(sql, "{separator}?{value}");
        }
        sql.push(')');
    }
    sql.push_str(
        ") WHERE column2 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM delivery_keys WHERE queue = ?1 AND key = column8) \
         ON CONFLICT (job_type, idempotency_key) DO NOTHING RETURNING id",
    );
    sql
}
