//! What a receiver answers to what is no webhook, and to the head of a webhook alone.

use http::Request;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tower_webhook::test::TestBody;

use super::child::{KINDS, Kind};
use crate::sockets::client::PROTOCOLS;
use crate::sockets::raw::{Answer, Raw, head};
use crate::support::{EVENT, PATH, SIGNATURE, digits, signature, signed};

#[tokio::test]
async fn other_methods_and_paths_are_no_webhooks() {
    for kind in KINDS {
        let receiver = kind.start();
        for protocol in PROTOCOLS {
            for (method, path, status) in [
                ("GET", PATH, 405),
                ("PUT", PATH, 405),
                ("DELETE", PATH, 405),
                ("GET", "/", 404),
                ("POST", "/", 404),
                ("POST", "/webhooks", 404),
                ("POST", "/webhooks/knowrithm/more", 404),
                ("POST", "/webhooks/Knowrithm", 404),
            ] {
                for is_signed in [true, false] {
                    let mut request = Request::builder().method(method).uri(path);
                    if is_signed {
                        request = request.header(SIGNATURE, signature(EVENT));
                    }
                    let body = if method == "GET" {
                        TestBody::new().claiming_size(0, Some(0)).claiming_end()
                    } else {
                        TestBody::one(EVENT)
                    };
                    let response = protocol.send(receiver.address, request.body(body).unwrap()).await;
                    assert_eq!(
                        response.unwrap().status(),
                        status,
                        "{kind:?}, {protocol:?}: {method} {path}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn what_the_head_refuses_provokes_no_continue() {
    let expect = "Expect: 100-continue";
    let signature = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    for kind in KINDS {
        let receiver = kind.start();
        for (lines, status) in [
            (vec![expect, "Content-Length: 49"], 403),
            (
                vec![expect, "Content-Length: 49", "X-Knowrithm-Signature: sha256="],
                403,
            ),
            (vec![expect, "Content-Length: 49", &signature, &signature], 403),
            (vec![expect, "Content-Length: 2097153", &signature], 413),
            (vec!["Content-Length: 2097153", &signature], 413),
        ] {
            let mut peer = Raw::connect(receiver.address).await;
            peer.send(head(&lines)).await;
            assert_eq!(peer.answer().await, Some(Answer::empty(status)), "{kind:?}: {lines:?}");
        }
    }
}

#[tokio::test]
async fn who_has_nothing_more_to_send_gets_the_answer_of_hypers_receiver() {
    let signature = format!("X-Knowrithm-Signature: sha256={}", digits(EVENT));
    let receiver = Kind::Hyper.start();
    // Once it may be answered by chance, before the server sees the end.
    for _ in 0..100 {
        let mut peer = Raw::connect(receiver.address).await;
        peer.send(head(&["Content-Length: 49", &signature]) + EVENT).await;
        peer.hang_up().await;
        assert_eq!(peer.answer().await, Some(Answer::ok(r#"{"status":"success"}"#)));
    }
}

#[tokio::test]
async fn hypers_receiver_lets_few_streams_into_a_connection() {
    let receiver = Kind::Hyper.start();
    let stream = TcpStream::connect(receiver.address).await.unwrap();
    let (mut sender, mut connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    let answer = sender.send_request(signed(EVENT, TestBody::one(EVENT)));
    // Before it answers, a server says how many streams it lets in.
    tokio::select! {
        answer = answer => assert_eq!(answer.unwrap().status(), 200),
        ended = &mut connection => panic!("{ended:?}"),
    }
    assert_eq!(connection.current_max_send_streams(), 16);
}
