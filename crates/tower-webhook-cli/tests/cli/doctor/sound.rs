//! A receiver that verifies with the library has no flaw, whatever the scheme.

use std::convert::Infallible;
use std::fs;
use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::header::HeaderName;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tokio::net::TcpListener;
use tower::{Layer, service_fn};
use tower_webhook::scheme::{Encoding, GitHub, HmacScheme, Knowrithm, Shopify, Slack, StandardWebhooks, Stripe, XCom};
use tower_webhook::{BufferedBody, SigningSecret, Verifier, VerifyLayer};
use tower_webhook_server::Server;
use tower_webhook_server::tls::PemFiles;

use super::{SECRET, doctor, document, text};

const OWN: [&str; 7] = [
    "hmac",
    "--signature-header",
    "typeform-signature",
    "--signature-prefix",
    "sha256=",
    "--signature-encoding",
    "base64",
];

fn secret() -> SigningSecret {
    SigningSecret::new(SECRET).unwrap()
}

fn verifier(scheme: &str) -> Verifier {
    match scheme {
        "knowrithm" => Verifier::new(Knowrithm, secret()),
        "github" => Verifier::new(GitHub, secret()),
        "stripe" => Verifier::new(Stripe, secret()),
        "slack" => Verifier::new(Slack, secret()),
        "shopify" => Verifier::new(Shopify, secret()),
        "x" => Verifier::new(XCom, secret()),
        "standard-webhooks" => Verifier::new(StandardWebhooks::new(), secret().decode_whsec().unwrap()),
        "svix" => Verifier::new(StandardWebhooks::svix_only(), secret().decode_whsec().unwrap()),
        _ => {
            let scheme = HmacScheme::new("typeform", HeaderName::from_static("typeform-signature"));
            let scheme = scheme.prefix("sha256=").encoding(Encoding::Base64);
            Verifier::new(scheme, secret())
        }
    }
}

/// Serves on loopback until the end of the test.
fn serve(verifier: Verifier, tls: Option<PemFiles>) -> SocketAddr {
    let (sender, address) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            // Short, so that the row which stalls is not what the test waits for.
            let verify = VerifyLayer::new(verifier.read_timeout(Duration::from_secs(5)));
            let receiver = verify.layer(service_fn(receive));
            let mut server = Server::new(listener);
            if let Some(tls) = tls {
                server = server.tls(&tls);
            }
            server.serve(receiver, pending()).await;
        });
    });
    address.recv().unwrap()
}

async fn receive(request: Request<BufferedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    let json = serde_json::from_slice::<serde_json::Value>(request.body().bytes());
    let mut response = Response::new(Full::default());
    if !json.is_ok_and(|json| json.is_object()) {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    Ok(response)
}

#[test]
fn a_receiver_of_every_scheme_has_no_failure_and_no_warning() {
    let schemes = [
        "knowrithm",
        "github",
        "stripe",
        "slack",
        "shopify",
        "x",
        "standard-webhooks",
        "svix",
        OWN[0],
    ];
    thread::scope(|scope| {
        for name in schemes {
            scope.spawn(move || {
                let url = format!("http://{}/hook?a=b", serve(verifier(name), None));
                let mut arguments = vec!["--strict", "--json", "--scheme"];
                arguments.extend(if name == OWN[0] {
                    &OWN[..]
                } else {
                    std::slice::from_ref(&name)
                });
                let output = doctor(&url, &arguments).output().unwrap();
                let document = document(&output);
                let flaws = document["rows"].as_array().unwrap().iter();
                let flaws: Vec<_> = flaws
                    .filter(|row| row["result"] == "fail" || row["result"] == "warn")
                    .collect();
                assert!(flaws.is_empty(), "{name}: {flaws:#?}");
                assert_eq!(output.status.code(), Some(0), "{name}");
                assert_eq!(document["end"], "complete", "{name}");
                assert!(
                    document["count"]["passed"].as_u64().unwrap() > 50,
                    "{name}: {}",
                    document["count"]
                );
            });
        }
    });
}

/// A certificate for `localhost` and its key, in this folder.
fn certificate(folder: &Path) -> [std::path::PathBuf; 2] {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = ["certificate.pem", "key.pem"].map(|name| folder.join(name));
    fs::write(&files[0], made.cert.pem()).unwrap();
    fs::write(&files[1], made.signing_key.serialize_pem()).unwrap();
    files
}

#[test]
fn https_is_spoken_to_whom_the_certificate_names() {
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key] = certificate(folder.path());
    let address = serve(verifier("knowrithm"), Some(PemFiles::new(&certificate, &key).unwrap()));
    let certificate = certificate.to_str().unwrap();
    let arguments = ["--skip", "limits", "timing", "--cacert", certificate];
    for (host, code) in [("localhost", 0), ("127.0.0.1", 3)] {
        let url = format!("https://{host}:{}/", address.port());
        let output = doctor(&url, &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{host}: {}", text(&output.stderr));
    }
}

/// Examines a receiver that accepts all; returns the document, what was said before, and how many requests came.
fn examined(more: &[&str], path: &str) -> (serde_json::Value, String, u64) {
    let received = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&received);
    let address = super::answering(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Some("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    });
    // The server of this test reads what has a Content-Length.
    let arguments = ["--json", "--skip", "limits", "chunked", "chunks-of-one-byte"];
    let arguments = [&arguments[..], more].concat();
    let output = doctor(&format!("http://{address}{path}"), &arguments).output().unwrap();
    let requests = received.load(Ordering::SeqCst) as u64;
    (document(&output), text(&output.stderr), requests)
}

#[test]
fn no_more_is_sent_than_was_said_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.json");
    fs::write(&file, format!(r#"{{"event":"{}"}}"#, "x".repeat(100 * 1024))).unwrap();
    let long_path = format!("/{}", "p".repeat(4000));
    let large_body = ["--body", file.to_str().unwrap()];
    for (more, path) in [(&[][..], "/"), (&large_body, "/"), (&[], &long_path)] {
        let (document, stderr, requests) = examined(more, path);
        let at_most = &document["at_most"];
        // A second try with 5 duplicates at once is not needed here.
        assert_eq!(Some(requests + 5), at_most["requests"].as_u64());
        let rows = document["rows"].as_array().unwrap().iter();
        let sent: u64 = rows.map(|row| row["sent_bytes"].as_u64().unwrap()).sum();
        let bytes = at_most["bytes"].as_u64().unwrap();
        assert!(bytes / 2 < sent && sent <= bytes, "{sent} of {bytes}");
        let mib = bytes.div_ceil(1024 * 1024);
        let said = format!("At most {} requests, {mib} MiB and 120 s\n", requests + 5);
        assert_eq!(stderr, said);
    }
}
