//! The page of `--effects`: a number that grows by one for each effect.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use tokio::time::sleep;

use super::draft::Draft;
use super::target::Target;
use super::wire::{Came, exchange};

/// How often the page is read in one row, at most.
pub(super) const MOST_READS: u32 = READS_UNTIL_STILL + READS_UNTIL_CHANGED + 1;
const READS_UNTIL_STILL: u32 = 10;
const READS_UNTIL_CHANGED: u32 = 40;
const BETWEEN_READS: Duration = Duration::from_millis(250);
/// How long a second effect may take after the first.
const FOR_A_SECOND: Duration = Duration::from_secs(1);

pub(super) struct Effects<'a> {
    pub(super) page: &'a Target,
    pub(super) patience: Duration,
}

impl Effects<'_> {
    /// The number on the page.
    ///
    /// # Errors
    ///
    /// When the page shows no number; the message says what it shows.
    pub(super) async fn count(&self) -> Result<u64, String> {
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

    /// The number when it has not changed for a moment: events that arrived before may still be worked on.
    pub(super) async fn when_still(&self) -> Result<u64, String> {
        let mut before = self.count().await?;
        for _ in 1..READS_UNTIL_STILL {
            sleep(BETWEEN_READS).await;
            let now = self.count().await?;
            if now == before {
                return Ok(now);
            }
            before = now;
        }
        Err("the number on the page of --effects grows all the time".to_owned())
    }

    /// By how much the number has grown: waits for the first effect, and then a moment for more.
    pub(super) async fn since(&self, before: u64) -> Result<u64, String> {
        for _ in 0..READS_UNTIL_CHANGED {
            if self.count().await? > before {
                sleep(FOR_A_SECOND).await;
                return Ok(self.count().await?.saturating_sub(before));
            }
            sleep(BETWEEN_READS).await;
        }
        Ok(0)
    }
}

/// The request for the page.
pub(super) fn draft() -> Draft {
    Draft::new(HeaderMap::new(), Bytes::new())
}
