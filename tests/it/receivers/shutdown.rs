//! SIGTERM and SIGINT: a request under way is answered, nobody else is let in, and the exit code is 0.
#![cfg(unix)]

use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use super::child::{KINDS, Receiver};
use crate::sockets::raw::{Answer, Raw, head};
use crate::support::{EVENT, digits};

#[tokio::test]
async fn a_request_under_way_is_answered() {
    let signature = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    let success = Answer::ok(r#"{"status":"success"}"#);
    for kind in KINDS {
        for signal in ["TERM", "INT"] {
            let mut receiver = kind.start();

            // One connection that was used and is idle now.
            let mut idle = Raw::connect(receiver.address).await;
            idle.send(head(&["Content-Length: 49", &signature]) + EVENT).await;
            assert_eq!(idle.answer().await.as_ref(), Some(&success), "{kind:?}, {signal}");

            // One request that is waited for: `100 Continue` says so.
            let mut peer = Raw::connect(receiver.address).await;
            peer.send(head(&["Expect: 100-continue", "Content-Length: 49", &signature]))
                .await;
            assert_eq!(peer.answer().await, Some(Answer::empty(100)), "{kind:?}, {signal}");

            receiver.signal(signal);
            nobody_is_let_in(&receiver).await;
            peer.send(EVENT).await;
            assert_eq!(peer.answer().await.as_ref(), Some(&success), "{kind:?}, {signal}");
            assert_eq!(receiver.end().code(), Some(0), "{kind:?}, {signal}");
        }
    }
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let signature = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    for kind in KINDS {
        let mut receiver = kind.start();
        let mut peer = Raw::connect(receiver.address).await;
        peer.send(head(&["Expect: 100-continue", "Content-Length: 49", &signature]))
            .await;
        assert_eq!(peer.answer().await, Some(Answer::empty(100)), "{kind:?}");

        receiver.signal("TERM");
        nobody_is_let_in(&receiver).await;
        receiver.signal("INT");
        assert_eq!(receiver.end().code(), Some(0), "{kind:?}");
    }
}

#[test]
fn who_has_nothing_to_do_ends_at_once() {
    for kind in KINDS {
        for signal in ["TERM", "INT"] {
            let mut receiver = kind.start();
            receiver.signal(signal);
            assert_eq!(receiver.end().code(), Some(0), "{kind:?}, {signal}");
        }
    }
}

async fn nobody_is_let_in(receiver: &Receiver) {
    let start = Instant::now();
    while TcpStream::connect(receiver.address).await.is_ok() {
        assert!(start.elapsed() < Duration::from_secs(5), "it goes on listening");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
