use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::Full;
use tower::ServiceExt;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{Rejection, SecretSource, Secrets, SigningSecret};
use warp::filters::BoxedFilter;
use warp::http::Response;
use warp::http::request::Parts;
use warp::reply::Reply;

use super::*;
use crate::recover;

const SECRET: &str = "whk_test";

fn verifier(secret: &str) -> Verifier {
    Verifier::knowrithm(SigningSecret::new(secret).unwrap())
}

/// `POST /{path}`, verified, without `recover`; answers with the path.
fn post(path: &'static str) -> BoxedFilter<(&'static str,)> {
    post_with(path, SECRET)
}

fn post_with(path: &'static str, secret: &str) -> BoxedFilter<(&'static str,)> {
    warp::path(path)
        .and(warp::path::end())
        .and(warp::post())
        .and(verified(verifier(secret)))
        .map(move |_: VerifiedBody| path)
        .boxed()
}

async fn send<F>(method: &str, path: &str, secret: &str, routes: &F) -> (u16, String)
where
    F: Filter<Error = warp::Rejection> + 'static,
    F::Extract: Reply + Send,
{
    let headers = Signer::new(Knowrithm, &SigningSecret::new(secret).unwrap()).headers("{}");
    let request = warp::test::request().method(method).path(path).body("{}");
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(name, value));
    let response = request.reply(routes).await;
    let text = std::str::from_utf8(response.body()).unwrap().to_owned();
    (response.status().as_u16(), text)
}

async fn assert_each_answers_for_itself<F>(routes: &F)
where
    F: Filter<Error = warp::Rejection> + 'static,
    F::Extract: Reply + Send,
{
    for (method, path, secret, status, text) in [
        ("POST", "/a", SECRET, 200, "a"),
        ("POST", "/b", SECRET, 200, "b"),
        ("POST", "/a", "forged", 403, ""),
        ("POST", "/b", "forged", 403, ""),
        ("GET", "/a", "forged", 200, "page"),
        ("GET", "/b", "forged", 405, "HTTP method not allowed"),
        ("PUT", "/a", SECRET, 405, "HTTP method not allowed"),
        ("POST", "/c", SECRET, 404, ""),
        ("GET", "/c", "forged", 404, ""),
    ] {
        let answer = send(method, path, secret, routes).await;
        assert_eq!(answer, (status, text.to_owned()), "{method} {path} {secret}");
    }
}

#[tokio::test]
async fn a_refusal_does_not_hide_404_or_405_and_is_not_hidden_by_them() {
    let page = || warp::path!("a").and(warp::get()).map(|| "page");
    let route = |path| post(path).recover(recover);

    assert_each_answers_for_itself(&route("a").or(route("b")).or(page())).await;
    assert_each_answers_for_itself(&page().or(route("b")).or(route("a"))).await;
    assert_each_answers_for_itself(&post("a").or(post("b")).or(page()).recover(recover)).await;
    assert_each_answers_for_itself(&page().or(post("b")).or(post("a")).recover(recover)).await;
}

#[tokio::test]
async fn without_an_early_recover_a_refused_request_reaches_other_routes() {
    let any = || warp::post().map(|| "any");
    let late = post("a").or(any()).recover(recover);
    assert_eq!(send("POST", "/a", "forged", &late).await, (200, "any".to_owned()));

    let at_once = post("a").recover(recover).or(any());
    assert_eq!(send("POST", "/a", "forged", &at_once).await, (403, String::new()));
    assert_eq!(send("POST", "/c", "forged", &at_once).await, (200, "any".to_owned()));
}

#[tokio::test]
async fn the_body_of_a_refused_request_is_consumed() {
    let routes = post_with("a", "first").or(post_with("a", "second")).recover(recover);
    assert_eq!(send("POST", "/a", "first", &routes).await, (200, "a".to_owned()));
    assert_eq!(send("POST", "/a", "second", &routes).await, (403, String::new()));

    let raw = warp::body::bytes().map(|body: Bytes| body.to_vec());
    let routes = post("a").or(raw).recover(recover);
    assert_eq!(send("POST", "/a", "forged", &routes).await, (403, String::new()));
}

