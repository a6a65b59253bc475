//! A listener, from its arguments: first whatever can be wrong with them, then the socket, then the listener.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Uri;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower_webhook_server::tls::PemFiles;

use super::Args;
use super::collect::Bounds;
use super::forward::Target;
use super::handshake::{ASANA, Handshakes, META};
use super::hop::Hop;
use super::kept::Kept;
use super::listener::{Answers, Listener};
use super::output::Output;
use super::page::Page;
use super::save::Folder;
use super::show::Show;
use super::summary::Summary;
use super::trust::Trust;
use crate::outcome::{Failure, Result};
use crate::scheme::Chosen;
use crate::secret::SecretText;
use crate::term::{self, Plain};

/// How long a body may take.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How many requests may be judged, passed on and printed at a time.
const MAX_BUSY: usize = 256;

/// What arguments name, apart from the socket.
pub(super) struct Setup {
    scheme: &'static str,
    path: String,
    max_body: usize,
    trust: Trust,
    handshakes: Handshakes,
    answers: Answers,
    folder: Option<Arc<Mutex<Folder>>>,
    show: Show,
    pub(super) tls: Option<PemFiles>,
}

impl Setup {
    /// # Errors
    ///
    /// A failure of usage when one of the arguments, or a file that it names, cannot be used.
    pub(super) fn new(args: &Args, json: bool) -> Result<Self> {
        let tls = match (&args.tls_cert, &args.tls_key) {
            (Some(certificate), Some(key)) => Some(PemFiles::new(certificate, key)),
            _ => None,
        };
        let tls = tls.transpose();
        let tls = tls.map_err(|error| Failure::usage(Plain(&error.to_string())))?;
        let chosen = args.scheme.choose()?;
        let awaits_secret = chosen.name == ASANA && !args.secret.has_any(&chosen);
        let secrets = if awaits_secret {
            Vec::new()
        } else {
            args.secret.read(&chosen)?
        };
        if awaits_secret {
            term::note("The first secret that Asana offers in its handshake is taken");
        }
        for secret in &secrets {
            secret.warn_of_faults();
        }
        let max_body = args.max_body as usize;
        let verify_token = args.verify_token(&chosen)?;
        let handshakes = Handshakes::new(chosen.name, &secrets, verify_token.as_ref(), awaits_secret)?;
        let target = match &args.forward {
            None => None,
            Some(url) => Some(Target {
                client: args.client.client()?,
                url: url.clone(),
                hop: Hop::new(chosen.scheme.clone())?,
            }),
        };
        let folder = args.save.as_deref().map(|path| Folder::open(path, args.keep as usize));
        let of_scheme = || format!("/webhooks/{}", chosen.name);
        Ok(Self {
            scheme: chosen.name,
            path: args.path.clone().unwrap_or_else(of_scheme),
            max_body,
            handshakes,
            answers: Answers {
                accept_forged: args.accept_forged,
                status: args.status,
                delay: Duration::from_millis(args.delay),
                target,
            },
            folder: folder.transpose()?.map(|folder| Arc::new(Mutex::new(folder))),
            show: Show { json, full: args.full },
            tls,
            trust: Trust::new(chosen, max_body, secrets, verify_token)?,
        })
    }

    /// Binds the socket.
    ///
    /// # Errors
    ///
    /// When it cannot be bound, or the requests that are passed on would come back to it.
    pub(super) async fn bind(&self, args: &Args) -> Result<(TcpListener, SocketAddr)> {
        let socket = bind(args.host, args.port).await?;
        let address = socket.local_addr().map_err(|error| Failure::io("the socket", &error))?;
        match &self.answers.target {
            Some(target) if is_itself(&target.url, address) => Err(Failure::usage(format_args!(
                "--forward {} leads back here: name another receiver",
                Plain(&target.url.to_string())
            ))),
            _ => Ok((socket, address)),
        }
    }

    /// The listener at this address.
    ///
    /// # Errors
    ///
    /// A failure of usage when the system has no random bytes for the page.
    pub(super) fn listener(self, args: &Args, address: SocketAddr, output: Output) -> Result<Listener> {
        let serves_page = !args.no_page && (address.ip().is_loopback() || args.expose_page);
        let page = serves_page.then(|| Page::new(address.ip(), self.tls.is_some()));
        let base = format!("{}://{address}", if self.tls.is_some() { "https" } else { "http" });
        Ok(Listener {
            scheme: self.scheme,
            trust: self.trust,
            handshakes: self.handshakes,
            bounds: Bounds::new(self.max_body, READ_TIMEOUT),
            url: format!("{base}{}", self.path),
            path: self.path,
            base,
            answers: self.answers,
            folder: self.folder,
            show: self.show,
            output,
            busy: Arc::new(Semaphore::new(MAX_BUSY)),
            kept: Kept::new(),
            summary: Mutex::new(Summary::default()),
            page: page.transpose()?,
        })
    }
}

