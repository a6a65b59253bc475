//! While the backend hangs or is down, deliveries are refused. Acknowledged ones are not lost.
#![cfg(target_os = "linux")]

use super::database::Backend;
use super::process::{Inbox, deliver, delivery, post};
use super::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_delivery_is_lost_when_postgres_hangs_and_dies() {
    outage(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_delivery_is_lost_when_redis_hangs_and_dies() {
    outage(Backend::Redis).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_delivery_is_lost_when_nats_hangs_and_dies() {
    outage(Backend::Nats).await;
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
        deliver(address, &delivery(number)).await;
    }

    // Acknowledged right before the server dies.
    for number in 30..50 {
        deliver(address, &delivery(number)).await;
    }
    server.kill();
    refused(address, 50).await;
    server.restart();
    for number in 50..60 {
        deliver(address, &delivery(number)).await;
    }
    let effects = inbox.wait_for(60).await;
    assert_eq!(effects.len(), 60);
}

/// Expects a 503 while the backend does not answer: the deadline was kept.
async fn refused(address: std::net::SocketAddr, number: usize) {
    let response = post(address, &delivery(number)).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "10");
}
