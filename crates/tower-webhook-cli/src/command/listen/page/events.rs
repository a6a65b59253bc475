//! What the page hears: each request as a [server-sent event].
//!
//! [server-sent event]: https://html.spec.whatwg.org/multipage/server-sent-events.html

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::super::listener::Listener;
use super::super::pretty::pretty;
use super::super::received::{Json, Received, SHOWN};
use super::Page;
use super::places::Place;

/// A comment that is sent when nothing happens, to learn whether the browser is still there.
const PULSE: Duration = Duration::from_secs(15);

/// What the page is told first.
#[derive(Serialize)]
struct Start<'a> {
    /// Another one when the command was started again: then the page forgets what it has.
    run: u64,
    url: &'a str,
    scheme: &'a str,
    accepts_forged: bool,
}

#[derive(Serialize)]
struct OnPage<'a> {
    #[serde(flatten)]
    request: Json<'a>,
    /// The body, laid out; none when it is no text.
    text: Option<String>,
    is_text_cut: bool,
    can_be_sent_again: bool,
}

/// Sends the events after the last one that the page has, and then each new one; until the command ends, or the place
/// is needed for another page.
pub(super) async fn tell(listener: Arc<Listener>, last_id: Option<String>, place: Place, to: mpsc::Sender<Bytes>) {
    let Some(page) = &listener.page else { return };
    let mut stopping = page.stopping.subscribe();
    // A browser that does not read holds nothing up.
    tokio::select! {
        () = tell_all(&listener, page, last_id, &to) => {}
        // Otherwise it would hold up the end of the command.
        _ = stopping.wait_for(|stopping| *stopping) => {}
        // The page would connect again, and take the place of the next one.
        _ = place => drop(to.try_send(Bytes::from_static(b"event: replaced\ndata:\n\n"))),
    }
}

async fn tell_all(listener: &Listener, page: &Page, last_id: Option<String>, to: &mpsc::Sender<Bytes>) {
    let run = page.run;
    let seen = last_id.as_deref().and_then(|id| id.split_once('-'));
    let seen = seen.filter(|(of_run, _)| of_run.parse() == Ok(run));
    let mut last = seen.and_then(|(_, number)| number.parse().ok()).unwrap_or(0);
    let mut newest = listener.kept.subscribe();
    if to.send(start(listener, page)).await.is_err() {
        return;
    }
    loop {
        newest.mark_unchanged();
        while let Some(received) = listener.kept.next_after(last) {
            last = received.number;
            if to.send(request(run, &received)).await.is_err() {
                return;
            }
        }
        let is_quiet = tokio::select! {
            _ = newest.changed() => false,
            () = to.closed() => return,
            () = sleep(PULSE) => true,
        };
        if is_quiet && to.send(Bytes::from_static(b":\n\n")).await.is_err() {
            return;
        }
    }
}

fn start(listener: &Listener, page: &Page) -> Bytes {
    let start = Start {
        run: page.run,
        url: &listener.url,
        scheme: listener.scheme,
        accepts_forged: listener.answers.accept_forged,
    };
    event("retry: 1000\nevent: start", &start)
}

fn request(run: u64, received: &Received) -> Bytes {
    let pretty = pretty(received.shown(), SHOWN);
    let shown = OnPage {
        request: received.json(None),
        is_text_cut: pretty.as_ref().is_some_and(|pretty| pretty.is_cut) || !received.is_whole,
        text: pretty.map(|pretty| pretty.text),
        can_be_sent_again: received.is_whole,
    };
    event(&format!("id: {run}-{}\nevent: request", received.number), &shown)
}

/// JSON has no line break outside of its strings, and none within.
fn event(head: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).expect("its keys are text, and nothing of it fails");
    format!("{head}\ndata: {data}\n\n").into()
}

/// The body of an answer that goes on while events happen.
pub(super) struct Stream(pub(super) mpsc::Receiver<Bytes>);

impl Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(cx)
            .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
