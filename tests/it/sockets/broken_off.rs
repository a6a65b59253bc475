//! Bodies over HTTP/1.1 that contradict their framing, and connections that outlive a refusal.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::Ipv4Addr;

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tower::{Layer, service_fn};
use tower_webhook::test::TestBody;
use tower_webhook::{BufferedBody, Rejection, RejectionKind, Verifier, VerifyLayer};

use super::raw::{Answer, Raw, head};
use super::server::{SERVERS, serve};
use crate::support::{EVENT, PATH, digits, signed, verifier};

const CHUNKED: &str = "Transfer-Encoding: chunked";

fn limited() -> Verifier {
    verifier().max_body(100)
}

fn signature(content: &str) -> String {
    format!("X-Knowrithm-Signature: sha256={}", digits(content))
}

/// Sends this head and this body to each server, and expects this answer, while the connection stays open.
async fn each_answers(lines: &[&str], body: &str, answer: &Answer) {
    for server in SERVERS {
        let mut peer = Raw::connect(server.start(limited()).await).await;
        peer.send(head(lines)).await;
        peer.send(body).await;
        assert_eq!(peer.answer().await.as_ref(), Some(answer), "{server:?}");
    }
}

#[tokio::test]
async fn chunks_are_joined_without_extensions_and_trailers() {
    let (first, second) = EVENT.split_at(16);
    let body = format!("10;name=value\r\n{first}\r\n21\r\n{second}\r\n0\r\nX-Checksum: 1\r\n\r\n");
    each_answers(&[CHUNKED, &signature(EVENT)], &body, &Answer::ok(EVENT)).await;
}

#[tokio::test]
async fn a_chunk_that_goes_over_the_limit_is_refused_before_its_end() {
    let body = format!("FFFFFF\r\n{}", "x".repeat(101));
    each_answers(&[CHUNKED, &signature(EVENT)], &body, &Answer::empty(413)).await;
}

#[tokio::test]
async fn chunks_that_go_over_the_limit_are_refused_before_the_last() {
    let body = "1\r\nx\r\n".repeat(101);
    each_answers(&[CHUNKED, &signature(EVENT)], &body, &Answer::empty(413)).await;
}

#[tokio::test]
async fn a_body_cut_short_by_its_content_length_is_refused() {
    each_answers(&["Content-Length: 48", &signature(EVENT)], EVENT, &Answer::empty(403)).await;
}

#[tokio::test]
async fn a_content_length_over_the_limit_is_refused_by_the_head_alone() {
    each_answers(&["Content-Length: 101", &signature(EVENT)], "", &Answer::empty(413)).await;
}

#[tokio::test]
async fn a_body_of_a_peer_that_hangs_up_is_refused() {
    let (content, rest) = EVENT.split_at(48);
    assert_eq!(rest.len(), 1);
    for (framing, sent) in [
        ("Content-Length: 49", content.to_owned()),
        (CHUNKED, format!("30\r\n{content}\r\n")),
        (CHUNKED, format!("31\r\n{content}")),
    ] {
        for server in SERVERS {
            let mut peer = Raw::connect(server.start(limited()).await).await;
            // The bytes that arrive are signed; only the end of the body is missing.
            peer.send(head(&[framing, &signature(content)])).await;
            peer.send(&sent).await;
            peer.hang_up().await;
            // A server may close a connection that the peer has half closed.
            let answer = peer.answer().await;
            assert!(
                answer.is_none() || answer == Some(Answer::empty(400)),
                "{server:?}: {sent}: {answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_error_of_the_server_is_the_source_of_the_rejection() {
    let (refused, mut refusals) = mpsc::unbounded_channel();
    let verify = VerifyLayer::new(limited()).on_reject(move |rejection: &Rejection, _: &http::request::Parts| {
        refused.send(rejection.clone()).unwrap();
        Response::new(String::new())
    });
    let inner = service_fn(async |_: Request<BufferedBody>| Ok::<_, Infallible>(Response::new(String::new())));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    serve(listener, TowerToHyperService::new(verify.layer(inner)));

    let mut peer = Raw::connect(address).await;
    peer.send(head(&["Content-Length: 49", &signature(EVENT)])).await;
    peer.send(&EVENT[..10]).await;
    peer.hang_up().await;
    let rejection = refusals.recv().await.unwrap();
    assert_eq!(rejection.kind(), RejectionKind::BodyRead);
    let error = rejection
        .source()
        .and_then(|error| error.downcast_ref::<hyper::Error>());
    let cause = error
        .and_then(Error::source)
        .and_then(|cause| cause.downcast_ref::<io::Error>());
    assert_eq!(cause.expect("an error of hyper").kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_connection_outlives_a_wrong_signature() {
    let length = format!("Content-Length: {}", EVENT.len());
    for server in SERVERS {
        let mut peer = Raw::connect(server.start(limited()).await).await;
        for (signed, answer) in [
            (EVENT, Answer::ok(EVENT)),
            ("another", Answer::empty(403)),
            (EVENT, Answer::ok(EVENT)),
        ] {
            peer.send(head(&[&length, &signature(signed)])).await;
            peer.send(EVENT).await;
            assert_eq!(peer.answer().await, Some(answer), "{server:?}: signed {signed}");
        }
    }
}

#[tokio::test]
async fn an_http2_connection_outlives_a_stream_that_breaks_off() {
    for server in SERVERS {
        let address = server.start(limited()).await;
        let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        let mut send = |body| {
            let mut request = signed(EVENT, body);
            *request.uri_mut() = format!("http://{address}{PATH}").parse().unwrap();
            sender.send_request(request)
        };

        let broken = send(TestBody::one(&EVENT[..10]).pause().fail()).await;
        assert!(broken.is_err_and(|error| !error.is_timeout()), "{server:?}");
        let response = send(TestBody::one(EVENT)).await.unwrap();
        assert_eq!(response.status(), 200, "{server:?}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, EVENT, "{server:?}");
    }
}
