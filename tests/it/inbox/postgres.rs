//! The PostgreSQL store where it meets others: several who store the same, a row that the server refuses, and what a
//! worker holds without knowing.

use std::future::pending;
use std::time::{Duration, Instant};

use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::{BoxError, Delivery, Inbox, Queue, Store, Stored, Worker};

use super::database::{Backend, Database};
use super::process::{PATIENCE, delivery};
use super::rows::{fill, put, verified};

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_that_add_the_same_deliveries_in_opposite_order_add_each_once() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let one = Inbox::new(PostgresStore::open(&database.url).await.unwrap());
    let other = Inbox::new(PostgresStore::open(&database.url).await.unwrap());
    for round in 0..10 {
        let numbers: Vec<_> = (round * 100..(round + 1) * 100).collect();
        let forwards = join_all(numbers.iter().map(|number| put(&one, *number)));
        let backwards = join_all(numbers.iter().rev().map(|number| put(&other, *number)));
        let (forwards, mut backwards) = tokio::join!(forwards, backwards);
        backwards.reverse();
        for answers in forwards.iter().zip(&backwards) {
            let expected = [(Stored::New, Stored::Duplicate), (Stored::Duplicate, Stored::New)];
            assert!(expected.contains(&(*answers.0, *answers.1)), "{answers:?}");
        }
    }
    assert_eq!(database.tasks().await, 1000);
    drop((one, other));
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_the_server_refuses_costs_no_other_its_commit() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    let task = |number: usize, id: usize| {
        let delivery = Delivery::new(&verified(number));
        let key = delivery.key().to_string();
        let id: TaskId = format!("{id:026}").parse().unwrap();
        store.store(TaskBuilder::new(delivery).task_id(id).idempotency_key(key).build())
    };
    assert_eq!(task(0, 0).await.unwrap(), Stored::New);
    let good = (1..50).map(|number| task(number, number));
    let (good, bad) = tokio::join!(join_all(good), task(50, 0));
    for (number, stored) in good.into_iter().enumerate() {
        assert_eq!(stored.unwrap(), Stored::New, "{number}");
    }
    assert!(bad.unwrap_err().to_string().contains("duplicate key"));
    assert_eq!(database.tasks().await, 50);
    let again = task(50, 50).await;
    assert_eq!(again.unwrap(), Stored::New, "its key is not known");
    drop(store);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_puts_back_what_a_take_that_was_given_up_commits_later() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    let (stop, stopped) = oneshot::channel();
    let worker = Worker::new(store.clone(), |_| pending()).grace(Duration::ZERO);
    let running = tokio::spawn(worker.run_until(async { stopped.await.unwrap() }));
    let mut other = PgConnection::connect(&database.url).await.unwrap();
    wait_for_worker(&mut other).await;

    // A take refers to the row of its worker, and waits for it.
    other
        .execute("BEGIN; SELECT FROM apalis.workers FOR UPDATE")
        .await
        .unwrap();
    fill(store.clone(), 5).await;
    sleep(Duration::from_millis(300)).await;
    stop.send(()).unwrap();
    sleep(Duration::from_millis(300)).await;
    other.execute("COMMIT").await.unwrap();
    timeout(PATIENCE, running).await.unwrap().unwrap().unwrap();
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.waiting, stats.running), (5, 0));
    let rows = database.rows().await;
    assert!(rows.iter().all(|(_, attempts, _)| *attempts == 0), "{rows:?}");
    let workers = sqlx::query_scalar("SELECT count(*) FROM apalis.workers");
    let workers: i64 = workers.fetch_one(&mut other).await.unwrap();
    assert_eq!(workers, 0);
    drop((store, other));
    database.drop().await;
}

/// The answer to a take is lost, and the take is committed.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_living_worker_holds_without_knowing_is_worked_on_soon() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    fill(store.clone(), 1).await;
    database.run("UPDATE jobs SET run_at = now() + interval '1 hour'").await;
    let (done, mut is_done) = unbounded_channel();
    let worker = Worker::new(store.clone(), move |_| {
        done.send(()).unwrap();
        async { Ok(()) }
    });
    let running = tokio::spawn(worker.run_until(pending()));
    let mut other = PgConnection::connect(&database.url).await.unwrap();
    wait_for_worker(&mut other).await;
    let take =
        "UPDATE jobs SET run_at = now(), status = 'Running', lock_by = (SELECT id FROM workers), lock_at = now()";
    database.run(take).await;
    timeout(PATIENCE, is_done.recv()).await.unwrap().unwrap();
    running.abort();
    drop((store, other));
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_line_of_one_key_holds_up_no_other_delivery() {
    const LINE: usize = 20_000;
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    fill(store.clone(), 1).await;
    line_up(&database, LINE).await;
    let first = delivery(0);
    let key = move |delivery: &Delivery| (delivery.bytes() == first.as_bytes()).then(|| "line".to_owned());
    let is_in_line = key.clone();
    let (done, mut are_done) = unbounded_channel();
    let worker = Worker::new(store.clone(), move |delivery: Delivery| {
        let hangs = is_in_line(&delivery).is_some();
        let done = done.clone();
        async move {
            if hangs {
                pending::<()>().await;
            }
            done.send(()).unwrap();
            Ok::<(), BoxError>(())
        }
    });
    let running = tokio::spawn(worker.in_order_by(key).run_until(pending()));
    // The line is seen first.
    let start = Instant::now();
    let mut other = PgConnection::connect(&database.url).await.unwrap();
    let seen = "SELECT count(*) FROM apalis.delivery_order";
    while sqlx::query_scalar::<_, i64>(seen).fetch_one(&mut other).await.unwrap() < i64::try_from(LINE).unwrap() {
        assert!(start.elapsed() < PATIENCE, "the line is not seen");
        sleep(Duration::from_millis(50)).await;
    }
    let start = Instant::now();
    let inbox = Inbox::new(store.clone());
    for number in 1..=100 {
        put(&inbox, number).await;
        timeout(PATIENCE, are_done.recv()).await.unwrap().unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let start = Instant::now();
    while store.stats().await.unwrap().running > 1 {
        assert!(start.elapsed() < PATIENCE, "more than one of the line runs");
        sleep(Duration::from_millis(50)).await;
    }
    running.abort();
    drop((inbox, store, other));
    database.drop().await;
}

/// Adds deliveries like the one that is there.
async fn line_up(database: &Database, count: usize) {
    let copies = format!(
        "INSERT INTO jobs (job, id, job_type, status, run_at, priority) SELECT job, id || '-' || to_char(number, \
         'FM00000000'), job_type, status, run_at, priority FROM jobs, generate_series(1, {count}) number"
    );
    database.run(&copies).await;
}

async fn wait_for_worker(connection: &mut PgConnection) {
    let start = Instant::now();
    let workers = "SELECT count(*) FROM apalis.workers";
    while sqlx::query_scalar::<_, i64>(workers)
        .fetch_one(&mut *connection)
        .await
        .unwrap()
        == 0
    {
        assert!(start.elapsed() < PATIENCE, "no worker registers");
        sleep(Duration::from_millis(20)).await;
    }
}
