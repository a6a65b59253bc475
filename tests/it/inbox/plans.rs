//! The statements of the PostgreSQL store read a few rows off an index, whatever the table holds and its statistics
//! tell.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::sync::oneshot;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::{BoxError, Delivery, HEARTBEAT, InOrder, Queue, Store, Worker};

use super::database::{Backend, Database};
use super::rows::fill;
use super::tap::{Statement, Tap};

/// A million tasks, of which a tenth waits.
const FILL: &str = "SET session_replication_role = replica; \
                    INSERT INTO jobs (job, id, job_type, status, run_at, priority, done_at) \
                    SELECT '{}', to_char(number, 'FM0000000000'), 'webhooks', \
                    CASE WHEN number % 10 = 0 THEN 'Pending' ELSE 'Done' END, now() - interval '1 hour', 0, \
                    CASE WHEN number % 10 = 0 THEN NULL ELSE now() END FROM generate_series(1, 1000000) number; \
                    INSERT INTO delivery_order (queue, id, key, run_at, head) \
                    SELECT 'webhooks', id, NULL, now(), true FROM jobs WHERE status = 'Pending' LIMIT 10000";

/// The costs of a plan that does what its settings forbid are beyond this.
const FORBIDDEN: f64 = 1e9;

#[tokio::test(flavor = "multi_thread")]
async fn statements_use_indexes_on_an_empty_table_and_on_a_million_rows_with_and_without_statistics() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let statements = statements(&database).await;
    database
        .run("DELETE FROM jobs; DELETE FROM delivery_order; ALTER TABLE jobs SET UNLOGGED, SET (autovacuum_enabled = false)")
        .await;
    all_use_indexes(&database, &statements, "empty").await;
    database.run("ANALYZE jobs").await;
    database.run("ANALYZE delivery_order").await;
    all_use_indexes(&database, &statements, "empty, analyzed").await;
    database.run(FILL).await;
    all_use_indexes(&database, &statements, "filled").await;
    database.run("ANALYZE jobs").await;
    database.run("ANALYZE delivery_order").await;
    all_use_indexes(&database, &statements, "filled, analyzed").await;
    database.drop().await;
}

/// The statements of a store, a worker and an operator.
async fn statements(database: &Database) -> Vec<Statement> {
    let server = database.url.rsplit_once('/').unwrap().0;
    let server = server.trim_start_matches("postgres://");
    let server = server.rsplit_once('@').map_or(server, |(_, server)| server);
    let tap = Tap::start(server.to_owned()).await;
    let store = PostgresStore::open(&tap.url(&database.url)).await.unwrap();
    fill(store.clone(), 5).await;
    let worker = || Worker::new(store.clone(), async |_: Delivery| Err::<(), BoxError>("no".into())).attempts(1);
    for worker in [worker(), worker().in_order_by(|_| Some("one".to_owned()))] {
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(worker.run_until(async { stopped.await.unwrap() }));
        while store.stats().await.unwrap().dead < 5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // It looks for the dead at its first heartbeat.
        tokio::time::sleep(HEARTBEAT + Duration::from_secs(1)).await;
        stop.send(()).unwrap();
        running.await.unwrap().unwrap();
        let letters = store.dead_letters(10).await.unwrap();
        assert!(store.retry(letters[0].id()).await.unwrap());
        assert!(store.retry_dead(letters[1].delivery().unwrap().key()).await.unwrap());
        assert_eq!(store.retry_all().await.unwrap(), 3);
    }
    store.advance("one", jiff::Timestamp::now()).await.unwrap();
    store.newest("one").await.unwrap();
    let of_ours = |statement: &Statement| {
        let sql = &statement.sql;
        sql.contains("apalis.") && !sql.contains("to_regclass") && !sql.contains("pg_class")
    };
    let statements: Vec<_> = tap.statements().into_iter().filter(of_ours).collect();
    let among = |part: &str| statements.iter().any(|statement| statement.sql.contains(part));
    for part in [
        "FOR UPDATE SKIP LOCKED",
        "it.pause",
        "last_seen <",
        "FOR UPDATE",
        "count(*)",
        "AND idempotency_key = $2",
        "sha256",
    ] {
        assert!(among(part), "{part} is missing: {statements:#?}");
    }
    statements
}

async fn all_use_indexes(database: &Database, statements: &[Statement], when: &str) {
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    for Statement { sql, begin } in statements {
        let mut transaction = connection.begin().await.unwrap();
        let settings = begin.split_once(';').map_or("", |(_, settings)| settings);
        let settings = format!("SET LOCAL plan_cache_mode = force_generic_plan; {settings}");
        transaction
            .execute(sqlx::raw_sql(AssertSqlSafe(settings)))
            .await
            .unwrap();
        let prepare = format!("DEALLOCATE ALL; PREPARE it AS {sql}");
        transaction
            .execute(sqlx::raw_sql(AssertSqlSafe(prepare)))
            .await
            .unwrap();
        let count = (1..20)
            .rev()
            .find(|number| sql.contains(&format!("${number}")))
            .unwrap_or(0);
        let nulls = vec!["NULL"; count].join(", ");
        let execute = if count == 0 {
            "it".to_owned()
        } else {
            format!("it ({nulls})")
        };
        let explain = sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN EXECUTE {execute}")));
        let plan = transaction.fetch_all(explain).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|line| sqlx::Row::get(line, 0)).collect();
        let plan = plan.join("\n");
        transaction.rollback().await.unwrap();

        let tables = ["jobs", "workers", "delivery_keys", "delivery_order", "delivery_newest"];
        for table in tables {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{when}: {sql}\n{plan}");
        }
        // The first line has the costs of all.
        let cost: f64 = plan
            .split_once("..")
            .unwrap()
            .1
            .split_once(' ')
            .unwrap()
            .0
            .parse()
            .unwrap();
        assert!(cost < FORBIDDEN, "{when}: {sql}\n{plan}");
        if sql.starts_with("WITH RECURSIVE") {
            assert!(
                plan.contains("delivery_waiting") && !plan.contains("Sort"),
                "{when}: {sql}\n{plan}"
            );
        }
    }
}
