//! While the disk is full, deliveries are refused. Those that are acknowledged later are not lost.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use super::database::{Backend, skip};
use super::process::{Inbox, delivery, key, post};
use crate::receivers::child::Receiver;

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_acknowledged_after_a_full_disk_take_effect() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        return skip("prlimit is not installed");
    }
    let database = Backend::Sqlite.database().await.unwrap();
    let inbox = Inbox::new(&database.url, database.folder.path()).with("WORK_MS", 0);
    // A limit on the size of files stands in for the disk. The process must ignore the signal at exceeding it.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\""]);
    let receiver = Receiver::start(inbox.command_after(command));

    let mut acknowledged = Vec::new();
    let mut numbers = 0..;
    let mut send = async || {
        let body = delivery(numbers.next().expect("there are enough"));
        let status = post(receiver.address, &body).await.unwrap().status();
        if status == 200 {
            acknowledged.push(key(&body));
        } else {
            assert_eq!(status, 503);
        }
        status == 200
    };
    for _ in 0..10 {
        assert!(send().await, "there is room");
    }
    let log = database.folder.path().join("inbox.db-wal");
    limit(&receiver, &(fs::metadata(log).unwrap().len() + 20_000).to_string());
    let mut tried = 0;
    while send().await {
        tried += 1;
        assert!(tried < 100, "the disk is never full");
    }
    for _ in 0..5 {
        send().await;
    }
    limit(&receiver, "unlimited");
    let mut refused = 0;
    for _ in 0..50 {
        refused += usize::from(!send().await);
    }
    assert!(refused < 5, "{refused} were refused when there was room again");

    inbox.wait_for(acknowledged.len()).await;
    drop(receiver);
    let effects = inbox.effects();
    for key in acknowledged {
        assert!(effects.contains_key(&key), "{key} was acknowledged and took no effect");
    }
}

/// Limits the size of the files that it writes, in bytes.
fn limit(receiver: &Receiver, size: &str) {
    let mut prlimit = Command::new("prlimit");
    prlimit.args(["--pid", &receiver.id().to_string(), &format!("--fsize={size}:")]);
    assert!(prlimit.status().unwrap().success());
}
