//! The answers to senders: never 2xx without a commit.

use std::convert::Infallible;
use std::error::Error;
use std::future::{pending, ready};
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apalis_core::task::Task;
use http::{HeaderMap, Request, Response, StatusCode};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tower::{Layer, Service, ServiceExt};
use tower_webhook::test::TestBody;
use tower_webhook::{BufferedBody, DeliveryKey, VerifiedBody, VerifyLayer};
use tower_webhook_inbox::{Delivery, Failure, Inbox, Store, Stored};
use warp::Filter;

use crate::sockets::client::Protocol;
use crate::support::{EVENT, signed, verifier};

/// How the store of a test behaves.
#[derive(Clone, Copy, Debug)]
enum Behaviour {
    Stores(Stored),
    Fails,
    Hangs,
    TakesASecond,
}

#[derive(Clone)]
struct Fake(Behaviour, Arc<Mutex<Vec<Delivery>>>);

impl Fake {
    fn inbox(behaviour: Behaviour) -> Inbox<Self> {
        Inbox::new(Self(behaviour, Arc::default()))
    }
}

impl Store for Fake {
    type Error = io::Error;

    async fn retry_dead(&self, _: DeliveryKey) -> io::Result<bool> {
        Ok(false)
    }

    async fn store(&self, task: Task<Delivery>) -> io::Result<Stored> {
        assert_eq!(task.idempotency_key(), Some(task.args.key().to_string().as_str()));
        if let Behaviour::TakesASecond = self.0 {
            sleep(Duration::from_secs(1)).await;
        }
        self.1.lock().unwrap().push(task.args);
        match self.0 {
            Behaviour::Stores(stored) => ready(Ok(stored)).await,
            Behaviour::Fails => Err(io::Error::other("the disk is full")),
            Behaviour::Hangs => pending().await,
            Behaviour::TakesASecond => Ok(Stored::New),
        }
    }
}

async fn answer(inbox: Inbox<Fake>) -> Response<BufferedBody> {
    let service = VerifyLayer::new(verifier()).layer(inbox);
    service.oneshot(signed(EVENT, BufferedBody::new(EVENT))).await.unwrap()
}

