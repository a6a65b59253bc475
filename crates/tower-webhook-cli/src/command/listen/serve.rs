//! The listener from its first line to its summary.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tower::service_fn;
use tower_webhook_server::{Server, stop_signal};

use super::Args;
use super::listener::Listener;
use super::output::{Output, Printed};
use super::setup::{Setup, warn};
use super::show::Start;
use crate::outcome::{Failure, Outcome, Result};
use crate::runtime;

/// How long requests in progress have when it ends: somebody waits for the prompt.
const GRACE: Duration = Duration::from_secs(3);

/// Listens until a signal.
pub(super) fn run(args: &Args, json: bool) -> Result<Outcome> {
    // A file system or a reader of the output that hangs does not hold up the end.
    runtime::finish(runtime::current_thread()?, listen(args, json))?;
    Ok(Outcome::Good)
}

async fn listen(args: &Args, json: bool) -> Result<()> {
    // Before the socket, so that nothing is listened on when an argument is wrong.
    let setup = Setup::new(args, json)?;
    let (socket, address) = setup.bind(args).await?;
    let mut server = Server::new(socket).grace(GRACE);
    if let Some(files) = &setup.tls {
        server = server.tls(files);
    }
    let (output, printed) = Output::start();
    let listener = setup.listener(args, address, output)?;
    warn(args, address);
    serve(server, Arc::new(listener), printed).await
}

async fn serve(server: Server, listener: Arc<Listener>, mut printed: Printed) -> Result<()> {
    let mut stop = pin!(stop_signal());
    // Polled once before the first line, so that a signal after it is not missed.
    poll_once(stop.as_mut()).await;
    let page = listener.page.as_ref();
    let page = page.map(|page| format!("{}{}", listener.base, page.path()));
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
