//! Collects a body before it is judged, so that a refused one can be looked at too: within a limit, a deadline, and the
//! memory that all bodies may take together.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::Body;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tower_webhook::{Rejection, RejectionKind};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Frames without data cost time and no memory.
const MAX_EMPTY_FRAMES: usize = 1024;

/// The bounds of all bodies.
#[derive(Clone)]
pub(super) struct Bounds {
    max_body: usize,
    deadline: Duration,
    memory: Arc<Semaphore>,
}

/// What came of a body.
pub(super) struct Collected {
    pub(super) bytes: Bytes,
    /// Why the end is missing, if it is.
    pub(super) rejection: Option<Rejection>,
    /// The part of the memory that the bytes take.
    _permit: Option<OwnedSemaphorePermit>,
}

impl Collected {
    /// A body that was received before, and is in memory.
    pub(super) fn again(bytes: Bytes) -> Self {
        Self {
            bytes,
            rejection: None,
            _permit: None,
        }
    }
}

impl Bounds {
    /// Bodies of so many bytes at most, which arrive within the deadline; all together take at most four times that, or
    /// 64 MiB if it is more.
    pub(super) fn new(max_body: usize, deadline: Duration) -> Self {
        let memory = max_body.saturating_mul(4).clamp(64 << 20, Semaphore::MAX_PERMITS);
        Self {
            max_body,
            deadline,
            memory: Arc::new(Semaphore::new(memory)),
        }
    }

    /// Reads a body to its end or to a bound. What came until then is there in any case.
    pub(super) async fn collect<B>(&self, body: B) -> Collected
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let mut buffer = Buffer::default();
        let read = timeout(self.deadline, self.read(body, &mut buffer)).await;
        let rejection = match read {
            Ok(Ok(())) => None,
            Ok(Err(rejection)) => Some(rejection),
            Err(_) => Some(RejectionKind::BodyTimeout.into()),
        };
        let Buffer { mut bytes, permit } = buffer;
        // It may be kept for long.
        bytes.shrink_to_fit();
        Collected {
            bytes: bytes.into(),
            rejection,
            _permit: permit,
        }
    }

    async fn read<B>(&self, body: B, buffer: &mut Buffer) -> Result<(), Rejection>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let mut body = pin!(body);
        let mut empty_frames = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Rejection::new(RejectionKind::BodyRead).with_source(error))?;
            let Ok(mut data) = frame.into_data() else { continue };
            if !data.has_remaining() {
                empty_frames += 1;
                if empty_frames > MAX_EMPTY_FRAMES {
                    return Err(RejectionKind::BodyTooLarge.into());
                }
            }
            while data.has_remaining() {
                let left = self.max_body - buffer.bytes.len();
                let part = &data.chunk()[..data.chunk().len().min(left)];
                if part.is_empty() {
                    return Err(RejectionKind::BodyTooLarge.into());
                }
                buffer.push(part, self)?;
                let length = part.len();
                data.advance(length);
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Buffer {
    fn push(&mut self, part: &[u8], bounds: &Bounds) -> Result<(), Rejection> {
        let needed = self.bytes.len() + part.len();
        let capacity = self.bytes.capacity();
        if needed > capacity {
            let wanted = (2 * capacity).clamp(needed, bounds.max_body.max(needed));
            self.take(wanted - capacity, &bounds.memory)?;
            self.bytes.reserve_exact(wanted - self.bytes.len());
        }
        self.bytes.extend_from_slice(part);
        Ok(())
    }

    fn take(&mut self, bytes: usize, memory: &Arc<Semaphore>) -> Result<(), Rejection> {
        let over = |_| Rejection::new(RejectionKind::OverBudget);
        let bytes = u32::try_from(bytes).map_err(|_| Rejection::new(RejectionKind::BodyTooLarge))?;
        let taken = memory.clone().try_acquire_many_owned(bytes).map_err(over)?;
        match &mut self.permit {
            Some(permit) => permit.merge(taken),
            none => *none = Some(taken),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use http_body::Frame;
    use http_body_util::Full;

    use super::*;

    /// Gives these frames, then an error or nothing more.
    struct Frames(Vec<&'static [u8]>, bool);

    impl Body for Frames {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            match self.0.is_empty() {
                false => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(self.0.remove(0)))))),
                true if self.1 => Poll::Ready(Some(Err("the connection ended".into()))),
                true => Poll::Pending,
            }
        }
    }

    async fn collect<B>(bounds: &Bounds, body: B) -> (Vec<u8>, Option<&'static str>)
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let collected = bounds.collect(body).await;
        let code = collected.rejection.as_ref().map(Rejection::code);
        (collected.bytes.to_vec(), code)
    }

    #[tokio::test]
    async fn what_came_is_there_whatever_ended_the_body() {
        let bounds = Bounds::new(8, Duration::from_millis(20));
        let whole = |bytes: &'static [u8]| Full::new(Bytes::from_static(bytes));
        assert_eq!(collect(&bounds, whole(b"")).await, (vec![], None));
        assert_eq!(collect(&bounds, whole(b"12345678")).await, (b"12345678".to_vec(), None));
        let too_large = (b"12345678".to_vec(), Some("body_too_large"));
        assert_eq!(collect(&bounds, whole(b"123456789")).await, too_large);
        let frames = Frames(vec![b"123", b"456", b"789"], false);
        assert_eq!(collect(&bounds, frames).await, too_large);
        let torn = (b"12".to_vec(), Some("body_read"));
        assert_eq!(collect(&bounds, Frames(vec![b"1", b"", b"2"], true)).await, torn);
        let stalled = (b"12".to_vec(), Some("body_timeout"));
        assert_eq!(collect(&bounds, Frames(vec![b"12"], false)).await, stalled);
        let nothing = (vec![], Some("body_too_large"));
        assert_eq!(collect(&bounds, Frames(vec![b""; 2000], false)).await, nothing);
    }

    #[tokio::test]
    async fn all_bodies_share_the_memory_and_give_it_back() {
        let bounds = Bounds::new(32 << 20, Duration::from_secs(5));
        let large = || Full::<Bytes>::from(vec![b'a'; 32 << 20]);
        let held = [large(), large(), large(), large()].map(|body| bounds.collect::<Full<Bytes>>(body));
        let mut all = Vec::new();
        for body in held {
            let collected = body.await;
            assert!(collected.rejection.is_none());
            all.push(collected);
        }
        assert_eq!(collect(&bounds, Full::<Bytes>::from("a")).await.1, Some("over_budget"));
        all.pop();
        assert_eq!(collect(&bounds, Full::<Bytes>::from("a")).await.1, None::<&str>);
    }
}