#[tokio::test]
async fn a_commit_is_200_and_a_duplicate_is_marked() {
    for (stored, duplicate) in [
        (Stored::New, false),
        (Stored::NewOrDuplicate, false),
        (Stored::Retried, false),
        (Stored::Duplicate, true),
    ] {
        let response = answer(Fake::inbox(Behaviour::Stores(stored))).await;
        assert_eq!(response.status(), 200, "{stored:?}");
        assert_eq!(
            response.headers().contains_key("webhook-duplicate"),
            duplicate,
            "{stored:?}"
        );
        assert!(response.body().bytes().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn no_commit_is_503_and_only_the_operator_sees_the_reason() {
    for (behaviour, code, reason, cause) in [
        (
            Behaviour::Fails,
            "store",
            "the backend did not store the delivery",
            Some("the disk is full"),
        ),
        (
            Behaviour::Hangs,
            "deadline",
            "the backend did not store the delivery within 5s",
            None,
        ),
    ] {
        let response = answer(Fake::inbox(behaviour)).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{behaviour:?}");
        assert_eq!(response.headers()["retry-after"], "10", "{behaviour:?}");
        assert!(response.body().bytes().is_empty());
        let failure = response.extensions().get::<Failure>().unwrap();
        assert_eq!((failure.code(), failure.to_string().as_str()), (code, reason));
        assert_eq!(failure.source().map(ToString::to_string).as_deref(), cause);
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_and_the_retry_after_can_be_set() {
    let inbox = Fake::inbox(Behaviour::Hangs)
        .deadline(Duration::from_millis(300))
        .retry_after(Duration::from_millis(1001));
    let start = tokio::time::Instant::now();
    let response = answer(inbox).await;
    // The clock of the test is paused, and only advances to the next timer.
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(response.headers()["retry-after"], "2");
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_hangs_up_does_not_interrupt_the_store() {
    let inbox = Fake::inbox(Behaviour::TakesASecond);
    let sent = timeout(Duration::from_millis(500), answer(inbox.clone())).await;
    assert!(sent.is_err(), "it was answered");
    assert_eq!(inbox.store().1.lock().unwrap().len(), 0);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(inbox.store().1.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_counts_as_concurrent_until_the_store_is_done_although_its_sender_hung_up() {
    let inbox = Fake::inbox(Behaviour::TakesASecond).concurrency(2);
    for _ in 0..10 {
        let sent = timeout(Duration::from_millis(2), answer(inbox.clone())).await;
        assert!(sent.is_err(), "it was answered");
    }
    sleep(Duration::from_secs(2)).await;
    assert_eq!(inbox.store().1.lock().unwrap().len(), 2);
    assert_eq!(answer(inbox).await.status(), 200);
}

#[tokio::test]
async fn a_delivery_has_the_body_the_provider_and_the_kept_headers() {
    let inbox = Fake::inbox(Behaviour::Stores(Stored::New))
        .provider("knowrithm")
        .keep_header("x-kept".parse().unwrap());
    let mut request = signed(EVENT, BufferedBody::new(EVENT));
    request.headers_mut().insert("x-kept", "1".parse().unwrap());
    request.headers_mut().insert("x-other", "2".parse().unwrap());
    let service = VerifyLayer::new(verifier()).layer(inbox.clone());
    assert_eq!(service.oneshot(request).await.unwrap().status(), 200);

    let deliveries = inbox.store().1.lock().unwrap();
    let [delivery] = deliveries.as_slice() else {
        panic!("{deliveries:?}")
    };
    assert_eq!(delivery.bytes(), EVENT);
    assert_eq!(delivery.provider(), Some("knowrithm"));
    assert_eq!(delivery.headers().len(), 1);
    assert_eq!(delivery.headers()["x-kept"], "1");
}

#[tokio::test]
async fn without_a_verify_layer_the_answer_names_it_and_nothing_is_stored() {
    let mut inbox = Fake::inbox(Behaviour::Stores(Stored::New));
    // A body that is not `Send`, in a future that is.
    let response = inbox.call(signed(EVENT, Rc::new(EVENT)));
    let response = tokio::spawn(response).await.unwrap().unwrap();
    assert_eq!(response.status(), 500);
    let text = String::from_utf8(response.into_body().into_bytes().to_vec()).unwrap();
    assert!(text.contains("VerifyLayer::new"), "{text}");
    assert!(inbox.store().1.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_inbox_serves_in_hyper() {
    let service = VerifyLayer::new(verifier()).layer(Fake::inbox(Behaviour::Stores(Stored::Duplicate)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let service = TowerToHyperService::new(service);
        http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await
            .unwrap();
    });
    let request = signed(EVENT, TestBody::one(EVENT));
    let response = Protocol::Http1.send(address, request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["webhook-duplicate"], "true");
}

#[tokio::test]
async fn an_inbox_serves_in_warp() {
    let inbox = Fake::inbox(Behaviour::Stores(Stored::Duplicate));
    let put = move |body: VerifiedBody, headers: HeaderMap| {
        let inbox = inbox.clone();
        async move {
            let result = inbox.put(&body, &headers).await;
            Ok::<Response<String>, Infallible>(inbox.respond(result))
        }
    };
    let route = warp::path!("webhooks" / "knowrithm")
        .and(tower_webhook_warp::verified(verifier()))
        .and(warp::header::headers_cloned())
        .and_then(put);
    let service = warp::service(route.recover(tower_webhook_warp::recover));
    let request: Request<TestBody> = signed(EVENT, TestBody::one(EVENT));
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["webhook-duplicate"], "true");
}
