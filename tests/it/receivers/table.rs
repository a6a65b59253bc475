//! The contract against the receivers: a row that a handler would get is answered with 200 or with a reason.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::child::KINDS;
use crate::contract::case::{Case, Expect, Wire};
use crate::contract::cases_of;
use crate::contract::provider::Provider;
use crate::sockets::client::{PROTOCOLS, Protocol};
use crate::support::EVENT;

#[tokio::test]
async fn every_receiver_answers_every_case_alike() {
    let mut broken = Vec::new();
    let receivers = KINDS.map(|kind| (kind, kind.start()));
    for case in cases_of(Provider::Knowrithm) {
        if let Wire::Unsendable(why) = case.wire {
            println!("not sent: {}: {why}", case.name);
            continue;
        }
        if case.other_verifier {
            println!(
                "not sent: {}: a receiver has a secret and the default limits",
                case.name
            );
            continue;
        }
        for (kind, receiver) in &receivers {
            for protocol in PROTOCOLS {
                let answer = protocol.send(receiver.address, (case.request)());
                let complaint = match timeout(Duration::from_secs(10), answer).await {
                    Err(_) => Some("no answer".to_owned()),
                    Ok(Err(error)) => Some(format!("{error:?}")),
                    Ok(Ok(response)) => complaint(&case, protocol, &response),
                };
                broken.extend(complaint.map(|complaint| format!("{kind:?}, {protocol:?}: {}: {complaint}", case.name)));
            }
        }
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

fn complaint(case: &Case, protocol: Protocol, response: &Response<Bytes>) -> Option<String> {
    let wanted = match &case.expect {
        Expect::Accepted { content, .. } => handled(content),
        Expect::Refused { .. } if matches!(case.wire, Wire::StrippedByHttp1) && protocol == Protocol::Http1 => {
            handled(EVENT.as_bytes())
        }
        Expect::Refused { rejection, .. } => (rejection.status().as_u16(), Says::Nothing),
    };
    let says = match response.body().as_ref() {
        b"" => Says::Nothing,
        br#"{"status":"success"}"# => Says::Success,
        _ => Says::Something,
    };
    let seen = (response.status().as_u16(), says);
    (seen != wanted).then(|| format!("{seen:?} instead of {wanted:?}: {:?}", response.body()))
}

#[derive(Debug, PartialEq)]
enum Says {
    Nothing,
    Success,
    Something,
}

/// The handler's answer; that to a body which is no JSON object tells a verified sender why.
fn handled(content: &[u8]) -> (u16, Says) {
    match serde_json::from_slice::<Map<String, Value>>(content) {
        Ok(_) => (200, Says::Success),
        Err(_) => (400, Says::Something),
    }
}
