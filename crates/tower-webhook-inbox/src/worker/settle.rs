//! The results of attempts are recorded, all that have gathered at a time.

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use super::held::Place;
use super::outage::{Outage, PAUSE};
use crate::queue::lease::{Lease, Settled};

/// How many results are recorded at a time at most.
const AT_ONCE: usize = 512;
/// How long a result waits for others. A fast handler would otherwise have a commit for each few.
const GATHER: Duration = Duration::from_millis(1);

/// The end of an attempt, and the place that the delivery takes until that is recorded.
pub(super) type Ended = (Settled, Place);

/// Records what comes, until no more can come. While the backend is out, results wait and their deliveries are held.
///
/// The channel holds at most as many as the worker has places. `recorded` is woken each time: with an order, what was
/// held up by a delivery can be taken when that one is recorded.
pub(super) async fn settle<L: Lease>(lease: Arc<L>, mut ended: UnboundedReceiver<Ended>, recorded: Arc<Notify>) {
    let mut outage = Outage::new("record the results of deliveries");
    let (mut gathered, mut settled, mut places) = (Vec::new(), Vec::new(), Vec::new());
    while ended.recv_many(&mut gathered, AT_ONCE).await > 0 {
        if gathered.len() < AT_ONCE {
            sleep(GATHER).await;
            gathered.extend(iter::from_fn(|| ended.try_recv().ok()).take(AT_ONCE - gathered.len()));
        }
        for (result, place) in gathered.drain(..) {
            settled.push(result);
            places.push(place);
        }
        while outage.ask(lease.settle(&settled)).await.is_none() {
            sleep(PAUSE).await;
        }
        settled.clear();
        places.clear();
        recorded.notify_one();
    }
}
