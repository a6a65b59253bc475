//! The store on a file, asked as the worker and the inbox ask it.

use std::time::Duration;

use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use tempfile::TempDir;
use tokio::time::timeout;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier};
use ulid::Generator;

use super::put::Writer;
use super::*;
use crate::queue::Queue;
use crate::queue::lease::{Lease, Leased, Outcome, Settled, Taken, Want};

mod order;

pub(super) fn url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("inbox.db").display())
}

pub(super) fn delivery(body: &str) -> Delivery {
    let secret = SigningSecret::new("whk_test").unwrap();
    let headers = Signer::new(Knowrithm, &secret).headers(body);
    Delivery::new(&Verifier::knowrithm(secret).verify(&headers, body.to_owned()).unwrap())
}

/// Tasks as an inbox makes them, with ids that grow.
fn tasks(bodies: &[&str]) -> Vec<Task<Delivery>> {
    let mut ids = Generator::new();
    let task = |body: &&str| {
        let (delivery, id) = (delivery(body), ids.generate().unwrap());
        let key = delivery.key().to_string();
        TaskBuilder::new(delivery)
            .task_id(TaskId::from_ulid(id))
            .idempotency_key(key)
            .build()
    };
    bodies.iter().map(task).collect()
}

async fn put(store: &SqliteStore, bodies: &[&str]) {
    for task in tasks(bodies) {
        assert_eq!(store.store(task).await.unwrap(), Stored::New);
    }
}

const ALL: Want<'_> = Want {
    tasks: 100,
    bytes: usize::MAX,
    order: None,
};

fn bodies(taken: &[Taken]) -> Vec<&str> {
    taken
        .iter()
        .map(|taken| std::str::from_utf8(taken.delivery.as_ref().unwrap().bytes()).unwrap())
        .collect()
}

fn all(taken: &[Taken], outcome: &Outcome) -> Vec<Settled> {
    let settled = |taken: &Taken| Settled {
        id: taken.id.clone(),
        attempts: taken.attempts + 1,
        outcome: outcome.clone(),
    };
    taken.iter().map(settled).collect()
}

async fn counts(store: &SqliteStore) -> [u64; 4] {
    let stats = store.stats().await.unwrap();
    [stats.waiting, stats.running, stats.done, stats.dead]
}

#[tokio::test]
async fn the_rows_of_one_statement_are_answered_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    let writer = Writer {
        pool: store.writer.clone(),
        queue: store.queue.clone(),
        files: store.files.clone(),
        stored: store.stored.clone(),
    };
    let add = async |tasks: Vec<Task<Delivery>>| {
        let rows = tasks
            .iter()
            .map(|task| Row::of(Record::of(task).unwrap()).unwrap())
            .collect();
        writer.add(rows).await
    };
    let told = |answers: Vec<Result<Stored, Error>>| answers.into_iter().map(Result::ok).collect::<Vec<_>>();
    let (new, duplicate) = (Some(Stored::New), Some(Stored::Duplicate));
    assert_eq!(told(add(tasks(&["b"])).await), [new]);
    assert_eq!(told(add(tasks(&["a", "b", "a"])).await), [new, duplicate, duplicate]);

    // The ids of two tasks are the same, by a fault of their maker.
    let mut faulty = tasks(&["c", "d", "b", "e"]);
    let same = faulty[0].task_id().unwrap().clone();
    faulty[1] = TaskBuilder::new(delivery("d"))
        .task_id(same)
        .idempotency_key("d")
        .build();
    assert_eq!(told(add(faulty).await), [new, None, duplicate, new]);

    // More than one statement holds.
    let large = ["x".repeat(150_000), "y".repeat(300_000), "z".repeat(150_000)];
    let many: Vec<_> = large.iter().map(|body| &body[..]).chain(["x", "y"]).collect();
    assert_eq!(told(add(tasks(&many)).await), [new; 5]);
    assert_eq!(told(add(tasks(&many)).await), [duplicate; 5]);
    assert_eq!(counts(&store).await, [9, 0, 0, 0]);
}

