//! More connections than a process may have: hyper's receiver, whose loop is its own, says so once and goes on.
#![cfg(unix)]

use std::env;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use super::child::{Kind, Receiver};
use crate::sockets::raw::{Answer, Raw, head};
use crate::support::{EVENT, digits};

/// A command that starts the receiver with so few files that a few connections are too many.
fn few_files() -> Command {
    let receiver = Kind::Hyper.command();
    let mut command = Command::new("sh");
    command
        .args(["-c", r#"ulimit -n 40 && exec "$0""#])
        .arg(receiver.get_program());
    for (name, value) in receiver.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("KNOWRITHM_WEBHOOK_SECRET", crate::support::SECRET);
    command
}

/// Connects more often than the receiver can accept, and then once more, with a request. That one is answered when the
/// others are gone, and so after the outage.
async fn outlives_an_outage(address: SocketAddr) {
    let crowd: Vec<_> = (0..64).map(|_| TcpStream::connect(address).unwrap()).collect();
    let mut peer = Raw::connect(address).await;
    let signature = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    peer.send(head(&["Content-Length: 49", &signature]) + EVENT).await;
    drop(crowd);
    assert_eq!(peer.answer().await, Some(Answer::ok(r#"{"status":"success"}"#)));
}

#[tokio::test]
async fn an_outage_is_said_once() {
    let path = env::temp_dir().join(format!("tower-webhook-outage-{}", std::process::id()));
    let mut command = few_files();
    command.stderr(File::create(&path).unwrap());
    let receiver = Receiver::start(command);
    for _ in 0..3 {
        outlives_an_outage(receiver.address).await;
    }
    let said = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("Cannot accept connections: "), "{said}");
}

#[tokio::test]
async fn an_outage_of_which_nobody_hears_is_outlived() {
    outlives_an_outage(Receiver::deaf(few_files()).address).await;
}
