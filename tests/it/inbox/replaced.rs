//! A SQLite file that is deleted or replaced under the process: no delivery is acknowledged that would be lost.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use http::HeaderMap;
use tower_webhook_inbox::sqlite::{Error, SqliteStore};
use tower_webhook_inbox::{Inbox, PutError, Stored};

use super::database::Backend;
use super::process::{self, delivery, post};
use super::rows::{put, verified};

const POSTS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_database_answers_503_and_says_why() {
    let database = Backend::Sqlite.database().await.unwrap();
    let inbox = process::Inbox::new(&database.url, database.folder.path());
    let mut command = inbox.command();
    command.stderr(std::process::Stdio::piped());
    let receiver = crate::receivers::child::Receiver::start(command);
    assert_eq!(post(receiver.address, &delivery(0)).await.unwrap().status(), 200);
    for name in ["inbox.db", "inbox.db-wal", "inbox.db-shm"] {
        fs::remove_file(database.folder.path().join(name)).unwrap();
    }
    // The first is a duplicate in the file that is gone.
    for number in 0..POSTS {
        let answer = post(receiver.address, &delivery(number)).await.unwrap();
        assert_eq!(answer.status(), 503, "{number}");
        assert_eq!(answer.headers()["retry-after"], "10");
        // Its worker may complain too.
        let complaint = loop {
            let line = receiver.complaint();
            if line.contains("was not stored") {
                break line;
            }
        };
        assert!(complaint.contains("deleted or replaced"), "{complaint}");
    }
    drop(receiver);

    let _receiver = inbox.start();
    assert_eq!(database.tasks().await, 0, "a new process begins with a new file");
}

#[tokio::test]
async fn every_change_of_the_files_is_noticed_before_the_answer() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 4] = [
        ("deleted", |folder| fs::remove_file(folder.join("inbox.db")).unwrap()),
        ("moved", |folder| {
            fs::rename(folder.join("inbox.db"), folder.join("old.db")).unwrap();
        }),
        ("replaced", |folder| {
            fs::copy(folder.join("inbox.db"), folder.join("backup.db")).unwrap();
            fs::rename(folder.join("backup.db"), folder.join("inbox.db")).unwrap();
        }),
        ("without its log", |folder| {
            fs::remove_file(folder.join("inbox.db-wal")).unwrap();
        }),
    ];
    for (name, change) in changes {
        let database = Backend::Sqlite.database().await.unwrap();
        let inbox = Inbox::new(SqliteStore::open(&database.url).await.unwrap());
        assert_eq!(put(&inbox, 0).await, Stored::New);
        change(database.folder.path());
        for number in [0, 1] {
            let refused = inbox.put(&verified(number), &HeaderMap::new()).await;
            assert!(
                matches!(refused, Err(PutError::Store(Error::Replaced(_)))),
                "{name}: {refused:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_store_without_work_keeps_its_files() {
    let database = Backend::Sqlite.database().await.unwrap();
    let inbox = Inbox::new(SqliteStore::open(&database.url).await.unwrap());
    // Another process that opens and closes the file leaves the log in place.
    for number in 0..3 {
        drop(SqliteStore::open(&database.url).await.unwrap());
        assert_eq!(database.tasks().await, number);
        assert_eq!(put(&inbox, number).await, Stored::New);
    }
}
