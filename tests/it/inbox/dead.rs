//! Dead letters: what fails too often becomes one, and the board lists it among whatever else there is.
#![cfg(unix)]

use super::board::Board;
use super::database::Backend;
use super::process::{Inbox, delivery, insist};

/// More than a page of apalis.
const DONE: usize = 149;

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_found_among_many_that_are_done_on_sqlite() {
    dies(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_found_among_many_that_are_done_on_postgres() {
    dies(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_found_among_many_that_are_done_on_redis() {
    dies(Backend::Redis).await;
}

async fn dies(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let sound = Inbox::new(&database.url, database.folder.path());
    let mut receiver = sound.start();
    for number in 0..DONE {
        insist(receiver.address, &delivery(number)).await;
    }
    sound.wait_for(DONE).await;
    receiver.signal("TERM");
    assert_eq!(receiver.end().code(), Some(0));

    let failing = sound.clone().failing(1.0);
    let receiver = failing.start();
    let board = Board::of(&receiver);
    insist(receiver.address, &delivery(DONE)).await;
    let [letter] = board.letters::<1>().await;
    assert_eq!((letter.event.as_str(), letter.attempts), ("lead.created", 5));
    assert_eq!(failing.effects().len(), DONE);
    drop(receiver);
    database.drop().await;
}
