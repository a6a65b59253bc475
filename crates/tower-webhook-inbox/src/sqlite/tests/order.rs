//! The order of deliveries with the same key, and the newest events.

use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::queue::InOrder;
use crate::queue::lease::OrderBy;
use crate::sqlite::order::IS_ANY_NEW;

/// The first letter of a body is its key, but not a `-`.
fn first_letter() -> OrderBy {
    OrderBy::new(|delivery| {
        let body = std::str::from_utf8(delivery.bytes()).unwrap();
        let key = body.chars().next().filter(|key| *key != '-')?;
        Some(key.to_string())
    })
}

#[tokio::test]
async fn one_task_of_a_key_is_held_at_a_time_across_stores() {
    let folder = tempfile::tempdir().unwrap();
    let url = url(&folder);
    let (store, other) = (
        SqliteStore::open(&url).await.unwrap(),
        SqliteStore::open(&url).await.unwrap(),
    );
    // Two of them are there before anybody asks for an order, and one of these runs.
    put(&store, &["a1", "b1"]).await;
    let unordered = store.lease("unordered").await.unwrap();
    let held = unordered.take(Want { tasks: 1, ..ALL }).await.unwrap();
    put(&store, &["a2", "-1", "a3", "b2", "-2", "a4"]).await;
    let order = first_letter();
    let want = Want {
        order: Some(&order),
        ..ALL
    };
    let (one, two) = (store.lease("one").await.unwrap(), other.lease("two").await.unwrap());

    let first = one.take(want).await.unwrap();
    assert_eq!(bodies(&first), ["b1", "-1", "-2"], "a1 runs");
    assert_eq!(two.take(want).await.unwrap().len(), 0);
    unordered.settle(&all(&held, &Outcome::Done)).await.unwrap();
    let second = two.take(want).await.unwrap();
    assert_eq!(bodies(&second), ["a2"]);

    // A task that is to be tried again later holds the others of its key up, and a dead one does not.
    let later = Outcome::Retry {
        error: String::new(),
        after: Duration::from_hours(1),
    };
    let dead = Outcome::Dead { error: String::new() };
    one.settle(&all(&first[..1], &later)).await.unwrap();
    two.settle(&all(&second, &dead)).await.unwrap();
    put(&store, &["c1"]).await;
    assert_eq!(bodies(&one.take(want).await.unwrap()), ["a3", "c1"]);

    // A dead letter that is put back waits for the one that runs, and then comes before the later ones.
    assert!(other.retry(&second[0].id).await.unwrap());
    assert_eq!(two.take(want).await.unwrap().len(), 0);
    one.release().await.unwrap();
    let third = two.take(want).await.unwrap();
    let mut sorted = bodies(&third);
    sorted.sort_unstable();
    assert_eq!(sorted, ["-1", "-2", "a2", "c1"]);
    two.settle(&all(&third, &Outcome::Done)).await.unwrap();
    assert_eq!(bodies(&two.take(want).await.unwrap()), ["a3"]);
}

#[tokio::test]
async fn a_long_queue_of_one_key_is_passed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    put(&store, &["a0"]).await;
    let copies = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20000) \
                  INSERT INTO Jobs (job, id, job_type, run_at) \
                  SELECT job, printf('Z%025d', n), job_type, run_at FROM Jobs, n";
    sqlx::raw_sql(copies).execute(&store.writer).await.unwrap();
    let order = first_letter();
    let want = Want {
        order: Some(&order),
        ..ALL
    };
    let lease = store.lease("one").await.unwrap();
    let mut taken = Vec::new();
    let is_any_new = async || {
        let is_any_new = sqlx::query_scalar::<_, bool>(IS_ANY_NEW).bind(crate::QUEUE);
        is_any_new.fetch_one(store.readers()).await.unwrap()
    };
    while taken.is_empty() || is_any_new().await {
        taken.extend(lease.take(want).await.unwrap());
    }
    assert_eq!(bodies(&taken), ["a0"]);

    // The least of many, because the machine may be busy.
    let mut waiting = Duration::MAX;
    for _ in 0..50 {
        let start = Instant::now();
        assert_eq!(lease.take(want).await.unwrap().len(), 0);
        waiting = waiting.min(start.elapsed());
    }
    let mut working = Duration::MAX;
    for _ in 0..50 {
        let start = Instant::now();
        lease.settle(&all(&taken, &Outcome::Done)).await.unwrap();
        taken = lease.take(want).await.unwrap();
        assert_eq!(taken.len(), 1);
        working = working.min(start.elapsed());
    }
    assert!(
        waiting < Duration::from_millis(3) && working < Duration::from_millis(10),
        "{waiting:?}, {working:?}"
    );
}

#[tokio::test]
async fn an_order_survives_a_table_that_was_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    put(&store, &["a1", "a2"]).await;
    let order = first_letter();
    let want = Want {
        order: Some(&order),
        ..ALL
    };
    let lease = store.lease("one").await.unwrap();
    let taken = lease.take(want).await.unwrap();
    let lost = "DROP TRIGGER delivery_order_added; DROP TRIGGER delivery_order_changed";
    sqlx::raw_sql(lost).execute(&store.writer).await.unwrap();
    lease.settle(&all(&taken, &Outcome::Done)).await.unwrap();
    let anew = store.lease("two").await.unwrap();
    assert_eq!(bodies(&anew.take(want).await.unwrap()), ["a2"]);
}

#[tokio::test]
async fn times_of_an_entity_only_grow() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    let times = [
        "-000044-03-15T12:00:00.25Z",
        "1969-12-31T23:59:59.25Z",
        "1969-12-31T23:59:59.75Z",
        "1970-01-01T00:00:00.5Z",
        "9999-01-01T00:00:00Z",
    ];
    for (number, time) in times.iter().enumerate() {
        for time in times[..=number].iter().rev() {
            store.advance("one", time.parse().unwrap()).await.unwrap();
        }
        assert_eq!(store.newest("one").await.unwrap(), Some(time.parse().unwrap()));
    }
    assert_eq!(store.newest("other").await.unwrap(), None);

    store.forget_keys(Duration::from_mins(1)).await.unwrap();
    assert!(store.newest("one").await.unwrap().is_some());
    store.forget_keys(Duration::ZERO).await.unwrap();
    assert_eq!(store.newest("one").await.unwrap(), None);
}
