//! Outages, each of which is reported once.

use std::time::Duration;

use tokio::time::Instant;

/// An outage is over when there was no failure for so long.
const OVER_AFTER: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(crate) struct Outage {
    last: Option<Instant>,
}

impl Outage {
    /// Notes a failure, and returns whether it is the first of an outage.
    pub(crate) fn begins(&mut self) -> bool {
        let now = Instant::now();
        let last = self.last.replace(now);
        last.is_none_or(|last| now - last > OVER_AFTER)
    }
}
