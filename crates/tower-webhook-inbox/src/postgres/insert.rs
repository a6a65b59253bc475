//! The accepting side: keys are looked up, and deliveries added, all that have gathered at a time.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::types::PgHstore;
use tokio::sync::Notify;
use tokio::time::timeout;
use tower_webhook::DeliveryKey;

use super::Error;
use super::connections::Connections;
use crate::line::Line;
use crate::record::Record;
use crate::store::Stored;

/// How many lookups run at a time, and how many commits. With more of them each has less to do: less is done, at more
/// cost for the server.
const COMMITTERS: usize = 1;
/// How long an answer is awaited. Those who put have given up by then.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which of the keys belong to a task, or did.
///
/// Each key is looked up by itself: the limit keeps the planner from reading a whole table for all of them.
const KNOWN: &str = "SELECT (SELECT true FROM apalis.delivery_keys WHERE queue = $1 AND key = item.key LIMIT 1) \
                     IS NOT NULL OR (SELECT true FROM apalis.jobs WHERE job_type = $1 \
                     AND idempotency_key = item.text LIMIT 1) IS NOT NULL \
                     FROM unnest($2::bytea[], $3::text[]) WITH ORDINALITY AS item (key, text, number) \
                     ORDER BY item.number";

/// Adds tasks as apalis does, with their keys, unless the key is known. Returns the ids of those that were added.
///
/// The index over the keys decides, and not a look at them: a look does not see the transactions that commit meanwhile,
/// and one of those may have added the delivery, and another one have forgotten it. The keys come sorted, and are
/// added before the first task is, so that two who add the same ones cannot wait for each other.
const INSERT: &str = "WITH item AS MATERIALIZED (SELECT * FROM unnest($2::bytea[], $3::text[], $4::integer[], \
                      $5::bigint[], $6::integer[], $7::hstore[], $8::text[], $9::bytea[]) \
                      AS item (job, id, max_attempts, run_at, priority, metadata, idempotency_key, key)), \
                      added AS (INSERT INTO apalis.delivery_keys (queue, key) SELECT $1, key FROM item \
                      WHERE key IS NOT NULL ON CONFLICT DO NOTHING RETURNING key) \
                      INSERT INTO apalis.jobs (job, id, job_type, status, attempts, max_attempts, run_at, priority, \
                      metadata, idempotency_key) SELECT job, id, $1, 'Pending', 0, max_attempts, \
                      to_timestamp(run_at), priority, metadata, idempotency_key FROM item \
                      WHERE key IS NULL OR key IN (SELECT key FROM added) ORDER BY idempotency_key \
                      ON CONFLICT (job_type, idempotency_key) DO NOTHING RETURNING id";

/// Those who put wait in these lines. Clones share them.
#[derive(Clone)]
pub(super) struct Lines {
    known: Line<DeliveryKey, Result<bool, Error>>,
    add: Line<Record, Result<Stored, Error>>,
}

#[derive(Clone)]
struct Accepting {
    connections: Arc<Connections>,
    queue: Arc<str>,
    /// Woken when tasks were added.
    arrived: Arc<Notify>,
}

impl Lines {
    pub(super) fn new(connections: Arc<Connections>, queue: Arc<str>, arrived: Arc<Notify>) -> Self {
        let accepting = Accepting {
            connections,
            queue,
            arrived,
        };
        let looking = accepting.clone();
        Self {
            known: Line::new(COMMITTERS, move |keys| {
                let looking = looking.clone();
                async move { looking.known(&keys).await }
            }),
            add: Line::new(COMMITTERS, move |records| {
                let accepting = accepting.clone();
                async move { accepting.add(records).await }
            }),
        }
    }

    pub(super) async fn is_known(&self, key: DeliveryKey) -> Result<bool, Error> {
        self.known.put(key).await.unwrap_or_else(|| Err(Error::database(GONE)))
    }

    pub(super) async fn add(&self, record: Record) -> Result<Stored, Error> {
        self.add.put(record).await.unwrap_or_else(|| Err(Error::database(GONE)))
    }
}

const GONE: &str = "the runtime on which the store was opened has shut down";

impl Accepting {
    async fn known(&self, keys: &[DeliveryKey]) -> Vec<Result<bool, Error>> {
        match patiently(self.look(keys)).await {
            Ok(known) => known.into_iter().map(Ok).collect(),
            Err(error) => told_to_all(error, keys.len()),
        }
    }

