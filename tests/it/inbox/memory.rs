//! Memory: replays of a recorded delivery cost little more than their bodies.
#![cfg(target_os = "linux")]

use std::fs;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::database::Backend;
use super::process::{self, PATIENCE, deliver};
use crate::receivers::child::Receiver;
use crate::sockets::raw::head;
use crate::support::{SIGNATURE, signature};

const LARGE: usize = 2 * 1024 * 1024;
const REPLAYS: usize = 24;

/// One backend after the other, because each keeps the processors busy.
#[tokio::test(flavor = "multi_thread")]
async fn replays_of_a_large_delivery_take_at_most_half_as_much_again_as_their_bodies() {
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::Redis] {
        replays_take_little(backend).await;
    }
}

async fn replays_take_little(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let inbox = process::Inbox::new(&database.url, database.folder.path());
    let receiver = inbox.start();
    let body = format!(r#"{{"event":"lead.created","more":"{}"}}"#, "x".repeat(LARGE - 42));
    deliver(receiver.address, &body).await;
    // The worker decodes it, which takes memory too.
    inbox.wait_for(1).await;

    let signed = format!("{SIGNATURE}: {}", signature(&body).to_str().unwrap());
    let head = head(&[&signed, "Connection: close", &format!("Content-Length: {}", body.len())]);
    let (most, last) = body.split_at(body.len() - 1);
    // Resets the peak to the memory that is in use now.
    fs::write(format!("/proc/{}/clear_refs", receiver.id()), "5").unwrap();
    let idle = memory(&receiver, "VmRSS");
    // All are there but for their last byte before the first is complete.
    let sent = join_all((0..REPLAYS).map(async |_| {
        let mut stream = TcpStream::connect(receiver.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(most.as_bytes()).await.unwrap();
        stream
    }));
    let answers = join_all(sent.await.into_iter().map(async |mut stream| {
        stream.write_all(last.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }));
    for answer in timeout(PATIENCE, answers).await.expect("they are answered") {
        // On a busy machine the backend may answer too late. The memory is taken all the same.
        let known = answer.starts_with("HTTP/1.1 200") && answer.contains("webhook-duplicate: true");
        assert!(known || answer.starts_with("HTTP/1.1 503"), "{answer}");
    }
    let (taken, bodies) = (memory(&receiver, "VmHWM") - idle, REPLAYS * LARGE);
    assert!(taken >= bodies / 2, "{backend:?}: {taken} bytes are fewer than arrived");
    assert!(taken <= bodies * 3 / 2, "{backend:?}: {taken} bytes for {bodies}");
    drop(receiver);
    database.drop().await;
}

/// A figure of its `/proc/<pid>/status`, in bytes.
fn memory(receiver: &Receiver, name: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", receiver.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).expect("it is there");
    let kib = line.split_whitespace().nth(1).expect("a number").parse::<usize>();
    kib.unwrap() * 1024
}
