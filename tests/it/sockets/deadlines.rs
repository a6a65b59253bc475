//! The deadline over real sockets, on a real clock.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval, timeout};
use tower_webhook::test::TestBody;

use super::client::PROTOCOLS;
use super::raw::{Answer, Raw, head};
use super::server::SERVERS;
use crate::support::{EVENT, digits, signed, verifier};

const DEADLINE: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_body_that_never_ends_is_answered_with_408() {
    for server in SERVERS {
        let address = server.start(verifier().read_timeout(DEADLINE)).await;
        for protocol in PROTOCOLS {
            let start = Instant::now();
            let request = signed(EVENT, TestBody::one(&EVENT[..10]).stall());
            let response = timeout(PATIENCE, protocol.send(address, request))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(response.status(), 408, "{server:?} {protocol:?}");
            assert_eq!(response.body(), "", "{server:?} {protocol:?}");
            assert!(start.elapsed() >= DEADLINE, "{server:?} {protocol:?}");
        }
    }
}

#[tokio::test]
async fn a_trickle_is_answered_with_408() {
    let signature = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    for server in SERVERS {
        let mut peer = Raw::connect(server.start(verifier().read_timeout(DEADLINE)).await).await;
        peer.send(head(&["Content-Length: 49", &signature])).await;

        let start = Instant::now();
        let mut pause = interval(DEADLINE / 5);
        // Missed ticks on a busy machine must not be made up for in a burst.
        pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut bytes = EVENT.bytes();
        // Each pause is a fifth of the deadline, all of them together ten times as long.
        let answer = loop {
            tokio::select! {
                biased;
                answer = peer.answer() => break answer,
                _ = pause.tick() => {}
            }
            assert!(start.elapsed() < PATIENCE, "{server:?}");
            let byte = bytes.next().expect("the answer comes before the last byte");
            let _ = peer.try_send([byte]).await;
        };
        assert_eq!(answer, Some(Answer::empty(408)), "{server:?}");
    }
}
