//! A payload on its way: the body of a request, read as fast as the receiver takes it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use indicatif::ProgressBar;
use tokio::task::{JoinHandle, spawn_blocking};

use super::Payload;

const PIECE: u64 = 256 * 1024;

/// How much of a body was handed to the connection.
#[derive(Clone)]
pub(crate) struct Sent {
    bytes: Arc<AtomicU64>,
    bar: ProgressBar,
}

impl Sent {
    pub(crate) fn new(bar: ProgressBar) -> Self {
        Self {
            bytes: Arc::default(),
            bar,
        }
    }

    pub(crate) fn bytes(&self) -> &AtomicU64 {
        &self.bytes
    }

    fn add(&self, piece: &Bytes) {
        self.bytes.fetch_add(piece.len() as u64, Ordering::Relaxed);
        self.bar.inc(piece.len() as u64);
    }
}

/// Sends the bytes of a payload in pieces, and never more than were signed.
pub(crate) struct Outgoing {
    payload: Payload,
    at: u64,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    sent: Sent,
}

impl Outgoing {
    pub(crate) fn new(payload: Payload, sent: Sent) -> Self {
        Self {
            payload,
            at: 0,
            reading: None,
            sent,
        }
    }

    fn left(&self) -> u64 {
        self.payload.len() - self.at
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let (at, length) = (self.at, self.left().min(PIECE));
        match &self.payload {
            Payload::Memory(bytes) => {
                let index = |at: u64| usize::try_from(at).expect("a position in memory");
                Poll::Ready(Ok(bytes.slice(index(at)..index(at + length))))
            }
            Payload::File(stored) => {
                let reading = self.reading.get_or_insert_with(|| {
                    let stored = Arc::clone(stored);
                    spawn_blocking(move || {
                        let mut piece = vec![0; usize::try_from(length).expect("at most a piece")];
                        stored.read(&mut piece, at).map(|()| piece.into())
                    })
                });
                let read = ready!(Pin::new(reading).poll(cx));
                self.reading = None;
                Poll::Ready(read.unwrap_or_else(|error| Err(io::Error::other(error))))
            }
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.is_end_stream() {
            return Poll::Ready(None);
        }
        let piece = ready!(self.poll_piece(cx))?;
        self.at += piece.len() as u64;
        self.sent.add(&piece);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}
