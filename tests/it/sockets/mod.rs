//! The contract over real sockets, HTTP/1.1 and HTTP/2.

mod broken_off;
pub(crate) mod client;
mod continues;
mod deadlines;
pub(crate) mod raw;
pub(crate) mod server;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use tokio::time::timeout;

use self::client::{PROTOCOLS, Protocol};
use self::server::{SERVERS, Server};
use crate::contract::case::{Case, Expect, Wire};
use crate::contract::provider::{self, Provider};
use crate::contract::supply::Checker;
use crate::contract::{cases_of, header_cases};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_answers_every_case_alike() {
    let (mut broken, mut servers) = (Vec::new(), HashMap::new());
    for case in cases_of(Provider::Knowrithm) {
        for server in SERVERS {
            broken.extend(complaints(&case, server, &mut servers).await);
        }
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

/// The other schemes differ in their headers alone, which all servers read alike, so each row goes to one server in
/// turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_headers_of_every_other_scheme_arrive() {
    let (mut broken, mut servers) = (Vec::new(), HashMap::new());
    let others = provider::KINDS.into_iter().filter(|of| *of != Provider::Knowrithm);
    let cases = others.flat_map(header_cases);
    for (case, server) in cases.zip(SERVERS.into_iter().cycle()) {
        broken.extend(complaints(&case, server, &mut servers).await);
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

/// The servers that are shared by the cases without a verifier of their own.
type Servers = HashMap<(Server, Provider), SocketAddr>;

/// The wrong answers of a server, by protocol.
async fn complaints(case: &Case, server: Server, servers: &mut Servers) -> Vec<String> {
    if let Wire::Unsendable(why) = case.wire {
        println!("not sent: {}: {why}", case.name);
        return Vec::new();
    }
    let address = match servers.get(&(server, case.of)) {
        Some(address) if !case.other_verifier => *address,
        _ => match (case.verifier)() {
            Checker::Known(verifier) => server.start(verifier).await,
            Checker::PerRequest(verifier) => server.start(verifier).await,
        },
    };
    if !case.other_verifier {
        servers.insert((server, case.of), address);
    }
    let mut complaints = Vec::new();
    for protocol in PROTOCOLS {
        let answer = timeout(Duration::from_secs(10), protocol.send(address, (case.request)())).await;
        let complaint = match answer {
            Err(_) => Some("no answer".to_owned()),
            Ok(Err(error)) => Some(format!("{error:?}")),
            Ok(Ok(response)) => complaint(case, protocol, &response),
        };
        let (of, name) = (case.of, &case.name);
        complaints.extend(complaint.map(|complaint| format!("{server:?}, {protocol:?}, {of:?}: {name}: {complaint}")));
    }
    complaints
}

fn complaint(case: &Case, protocol: Protocol, response: &Response<Bytes>) -> Option<String> {
    let handled = response.headers().contains_key("x-handled");
    let seen = (response.status().as_u16(), handled, response.body().clone());
    let wanted = match &case.expect {
        Expect::Accepted { content, .. } => (200, true, content.clone()),
        Expect::Refused { .. } if matches!(case.wire, Wire::StrippedByHttp1) && protocol == Protocol::Http1 => {
            (200, true, Bytes::from_static(crate::support::EVENT.as_bytes()))
        }
        Expect::Refused { kind, .. } => {
            let status = match kind.status() {
                StatusCode::FORBIDDEN => case.of.refusal(),
                other => other,
            };
            (status.as_u16(), false, Bytes::new())
        }
    };
    (seen != wanted).then(|| format!("{seen:?} instead of {wanted:?}"))
}
