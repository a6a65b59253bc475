//! The answer of the service, and the progress with which the peer takes it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::Response;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::activity::Exchange;

pin_project! {
    /// Completes with the response of the service.
    pub(crate) struct Answer<F> {
        #[pin]
        service: F,
        exchange: Arc<Exchange>,
    }
}

impl<F> Answer<F> {
    pub(crate) fn new(service: F, exchange: Arc<Exchange>) -> Self {
        Self { service, exchange }
    }
}

impl<F, B, E> Future for Answer<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<AnswerBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.service.poll(context))?;
        this.exchange.set_ready(true);
        let exchange = this.exchange.clone();
        Poll::Ready(Ok(response.map(|body| AnswerBody { body, exchange })))
    }
}

pin_project! {
    /// The body of an answer.
    pub(crate) struct AnswerBody<B> {
        #[pin]
        body: B,
        exchange: Arc<Exchange>,
    }

    impl<B> PinnedDrop for AnswerBody<B> {
        fn drop(this: Pin<&mut Self>) {
            this.exchange.end_answer();
        }
    }
}

impl<B: Body> Body for AnswerBody<B> {
    type Data = Chunk<B::Data>;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.project();
        let polled = this.body.poll_frame(context);
        // hyper polls when the peer can take more, so a body that is pending makes it wait for the service.
        this.exchange.set_ready(polled.is_ready());
        let frame = ready!(polled);
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(|data| Chunk::new(data, this.exchange)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A part of the body of an answer, which notes when the peer takes of it.
pub(crate) struct Chunk<D> {
    data: D,
    exchange: Arc<Exchange>,
}

impl<D> Chunk<D> {
    fn new(data: D, exchange: &Arc<Exchange>) -> Self {
        exchange.begin_chunk();
        let exchange = exchange.clone();
        Self { data, exchange }
    }
}

impl<D> Drop for Chunk<D> {
    fn drop(&mut self) {
        self.exchange.end_chunk();
    }
}

impl<D: Buf> Buf for Chunk<D> {
    fn remaining(&self) -> usize {
        self.data.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.data.chunk()
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [std::io::IoSlice<'a>]) -> usize {
        self.data.chunks_vectored(slices)
    }

    fn advance(&mut self, bytes: usize) {
        self.data.advance(bytes);
        self.exchange.advance();
    }

    fn copy_to_bytes(&mut self, bytes: usize) -> Bytes {
        self.exchange.advance();
        self.data.copy_to_bytes(bytes)
    }
}
