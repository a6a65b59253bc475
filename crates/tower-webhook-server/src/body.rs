//! The body of a request.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::activity::Exchange;
use crate::tasks::Tasks;

/// The body of a request, as the [`Server`](crate::Server) receives it.
///
/// Over HTTP/1, the server reads and discards what is left of a body that is dropped before its end, within
/// [the bounds](crate::Server::discard), so that the sender sees the answer. It does not when the sender waits for `100
/// Continue` and the body was never polled: then there is nothing to read.
pub struct Body {
    incoming: Option<Incoming>,
    /// Present where the rest of the body is discarded.
    discard: Option<(Discard, Tasks)>,
    /// Whether the sender waits for `100 Continue` before it sends.
    is_awaited: bool,
    exchange: Arc<Exchange>,
}

/// How much of a body that nobody reads is read, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Discard {
    pub(crate) bytes: u64,
    pub(crate) time: Duration,
}

/// How long the sender of a body that is discarded may send nothing.
const PAUSE: Duration = Duration::from_secs(3);

impl Body {
    pub(crate) fn new(
        incoming: Incoming,
        discard: Option<(Discard, Tasks)>,
        is_awaited: bool,
        exchange: Arc<Exchange>,
    ) -> Self {
        Self {
            incoming: Some(incoming),
            discard,
            is_awaited,
            exchange,
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(incoming) = &mut self.incoming else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(incoming).poll_frame(context);
        self.is_awaited = false;
        let frame = ready!(polled);
        if !matches!(frame, Some(Ok(_))) {
            self.incoming = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming
            .as_ref()
            .map_or(SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let (Some(incoming), Some((limits, tasks))) = (self.incoming.take(), self.discard.take()) else {
            return;
        };
        if !self.is_awaited && !incoming.is_end_stream() {
            tasks.spawn(discard(incoming, limits, self.exchange.clone()));
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// Reads the rest of a body. The exchange keeps the connection from being idle meanwhile.
async fn discard(mut incoming: Incoming, limits: Discard, exchange: Arc<Exchange>) {
    exchange.discard();
    let mut left = limits.bytes;
    let read = async {
        while let Ok(Some(Ok(frame))) = timeout(PAUSE, incoming.frame()).await {
            let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
            match left.checked_sub(bytes) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    // hyper closes the connection when the body is dropped before its end.
    let _ = timeout(limits.time, read).await;
}
