//! A database that cannot be written to is refused when it is opened, and the refusal says why.

use std::time::Instant;

use sqlx::{Connection, Executor, PgConnection};
use tower_webhook_inbox::postgres::{self, PostgresStore};
use tower_webhook_inbox::redis::{self, RedisStore};

use super::database::{Backend, connect};
use super::process::{Inbox, PATIENCE};
use super::server::{Server, postgres_user};
use crate::receivers::child::refusal;

#[cfg(unix)]
#[tokio::test]
async fn the_example_does_not_start_on_a_sqlite_file_without_the_right_to_write() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let database = Backend::Sqlite.database().await.unwrap();
    let folder = database.folder.path();
    let file = folder.join("inbox.db");
    drop(
        tower_webhook_inbox::sqlite::SqliteStore::open(&database.url)
            .await
            .unwrap(),
    );
    fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
    for right in [0o777, 0o555] {
        fs::set_permissions(folder, Permissions::from_mode(right)).unwrap();
        let mut command = Inbox::new(&database.url, folder).command();
        command.env_remove("EFFECTS").env("RUST_LOG", "off");
        if let Some((user, group)) = postgres_user() {
            // Nothing is read-only for root.
            command.uid(user).gid(group);
        }
        let said = refusal(command);
        assert!(
            said.contains("read-only") || said.contains("readonly"),
            "{right:o}: {said}"
        );
    }
}

#[tokio::test]
async fn a_postgres_whose_transactions_only_read_is_refused() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let name = database.url.rsplit_once('/').unwrap().1.to_owned();
    drop(PostgresStore::open(&database.url).await.unwrap());
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    connection.execute(sqlx::AssertSqlSafe(set)).await.unwrap();
    let refused = PostgresStore::open(&database.url).await;
    assert!(matches!(refused, Err(postgres::Error::ReadOnly)), "{refused:?}");
    database.drop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_replica_of_redis_is_refused() {
    let (Some(primary), Some(replica)) = (Server::start(Backend::Redis), Server::start(Backend::Redis)) else {
        return;
    };
    drop(RedisStore::open(&replica.url()).await.unwrap());
    let port = primary.url().rsplit_once(':').unwrap().1.to_owned();
    let mut follow = ::redis::cmd("REPLICAOF");
    follow.arg("127.0.0.1").arg(port);
    let () = follow.query_async(&mut connect(&replica.url()).await).await.unwrap();
    let start = Instant::now();
    loop {
        match RedisStore::open(&replica.url()).await {
            Err(redis::Error::ReadOnly(_)) => return,
            // While it loads the data of its primary it refuses everything.
            other => assert!(start.elapsed() < PATIENCE, "{other:?}"),
        }
    }
}
