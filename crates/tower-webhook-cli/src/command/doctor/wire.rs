//! One exchange over a socket of its own: the request is written while the answer is read.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::answer::{self, Answer, NoAnswer};
use super::draft::Draft;
use super::target::{Stream, Target};

/// How long a receiver has to answer when all of a flood has been taken: what is in the buffers of sockets is its work.
const AFTER_A_FLOOD: Duration = Duration::from_secs(5);

/// What the receiver did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Came {
    Answer(Answer),
    /// The connection was closed without an answer.
    Closed,
    /// Something that is not HTTP/1.1.
    NotHttp,
    /// Nothing, in all the time that there was.
    Silence,
    /// Nothing, while the receiver went on reading.
    TookAll,
    /// Nobody listens.
    NotConnected(String),
}

#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) came: Came,
    /// The bytes that were sent.
    pub(super) sent: u64,
    /// From the first byte that was sent to the head of the answer.
    pub(super) time: Duration,
}

/// Sends a request over a new connection, and waits for its answer, at most `patience`.
pub(super) async fn exchange(target: &Target, method: &str, draft: &Draft, patience: Duration) -> Exchange {
    match target.connect().await {
        Ok(stream) => exchange_over(stream, target, method, draft, patience).await,
        Err(error) => Exchange::not_connected(&error),
    }
}

/// Sends a request over this connection, and waits for its answer, at most `patience`.
pub(super) async fn exchange_over(
    stream: Box<dyn Stream>,
    target: &Target,
    method: &str,
    draft: &Draft,
    patience: Duration,
) -> Exchange {
    let (reader, writer) = tokio::io::split(stream);
    let sent = AtomicU64::new(0);
    let count = |bytes: usize| {
        sent.fetch_add(bytes as u64, Ordering::Relaxed);
    };
    let head = target.head(method);
    let start = Instant::now();
    let came = {
        let mut reading = pin!(answer::read(reader));
        let mut writing = pin!(draft.write(&head, writer, count));
        let exchange = async {
            tokio::select! {
                answer = &mut reading => return came(answer),
                // When it cannot be written, the peer has closed the connection, perhaps after an answer.
                _ = &mut writing => {}
            }
            if !draft.is_flood() {
                return came(reading.await);
            }
            tokio::select! {
                answer = &mut reading => came(answer),
                () = sleep(AFTER_A_FLOOD) => Came::TookAll,
            }
        };
        timeout(patience, exchange).await.unwrap_or(Came::Silence)
    };
    Exchange {
        came,
        sent: sent.load(Ordering::Relaxed),
        time: start.elapsed(),
    }
}

impl Exchange {
    pub(super) fn not_connected(error: &std::io::Error) -> Self {
        Self {
            came: Came::NotConnected(error.to_string()),
            sent: 0,
            time: Duration::ZERO,
        }
    }
}

fn came(answer: Result<Answer, NoAnswer>) -> Came {
    match answer {
        Ok(answer) => Came::Answer(answer),
        Err(NoAnswer::Closed) => Came::Closed,
        Err(NoAnswer::NotHttp) => Came::NotHttp,
    }
}

impl Came {
    /// The status, if there is an answer.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(answer) => Some(answer.status.as_u16()),
            _ => None,
        }
    }

    pub(super) fn is_success(&self) -> bool {
        matches!(self.status(), Some(200..=299))
    }
}