#[tokio::test]
async fn tasks_are_taken_by_priority_then_time_then_arrival_as_far_as_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    put(&store, &["a", "b", "c", "d", "e", "f"]).await;
    for (body, change) in [
        ("c", "priority = 5"),
        ("b", "priority = -1"),
        ("d", "run_at = run_at - 100"),
        ("e", "priority = 9, run_at = unixepoch() + 60"),
    ] {
        let key = delivery(body).key().to_string();
        let sql = format!("UPDATE Jobs SET {change} WHERE idempotency_key = ?");
        let change = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(key);
        change.execute(&store.writer).await.unwrap();
    }
    let lease = store.lease("one").await.unwrap();
    let first = lease.take(Want { tasks: 2, ..ALL }).await.unwrap();
    assert_eq!(bodies(&first), ["c", "d"]);
    let bytes = first[0].bytes + 1;
    let second = lease.take(Want { bytes, ..ALL }).await.unwrap();
    assert_eq!(bodies(&second), ["a"], "two have no room");
    let third = lease.take(Want { bytes: 1, ..ALL }).await.unwrap();
    assert_eq!(bodies(&third), ["f"], "one has room in any case");
    assert_eq!(bodies(&lease.take(ALL).await.unwrap()), ["b"]);
    assert_eq!(lease.take(ALL).await.unwrap().len(), 0, "the last is not due");
    assert_eq!(counts(&store).await, [1, 5, 0, 0]);
}

/// Status, attempts, seconds until the start, whether it has not ended, worker, result.
type Columns = (String, i64, i64, bool, Option<String>, Option<String>);

