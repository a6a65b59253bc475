//! A request body that does as it is told, and remembers what was asked of it.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::buf::Chain;
use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

/// The data of a frame: two pieces of memory, the second most often empty.
pub(crate) type Segments = Chain<Bytes, Bytes>;

/// A scripted body: one step a frame.
#[derive(Debug, Default)]
pub(crate) struct TestBody {
    steps: VecDeque<Step>,
    hint: SizeHint,
    claims_end: bool,
    ended: bool,
    log: Log,
}

#[derive(Debug)]
enum Step {
    Data(Segments),
    Trailers(HeaderMap),
    Fail,
    /// Pending once, woken at once.
    Yield,
    /// Pending until the time has passed.
    Wait(Duration),
    Waiting(Pin<Box<Sleep>>),
    /// Pending for ever, never woken.
    Stall,
}

impl TestBody {
    /// A body of these frames, which says nothing of its size.
    pub(crate) fn frames<T: Into<Bytes>>(frames: impl IntoIterator<Item = T>) -> Self {
        frames.into_iter().fold(Self::default(), Self::frame)
    }

    /// A body of one frame in memory of its own, so that its address tells it from every copy.
    pub(crate) fn one(data: impl AsRef<[u8]>) -> Self {
        Self::default().frame(data.as_ref().to_vec())
    }

    pub(crate) fn frame(self, data: impl Into<Bytes>) -> Self {
        self.segments(data, Bytes::new())
    }

    /// One frame whose `chunk()` is not all of it.
    pub(crate) fn segments(self, first: impl Into<Bytes>, second: impl Into<Bytes>) -> Self {
        self.step(Step::Data(first.into().chain(second.into())))
    }

    pub(crate) fn trailers(self, trailers: HeaderMap) -> Self {
        self.step(Step::Trailers(trailers))
    }

    pub(crate) fn fail(self) -> Self {
        self.step(Step::Fail)
    }

    pub(crate) fn then_yield(self) -> Self {
        self.step(Step::Yield)
    }

    pub(crate) fn wait(self, time: Duration) -> Self {
        self.step(Step::Wait(time))
    }

    pub(crate) fn stall(self) -> Self {
        self.step(Step::Stall)
    }

    /// Says this of its size, true or not.
    pub(crate) fn hint(mut self, lower: u64, upper: Option<u64>) -> Self {
        self.hint = SizeHint::new();
        if let Some(upper) = upper {
            self.hint.set_upper(upper);
        }
        self.hint.set_lower(lower);
        self
    }

    /// Says from the beginning that it is at its end.
    pub(crate) fn claim_end(mut self) -> Self {
        self.claims_end = true;
        self
    }

    pub(crate) fn log(&self) -> Log {
        self.log.clone()
    }

    /// Where the first frame begins in memory.
    pub(crate) fn address(&self) -> Option<usize> {
        match self.steps.front() {
            Some(Step::Data(data)) => Some(data.chunk().as_ptr().addr()),
            _ => None,
        }
    }

    /// The same body for those who take `Bytes` alone: a frame in two pieces becomes a copy in one.
    pub(crate) fn flat(self) -> FlatBody {
        FlatBody(self)
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push_back(step);
        self
    }
}

impl Body for TestBody {
    type Data = Segments;
    type Error = BrokenBody;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Segments>, BrokenBody>>> {
        let this = self.get_mut();
        this.log.0.polls.fetch_add(1, Ordering::Relaxed);
        assert!(!this.ended, "the body is polled after its end");
        match this.steps.pop_front() {
            Some(Step::Data(data)) => {
                if is_in_pieces(&data) {
                    this.log.0.in_pieces.store(true, Ordering::Relaxed);
                }
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Some(Step::Trailers(trailers)) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Some(Step::Fail) => {
                this.ended = true;
                Poll::Ready(Some(Err(BrokenBody)))
            }
            Some(Step::Yield) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Step::Wait(time)) => this.wait_for(Box::pin(tokio::time::sleep(time)), cx),
            Some(Step::Waiting(sleep)) => this.wait_for(sleep, cx),
            Some(Step::Stall) => {
                this.steps.push_front(Step::Stall);
                Poll::Pending
            }
            None => {
                this.ended = true;
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.claims_end
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}

impl TestBody {
    fn wait_for(
        &mut self,
        mut sleep: Pin<Box<Sleep>>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Segments>, BrokenBody>>> {
        if sleep.as_mut().poll(cx).is_pending() {
            self.steps.push_front(Step::Waiting(sleep));
            return Poll::Pending;
        }
        self.log.0.polls.fetch_sub(1, Ordering::Relaxed);
        Pin::new(self).poll_frame(cx)
    }
}

/// A [`TestBody`] whose frames are each in one piece.
#[derive(Debug)]
pub(crate) struct FlatBody(TestBody);

impl Body for FlatBody {
    type Data = Bytes;
    type Error = BrokenBody;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenBody>>> {
        let log = self.0.log();
        let flatten = |frame: Frame<Segments>| {
            frame.map_data(|mut data| {
                if is_in_pieces(&data) {
                    log.0.flattened.store(true, Ordering::Relaxed);
                }
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

impl Drop for TestBody {
    fn drop(&mut self) {
        self.log.0.dropped.store(true, Ordering::Relaxed);
    }
}

fn is_in_pieces(data: &Segments) -> bool {
    data.chunk().len() < data.remaining()
}

/// What was asked of a body; outlives it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Asked>);

#[derive(Debug, Default)]
struct Asked {
    polls: AtomicUsize,
    in_pieces: AtomicBool,
    flattened: AtomicBool,
    dropped: AtomicBool,
}

impl Log {
    /// How often the body was polled.
    pub(crate) fn polls(&self) -> usize {
        self.0.polls.load(Ordering::Relaxed)
    }

    /// Whether a frame was given in two pieces.
    pub(crate) fn in_pieces(&self) -> bool {
        self.0.in_pieces.load(Ordering::Relaxed)
    }

    /// Whether a frame in two pieces was made into one on its way.
    pub(crate) fn flattened(&self) -> bool {
        self.0.flattened.load(Ordering::Relaxed)
    }

    pub(crate) fn dropped(&self) -> bool {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

/// What a body fails with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BrokenBody;

impl fmt::Display for BrokenBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sender hung up")
    }
}

impl std::error::Error for BrokenBody {}
