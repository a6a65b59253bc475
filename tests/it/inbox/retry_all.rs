//! One button tries all dead letters again, such as after an outage of a service that the work needs.
#![cfg(unix)]

use std::time::{Duration, Instant};

use sqlx::{Connection, SqliteConnection};

use super::board::{Board, with_a_dead_letter};
use super::database::Backend;
use super::process::{Inbox, PATIENCE, deliver, delivery};

/// More than the page shows.
const DEAD: usize = 103;

#[tokio::test(flavor = "multi_thread")]
async fn all_dead_letters_are_tried_again_once_on_sqlite() {
    tries_all(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_dead_letters_are_tried_again_once_on_postgres() {
    tries_all(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_dead_letters_are_tried_again_once_on_redis() {
    tries_all(Backend::Redis).await;
}

async fn tries_all(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let sound = Inbox::new(&database.url, database.folder.path());
    let receiver = sound.clone().failing(1.0).start();
    for number in 0..DEAD {
        deliver(receiver.address, &delivery(number)).await;
    }
    let start = Instant::now();
    while database.dead().await < DEAD {
        assert!(start.elapsed() < PATIENCE, "{} are dead", database.dead().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(receiver);

    let receiver = sound.start();
    let board = Board::of(&receiver);
    assert_eq!(board.try_all_again(&board.origin()).await, 303);
    sound.wait_for(DEAD).await;
    // The second press leaves those that were tried again alone.
    assert_eq!(board.try_all_again(&board.origin()).await, 303);
    assert_eq!(database.tasks().await, 2 * DEAD);
    assert!(sound.effects().values().all(|times| *times == 1));
    drop(receiver);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_dead_letters_of_this_queue_are_tried_again() {
    let (database, _receiver, board, id) = with_a_dead_letter().await;
    let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
    for (change, status) in [
        ("UPDATE Jobs SET status = 'Done'", 409),
        ("UPDATE Jobs SET status = 'Running'", 409),
        ("UPDATE Jobs SET status = 'Killed', job_type = 'of another'", 404),
    ] {
        sqlx::query(change).execute(&mut connection).await.unwrap();
        assert_eq!(board.try_again(&id, &board.origin()).await, status, "{change}");
    }
    assert_eq!(database.tasks().await, 1);
    let back = "UPDATE Jobs SET job_type = 'webhooks'";
    sqlx::query(back).execute(&mut connection).await.unwrap();
    assert_eq!(board.try_again(&id, &board.origin()).await, 303);
    assert_eq!(database.tasks().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_dead_letter_does_not_keep_the_others_back() {
    let (database, receiver, board, id) = with_a_dead_letter().await;
    deliver(receiver.address, "signed, no event, and the last to come").await;
    board.letters::<2>().await;
    let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
    let cut_off = "UPDATE Jobs SET job = '{' WHERE id = ?";
    let cut_off = sqlx::query(cut_off).bind(&id).execute(&mut connection).await.unwrap();
    assert_eq!(cut_off.rows_affected(), 1);

    let answer = board.press_all(&board.origin()).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (500, "1 cannot be read; all others are tried again")
    );
    assert_eq!(board.try_again(&id, &board.origin()).await, 500);
    assert_eq!(database.tasks().await, 3);
    let shown = board.letters::<3>().await.map(|letter| letter.again);
    let unreadable = format!("{id} cannot be read: ");
    assert!(shown.iter().flatten().all(|again| *again != id), "{shown:?}");
    let marked = shown
        .iter()
        .filter(|again| matches!(again, Err(text) if text.starts_with(&unreadable)));
    assert_eq!(marked.count(), 1, "{shown:?}");
}