#[tokio::test]
async fn results_are_recorded_once_and_only_by_the_worker_that_holds_the_task() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    put(&store, &["done", "retry", "dead"]).await;
    let (one, other) = (store.lease("one").await.unwrap(), store.lease("other").await.unwrap());
    let taken = one.take(ALL).await.unwrap();
    let error = "it's \"quoted\"\n💥".to_owned();
    let after = Duration::from_millis(90_001);
    let mut settled = all(&taken, &Outcome::Done);
    settled[1].outcome = Outcome::Retry {
        error: error.clone(),
        after,
    };
    settled[2].outcome = Outcome::Dead { error };
    other.settle(&settled).await.unwrap();
    assert_eq!(counts(&store).await, [0, 3, 0, 0]);
    one.settle(&settled).await.unwrap();
    // A worker that did not hear the answer tells it again. Somebody put the dead one back meanwhile.
    assert!(store.retry(&settled[2].id).await.unwrap());
    one.settle(&settled).await.unwrap();
    assert_eq!(counts(&store).await, [2, 0, 1, 0]);

    let rows =
        "SELECT status, attempts, run_at - unixepoch(), done_at IS NULL, lock_by, last_result FROM Jobs ORDER BY id";
    let rows: Vec<Columns> = sqlx::query_as(rows).fetch_all(store.readers()).await.unwrap();
    let result = |at: usize| rows[at].5.as_deref();
    assert_eq!(
        (&rows[0].0[..], rows[0].1, rows[0].3, &rows[0].4),
        ("Done", 1, false, &None)
    );
    assert_eq!(result(0), Some(r#"{"Ok":null}"#));
    assert_eq!(
        (&rows[1].0[..], rows[1].1, rows[1].3, &rows[1].4),
        ("Pending", 1, true, &None)
    );
    assert!((90..=91).contains(&rows[1].2), "not before 90.001 s: {}", rows[1].2);
    assert_eq!(result(1), Some(r#"{"Err":"it's \"quoted\"\n💥"}"#));
    assert_eq!((&rows[2].0[..], rows[2].1, result(2)), ("Pending", 0, None));
}

#[tokio::test]
async fn the_longest_pause_is_a_time_of_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    put(&store, &["a"]).await;
    let lease = store.lease("one").await.unwrap();
    let later = Outcome::Retry {
        error: String::new(),
        after: Duration::MAX,
    };
    let taken = lease.take(ALL).await.unwrap();
    lease.settle(&all(&taken, &later)).await.unwrap();
    assert_eq!(lease.take(ALL).await.unwrap().len(), 0);
    assert_eq!(counts(&store).await, [1, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dropped_take_took_is_released() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    let numbers: Vec<_> = (0..200).map(|number| number.to_string()).collect();
    put(&store, &numbers.iter().map(|number| &number[..]).collect::<Vec<_>>()).await;
    let mut cut_off = 0;
    for round in 0..60 {
        let lease = store.lease(&format!("worker {round}")).await.unwrap();
        // At a later point each time.
        let taken = timeout(Duration::from_micros(round * 50), lease.take(ALL)).await;
        lease.release().await.unwrap();
        assert_eq!(counts(&store).await, [200, 0, 0, 0], "round {round}");
        cut_off += u32::from(taken.is_err());
    }
    assert!(cut_off > 0);
    let workers: i64 = sqlx::query_scalar("SELECT count(*) FROM Workers")
        .fetch_one(store.readers())
        .await
        .unwrap();
    assert_eq!(workers, 0, "they are forgotten");
}

#[tokio::test]
async fn what_a_dropped_take_took_is_put_back_by_the_next_heartbeat_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    let numbers: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    put(&store, &numbers.iter().map(|number| &number[..]).collect::<Vec<_>>()).await;
    let lease = store.lease("one").await.unwrap();
    let known = lease.take(Want { tasks: 5, ..ALL }).await.unwrap();
    // As if it were taken by a take whose future was dropped.
    sqlx::query("UPDATE Jobs SET status = 'Running', lock_by = 'one' WHERE status = 'Pending'")
        .execute(&store.writer)
        .await
        .unwrap();
    assert_eq!(counts(&store).await, [0, 20, 0, 0]);
    lease.beat().await.unwrap();
    assert_eq!(counts(&store).await, [15, 5, 0, 0]);
    let ids: Vec<_> = known.iter().map(|taken| taken.id.clone()).collect();
    let done = ids.into_iter().map(|id| Settled {
        id,
        attempts: 1,
        outcome: Outcome::Done,
    });
    lease.settle(&done.collect::<Vec<_>>()).await.unwrap();
    assert_eq!(counts(&store).await, [15, 0, 5, 0]);
}

#[tokio::test]
async fn a_result_that_is_recorded_again_leaves_the_next_attempt_with_its_worker() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    put(&store, &["a"]).await;
    let lease = store.lease("one").await.unwrap();
    let first = lease.take(ALL).await.unwrap().remove(0);
    let retry = Settled {
        id: first.id,
        attempts: 1,
        outcome: Outcome::Retry {
            error: "no".to_owned(),
            after: Duration::ZERO,
        },
    };
    lease.settle(std::slice::from_ref(&retry)).await.unwrap();
    // A pause is rounded up to the second.
    let again = loop {
        match lease.take(ALL).await.unwrap().pop() {
            Some(again) => break again,
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    assert_eq!(again.attempts, 1);
    lease.settle(&[retry]).await.unwrap();
    lease.beat().await.unwrap();
    assert_eq!(counts(&store).await, [0, 1, 0, 0], "it runs");
}

#[tokio::test]
async fn the_tasks_of_a_dead_worker_are_taken_over_and_its_row_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    put(&store, &["a", "b"]).await;
    let (dead, alive) = (store.lease("dead").await.unwrap(), store.lease("alive").await.unwrap());
    let held = dead.take(Want { tasks: 1, ..ALL }).await.unwrap();
    let other = alive.take(ALL).await.unwrap();
    let last_seen = async |worker: &str, ago: i64| {
        let sql = "UPDATE Workers SET last_seen = unixepoch() - ? WHERE id = ?";
        sqlx::query(sql)
            .bind(ago)
            .bind(worker)
            .execute(&store.writer)
            .await
            .unwrap();
    };
    last_seen("dead", 6).await;
    alive.beat().await.unwrap();
    assert_eq!(counts(&store).await, [0, 2, 0, 0], "not yet");
    last_seen("dead", 8).await;
    last_seen("alive", 8).await;
    alive.beat().await.unwrap();
    assert_eq!(counts(&store).await, [0, 2, 0, 0], "nobody could write");
    alive.beat().await.unwrap();
    assert_eq!(counts(&store).await, [1, 1, 0, 0]);
    let ids: String = sqlx::query_scalar("SELECT json_group_array(id) FROM Workers")
        .fetch_one(store.readers())
        .await
        .unwrap();
    assert_eq!(ids, r#"["alive"]"#);

    // It was only paused.
    dead.beat().await.unwrap();
    dead.settle(&all(&held, &Outcome::Done)).await.unwrap();
    assert_eq!(counts(&store).await, [1, 1, 0, 0], "it holds the task no more");
    let again = dead.take(ALL).await.unwrap();
    assert_eq!(
        (bodies(&again), again[0].attempts, other[0].attempts),
        (vec!["a"], 1, 0)
    );
}