#[tokio::test]
async fn before_the_path_the_filter_consumes_bodies_of_other_routes() {
    let raw = warp::path!("b")
        .and(warp::body::bytes())
        .map(|body: Bytes| body.to_vec());
    let early = verified(verifier(SECRET)).and(warp::path!("a")).map(|_| "a");
    assert_eq!(
        send("POST", "/b", "another", &early.or(raw).recover(recover)).await,
        (403, String::new())
    );
    let late = post("a").or(raw).recover(recover);
    assert_eq!(send("POST", "/b", "another", &late).await, (200, "{}".to_owned()));

    let method_first = warp::post().and(post("a")).recover(recover);
    assert_eq!(send("GET", "/c", SECRET, &method_first).await.0, 405);
    assert_eq!(send("GET", "/c", SECRET, &post("a").recover(recover)).await.0, 404);
}

#[tokio::test]
async fn a_body_that_another_filter_took_is_not_verified() {
    let route = warp::body::bytes()
        .and(verified(verifier(SECRET)))
        .map(|body: Bytes, _| body.to_vec())
        .recover(recover);
    let answer = send("POST", "/", SECRET, &route).await;
    assert_eq!(answer, (500, "Request body consumed multiple times".to_owned()));
}

#[tokio::test]
async fn without_recover_the_answer_names_it_and_no_reason() {
    let answer = send("POST", "/a", "forged", &post("a")).await;
    assert_eq!(
        answer,
        (
            500,
            "Unhandled rejection: Unverified; this route needs `.recover(tower_webhook_warp::recover)`".to_owned()
        )
    );
}

#[tokio::test]
async fn the_reason_is_in_the_extensions() {
    let route = post("a").recover(recover);
    let response = warp::test::request().method("POST").path("/a").reply(&route).await;
    assert_eq!(
        response.extensions().get::<Rejection>().map(Rejection::code),
        Some("missing_signature")
    );
}

#[tokio::test]
async fn a_body_in_one_frame_is_not_copied() {
    let body = Bytes::from_static(b"{}");
    let start = body.as_ptr().addr();
    let route = verified(verifier(SECRET)).map(move |body: VerifiedBody| {
        assert_eq!(body.bytes().as_ptr().addr(), start);
        "same"
    });
    let request = Signer::new(Knowrithm, &SigningSecret::new(SECRET).unwrap())
        .sign(Request::new(body))
        .map(Full::new);
    let response: Response<_> = warp::service(route).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_body_refused_by_the_headers_is_not_polled() {
    let body = stream::poll_fn(|_| -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> { panic!("polled") });
    let route = verified(verifier(SECRET)).map(|_| "").recover(recover);
    let response = warp::service(route).oneshot(Request::new(StreamBody::new(body))).await;
    assert_eq!(response.unwrap().status(), 403);
}

/// Says what it saw of a request, and knows no secret.
#[derive(Clone, Default)]
struct Witness(Arc<Mutex<Vec<String>>>);

impl SecretSource for Witness {
    type Error = Infallible;

    async fn secrets(&self, head: &Parts) -> Result<Option<Secrets>, Infallible> {
        let seen = format!("{} {} {:?}", head.method, head.uri, head.headers.get("x-tenant"));
        self.0.lock().unwrap().push(seen);
        Ok(None)
    }
}

#[tokio::test]
async fn a_source_of_secrets_sees_method_path_query_and_headers() {
    let witness = Witness::default();
    let verifier = Verifier::per_request(Knowrithm, witness.clone());
    let route = warp::path("hooks")
        .and(warp::path::param::<String>())
        .and(verified(verifier))
        .map(|_, _| "")
        .recover(recover);
    let headers = Signer::new(Knowrithm, &SigningSecret::new(SECRET).unwrap()).headers("{}");
    for (method, uri) in [
        ("POST", "/hooks/acme"),
        ("PUT", "/hooks/acme?a=1&b=%2F%3F"),
        ("POST", "/hooks/ac%2Fme/?"),
        ("POST", "http://example.com/hooks/acme?a"),
    ] {
        let request = warp::test::request()
            .method(method)
            .path(uri)
            .header("x-tenant", "acme")
            .body("{}");
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        let response = request.reply(&route).await;
        assert_eq!(
            response.extensions().get::<Rejection>().map(Rejection::code),
            Some("unknown_secret"),
            "{uri}"
        );
    }
    assert_eq!(
        *witness.0.lock().unwrap(),
        [
            r#"POST /hooks/acme Some("acme")"#,
            r#"PUT /hooks/acme?a=1&b=%2F%3F Some("acme")"#,
            r#"POST /hooks/ac%2Fme/? Some("acme")"#,
            r#"POST /hooks/acme?a Some("acme")"#,
        ]
    );
}
