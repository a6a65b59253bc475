//! What a receiver makes of its environment.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;

use tower_webhook::test::TestBody;

use super::child::{KINDS, Receiver, end};
use crate::sockets::client::Protocol;
use crate::support::{EVENT, SECRET, signed};

#[test]
fn the_port_is_that_of_the_environment() {
    for kind in KINDS {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let mut command = kind.command();
        command.env("PORT", free.port().to_string());
        assert_eq!(Receiver::start(command).address, free, "{kind:?}");
    }
}

#[test]
fn what_cannot_be_used_is_named_and_nothing_is_started() {
    for kind in KINDS {
        for (name, value) in [
            ("KNOWRITHM_WEBHOOK_SECRET", ""),
            ("KNOWRITHM_WEBHOOK_SECRET", " \n"),
            ("PORT", "65536"),
            ("PORT", "http"),
            ("PORT", SECRET),
        ] {
            let mut command = kind.command();
            command.env(name, value).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let ended = end(&mut child);
            let output = child.wait_with_output().unwrap();
            assert_eq!(ended.code(), Some(1), "{kind:?}: {name}={value:?}");
            assert_eq!(output.stdout, b"", "{kind:?}: {name}={value:?}");
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains(name), "{kind:?}: {name}={value:?}: {said}");
            assert!(!said.contains(SECRET), "{kind:?}: {said}");
        }
    }
}

#[tokio::test]
async fn a_secret_that_was_set_is_not_printed() {
    for kind in KINDS {
        let receiver = kind.start();
        let request = signed(EVENT, TestBody::one(EVENT));
        let response = Protocol::Http1.send(receiver.address, request).await.unwrap();
        assert_eq!(response.status(), 200, "{kind:?}");
        // The line after the greeting is that of the event.
        let line = receiver.line();
        assert_eq!(line, "Received valid webhook event: agent.created", "{kind:?}");
        assert!(!line.contains(SECRET));
    }
}
