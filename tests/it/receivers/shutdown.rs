//! SIGTERM and SIGINT: requests in progress are answered, new connections are not, and the exit code is 0.
#![cfg(unix)]

use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use super::child::{RECEIVERS, Receiver, with_secret};
use crate::sockets::raw::{Answer, Raw, head};
use crate::support::{EVENT, digits};

/// A request in progress: `100 Continue` shows that the receiver waits for its body.
async fn waited_for(receiver: &Receiver) -> Raw {
    let signature = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    let mut peer = Raw::connect(receiver.address).await;
    peer.send(head(&["Expect: 100-continue", "Content-Length: 49", &signature]))
        .await;
    assert_eq!(peer.answer().await, Some(Answer::empty(100)));
    peer
}

#[tokio::test]
async fn a_request_in_progress_is_answered() {
    let success = Answer::ok(r#"{"status":"success"}"#);
    for example in RECEIVERS {
        for signal in ["TERM", "INT"] {
            let mut receiver = Receiver::start(with_secret(example));
            // Its connection is idle after the answer, and must not delay the end.
            let mut idle = waited_for(&receiver).await;
            idle.send(EVENT).await;
            assert_eq!(idle.answer().await.as_ref(), Some(&success), "{example}, {signal}");

            let mut peer = waited_for(&receiver).await;
            receiver.signal(signal);
            refuses_connections(&receiver).await;
            peer.send(EVENT).await;
            assert_eq!(peer.answer().await.as_ref(), Some(&success), "{example}, {signal}");
            assert_eq!(receiver.end().code(), Some(0), "{example}, {signal}");
        }
    }
}

#[tokio::test]
async fn a_second_signal_ends_the_receiver_at_once() {
    for example in RECEIVERS {
        let mut receiver = Receiver::start(with_secret(example));
        let _peer = waited_for(&receiver).await;
        receiver.signal("TERM");
        refuses_connections(&receiver).await;
        receiver.signal("INT");
        assert_eq!(receiver.end().code(), Some(0), "{example}");
    }
}

async fn refuses_connections(receiver: &Receiver) {
    let start = Instant::now();
    while TcpStream::connect(receiver.address).await.is_ok() {
        assert!(start.elapsed() < Duration::from_secs(5), "it still listens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
