//! A request body that counts its polls, and whose frames may be in two pieces of memory.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::buf::Chain;
use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use tower_webhook::test::{BrokenBody, TestBody};

/// The data of a frame: two pieces of memory, of which the second is usually empty.
pub(crate) type Segments = Chain<Bytes, Bytes>;

/// A [`TestBody`] under observation.
#[derive(Debug)]
pub(crate) struct WatchedBody {
    body: TestBody,
    cut: usize,
    log: Log,
}

impl WatchedBody {
    pub(crate) fn new(body: TestBody) -> Self {
        let log = Log::default();
        Self {
            body,
            cut: usize::MAX,
            log,
        }
    }

    /// Cuts each longer frame into two pieces, the first of this length.
    pub(crate) fn cut_at(mut self, length: usize) -> Self {
        self.cut = length;
        self
    }

    pub(crate) fn log(&self) -> Log {
        self.log.clone()
    }

    /// The same body for frameworks that take `Bytes`: a frame in two pieces is copied into one.
    pub(crate) fn flat(self) -> FlatBody {
        FlatBody(self)
    }
}

impl From<TestBody> for WatchedBody {
    fn from(body: TestBody) -> Self {
        Self::new(body)
    }
}

impl Body for WatchedBody {
    type Data = Segments;
    type Error = BrokenBody;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Segments>, BrokenBody>>> {
        let (log, cut) = (self.log.clone(), self.cut);
        log.0.polls.fetch_add(1, Ordering::Relaxed);
        let watch = |frame: Frame<Bytes>| {
            frame.map_data(|mut first| {
                let second = first.split_off(cut.min(first.len()));
                let address = first.as_ptr().addr();
                let _ = log
                    .0
                    .first_at
                    .compare_exchange(0, address, Ordering::Relaxed, Ordering::Relaxed);
                log.0.in_pieces.fetch_or(!second.is_empty(), Ordering::Relaxed);
                first.chain(second)
            })
        };
        Pin::new(&mut self.body).poll_frame(cx).map_ok(watch)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A [`WatchedBody`] with each frame in one piece.
#[derive(Debug)]
pub(crate) struct FlatBody(WatchedBody);

impl Body for FlatBody {
    type Data = Bytes;
    type Error = BrokenBody;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenBody>>> {
        let log = self.0.log();
        let flatten = |frame: Frame<Segments>| {
            frame.map_data(|mut data| {
                let in_pieces = data.chunk().len() < data.remaining();
                log.0.flattened.fetch_or(in_pieces, Ordering::Relaxed);
                data.copy_to_bytes(data.remaining())
            })
        };
        Pin::new(&mut self.0).poll_frame(cx).map_ok(flatten)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        self.log.0.dropped.store(true, Ordering::Relaxed);
    }
}

/// The record of a body, which outlives it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Record>);

#[derive(Debug, Default)]
struct Record {
    polls: AtomicUsize,
    /// The address of the first frame; zero before there is one.
    first_at: AtomicUsize,
    in_pieces: AtomicBool,
    flattened: AtomicBool,
    dropped: AtomicBool,
}

impl Log {
    /// How often the body was polled.
    pub(crate) fn polls(&self) -> usize {
        self.0.polls.load(Ordering::Relaxed)
    }

    /// The address of the first frame; zero before there is one.
    pub(crate) fn first_at(&self) -> usize {
        self.0.first_at.load(Ordering::Relaxed)
    }

    /// Whether a frame was in two pieces.
    pub(crate) fn in_pieces(&self) -> bool {
        self.0.in_pieces.load(Ordering::Relaxed)
    }

    /// Whether a frame in two pieces was copied into one.
    pub(crate) fn flattened(&self) -> bool {
        self.0.flattened.load(Ordering::Relaxed)
    }

    pub(crate) fn dropped(&self) -> bool {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

/// For [`TestBody::wait_for`]: this time, from the first poll on.
pub(crate) async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
