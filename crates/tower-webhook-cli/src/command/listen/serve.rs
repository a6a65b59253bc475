//! The listener from its first line to its summary.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use http::Uri;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::service_fn;
use tower_webhook_server::tls::PemFiles;
use tower_webhook_server::{Server, stop_signal};

use super::Args;
use super::collect::Bounds;
use super::forward::Target;
use super::kept::Kept;
use super::listener::{Answers, Listener};
use super::output::{Output, Printed};
use super::page::Page;
use super::received::Hidden;
use super::save::Folder;
use super::show::{Show, Start};
use super::summary::Summary;
use crate::outcome::{Failure, Outcome, Result};
use crate::runtime;
use crate::term;

/// How long a body may take.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests in progress have when it ends: somebody waits for the prompt.
const GRACE: Duration = Duration::from_secs(3);
/// How many requests may be judged, passed on and printed at a time.
const MAX_BUSY: usize = 256;

/// Listens until a signal.
pub(super) fn run(args: Args, json: bool) -> Result<Outcome> {
    let runtime = runtime::current_thread()?;
    let result = runtime.block_on(listen(args, json));
    // A file system or a reader of the output that hangs does not hold up the end.
    runtime.shutdown_background();
    result.map(|()| Outcome::Good)
}

async fn listen(args: Args, json: bool) -> Result<()> {
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(PemFiles::new(certificate, key).map_err(Failure::usage)?),
        _ => None,
    };
    let (output, printed) = Output::start();
    // Before the socket, so that nothing is listened on when an argument is wrong.
    let (mut listener, folder) = prepare(&args, json, output)?;
    let socket = bind(args.host, args.port).await?;
    let address = socket.local_addr().map_err(|error| Failure::io("the socket", &error))?;
    if let Some(url) = &args.forward
        && is_itself(url, address)
    {
        return Err(Failure::usage(format_args!(
            "--forward {url} leads back here: name another receiver"
        )));
    }
    let base = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
    listener.url = format!("{base}{}", listener.path);
    listener.folder = folder;
    let serves_page = !args.no_page && (address.ip().is_loopback() || args.expose_page);
    let page = serves_page.then(|| Page::new(address.ip(), tls.is_some()));
    listener.page = page.transpose()?;
    warn(&args, address);

    let mut server = Server::new(socket).grace(GRACE);
    if let Some(files) = &tls {
        server = server.tls(files);
    }
    serve(server, Arc::new(listener), base, printed).await
}

/// All but what follows from the socket.
fn prepare(args: &Args, json: bool, output: Output) -> Result<(Listener, Option<Arc<Mutex<Folder>>>)> {
    let chosen = args.scheme.choose()?;
    let secrets = args.secret.read(&chosen)?;
    for secret in &secrets {
        secret.warn_of_faults();
    }
    let max_body = args.max_body as usize;
    let verifier = chosen.verifier(&secrets)?;
    let target = match &args.forward {
        Some(url) => Some(Target {
            client: args.client.client()?,
            url: url.clone(),
        }),
        None => None,
    };
    let folder = match &args.save {
        Some(path) => Some(Arc::new(Mutex::new(Folder::open(path.clone(), args.keep as usize)?))),
        None => None,
    };
    let listener = Listener {
        scheme: chosen.name,
        verifier: verifier.max_body(max_body),
        bounds: Bounds::new(max_body, READ_TIMEOUT),
        hidden: Hidden::new(secrets),
        path: args
            .path
            .clone()
            .unwrap_or_else(|| format!("/webhooks/{}", chosen.name)),
        url: String::new(),
        answers: Answers {
            accept_forged: args.accept_forged,
            status: args.status,
            delay: Duration::from_millis(args.delay),
            target,
        },
        folder: None,
        show: Show { json, full: args.full },
        output,
        busy: Arc::new(Semaphore::new(MAX_BUSY)),
        kept: Kept::new(),
        summary: Mutex::new(Summary::default()),
        page: None,
    };
    Ok((listener, folder))
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

/// Whether a URL leads to this listener, so that each request would be passed on for ever.
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

fn warn(args: &Args, address: SocketAddr) {
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

async fn serve(server: Server, listener: Arc<Listener>, base: String, mut printed: Printed) -> Result<()> {
    let mut stop = pin!(stop_signal());
    // Polled once before the first line, so that a signal after it is not missed.
    poll_once(stop.as_mut()).await;
    let page = listener.page.as_ref().map(|page| format!("{base}{}", page.path()));
    let start = Start {
        url: &listener.url,
        page: page.as_deref(),
    };
    listener.output.print(listener.show.start(&start)).await;

    let service = {
        let listener = listener.clone();
        service_fn(move |request| {
            let listener = listener.clone();
            async move { Ok::<_, Infallible>(listener.answer(request).await) }
        })
    };
    let work = async {
        let mut failed = None;
        let shutdown = async {
            tokio::select! {
                () = stop => {}
                result = &mut printed => failed = Some(result),
            }
            if let Some(page) = &listener.page {
                page.stopping.send_replace(true);
            }
        };
        server.serve(service, shutdown).await;
        if let Some(result) = failed {
            return result.unwrap_or_else(|_| Err(Failure::usage("the output failed")));
        }
        let summary = listener.summary.lock().unwrap_or_else(PoisonError::into_inner).clone();
        listener.output.print(listener.show.summary(&summary)).await;
        listener.output.end(&mut printed).await
    };
    tokio::select! {
        result = work => result,
        // The second signal ends it at once.
        () = async { stop_signal().await; stop_signal().await } => Ok(()),
    }
}

async fn poll_once(mut future: Pin<&mut impl Future<Output = ()>>) {
    poll_fn(|cx| {
        let _ = future.as_mut().poll(cx);
        Poll::Ready(())
    })
    .await;
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
