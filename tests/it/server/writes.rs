//! The deadline for answers that the peer does not take.

use std::sync::atomic::Ordering;
use std::time::Instant;

use http::Request;
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::{sleep, timeout};
use tower_webhook::test::TestBody;

use super::{COUNTED, GET, LARGE, LIMIT, PATIENCE, Running};
use crate::sockets::client::PROTOCOLS;

async fn start() -> Running {
    // So that only the deadline for writes can end a connection.
    Running::start(|server| server.write_timeout(LIMIT).head_timeout(PATIENCE * 2)).await
}

/// Waits until the server has closed a connection whose client does not read, and sends these bytes meanwhile.
async fn is_cut_off(server: &Running, first: &str, again: &str) {
    let mut stream = server.connect().await;
    let start = Instant::now();
    stream.write_all(first.as_bytes()).await.unwrap();
    loop {
        // A closed connection answers bytes with a reset.
        match timeout(LIMIT / 10, stream.write_all(again.as_bytes())).await {
            Ok(Ok(())) => sleep(LIMIT / 10).await,
            Ok(Err(_)) => break,
            Err(_) => {}
        }
        assert!(start.elapsed() < PATIENCE, "{first:?} is served forever");
    }
    assert!(start.elapsed() > LIMIT / 2, "{first:?}");
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut_off() {
    let server = start().await;
    for path in ["/large", "/whole"] {
        is_cut_off(&server, &format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n"), "x").await;
    }
}

#[tokio::test]
async fn a_client_that_pipelines_and_does_not_read_is_cut_off() {
    let server = start().await;
    // With a body, and without one, of which hyper keeps no part.
    for request in [GET, "GET /refuse HTTP/1.1\r\nHost: test\r\n\r\n"] {
        is_cut_off(&server, request, &request.repeat(1000)).await;
    }
}

#[tokio::test]
async fn no_more_requests_are_served_while_the_answers_are_not_read() {
    let server = Running::start(|server| server.write_timeout(PATIENCE * 2)).await;
    let socket = TcpSocket::new_v4().unwrap();
    // A larger buffer would take more answers.
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    let requests = "GET /count HTTP/1.1\r\nHost: test\r\n\r\n".repeat(1000);
    // Enough for every buffer of requests on the way.
    let sending = tokio::spawn(async move {
        for _ in 0..1000 {
            stream.write_all(requests.as_bytes()).await.unwrap();
        }
        stream
    });
    let mut counted = 0;
    loop {
        sleep(LIMIT * 2).await;
        let now = COUNTED.load(Ordering::Relaxed);
        assert!(now < 50_000, "answers pile up in memory");
        if now == counted && now > 0 {
            break;
        }
        counted = now;
    }
    assert!(!sending.is_finished());
    sending.abort();
}

/// An HTTP/2 client whose streams have this window, and the answer to its request.
async fn with_window(server: &Running, window: u32, path: &str) {
    let io = TokioIo::new(server.connect().await);
    let mut client = http2::Builder::new(TokioExecutor::new());
    client.initial_stream_window_size(window);
    client.initial_connection_window_size(8 * 1024 * 1024);
    let (mut sender, connection) = client.handshake(io).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get(format!("http://{}{path}", server.address));
    let response = sender.send_request(request.body(TestBody::one("")).unwrap()).await;
    let response = response.unwrap();
    assert_eq!(response.status(), 200);
    let start = Instant::now();
    timeout(PATIENCE, connection)
        .await
        .expect("the server cuts it off")
        .unwrap()
        .unwrap_err();
    assert!(start.elapsed() > LIMIT / 4, "{window} {path}");
    drop(response);
}

#[tokio::test]
async fn an_http2_client_without_a_window_is_cut_off() {
    let server = start().await;
    for path in ["/", "/large", "/whole"] {
        with_window(&server, 0, path).await;
    }
    // hyper hands over the whole body for a window of one byte, and is done with it.
    with_window(&server, 1, "/").await;
    // Full after one whole piece, so that no part of a piece waits.
    with_window(&server, 1024 * 1024, "/large").await;
}

#[tokio::test]
async fn a_slow_service_is_waited_for() {
    let server = start().await;
    for protocol in PROTOCOLS {
        for (path, body) in [("/slow", "slow"), ("/slow-body", "slowbody")] {
            let request = Request::get(path).body(TestBody::one("")).unwrap();
            let response = protocol.send(server.address, request).await.unwrap();
            assert_eq!(response.body(), body, "{protocol:?}");
        }
    }
}

#[tokio::test]
async fn a_slow_reader_is_served_while_it_makes_progress() {
    let server = start().await;
    for path in ["/large", "/whole"] {
        let socket = TcpSocket::new_v4().unwrap();
        // A larger buffer would take everything at once.
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        let mut stream = socket.connect(server.address).await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let (start, mut read, mut piece) = (Instant::now(), 0, vec![0; 4 * 1024 * 1024]);
        loop {
            // The pauses alone take three times the deadline.
            sleep(LIMIT / 10).await;
            let filled = timeout(PATIENCE, fill(&mut stream, &mut piece)).await.unwrap();
            read += filled;
            if filled < piece.len() {
                break;
            }
        }
        assert!(read > LARGE, "{path}: only {read} bytes");
        assert!(start.elapsed() > LIMIT, "{path}: too fast to show anything");
    }
}

async fn fill(stream: &mut (impl AsyncReadExt + Unpin), piece: &mut [u8]) -> usize {
    let mut filled = 0;
    while filled < piece.len() {
        match stream.read(&mut piece[filled..]).await.unwrap() {
            0 => break,
            bytes => filled += bytes,
        }
    }
    filled
}

#[tokio::test]
async fn a_slow_http2_reader_is_served_while_it_makes_progress() {
    let server = start().await;
    let io = TokioIo::new(server.connect().await);
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(format!("http://{}/large", server.address));
    let response = sender.send_request(request.body(TestBody::one("")).unwrap()).await;
    let mut body = response.unwrap().into_body();
    let (start, mut read, mut due) = (Instant::now(), 0, 0);
    while let Some(frame) = body.frame().await {
        read += frame.unwrap().data_ref().map_or(0, bytes::Bytes::len);
        if read >= due {
            due += LARGE / 16;
            sleep(LIMIT / 5).await;
        }
    }
    assert_eq!(read, LARGE);
    assert!(start.elapsed() > LIMIT, "too fast to show anything");
}
