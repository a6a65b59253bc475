//! `Expect: 100-continue`: a request that is refused by its head is not asked for a body.

use super::raw::{Answer, Raw, head};
use super::server::SERVERS;
use crate::support::{EVENT, digits, verifier};

const EXPECT: &str = "Expect: 100-continue";
const LENGTH: &str = "Content-Length: 49";

#[tokio::test]
async fn a_request_refused_by_its_head_gets_no_continue() {
    let signature = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    let upper = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT).to_uppercase());
    for server in SERVERS {
        let address = server.start(verifier()).await;
        for (lines, status) in [
            (vec![EXPECT, LENGTH], 403),
            (vec![EXPECT, LENGTH, &upper], 403),
            (vec![EXPECT, LENGTH, "X-Knowrithm-Signature: sha256="], 403),
            (vec![EXPECT, LENGTH, &signature, &signature], 403),
            (vec![EXPECT, "Transfer-Encoding: chunked"], 403),
            (vec![EXPECT, "Content-Length: 2097153"], 403),
            (vec![EXPECT, "Content-Length: 2097153", &signature], 413),
        ] {
            let mut peer = Raw::connect(address).await;
            peer.send(head(&lines)).await;
            assert_eq!(
                peer.answer().await,
                Some(Answer::empty(status)),
                "{server:?}: {lines:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_request_with_a_well_formed_head_gets_a_continue() {
    let right = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    let wrong = format!("X-Knowrithm-Signature: sha256={}", digits("another"));
    for server in SERVERS {
        let address = server.start(verifier()).await;
        for (signature, answer) in [(&right, Answer::ok(EVENT)), (&wrong, Answer::empty(403))] {
            let mut peer = Raw::connect(address).await;
            peer.send(head(&[EXPECT, LENGTH, signature])).await;
            assert_eq!(peer.answer().await, Some(Answer::empty(100)), "{server:?}");
            peer.send(EVENT).await;
            assert_eq!(peer.answer().await, Some(answer), "{server:?}");
        }
    }
}
