use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower_webhook::P256PrivateKey;
use tower_webhook::test::{RequestBuilder, TestBody};

use super::*;

const ID: &str = "879dc113-5ca4-4ff7-a6b7-54652083fcf8";
/// Of [`private_key`].
const PUBLIC_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAhfmF/C2RDkoJ4+WmZ5pojpPLBUr321s32bluAKC1O0ZSn3ry5dxLS3aPKhaqHZaVvRfx1hZllLyiXxlMG5XlA==";
const LARGE: &str = "00000000-0000-0000-0000-00000000000a";
const REDIRECTED: &str = "00000000-0000-0000-0000-00000000000b";

fn private_key() -> P256PrivateKey {
    P256PrivateKey::new("11".repeat(32)).unwrap()
}

/// Serves the key of [`ID`] as Circle does, and counts the requests.
async fn provider() -> (Uri, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let answer = move |Path(id): Path<String>, headers: HeaderMap| {
        counted.fetch_add(1, Ordering::Relaxed);
        ready(answer(&id, &headers))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/keys/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let router = Router::new().route("/keys/{id}", get(answer));
    tokio::spawn(Server::new(listener).serve(router, pending::<()>()));
    (base, asked)
}

fn answer(id: &str, headers: &HeaderMap) -> (StatusCode, HeaderMap, String) {
    assert_eq!(headers["authorization"], "Bearer hush");
    match id {
        ID | LARGE => {
            let data = json!({ "id": id, "algorithm": "ECDSA_SHA_256", "publicKey": PUBLIC_KEY });
            let blanks = if id == LARGE { 100_000 } else { 0 };
            let body = " ".repeat(blanks) + &json!({ "data": data }).to_string();
            (StatusCode::OK, HeaderMap::new(), body)
        }
        REDIRECTED => {
            let elsewhere = HeaderMap::from_iter([(http::header::LOCATION, ID.parse().unwrap())]);
            (StatusCode::FOUND, elsewhere, String::new())
        }
        _ => (StatusCode::NOT_FOUND, HeaderMap::new(), String::new()),
    }
}

async fn send(app: &Router, id: &str, body: &str) -> (StatusCode, String) {
    let builder = RequestBuilder::new(Circle, &private_key()).uri("/circle");
    let request: Request<TestBody> = builder.signed_as("{}", TestBody::one(body));
    let mut request = request.map(Body::new);
    request.headers_mut().insert("x-circle-key-id", id.parse().unwrap());
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.into()).unwrap())
}

#[tokio::test]
async fn a_key_is_fetched_once_and_verifies() {
    let (base, asked) = provider().await;
    let app = app(Keys::new(base, "hush").unwrap());
    let both = tokio::join!(send(&app, ID, "{}"), send(&app, ID, "{}"));
    for (status, body) in [both.0, both.1, send(&app, ID, "{}").await] {
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (status, answer),
            (StatusCode::OK, json!({ "signed_by": ID, "status": "success" }))
        );
    }
    assert_eq!(send(&app, ID, "[]").await.0, StatusCode::FORBIDDEN);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_id_without_a_key_is_refused_and_one_of_another_form_is_not_asked_for() {
    let (base, asked) = provider().await;
    let app = app(Keys::new(base, "hush").unwrap());
    let unknown = ID.replace('8', "9");
    for _ in 0..2 {
        assert_eq!(send(&app, &unknown, "{}").await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    for id in ["", "../../../admin", &ID[1..], &ID.replace('-', "/"), &format!("{ID}/")] {
        assert_eq!(send(&app, id, "{}").await.0, StatusCode::FORBIDDEN, "{id}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_long_answer_and_a_redirect_are_failures() {
    let (base, asked) = provider().await;
    let app = app(Keys::new(base, "hush").unwrap());
    for id in [LARGE, REDIRECTED] {
        assert_eq!(send(&app, id, "{}").await.0, StatusCode::SERVICE_UNAVAILABLE, "{id}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn few_keys_are_fetched_in_a_minute() {
    let (base, asked) = provider().await;
    let app = app(Keys::new(base, "hush").unwrap());
    for number in 0..20 {
        let id = format!("10000000-0000-0000-0000-{number:012}");
        assert_eq!(send(&app, &id, "{}").await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(send(&app, ID, "{}").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(asked.load(Ordering::Relaxed), 20);
}

#[test]
fn keys_come_from_a_listed_host_alone() {
    for (base, is_listed) in [
        (KEYS, true),
        ("http://api.circle.com/v2/", false),
        ("https://api.circle.com.example/v2/", false),
        ("https://example.com/api.circle.com/", false),
    ] {
        assert_eq!(Keys::new(Uri::from_static(base), "hush").is_ok(), is_listed, "{base}");
    }
}
