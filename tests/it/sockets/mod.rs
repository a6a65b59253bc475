//! The contract over real sockets, HTTP/1.1 and HTTP/2.

mod broken_off;
pub(crate) mod client;
mod continues;
mod deadlines;
pub(crate) mod raw;
mod server;

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use tokio::time::timeout;

use self::client::{PROTOCOLS, Protocol};
use self::server::SERVERS;
use crate::contract::case::{Case, Expect, Wire};
use crate::contract::cases;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_answers_every_case_alike() {
    let mut broken = Vec::new();
    for case in cases() {
        if let Wire::Unsendable(why) = case.wire {
            println!("not sent: {}: {why}", case.name);
            continue;
        }
        for server in SERVERS {
            let address = server.start((case.verifier)()).await;
            for protocol in PROTOCOLS {
                let answer = timeout(Duration::from_secs(10), protocol.send(address, (case.request)())).await;
                let complaint = match answer {
                    Err(_) => Some("no answer".to_owned()),
                    Ok(Err(error)) => Some(format!("{error:?}")),
                    Ok(Ok(response)) => complaint(&case, protocol, &response),
                };
                broken
                    .extend(complaint.map(|complaint| format!("{server:?}, {protocol:?}: {}: {complaint}", case.name)));
            }
        }
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

fn complaint(case: &Case, protocol: Protocol, response: &Response<Bytes>) -> Option<String> {
    let handled = response.headers().contains_key("x-handled");
    let seen = (response.status().as_u16(), handled, response.body().clone());
    let wanted = match &case.expect {
        Expect::Accepted { content, .. } => (200, true, content.clone()),
        Expect::Refused { .. } if matches!(case.wire, Wire::StrippedByHttp1) && protocol == Protocol::Http1 => {
            (200, true, Bytes::from_static(crate::support::EVENT.as_bytes()))
        }
        Expect::Refused { rejection, .. } => (rejection.status().as_u16(), false, Bytes::new()),
    };
    (seen != wanted).then(|| format!("{seen:?} instead of {wanted:?}"))
}
