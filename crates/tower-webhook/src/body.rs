//! The request body that the inner service receives.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A body in memory: one frame, or none when it is empty, of exactly known size.
///
/// Behind a [`VerifyLayer`](crate::VerifyLayer) it holds the same [`Bytes`] as the
/// [`VerifiedBody`](crate::VerifiedBody) in the extensions, uncopied, so that ordinary body extractors go on working.
/// Unlike that one it proves nothing: all code can make a `BufferedBody`, and middleware can replace it.
///
/// ```
/// use http_body::Body;
/// use tower_webhook::BufferedBody;
///
/// let body = BufferedBody::new("{}");
/// assert_eq!(body.size_hint().exact(), Some(2));
/// assert_eq!(body.into_bytes(), "{}");
/// ```
#[derive(Clone, Default)]
pub struct BufferedBody {
    bytes: Bytes,
}

impl BufferedBody {
    /// A body with these bytes, to call or test a service that takes one.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into() }
    }

    /// The bytes that have not been read yet.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The bytes that have not been read yet.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

impl From<Bytes> for BufferedBody {
    fn from(bytes: Bytes) -> Self {
        Self { bytes }
    }
}

impl Body for BufferedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.get_mut().bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// Prints the length alone.
impl fmt::Debug for BufferedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferedBody")
            .field("len", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