    async fn look(&self, keys: &[DeliveryKey]) -> Result<Vec<bool>, sqlx::Error> {
        let bytes: Vec<&[u8]> = keys.iter().map(|key| &key.as_bytes()[..]).collect();
        let texts: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let mut connection = self.connections.begin().await?;
        let known = sqlx::query_scalar(KNOWN).bind(&*self.queue).bind(bytes).bind(texts);
        let known = known.fetch_all(&mut *connection).await?;
        connection.commit().await?;
        Ok(known)
    }

    async fn add(&self, records: Vec<Record>) -> Vec<Result<Stored, Error>> {
        let answers = match patiently(self.insert(&records)).await {
            Ok(answers) => answers.into_iter().map(Ok).collect(),
            Err(error) if records.len() > 1 && is_of_a_row(&error) => self.add_alone(&records).await,
            Err(error) => told_to_all(error, records.len()),
        };
        if answers.iter().any(|answer| matches!(answer, Ok(Stored::New))) {
            self.arrived.notify_one();
        }
        answers
    }

    /// Adds each alone, so that one that the server refuses costs no other its commit.
    async fn add_alone(&self, records: &[Record]) -> Vec<Result<Stored, Error>> {
        let mut answers = Vec::with_capacity(records.len());
        for record in records {
            match patiently(self.insert(std::slice::from_ref(record))).await {
                Ok(added) => answers.extend(added.into_iter().map(Ok)),
                Err(error) if is_of_a_row(&error) => answers.push(Err(Error::database(error))),
                Err(error) => {
                    answers.extend(told_to_all(error, records.len() - answers.len()));
                    break;
                }
            }
        }
        answers
    }

    async fn insert(&self, records: &[Record]) -> Result<Vec<Stored>, sqlx::Error> {
        let mut sorted: Vec<&Record> = records.iter().collect();
        sorted.sort_by(|one, other| one.idempotency_key.cmp(&other.idempotency_key));
        let hstore = |record: &&Record| {
            let metadata = record.metadata.iter();
            PgHstore(
                metadata
                    .map(|(name, value)| (name.clone(), Some(value.clone())))
                    .collect(),
            )
        };
        let keys: Vec<_> = sorted.iter().map(|record| record.delivery_key()).collect();
        let keys: Vec<_> = keys
            .iter()
            .map(|key| key.as_ref().map(|key| &key.as_bytes()[..]))
            .collect();
        let mut connection = self.connections.lend().await?;
        let insert = sqlx::query_scalar(INSERT)
            .bind(&*self.queue)
            .bind(sorted.iter().map(|record| &record.json[..]).collect::<Vec<_>>())
            .bind(sorted.iter().map(|record| &record.id[..]).collect::<Vec<_>>())
            .bind(sorted.iter().map(|record| record.max_attempts).collect::<Vec<_>>())
            .bind(sorted.iter().map(|record| record.run_at).collect::<Vec<_>>())
            .bind(sorted.iter().map(|record| record.priority).collect::<Vec<_>>())
            .bind(sorted.iter().map(hstore).collect::<Vec<_>>())
            .bind(
                sorted
                    .iter()
                    .map(|record| record.idempotency_key.as_deref())
                    .collect::<Vec<_>>(),
            )
            .bind(keys);
        let added: Vec<String> = insert.fetch_all(&mut *connection).await?;
        connection.give_back();
        let mut added: HashSet<String> = added.into_iter().collect();
        let stored = |record: &Record| Stored::by_count(added.remove(&record.id).into());
        Ok(records.iter().map(stored).collect())
    }
}

/// The answer of the server, if it comes in time.
async fn patiently<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(late) => Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, late))),
    }
}

/// Whether the server refused what it was given, or broke off a deadlock. Anything else would befall each row alike.
fn is_of_a_row(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    // Data exceptions, integrity constraints, rollbacks, and limits of the server.
    code.is_some_and(|code| ["22", "23", "40", "54"].iter().any(|class| code.starts_with(class)))
}

fn told_to_all<T>(error: sqlx::Error, count: usize) -> Vec<Result<T, Error>> {
    let shared = Shared(Arc::new(error));
    (0..count).map(|_| Err(Error::database(shared.clone()))).collect()
}

/// One error that several senders are told of.
#[derive(Clone, Debug)]
struct Shared(Arc<sqlx::Error>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Shared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
