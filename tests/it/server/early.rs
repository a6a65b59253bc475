//! Answers before the end of the body: the sender sees them, and the rest is discarded within bounds.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{GET, LIMIT, PATIENCE, Running, until_closed};
use crate::sockets::raw::{Answer, Raw};

const MIB: usize = 1024 * 1024;

fn refused(lines: &str) -> String {
    format!("POST /refuse HTTP/1.1\r\nHost: test\r\n{lines}\r\n")
}

#[tokio::test]
async fn a_sender_that_reads_after_its_body_sees_the_refusal_and_may_go_on() {
    let server = Running::start(|server| server).await;
    for mib in [3, 8, 24] {
        for _ in 0..5 {
            let mut peer = Raw::connect(server.address).await;
            peer.send(refused(&format!("Content-Length: {}\r\n", mib * MIB))).await;
            peer.send(vec![b'x'; mib * MIB]).await;
            assert_eq!(peer.answer().await, Some(Answer::empty(403)), "{mib} MiB");
            peer.send(GET).await;
            assert_eq!(peer.answer().await, Some(Answer::ok("ok")), "{mib} MiB");
        }
    }
}

#[tokio::test]
async fn a_refused_body_in_chunks_is_discarded() {
    let server = Running::start(|server| server).await;
    let mut peer = Raw::connect(server.address).await;
    peer.send(refused("Transfer-Encoding: chunked\r\n")).await;
    for _ in 0..3 {
        peer.send(format!("100000\r\n{}\r\n", "x".repeat(MIB))).await;
    }
    peer.send("0\r\n\r\n").await;
    assert_eq!(peer.answer().await, Some(Answer::empty(403)));
    peer.send(GET).await;
    assert_eq!(peer.answer().await, Some(Answer::ok("ok")));
}

#[tokio::test]
async fn a_refused_body_over_the_bound_in_bytes_ends_the_connection() {
    let server = Running::start(|server| server.discard(MIB as u64, PATIENCE)).await;
    let mut stream = server.connect().await;
    stream
        .write_all(refused("Content-Length: 999999999\r\n").as_bytes())
        .await
        .unwrap();
    let (mut taken, piece) = (0, vec![b'x'; 65536]);
    while timeout(PATIENCE, stream.write_all(&piece)).await.unwrap().is_ok() {
        taken += piece.len();
        // The bound, and what the buffers of the system hold.
        assert!(taken < 64 * MIB, "it is read forever");
    }
}

#[tokio::test]
async fn a_refused_body_over_the_bound_in_time_ends_the_connection() {
    let server = Running::start(|server| server.discard(u64::MAX, LIMIT).head_timeout(PATIENCE * 5)).await;
    let mut stream = server.connect().await;
    let answer = until_closed(&mut stream, refused("Content-Length: 100\r\n")).await;
    assert!(answer.starts_with(b"HTTP/1.1 403 Forbidden\r\n"));
}

#[tokio::test]
async fn a_sender_that_waits_for_100_continue_is_not_asked_for_its_body() {
    let server = Running::start(|server| server).await;
    let mut stream = server.connect().await;
    let head = refused("Content-Length: 100\r\nExpect: 100-continue\r\n");
    let answer = until_closed(&mut stream, head).await;
    assert!(answer.starts_with(b"HTTP/1.1 403 Forbidden\r\n"));
    assert!(!answer.windows(4).any(|part| part == b" 100"));
}

#[tokio::test]
async fn a_body_that_is_read_is_not_discarded() {
    let server = Running::start(|server| server.discard(0, Duration::ZERO)).await;
    let mut peer = Raw::connect(server.address).await;
    for _ in 0..2 {
        peer.send("POST /length HTTP/1.1\r\nHost: test\r\nContent-Length: 3000000\r\n\r\n")
            .await;
        peer.send(vec![b'x'; 3_000_000]).await;
        assert_eq!(peer.answer().await, Some(Answer::ok("3000000")));
    }
}

#[tokio::test]
async fn a_client_that_half_closes_its_connection_is_answered() {
    let server = Running::start(|server| server).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /slow HTTP/1.1\r\nHost: test\r\n\r\n")
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("\r\n\r\nslow"), "{answer}");
}
