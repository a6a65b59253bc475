//! The backend hangs, and dies: its senders are told to come again, and nothing acknowledged is lost.
#![cfg(target_os = "linux")]

use super::database::Backend;
use super::process::{Inbox, delivery, insist, post};
use super::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn postgres_hangs_and_dies() {
    outage(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_hangs_and_dies() {
    outage(Backend::Redis).await;
}

async fn outage(backend: Backend) {
    let Some(mut server) = Server::start(backend) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::new(&server.url(), folder.path());
    let receiver = inbox.start();
    let address = receiver.address;

    for number in 0..20 {
        assert_eq!(post(address, &delivery(number)).await.unwrap().status(), 200);
    }

    server.stop();
    refused(address, 20).await;
    server.go_on();
    for number in 20..30 {
        insist(address, &delivery(number)).await;
    }

    // Acknowledged right before its death.
    for number in 30..50 {
        insist(address, &delivery(number)).await;
    }
    server.kill();
    refused(address, 50).await;
    server.restart();
    for number in 50..60 {
        insist(address, &delivery(number)).await;
    }
    let effects = inbox.wait_for(60).await;
    assert_eq!(effects.len(), 60);
}

/// Answered, while nothing answers the inbox: so the deadline was kept.
async fn refused(address: std::net::SocketAddr, number: usize) {
    let response = post(address, &delivery(number)).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "10");
}
