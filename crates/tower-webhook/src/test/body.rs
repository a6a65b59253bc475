//! A scripted request body.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

/// A scripted body: it plays its steps in the order in which they were added.
///
/// It announces no size unless [told to](Self::claiming_size), so that a server or client sends it in chunks.
///
/// ```
/// use http_body_util::BodyExt;
/// use tower_webhook::test::TestBody;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let in_frames = TestBody::split("{\"id\":1}", [1, 5]).collect().await;
/// assert_eq!(in_frames.unwrap().to_bytes(), "{\"id\":1}");
///
/// let broken = TestBody::new().frame("{\"id\"").fail().collect().await;
/// assert_eq!(broken.unwrap_err().to_string(), "the sender hung up");
/// # }
/// ```
///
/// # Panics
///
/// When it is polled after its end or after an error.
#[derive(Debug, Default)]
#[must_use]
pub struct TestBody {
    steps: VecDeque<Step>,
    claimed: Option<SizeHint>,
    claims_end: bool,
    ended: bool,
}

enum Step {
    Data(Bytes),
    Trailers(HeaderMap),
    Fail,
    Pause,
    // Never locked: the mutex makes a future `Sync` that is only `Send`.
    WaitFor(Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>),
    Stall,
}

impl TestBody {
    /// A body without a frame.
    pub fn new() -> Self {
        Self::default()
    }

    /// A body of one frame, copied into memory of its own.
    pub fn one(data: impl AsRef<[u8]>) -> Self {
        Self::new().frame(data.as_ref().to_vec())
    }

    /// A body of these frames.
    pub fn frames<T: Into<Bytes>>(frames: impl IntoIterator<Item = T>) -> Self {
        frames.into_iter().fold(Self::new(), Self::frame)
    }

    /// A body in frames of `size` bytes; the last one may be shorter.
    ///
    /// # Panics
    ///
    /// When `size` is zero.
    pub fn chunks(content: impl AsRef<[u8]>, size: usize) -> Self {
        Self::frames(content.as_ref().chunks(size).map(Bytes::copy_from_slice))
    }

    /// A body that is cut into frames at these offsets. An offset that repeats, or is an end of the content, makes an
    /// empty frame.
    ///
    /// # Panics
    ///
    /// When an offset is beyond the content, or less than the one before it.
    pub fn split(content: impl AsRef<[u8]>, offsets: impl IntoIterator<Item = usize>) -> Self {
        let mut rest = Bytes::copy_from_slice(content.as_ref());
        let mut from = 0;
        let mut body = Self::new();
        for offset in offsets {
            let length = offset.checked_sub(from).expect("offsets ascend");
            body = body.frame(rest.split_to(length));
            from = offset;
        }
        body.frame(rest)
    }

    /// Adds a frame of data, empty or not.
    pub fn frame(self, data: impl Into<Bytes>) -> Self {
        self.step(Step::Data(data.into()))
    }

    /// Adds trailers, which no scheme signs.
    pub fn trailers(self, trailers: HeaderMap) -> Self {
        self.step(Step::Trailers(trailers))
    }

    /// Adds an error, as when the sender closes the connection.
    pub fn fail(self) -> Self {
        self.step(Step::Fail)
    }

    /// Adds one poll that is pending, and wakes the task at once.
    pub fn pause(self) -> Self {
        self.step(Step::Pause)
    }

    /// Waits for this future, which is polled with the body once its turn has come.
    pub fn wait_for(self, future: impl Future<Output = ()> + Send + 'static) -> Self {
        self.step(Step::WaitFor(Mutex::new(Box::pin(future))))
    }

    /// Stays pending forever, and wakes no task.
    pub fn stall(self) -> Self {
        self.step(Step::Stall)
    }

    /// Announces this size in bytes, true or not; `None` is no upper bound.
    ///
    /// # Panics
    ///
    /// When `upper` is less than `lower`.
    pub fn claiming_size(mut self, lower: u64, upper: Option<u64>) -> Self {
        let mut claimed = SizeHint::new();
        if let Some(upper) = upper {
            claimed.set_upper(upper);
        }
        claimed.set_lower(lower);
        self.claimed = Some(claimed);
        self
    }

    /// Claims from the beginning that it has ended, true or not.
    pub fn claiming_end(mut self) -> Self {
        self.claims_end = true;
        self
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push_back(step);
        self
    }
}

impl Body for TestBody {
    type Data = Bytes;
    type Error = BrokenBody;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenBody>>> {
        let this = self.get_mut();
        assert!(!this.ended, "the body is polled after its end");
        loop {
            return match this.steps.pop_front() {
                Some(Step::Data(data)) => Poll::Ready(Some(Ok(Frame::data(data)))),
                Some(Step::Trailers(trailers)) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
                Some(Step::Fail) => {
                    this.ended = true;
                    Poll::Ready(Some(Err(BrokenBody)))
                }
                Some(Step::Pause) => {
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
                Some(Step::WaitFor(mut future)) => {
                    let polled = future.get_mut().expect("it is never locked").as_mut().poll(cx);
                    if polled.is_ready() {
                        continue;
                    }
                    this.steps.push_front(Step::WaitFor(future));
                    Poll::Pending
                }
                Some(Step::Stall) => {
                    this.steps.push_front(Step::Stall);
                    Poll::Pending
                }
                None => {
                    this.ended = true;
                    Poll::Ready(None)
                }
            };
        }
    }

    fn is_end_stream(&self) -> bool {
        self.claims_end
    }

    fn size_hint(&self) -> SizeHint {
        self.claimed.unwrap_or_default()
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(data) => f.debug_tuple("Data").field(data).finish(),
            Self::Trailers(trailers) => f.debug_tuple("Trailers").field(trailers).finish(),
            Self::Fail => f.write_str("Fail"),
            Self::Pause => f.write_str("Pause"),
            Self::WaitFor(_) => f.write_str("WaitFor(..)"),
            Self::Stall => f.write_str("Stall"),
        }
    }
}

/// The error of a [`TestBody`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BrokenBody;

impl fmt::Display for BrokenBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sender hung up")
    }
}

impl Error for BrokenBody {}
