//! Deliveries put into a store directly, and the tasks of a SQL backend as rows.

use http::HeaderMap;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tower_webhook::VerifiedBody;
use tower_webhook_inbox::{Inbox, Store, Stored};

use super::database::{Backend, Database};
use super::process::delivery;
use crate::support::{SIGNATURE, signature, verifier};

/// Status, attempts, and the worker that holds the task.
pub(super) type Row = (String, i32, Option<String>);

/// The delivery of this number, verified.
pub(super) fn verified(number: usize) -> VerifiedBody {
    let body = delivery(number);
    let headers = HeaderMap::from_iter([(SIGNATURE, signature(&body))]);
    verifier().verify(&headers, body).unwrap()
}

/// Puts the delivery of this number into an inbox.
pub(super) async fn put(inbox: &Inbox<impl Store>, number: usize) -> Stored {
    inbox.put(&verified(number), &HeaderMap::new()).await.unwrap()
}

/// Puts deliveries of the numbers below `count` into a store, each for the first time.
pub(super) async fn fill(store: impl Store, count: usize) {
    let inbox = Inbox::new(store);
    for number in 0..count {
        assert_eq!(put(&inbox, number).await, Stored::New);
    }
}

impl Database {
    /// Runs SQL statements. The tables are named `jobs` and `workers` on both SQL backends.
    pub(super) async fn run(&self, sql: &str) {
        match self.backend {
            Backend::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                let sql = sqlx::raw_sql(AssertSqlSafe(sql));
                sql.execute(&mut connection).await.unwrap();
            }
            Backend::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                let sql = sqlx::raw_sql(AssertSqlSafe(format!("SET search_path = apalis; {sql}")));
                sql.execute(&mut connection).await.unwrap();
            }
            Backend::Redis | Backend::Nats => unreachable!("it has no rows"),
        }
    }

    /// The tasks, sorted.
    pub(super) async fn rows(&self) -> Vec<Row> {
        let mut rows = match self.backend {
            Backend::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                let rows = sqlx::query_as("SELECT status, attempts, lock_by FROM Jobs");
                rows.fetch_all(&mut connection).await.unwrap()
            }
            Backend::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                let rows = sqlx::query_as("SELECT status, attempts, lock_by FROM apalis.jobs");
                rows.fetch_all(&mut connection).await.unwrap()
            }
            Backend::Redis | Backend::Nats => unreachable!("it has no rows"),
        };
        rows.sort();
        rows
    }
}
