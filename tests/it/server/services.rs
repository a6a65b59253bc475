//! What the services receive, and what they may be.

use std::net::Ipv4Addr;

use axum::Router;
use axum::routing::post;
use http::Request;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tower_webhook::test::TestBody;
use tower_webhook_server::Server;
use warp::Filter;

use super::{GET, Running};
use crate::sockets::client::PROTOCOLS;
use crate::sockets::raw::{Answer, Raw};

#[tokio::test]
async fn a_router_and_a_filter_are_served() {
    let filter = warp::path("echo").and(warp::body::bytes());
    let filter = filter.map(|bytes: bytes::Bytes| bytes.to_vec());
    let router = Router::new().route("/echo", post(async |body: bytes::Bytes| body));
    for is_axum in [true, false] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::new(listener);
        if is_axum {
            tokio::spawn(server.serve(router.clone(), std::future::pending()));
        } else {
            tokio::spawn(server.serve(warp::service(filter), std::future::pending()));
        }
        for protocol in PROTOCOLS {
            let request = Request::post("/echo").body(TestBody::one("text")).unwrap();
            let response = protocol.send(address, request).await.unwrap();
            assert_eq!(response.body(), "text", "{protocol:?}");
        }
    }
}

#[tokio::test]
async fn a_request_has_the_address_of_its_peer() {
    let server = Running::start(|server| server).await;
    let stream = server.connect().await;
    let own = stream.local_addr().unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::get(format!("http://{}/peer", server.address));
    let response = sender.send_request(request.body(TestBody::one("")).unwrap()).await;
    let body = http_body_util::BodyExt::collect(response.unwrap().into_body()).await;
    assert_eq!(body.unwrap().to_bytes(), own.to_string());
}

#[tokio::test]
async fn an_http2_connection_has_as_many_streams_as_allowed() {
    for streams in [3, 16] {
        let server = Running::start(|server| server.max_streams(streams)).await;
        let io = TokioIo::new(server.connect().await);
        let (mut sender, mut connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        let request = Request::get(format!("http://{}/", server.address));
        let answer = sender.send_request(request.body(TestBody::one("")).unwrap());
        // The server announces its limit before it answers.
        tokio::select! {
            answer = answer => assert_eq!(answer.unwrap().status(), 200),
            ended = &mut connection => panic!("{ended:?}"),
        }
        assert_eq!(connection.current_max_send_streams(), streams as usize);
    }
}

#[tokio::test]
async fn a_panic_ends_its_connection_only() {
    let server = Running::start(|server| server.max_connections(1)).await;
    let mut peer = Raw::connect(server.address).await;
    peer.send("GET /panic HTTP/1.1\r\nHost: test\r\n\r\n").await;
    assert_eq!(peer.answer().await, None);
    let mut peer = Raw::connect(server.address).await;
    peer.send(GET).await;
    assert_eq!(peer.answer().await, Some(Answer::ok("ok")));
}

#[tokio::test]
async fn a_head_of_more_than_the_usual_size_is_served_and_a_huge_one_is_not() {
    let server = Running::start(|server| server).await;
    for (bytes, status) in [(12 * 1024, 200), (64 * 1024, 431)] {
        let mut peer = Raw::connect(server.address).await;
        let long = "x".repeat(bytes);
        peer.try_send(format!("GET / HTTP/1.1\r\nHost: test\r\nX-Long: {long}\r\n\r\n"))
            .await;
        let answer = peer.answer().await;
        // The server may have closed the connection while the head is on its way.
        assert!(
            answer.as_ref().is_some_and(|answer| answer.status == status) || (answer.is_none() && status == 431),
            "{bytes}: {answer:?}"
        );
    }
}
