//! The shutdown: requests in progress are answered, and nobody holds it up for longer than the grace.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::{GET, LIMIT, PATIENCE, Running};

/// Each is a state in which a stranger may leave a connection.
const STATES: [&str; 8] = [
    "",
    "P",
    "GET / HTTP/1.1\r\nHost: te",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    GET,
    "GET /never HTTP/1.1\r\nHost: test\r\n\r\n",
    "GET /large HTTP/1.1\r\nHost: test\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n",
];

async fn held(server: &Running, state: &str) -> TcpStream {
    let mut stream = server.connect().await;
    stream.write_all(state.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn connections_in_any_state_are_cut_off_at_the_end_of_grace() {
    let long = PATIENCE * 5;
    let server = Running::start(|server| {
        let server = server.grace(LIMIT).head_timeout(long).write_timeout(long);
        server.discard(u64::MAX, long)
    });
    let server = server.await;
    let mut streams = Vec::new();
    for state in STATES {
        streams.push(held(&server, state).await);
    }
    streams.push(
        held(
            &server,
            "POST /refuse HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n",
        )
        .await,
    );
    sleep(LIMIT).await;
    server.stop().await;
    for mut stream in streams {
        let mut rest = Vec::new();
        let closed = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        let _ = closed.expect("it is cut off");
    }
}

#[tokio::test]
async fn a_server_without_requests_in_progress_ends_before_the_grace() {
    let long = PATIENCE * 5;
    let server = Running::start(|server| server.grace(long).head_timeout(long)).await;
    let mut streams = Vec::new();
    for state in &STATES[..5] {
        streams.push(held(&server, state).await);
    }
    sleep(LIMIT).await;
    let start = Instant::now();
    server.stop().await;
    assert!(start.elapsed() < PATIENCE);
}

#[tokio::test]
async fn a_request_in_progress_is_answered_and_new_connections_are_refused() {
    let server = Running::start(|server| server).await;
    let mut stream = held(&server, "GET /slow HTTP/1.1\r\nHost: test\r\n\r\n").await;
    sleep(LIMIT).await;
    let address = server.address;
    let stopping = tokio::spawn(server.stop());
    let mut answer = String::new();
    sleep(LIMIT).await;
    assert!(TcpStream::connect(address).await.is_err());
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("\r\n\r\nslow"), "{answer}");
    stopping.await.unwrap();
}

#[tokio::test]
async fn connections_are_cut_off_when_serving_is_given_up() {
    let server = Running::start(|server| server.grace(Duration::MAX)).await;
    let mut stream = held(&server, "GET /never HTTP/1.1\r\nHost: test\r\n\r\n").await;
    sleep(LIMIT).await;
    server.serving.abort();
    let read = timeout(PATIENCE, stream.read_u8()).await;
    read.expect("it is cut off").unwrap_err();
}
