//! HTTPS: the certificate that clients check, its renewal, and the deadlines.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use http::Request;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::CertifiedKey;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tower_webhook::test::TestBody;
use tower_webhook_server::tls::PemFiles;

use super::{LIMIT, PATIENCE, Running, until_closed};

/// A certificate and its key in files.
pub(crate) struct Files {
    folder: TempDir,
}

impl Files {
    pub(crate) fn new() -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        files.renew();
        files
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// Replaces both by new ones.
    pub(crate) fn renew(&self) {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
        fs::write(self.certificate(), cert.pem()).unwrap();
        fs::write(self.key(), signing_key.serialize_pem()).unwrap();
    }

    /// What a client trusts that has the certificate as it is now.
    pub(crate) fn trusted(&self) -> Trusted {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(self.certificate()).unwrap())
            .unwrap();
        Trusted(roots)
    }

    fn pem(&self) -> PemFiles {
        PemFiles::new(self.certificate(), self.key()).unwrap()
    }
}

#[derive(Clone)]
pub(crate) struct Trusted(RootCertStore);

impl Trusted {
    /// Connects with this protocol, if the certificate is one that is trusted.
    pub(crate) async fn connect(&self, to: SocketAddr, protocol: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let mut config = config.with_root_certificates(self.0.clone()).with_no_client_auth();
        config.alpn_protocols = vec![protocol.into()];
        let stream = TcpStream::connect(to).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}

async fn start(files: &PemFiles) -> Running {
    let long = PATIENCE * 2;
    Running::start(|server| server.tls(files).head_timeout(LIMIT).write_timeout(long)).await
}

#[tokio::test]
async fn both_protocols_are_offered() {
    let files = Files::new();
    let server = start(&files.pem()).await;
    let request = |uri: &str| Request::get(uri).header("host", "localhost").body(TestBody::one(""));

    let stream = files.trusted().connect(server.address, "h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(request("https://localhost/").unwrap()).await;
    assert_eq!(response.unwrap().status(), 200);

    let stream = files.trusted().connect(server.address, "http/1.1").await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(request("/").unwrap()).await;
    assert_eq!(response.unwrap().status(), 200);
}

#[tokio::test]
async fn a_renewed_certificate_is_used_for_new_connections() {
    let files = Files::new();
    let pem = files.pem();
    let server = start(&pem).await;
    let old = files.trusted();
    files.renew();
    let new = files.trusted();
    old.connect(server.address, "h2").await.unwrap();
    new.connect(server.address, "h2").await.unwrap_err();
    pem.reload().unwrap();
    new.connect(server.address, "h2").await.unwrap();
    old.connect(server.address, "h2").await.unwrap_err();
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_and_change_nothing() {
    let files = Files::new();
    let pem = files.pem();
    let server = start(&pem).await;
    let trusted = files.trusted();
    let [certificate, key] = [files.certificate(), files.key()];
    let good = fs::read(&key).unwrap();
    let another = Files::new();
    for (path, content) in [
        (&key, fs::read(another.key()).unwrap()),
        (&key, b"-----BEGIN PRIVATE KEY-----\nnonsense".to_vec()),
        (&key, Vec::new()),
        (&certificate, Vec::new()),
        (
            &certificate,
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec(),
        ),
    ] {
        fs::write(&key, &good).unwrap();
        fs::write(path, content).unwrap();
        let error = pem.reload().unwrap_err();
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        trusted.connect(server.address, "h2").await.unwrap();
    }
    fs::remove_file(&certificate).unwrap();
    let error = PemFiles::new(&certificate, &key).unwrap_err();
    assert!(error.to_string().contains(certificate.to_str().unwrap()), "{error}");
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_cut_off() {
    let files = Files::new();
    let server = start(&files.pem()).await;
    for sent in [&[][..], &[0x16, 3, 1, 2, 0, 1]] {
        let mut stream = server.connect().await;
        let start = Instant::now();
        until_closed(&mut stream, sent).await;
        assert!(start.elapsed() > LIMIT / 2);
    }
    // Nor is a head that does not end, after a handshake.
    let mut stream = files.trusted().connect(server.address, "http/1.1").await.unwrap();
    stream.write_all(b"GET / HTTP").await.unwrap();
    let mut answer = Vec::new();
    let closed = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    let _ = closed.expect("the server closes the connection");
    assert_eq!(answer, b"");
}

#[tokio::test]
async fn a_handshake_does_not_hold_up_a_shutdown() {
    let files = Files::new();
    let long = PATIENCE * 5;
    let server = Running::start(|server| server.tls(&files.pem()).head_timeout(long).grace(long)).await;
    let _stream = server.connect().await;
    sleep(LIMIT).await;
    let start = Instant::now();
    server.stop().await;
    assert!(start.elapsed() < PATIENCE);
}

#[tokio::test]
async fn a_refused_body_is_discarded() {
    let files = Files::new();
    let server = Running::start(|server| server.tls(&files.pem())).await;
    let mut stream = files.trusted().connect(server.address, "http/1.1").await.unwrap();
    let body = vec![b'x'; 8 * 1024 * 1024];
    let head = format!(
        "POST /refuse HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 403");
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut_off() {
    let files = Files::new();
    let long = PATIENCE * 2;
    let server = Running::start(|server| server.tls(&files.pem()).head_timeout(long).write_timeout(LIMIT)).await;
    let mut stream = files.trusted().connect(server.address, "http/1.1").await.unwrap();
    stream
        .write_all(b"GET /large HTTP/1.1\r\nHost: test\r\n\r\n")
        .await
        .unwrap();
    let start = Instant::now();
    // A closed connection answers bytes with a reset.
    while stream.write_all(b"x").await.is_ok() && stream.flush().await.is_ok() {
        assert!(start.elapsed() < PATIENCE, "it is served forever");
        sleep(LIMIT / 10).await;
    }
    assert!(start.elapsed() > LIMIT / 2);
}
