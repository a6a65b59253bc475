//! The cap on connections, and the room that idle ones make.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{GET, LIMIT, PATIENCE, Running, until_closed};

const CLOSE: &str = "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_connection_over_the_cap_is_served_when_another_ends() {
    let server = Running::start(|server| server.max_connections(2)).await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        // In progress, so that it does not make room.
        let request = "GET /slow HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        busy.push(stream);
    }
    // The order in which the connections are accepted is that in which they were made.
    let mut waiting = server.connect().await;
    waiting.write_all(CLOSE.as_bytes()).await.unwrap();
    let early = timeout(LIMIT, waiting.read_u8()).await;
    assert!(early.is_err(), "it is served over the cap: {early:?}");
    let answer = until_closed(&mut waiting, "").await;
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn idle_connections_make_room() {
    let server = Running::start(|server| server.max_connections(2).head_timeout(PATIENCE * 5)).await;
    let mut silent = server.connect().await;
    let mut idle = server.connect().await;
    idle.write_all(GET.as_bytes()).await.unwrap();
    idle.read_u8().await.unwrap();
    for _ in 0..4 {
        let mut stream = server.connect().await;
        let answer = until_closed(&mut stream, CLOSE).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
    // The one that was idle for the longest time.
    assert!(until_closed(&mut silent, "").await.is_empty());
}

#[tokio::test]
async fn connections_that_withhold_the_body_of_an_answered_request_make_room() {
    let server = Running::start(|server| server.max_connections(2).discard(1024, PATIENCE * 5)).await;
    let mut withheld = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        let post = "POST /unread HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n";
        stream.write_all(post.as_bytes()).await.unwrap();
        stream.read_u8().await.unwrap();
        withheld.push(stream);
    }
    for _ in 0..4 {
        let mut stream = server.connect().await;
        let answer = until_closed(&mut stream, CLOSE).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
}

#[tokio::test]
async fn a_full_house_is_left_alone_while_nobody_waits() {
    let server = Running::start(|server| server.max_connections(1).head_timeout(PATIENCE * 5)).await;
    let mut only = server.connect().await;
    for _ in 0..2 {
        only.write_all(GET.as_bytes()).await.unwrap();
        let mut answer = [0; 15];
        only.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        // Longer than an idle connection is kept when another one waits.
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        let mut rest = [0; 4096];
        let _ = only.read(&mut rest).await.unwrap();
    }
}
