//! The deadline for heads, and the requests in progress that it spares.

use std::time::Instant;

use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use super::{GET, LIMIT, PATIENCE, Running, until_closed};
use crate::sockets::client::PROTOCOLS;
use tower_webhook::test::TestBody;

async fn start() -> Running {
    // So that only the deadline for heads can end a connection.
    Running::start(|server| server.head_timeout(LIMIT).write_timeout(PATIENCE * 2)).await
}

#[tokio::test]
async fn a_connection_without_a_whole_head_is_closed() {
    let server = start().await;
    for sent in [
        "",
        "P",
        "PRI * HTTP/2.0\r\n\r\nSM",
        "GET / HTTP/1.1\r\nHost: te",
        "GET / HTTP/1.1\r\nHost: test\r\nX-Long: ",
        // A whole preface, and no frame after it.
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = server.connect().await;
        let start = Instant::now();
        let answer = until_closed(&mut stream, sent).await;
        assert!(start.elapsed() > LIMIT / 2, "{sent:?}");
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{sent:?}");
    }
}

#[tokio::test]
async fn a_head_that_trickles_is_cut_off() {
    let server = start().await;
    let mut stream = server.connect().await;
    let start = Instant::now();
    stream.write_all(b"GET / HTTP/1.1\r\nX-Long: ").await.unwrap();
    while stream.write_all(b"x").await.is_ok() {
        assert!(start.elapsed() < PATIENCE, "it is read forever");
        sleep(LIMIT / 20).await;
    }
}

#[tokio::test]
async fn a_connection_that_is_idle_after_a_request_is_closed() {
    let server = start().await;
    for then in ["", "GET / HTTP/1.1\r\nHo"] {
        let mut stream = server.connect().await;
        let start = Instant::now();
        let answer = until_closed(&mut stream, format!("{GET}{then}")).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
        assert!(start.elapsed() > LIMIT / 2);
    }
}

#[tokio::test]
async fn an_http2_connection_that_is_idle_is_closed() {
    let server = start().await;
    let io = TokioIo::new(server.connect().await);
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = http::Request::get(format!("http://{}/", server.address));
    let answer = sender.send_request(request.body(TestBody::one("")).unwrap()).await;
    assert_eq!(answer.unwrap().status(), 200);
    let start = Instant::now();
    let ended = timeout(PATIENCE, connection).await.expect("the server closes it");
    // Without an error, because the server says that it goes away.
    ended.unwrap().unwrap();
    assert!(start.elapsed() > LIMIT / 2);
}

#[tokio::test]
async fn requests_in_progress_for_longer_are_answered() {
    let server = start().await;
    for protocol in PROTOCOLS {
        for (path, body) in [("/slow", "slow"), ("/slow-body", "slowbody")] {
            let request = http::Request::get(path).body(TestBody::one("")).unwrap();
            let response = protocol.send(server.address, request).await.unwrap();
            assert_eq!(response.body(), body, "{protocol:?}");
        }
        let body = TestBody::one("half").wait_for(sleep(LIMIT * 3)).frame("half");
        let request = http::Request::post("/length").body(body).unwrap();
        let response = protocol.send(server.address, request).await.unwrap();
        assert_eq!(response.body(), "8", "{protocol:?}");
    }
}
