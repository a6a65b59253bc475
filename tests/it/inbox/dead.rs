//! A delivery that fails too often becomes a dead letter, which the board lists and tries again.
#![cfg(unix)]

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::board::Board;
use super::database::Backend;
use super::process::{Inbox, PATIENCE, deliver, delivery};

/// More than a page of apalis holds.
const DONE: usize = 149;
/// How often the example tries a delivery that fails.
const ATTEMPTS: usize = 7;

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_found_among_many_that_are_done_on_sqlite() {
    finds_a_dead_letter(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_found_among_many_that_are_done_on_postgres() {
    finds_a_dead_letter(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_found_among_many_that_are_done_on_redis() {
    finds_a_dead_letter(Backend::Redis).await;
}

async fn finds_a_dead_letter(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let sound = Inbox::new(&database.url, database.folder.path());
    let mut receiver = sound.start();
    for number in 0..DONE {
        deliver(receiver.address, &delivery(number)).await;
    }
    sound.wait_for(DONE).await;
    receiver.signal("TERM");
    assert_eq!(receiver.end().code(), Some(0));

    let failing = sound.clone().failing(1.0);
    let receiver = failing.start();
    let board = Board::of(&receiver);
    deliver(receiver.address, &delivery(DONE)).await;
    let [letter] = board.letters::<1>().await;
    assert_eq!((letter.event.as_str(), letter.attempts), ("lead.created", ATTEMPTS));
    assert_eq!(failing.effects().len(), DONE);

    // Of many presses one tries it again, and the task of that can be tried again too.
    let id = letter.again.unwrap();
    let origin = board.origin();
    let presses = join_all((0..10).map(|_| board.try_again(&id, &origin))).await;
    assert_eq!(presses, [303; 10]);
    let [last, first] = board.letters::<2>().await;
    assert_eq!(first.again.unwrap_err(), "Tried again: Killed");
    assert_eq!(last.attempts, ATTEMPTS);
    let id = last.again.unwrap();
    drop(receiver);

    let receiver = sound.start();
    let board = Board::of(&receiver);
    assert_eq!(board.try_again(&id, &board.origin()).await, 303);
    sound.wait_for(DONE + 1).await;
    let start = Instant::now();
    while board.letters::<2>().await[0].again != Err("Tried again: Done".to_owned()) {
        assert!(start.elapsed() < PATIENCE, "it is not done");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(database.tasks().await, DONE + 3);
    drop(receiver);
    database.drop().await;
}