/// Where the verify token of Meta is kept when no other place is named.
const VERIFY_TOKEN: &str = "META_VERIFY_TOKEN";

impl Args {
    /// The verify token of Meta, if there is one.
    fn verify_token(&self, chosen: &Chosen) -> Result<Option<SecretText>> {
        let named = self.verify_token_file.is_some() || self.verify_token_env.is_some();
        match (&self.verify_token_file, &self.verify_token_env) {
            _ if chosen.name != META && named => Err(Failure::usage(format_args!(
                "{} has no verify token: leave out --verify-token-file and --verify-token-env",
                chosen.name
            ))),
            _ if chosen.name != META => Ok(None),
            (Some(path), _) => SecretText::from_file(path).map(Some),
            (None, Some(name)) => SecretText::from_env(name).map(Some),
            (None, None) if std::env::var_os(VERIFY_TOKEN).is_some() => SecretText::from_env(VERIFY_TOKEN).map(Some),
            (None, None) => {
                term::note("Any verify token of Meta is accepted: --verify-token-env names the one to expect");
                Ok(None)
            }
        }
    }
}

/// Says what others can do.
pub(super) fn warn(args: &Args, address: SocketAddr) {
    if args.accept_forged {
        term::warn("--accept-forged: FORGED REQUESTS ARE ANSWERED WITH 200, as if they were genuine");
    }
    if address.ip().is_loopback() {
        return;
    }
    term::warn(format_args!("{address} can be reached from other machines"));
    if args.expose_page {
        term::warn("--expose-page: whoever opens the page reads all requests");
    }
}

async fn bind(host: IpAddr, port: u16) -> Result<TcpListener> {
    TcpListener::bind((host, port))
        .await
        .map_err(|error: io::Error| match error.kind() {
            ErrorKind::AddrInUse => Failure::unreachable(format_args!(
                "port {port} of {host} is in use: end the program that listens there, or choose another one with --port"
            )),
            ErrorKind::PermissionDenied => Failure::usage(format_args!(
                "port {port} needs privileges: choose one of 1024 or more with --port"
            )),
            ErrorKind::AddrNotAvailable => Failure::usage(format_args!(
                "{host} is no address of this machine: choose another one with --host"
            )),
            _ => Failure::io(format_args!("port {port} of {host}"), &error),
        })
}

/// Whether a URL leads to this listener, so that each request would be passed on forever.
fn is_itself(url: &Uri, address: SocketAddr) -> bool {
    let default = if url.scheme_str() == Some("https") { 443 } else { 80 };
    let port = url.port_u16().unwrap_or(default);
    let host = url.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let own = address.ip().to_canonical();
    let is_here = |ip: IpAddr| ip == own || ip.is_unspecified() || (ip.is_loopback() && own.is_unspecified());
    // A name that leads nowhere does not lead here.
    let mut addresses = (host, port).to_socket_addrs().into_iter().flatten();
    port == address.port() && addresses.any(|to| is_here(to.ip().to_canonical()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_the_listener_itself_is_recognised() {
        for (url, address, itself) in [
            ("http://127.0.0.1:5000/a", "127.0.0.1:5000", true),
            ("http://localhost:5000/", "127.0.0.1:5000", true),
            ("http://[::ffff:127.0.0.1]:5000/", "127.0.0.1:5000", true),
            ("http://[::1]:5000/", "[::1]:5000", true),
            ("http://127.0.0.1:5000/", "0.0.0.0:5000", true),
            ("http://0.0.0.0:5000/", "127.0.0.1:5000", true),
            ("http://127.0.0.1/", "127.0.0.1:80", true),
            ("http://127.0.0.1:5001/", "127.0.0.1:5000", false),
            ("http://127.0.0.2:5000/", "127.0.0.1:5000", false),
            ("http://example.com:5000/", "127.0.0.1:5000", false),
        ] {
            assert_eq!(
                is_itself(&url.parse().unwrap(), address.parse().unwrap()),
                itself,
                "{url} {address}"
            );
        }
    }
}
