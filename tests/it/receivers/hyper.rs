//! The server of `hyper-receiver`, which is its own: limits, half-closed connections, and too many connections.
#![cfg(unix)]

use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tower_webhook::test::TestBody;

use super::child::{Receiver, with_secret};
use crate::sockets::raw::{Answer, Raw, head};
use crate::support::{EVENT, digits, signed};

/// A signed request, byte by byte.
fn event() -> String {
    let signature = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    head(&["Content-Length: 49", &signature]) + EVENT
}

fn success() -> Answer {
    Answer::ok(r#"{"status":"success"}"#)
}

#[tokio::test]
async fn a_client_that_half_closes_its_connection_is_answered() {
    let receiver = Receiver::start(with_secret("hyper-receiver"));
    // One answer could be early enough by chance.
    for _ in 0..100 {
        let mut peer = Raw::connect(receiver.address).await;
        peer.send(event()).await;
        peer.hang_up().await;
        assert_eq!(peer.answer().await, Some(success()));
    }
}

#[tokio::test]
async fn an_http2_connection_has_at_most_16_streams() {
    let receiver = Receiver::start(with_secret("hyper-receiver"));
    let stream = tokio::net::TcpStream::connect(receiver.address).await.unwrap();
    let (mut sender, mut connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    let answer = sender.send_request(signed(EVENT, TestBody::one(EVENT)));
    // The server announces its limit before it answers.
    tokio::select! {
        answer = answer => assert_eq!(answer.unwrap().status(), 200),
        ended = &mut connection => panic!("{ended:?}"),
    }
    assert_eq!(connection.current_max_send_streams(), 16);
}

/// A command that starts the receiver with so few file descriptors that 64 connections are too many.
fn with_few_files() -> Command {
    let receiver = with_secret("hyper-receiver");
    let mut command = Command::new("sh");
    command.args(["-c", r#"ulimit -n 40 && exec "$0""#]);
    command.arg(receiver.get_program());
    for (name, value) in receiver.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// Opens more connections than the receiver can accept, then one with a request, which is answered when the others end.
async fn survives_too_many_connections(address: SocketAddr) {
    let crowd: Vec<_> = (0..64).map(|_| TcpStream::connect(address).unwrap()).collect();
    let mut peer = Raw::connect(address).await;
    peer.send(event()).await;
    drop(crowd);
    assert_eq!(peer.answer().await, Some(success()));
}

#[tokio::test]
async fn too_many_connections_are_reported_and_survived() {
    let receiver = Receiver::start(with_few_files());
    survives_too_many_connections(receiver.address).await;
    let line = receiver.line();
    assert!(line.starts_with("cannot accept a connection: "), "{line}");
}

#[tokio::test]
async fn too_many_connections_are_survived_when_stdout_is_closed() {
    survives_too_many_connections(Receiver::deaf(with_few_files()).address).await;
}
