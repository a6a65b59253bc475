//! One exchange over a socket of its own: the request is written while the answer is read.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::answer::{self, Answer, Begun, NoAnswer};
use super::draft::{Draft, Head};
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
        Ok(stream) => exchange_over(stream, &target.head(method), draft, patience).await,
        Err(error) => Exchange::not_connected(&error),
    }
}

/// Sends a request over this connection, and waits for its answer, at most `patience`.
pub(super) async fn exchange_over(stream: impl Stream, head: &Head<'_>, draft: &Draft, patience: Duration) -> Exchange {
    let (mut reader, writer) = tokio::io::split(stream);
    let sent = AtomicU64::new(0);
    let count = |bytes: usize| {
        sent.fetch_add(bytes as u64, Ordering::Relaxed);
    };
    let start = Instant::now();
    let begun = {
        let mut reading = pin!(answer::begin(&mut reader));
        let mut writing = pin!(draft.write(head, writer, count));
        let exchange = async {
            tokio::select! {
                answer = &mut reading => return begun(answer),
                // When it cannot be written, the peer has closed the connection, perhaps after an answer.
                _ = &mut writing => {}
            }
            if !draft.is_flood() {
                return begun(reading.await);
            }
            tokio::select! {
                answer = &mut reading => begun(answer),
                () = sleep(AFTER_A_FLOOD) => Err(Came::TookAll),
            }
        };
        timeout(patience, exchange).await.unwrap_or(Err(Came::Silence))
    };
    let time = start.elapsed();
    let came = match begun {
        Ok(begun) => Came::Answer(begun.finish(&mut reader).await),
        Err(came) => came,
    };
    Exchange {
        came,
        sent: sent.load(Ordering::Relaxed),
        time,
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

fn begun(answer: Result<Begun, NoAnswer>) -> Result<Begun, Came> {
    answer.map_err(|no_answer| match no_answer {
        NoAnswer::Closed => Came::Closed,
        NoAnswer::NotHttp => Came::NotHttp,
    })
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const HEAD: Head<'_> = Head {
        method: "POST",
        path: "/",
        host: "localhost",
    };

    /// The answer to a request, from a receiver that does not close the connection, and how long all of it took.
    async fn kept_open(answer: &'static str, patience: Duration) -> (Exchange, Duration) {
        let (ours, mut theirs) = duplex(1024);
        let receiver = tokio::spawn(async move {
            theirs.read_buf(&mut Vec::new()).await.unwrap();
            sleep(Duration::from_millis(300)).await;
            theirs.write_all(answer.as_bytes()).await.unwrap();
            sleep(Duration::from_secs(60)).await;
        });
        let start = Instant::now();
        let draft = Draft::new(HeaderMap::new(), Bytes::new());
        let exchange = exchange_over(ours, &HEAD, &draft, patience).await;
        receiver.abort();
        (exchange, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_an_answer_is_that_of_its_head_whatever_becomes_of_its_body() {
        for (answer, status, waits) in [
            ("HTTP/1.1 200 OK\r\n\r\n", 200, true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", 200, true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, false),
            ("HTTP/1.1 204 No Content\r\n\r\n", 204, false),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, false),
        ] {
            for patience in [10_000, 400].map(Duration::from_millis) {
                let (exchange, all) = kept_open(answer, patience).await;
                assert_eq!(exchange.came.status(), Some(status), "{answer}");
                assert!(
                    (300..350).contains(&exchange.time.as_millis()),
                    "{answer}: {exchange:?}"
                );
                assert_eq!(all > Duration::from_secs(1), waits, "{answer}: {all:?}");
            }
        }
        let (exchange, _) = kept_open("HTTP/1.1 200 OK\r\n", Duration::from_secs(10)).await;
        assert_eq!(exchange.came, Came::Silence);
    }
}
