//! Deliveries that fail too often become dead letters. The example's page lists them, and its buttons try them again.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::board::Board;
use super::database::{Backend, Database};
use super::process::{Inbox, PATIENCE, deliver, delivery};

/// More than the page shows.
const DEAD: usize = 103;
/// How often the example tries a delivery that fails.
const ATTEMPTS: usize = 7;

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_shown_and_tried_again_on_sqlite() {
    tries_again(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_shown_and_tried_again_on_postgres() {
    tries_again(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_shown_and_tried_again_on_redis() {
    tries_again(Backend::Redis).await;
}

async fn tries_again(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let sound = Inbox::new(&database.url, database.folder.path());
    let receiver = sound.clone().failing(1.0).start();
    let board = Board::of(&receiver);
    for number in 0..DEAD {
        deliver(receiver.address, &delivery(number)).await;
    }
    are_dead(&database, DEAD).await;
    let letters = board.letters::<100>().await;
    for letter in &letters {
        let shown = (letter.event.as_str(), letter.attempts, letter.error.as_str());
        assert_eq!(shown, ("lead.created", ATTEMPTS, "FAIL_RATE made it fail"));
    }
    drop(receiver);

    let receiver = sound.start();
    let board = Board::of(&receiver);
    let (id, origin) = (&letters[0].id, board.origin());
    let presses = join_all((0..10).map(|_| board.try_again(id, &origin))).await;
    assert_eq!(presses, [303; 10]);
    sound.wait_for(1).await;
    are_dead(&database, DEAD - 1).await;
    let presses = join_all((0..10).map(|_| board.try_all_again(&origin))).await;
    assert_eq!(presses, [303; 10]);
    let effects = sound.wait_for(DEAD).await;
    assert!(effects.values().all(|times| *times == 1));
    let [] = board.letters().await;
    assert_eq!(database.tasks().await, DEAD);
    drop(receiver);
    database.drop().await;
}

/// Waits until there are this many dead letters.
async fn are_dead(database: &Database, letters: usize) {
    let start = Instant::now();
    loop {
        let dead = database.dead().await;
        if dead == letters {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{dead} are dead");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
