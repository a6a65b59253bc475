//! Tasks of a SQL backend, as rows to be set and looked at.

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tower_webhook::VerifiedBody;
use tower_webhook_inbox::{Inbox, Store, Stored};

use super::database::{Backend, Database};
use super::process::delivery;
use crate::support::{SIGNATURE, signature, verifier};

/// Status, attempts, and the worker that holds it.
pub(super) type Row = (String, i32, Option<String>);

/// The delivery of this number, verified.
pub(super) fn verified(number: usize) -> VerifiedBody {
    let body = delivery(number);
    let headers = [(SIGNATURE, signature(&body))].into_iter().collect();
    verifier().verify(&headers, body).unwrap()
}

/// Puts this many deliveries, each new.
pub(super) async fn put(store: impl Store, count: usize) {
    let inbox = Inbox::new(store);
    for number in 0..count {
        assert_eq!(inbox.put(&verified(number)).await.unwrap(), Stored::New);
    }
}

impl Database {
    /// Runs statements from outside; the tables are `jobs` and `workers` on every backend.
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
            Backend::Redis => unreachable!("it has no rows"),
        }
    }

    /// What the tasks are, in order.
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
            Backend::Redis => unreachable!("it has no rows"),
        };
        rows.sort();
        rows
    }
}
