//! Handshakes: every provider at every entrance, and what a stranger can make of them.

mod asked;
mod askers;
mod bounds;
mod entrance;
mod hostile;
mod logged;
mod places;
mod rows;
mod service;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use self::askers::ALL;
use self::entrance::{ENTRANCES, Entrance};
use self::rows::{Row, rows};
use crate::sockets::client::PROTOCOLS;

const PATIENCE: Duration = Duration::from_secs(10);

/// Each row is sent to a server of its own, over a real socket.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_entrance_answers_the_handshake_of_every_provider_alike() {
    let mut broken = Vec::new();
    for of in ALL {
        let rows = rows(of);
        let entrances = || ENTRANCES.into_iter().filter(|entrance| entrance.has(of));
        let pairs = rows
            .iter()
            .flat_map(|row| entrances().map(move |entrance| (row, entrance)));
        let found = join_all(pairs.map(|(row, entrance)| complaints(row, entrance))).await;
        broken.extend(found.into_iter().flatten());
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

async fn complaints(row: &Row, entrance: Entrance) -> Vec<String> {
    let mut broken = Vec::new();
    for protocol in PROTOCOLS {
        let server = entrance.start(row.of).await;
        let answer = timeout(PATIENCE, protocol.send(server.address, row.request()));
        let answer = answer.await.expect("in time").expect("an answer");
        let seen = (row.expect.fault(&answer), server.handled().await);
        if seen != (None, row.expect.is_handled()) {
            let (of, name) = (row.of, row.name);
            broken.push(format!(
                "{of:?}, {name}, {entrance:?}, {protocol:?}: {seen:?}: {answer:?}"
            ));
        }
    }
    broken
}

/// Each provider adds constructors to the layer. Those that end in `_with` differ in where a secret comes from alone.
#[test]
fn every_handshake_of_the_crate_is_sent_to_every_entrance() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/tower-webhook-handshake/src/provider");
    let mut constructors = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let names = text.lines().filter_map(|line| line.trim().strip_prefix("pub fn "));
        let names = names.filter_map(|rest| rest.split(['(', '<']).next());
        let names = names.filter(|name| !name.ends_with("_with"));
        constructors.extend(names.map(|name| name.replace('_', "")));
    }
    assert!(constructors.len() > 10, "{constructors:?}");
    let sent: BTreeSet<_> = ALL.iter().map(|of| format!("{of:?}").to_lowercase()).collect();
    assert_eq!(constructors, sent);
    for of in ALL {
        // The hyper service verifies: what is asked before that is answered by a layer around it.
        let without: Vec<_> = ENTRANCES.into_iter().filter(|entrance| !entrance.has(of)).collect();
        assert!(
            without.iter().all(|entrance| *entrance == Entrance::HyperService),
            "{of:?}: {without:?}"
        );
    }
}
