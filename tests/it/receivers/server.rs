//! The server of the receivers: half-closed connections, and too many connections.
#![cfg(unix)]

use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use super::child::{RECEIVERS, Receiver, with_secret};
use crate::sockets::raw::{Answer, Raw, head};
use crate::support::{EVENT, digits};

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
    for example in RECEIVERS {
        let receiver = Receiver::start(with_secret(example));
        // One answer could be early enough by chance.
        for _ in 0..100 {
            let mut peer = Raw::connect(receiver.address).await;
            peer.send(event()).await;
            peer.hang_up().await;
            assert_eq!(peer.answer().await, Some(success()), "{example}");
        }
    }
}

/// A command that starts the receiver with so few file descriptors that 64 connections are too many.
fn with_few_files(example: &'static str) -> Command {
    let receiver = with_secret(example);
    let mut command = Command::new("sh");
    command.stderr(Stdio::piped());
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
/// They end when `is_full` returns.
async fn survives_too_many_connections(address: SocketAddr, is_full: impl FnOnce()) {
    let crowd: Vec<_> = (0..64).map(|_| TcpStream::connect(address).unwrap()).collect();
    let mut peer = Raw::connect(address).await;
    peer.send(event()).await;
    is_full();
    drop(crowd);
    assert_eq!(peer.answer().await, Some(success()));
}

#[tokio::test]
async fn too_many_connections_are_reported_once_and_survived() {
    for example in RECEIVERS {
        let receiver = Receiver::start(with_few_files(example));
        // A receiver that is slow to accept them would find that they have ended.
        let report = || {
            let line = receiver.complaint();
            assert!(line.contains("cannot accept connections"), "{example}: {line}");
        };
        survives_too_many_connections(receiver.address, report).await;
        let others = receiver.last_complaints();
        assert!(others.is_empty(), "{example}: {others:?}");
    }
}

#[tokio::test]
async fn too_many_connections_are_survived_when_stdout_and_stderr_are_closed() {
    for example in RECEIVERS {
        let receiver = Receiver::deaf(with_few_files(example));
        // It reports to nobody.
        survives_too_many_connections(receiver.address, || ()).await;
    }
}
