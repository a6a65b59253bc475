//! The page of `--effects`: a number that grows by one for each effect.
//!
//! A receiver may work in a queue, and act after its answer. How long that takes is measured, with the first event and
//! before each row that counts: effects of earlier events must not be taken for those of the row.

use std::cell::Cell;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use tokio::time::{Instant, sleep};

use super::draft::Draft;
use super::target::Target;
use super::wire::{Came, Exchange, exchange};

const BETWEEN_READS: Duration = Duration::from_millis(500);
/// How long an effect may take.
const UNTIL_GROWN: Duration = Duration::from_secs(10);
/// How much longer than an effect took before the number has to be still.
const MARGIN: Duration = Duration::from_secs(1);
/// How long it may take until the number is still.
const UNTIL_STILL: Duration = Duration::from_secs(60);

pub(super) const NOT_COUNTED: &str =
    "the page of --effects did not count an event in 10 s: does it count events of this kind?";

pub(super) struct Effects<'a> {
    page: &'a Target,
    pub(super) patience: Duration,
    /// How long it may take until the number is still.
    until_still: Duration,
    /// The number before the first event.
    at_start: u64,
    /// The longest time that an effect is known to take after the answer; `None` when there has been no effect.
    delay: Cell<Option<Duration>>,
}

impl<'a> Effects<'a> {
    /// Opens the page, for an examination that may take so long.
    ///
    /// # Errors
    ///
    /// When the page shows no number; the message says what it shows.
    pub(super) async fn open(page: &'a Target, patience: Duration, time: Duration) -> Result<Self, String> {
        let mut effects = Self {
            page,
            patience,
            until_still: until_still(time),
            at_start: 0,
            delay: Cell::new(None),
        };
        effects.at_start = effects.count().await?;
        Ok(effects)
    }

    /// Waits for the effect of the first event, when there are none of others. Errors show again in the rows.
    pub(super) async fn measure(&self) {
        let _ = self.grown(self.at_start).await;
    }

    /// The number when all earlier events have had their effects. Sends a new event, which queues behind them.
    pub(super) async fn settled(&self, send: impl Future<Output = Exchange>) -> Result<u64, String> {
        if self.delay.get().is_none() {
            return Err(NOT_COUNTED.to_owned());
        }
        let before = self.count().await?;
        if !send.await.came.is_success() {
            return Err("a genuine event was not accepted".to_owned());
        }
        if self.grown(before).await? {
            self.when_still().await
        } else {
            Err(NOT_COUNTED.to_owned())
        }
    }

    /// By how much the number has grown: waits for the first effect, and then for more.
    pub(super) async fn since(&self, before: u64) -> Result<u64, String> {
        if !self.grown(before).await? {
            return Ok(0);
        }
        sleep(self.stillness()).await;
        Ok(self.count().await?.saturating_sub(before))
    }

    /// The number on the page.
    async fn count(&self) -> Result<u64, String> {
        match exchange(self.page, "GET", &draft(), self.patience).await.came {
            Came::Answer(answer) if answer.status.is_success() => {
                let text = answer.text();
                text.parse()
                    .map_err(|_| "the page of --effects shows no number".to_owned())
            }
            Came::Answer(answer) => Err(format!("the page of --effects answers {}", answer.status.as_u16())),
            _ => Err("the page of --effects does not answer".to_owned()),
        }
    }

    /// Whether the number becomes greater than this one in time.
    async fn grown(&self, before: u64) -> Result<bool, String> {
        let start = Instant::now();
        while start.elapsed() < UNTIL_GROWN {
            if self.count().await? > before {
                self.learn(start.elapsed());
                return Ok(true);
            }
            sleep(BETWEEN_READS).await;
        }
        Ok(false)
    }

    /// The number when it has not changed for longer than an effect takes.
    async fn when_still(&self) -> Result<u64, String> {
        let start = Instant::now();
        let (mut number, mut since) = (self.count().await?, start);
        while since.elapsed() < self.stillness() {
            if start.elapsed() > self.until_still {
                let fault = "the number on the page of --effects is not still: does it count other events, or does the \
                    receiver need more --max-time to work on those that it has?";
                return Err(fault.to_owned());
            }
            sleep(BETWEEN_READS).await;
            let now = self.count().await?;
            if now != number {
                self.learn(since.elapsed());
                (number, since) = (now, Instant::now());
            }
        }
        Ok(number)
    }

    fn learn(&self, delay: Duration) {
        self.delay.set(self.delay.get().max(Some(delay)));
    }

    /// How long the number has to be still before no effect is expected any more.
    fn stillness(&self) -> Duration {
        self.delay.get().unwrap_or_default() + MARGIN
    }
}

/// The request for the page.
pub(super) fn draft() -> Draft {
    Draft::new(HeaderMap::new(), Bytes::new())
}

/// How often the page is read before all rows, at most.
pub(super) fn most_reads_at_start() -> u32 {
    1 + reads(UNTIL_GROWN)
}

/// How often the page is read to count the effects of one row, at most, in an examination that may take so long.
pub(super) fn most_reads(time: Duration) -> u32 {
    let to_settle = 1 + reads(UNTIL_GROWN) + reads(until_still(time));
    to_settle + reads(UNTIL_GROWN) + 1
}

/// A third of all the time that there is, so that a number which is never still leaves time for other rows.
fn until_still(time: Duration) -> Duration {
    UNTIL_STILL.min(time / 3)
}

/// How often the page is read in this time, at most.
fn reads(time: Duration) -> u32 {
    let pauses = time.as_millis().div_ceil(BETWEEN_READS.as_millis());
    u32::try_from(pauses).unwrap_or(u32::MAX).saturating_add(2)
}
