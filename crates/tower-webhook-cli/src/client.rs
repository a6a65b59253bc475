//! The HTTP client: one request, one answer; no redirects, no proxies, no headers that were not asked for.

use std::error::Error;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use url::Url;

use crate::outcome::{Failure, Result};
use crate::term::{Plain, PlainBytes};
use crate::unreachable;

/// How much is read at a time, and so how long the head of an answer may be. With more, interim answers (100 Continue)
/// without end would keep the thread of the timer for seconds.
const MAX_READ: usize = 64 * 1024;

/// A body that is sent: bytes, or what is read from a file.
pub(crate) type Body = UnsyncBoxBody<Bytes, std::io::Error>;

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ClientArgs {
    /// Trust the certificates in this PEM file instead of those of the system
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// How long to wait for an answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// Keeps its connections open, and so sends many requests over few of them.
#[derive(Clone)]
pub(crate) struct Client {
    client: legacy::Client<HttpsConnector<HttpConnector>, Body>,
    timeout: Duration,
}

impl ClientArgs {
    /// # Errors
    ///
    /// A failure of usage when the certificates cannot be read.
    pub(crate) fn client(&self) -> Result<Client> {
        let mut http = HttpConnector::new();
        // Otherwise the second packet of a request may wait for 40 ms.
        http.set_nodelay(true);
        http.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(self.tls()?)
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(http);
        Ok(Client {
            client: legacy::Client::builder(TokioExecutor::new())
                .http1_max_buf_size(MAX_READ)
                .build(connector),
            timeout: Duration::from_secs(self.timeout),
        })
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    pub(crate) fn tls(&self) -> Result<ClientConfig> {
        use hyper_rustls::ConfigBuilderExt;
        let builder = ClientConfig::builder();
        let Some(path) = &self.cacert else {
            let builder = builder.with_native_roots();
            let builder = builder.map_err(|error| Failure::io("the certificates of the system", &error))?;
            return Ok(builder.with_no_client_auth());
        };
        let place = PlainBytes(path.as_os_str().as_encoded_bytes());
        let at = |error: &dyn Error| Failure::usage(format_args!("{place}: {error}"));
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| at(&error))? {
            let certificate = certificate.map_err(|error| at(&error))?;
            roots.add(certificate).map_err(|error| at(&error))?;
        }
        if roots.is_empty() {
            return Err(Failure::usage(format_args!(
                "{place}: contains no certificate: name a PEM file with one"
            )));
        }
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

impl Client {
    /// Sends a request and waits for the head of the answer.
    ///
    /// # Errors
    ///
    /// [`Failure::Unreachable`] when there is no answer in time.
    pub(crate) async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>> {
        self.send_while(request, &AtomicU64::new(0)).await
    }

    /// As [`send`](Self::send), for a body that may take long: the time begins again while `sent` grows.
    pub(crate) async fn send_while(&self, request: Request<Body>, sent: &AtomicU64) -> Result<Response<Incoming>> {
        let to = authority(request.uri());
        let mut answer = pin!(self.client.request(request));
        let mut before = 0;
        loop {
            let answer = timeout(self.timeout, &mut answer).await;
            let now = sent.load(Ordering::Relaxed);
            match answer {
                Ok(Ok(response)) => return Ok(response),
                Ok(Err(error)) => {
                    return Err(Failure::unreachable(format_args!(
                        "{to}: {}",
                        unreachable::describe(&error)
                    )));
                }
                Err(_) if now > before => before = now,
                Err(_) => {
                    return Err(Failure::unreachable(format_args!(
                        "{to}: no answer within {} s: is it busy? --timeout allows more",
                        self.timeout.as_secs()
                    )));
                }
            }
        }
    }

    /// How long to wait for an answer.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }
}

/// Reads a URL that a request can be sent to.
pub(crate) fn parse_url(text: &str) -> Result<Uri, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}: write it as http://127.0.0.1:5000/path"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it does not begin with http:// or https://".to_owned());
    }
    // Browsers take the first part of the path of `http:///hook` for the host.
    let has_host = text
        .split_once("://")
        .is_some_and(|(_, rest)| !rest.starts_with(['/', '\\']));
    if !has_host || url.host_str().is_none_or(str::is_empty) {
        return Err("it has no host: write it as http://127.0.0.1:5000/path".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it contains a user name or password, which a webhook is not sent with".to_owned());
    }
    let mut url = url;
    url.set_fragment(None);
    url.as_str()
        .parse()
        .map_err(|error: http::uri::InvalidUri| error.to_string())
}

fn authority(uri: &Uri) -> String {
    let authority = uri.authority().map_or_else(|| uri.to_string(), ToString::to_string);
    Plain(&authority).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_url_with_a_host_is_sent_to() {
        assert_eq!(
            parse_url("http://127.0.0.1:5000/a?b=c#d").unwrap(),
            "http://127.0.0.1:5000/a?b=c"
        );
        for wrong in [
            "",
            "127.0.0.1:5000",
            "/hook",
            "http://",
            "ftp://host/",
            "http://user:pass@host/",
        ] {
            assert!(parse_url(wrong).is_err(), "{wrong}");
        }
    }
}
