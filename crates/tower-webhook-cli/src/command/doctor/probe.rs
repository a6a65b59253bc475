//! Rows of several requests: duplicates, their effects, and the time that refusals take.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::battery::flipped;
use super::draft::Draft;
use super::effects::{Effects, NOT_COUNTED};
use super::judge::{Finding, Verdict, in_ms, judge};
use super::row::Row;
use super::sender::Sender;
use super::target::Target;
use super::wire::{Came, Exchange, exchange, exchange_over};

/// How many requests are sent at once when more were too many for the receiver: that of Python's `http.server` lets 5
/// connections wait.
pub(super) const FEWER: u32 = 5;

/// What became of a request that was sent several times.
pub(super) struct Repeated {
    pub(super) finding: Finding,
    /// Some were accepted, and the connections of all others ended without an answer.
    pub(super) is_crowded: bool,
}

impl From<Finding> for Repeated {
    fn from(finding: Finding) -> Self {
        let is_crowded = false;
        Self { finding, is_crowded }
    }
}

/// Sends the same request several times, and reports the worst answer.
pub(super) async fn repeat(
    row: &Row,
    (times, at_once): (u32, bool),
    target: &Arc<Target>,
    draft: &Draft,
    patience: Duration,
) -> Repeated {
    let exchanges = if at_once {
        together(times, target, draft, patience).await
    } else {
        let mut exchanges = Vec::new();
        for _ in 0..times {
            exchanges.push(exchange(target, "POST", draft, patience).await);
        }
        exchanges
    };
    let (accepted, others): (Vec<_>, Vec<_>) = exchanges.iter().partition(|exchange| exchange.came.is_success());
    let is_lost = |exchange: &&&Exchange| matches!(exchange.came, Came::Closed | Came::NotConnected(_));
    let worst = others.iter().find(|exchange| !is_lost(exchange)).or(others.first());
    let slowest = exchanges.iter().map(|exchange| exchange.time).max().unwrap_or_default();
    let finding = match worst.or(accepted.first()) {
        Some(worst) => judge(row, worst, None),
        None => Finding::note(Verdict::Info, "nothing was sent"),
    };
    let finding = Finding {
        time: slowest,
        sent: exchanges.iter().map(|exchange| exchange.sent).sum(),
        ..finding
    };
    let count = accepted.len();
    let finding = match worst {
        None => Finding {
            came: format!("{count} times 2xx in {}", in_ms(slowest)),
            ..finding
        },
        Some(_) => finding.also(format!("{count} of {times} duplicates were accepted")),
    };
    Repeated {
        finding,
        is_crowded: at_once && count > 0 && !others.is_empty() && others.iter().all(|other| is_lost(&other)),
    }
}

/// As [`repeat`], and counts the effects. The earlier event is sent before, to see how long an effect takes.
pub(super) async fn effects(
    row: &Row,
    how: (u32, bool),
    target: &Arc<Target>,
    [earlier, draft]: [&Draft; 2],
    effects: &Effects<'_>,
) -> Repeated {
    let counted = async {
        let before = effects
            .settled(exchange(target, "POST", earlier, effects.patience))
            .await?;
        let repeated = repeat(row, how, target, draft, effects.patience).await;
        let finding = repeated.finding;
        if finding.verdict != Verdict::Pass {
            return Ok(Repeated { finding, ..repeated });
        }
        let count = effects.since(before).await?;
        let came = format!("{count} effect{}", if count == 1 { "" } else { "s" });
        let finding = Finding { came, ..finding };
        let finding = match count {
            0 => {
                let verdict = Verdict::Warn;
                Finding { verdict, ..finding }.remarked(NOT_COUNTED)
            }
            1 => finding,
            _ => {
                let verdict = Verdict::Fail;
                Finding { verdict, ..finding }.remarked("one delivery had several effects")
            }
        };
        Ok(finding.into())
    };
    let counted: Result<Repeated, String> = counted.await;
    counted.unwrap_or_else(|fault| Finding::note(Verdict::Warn, "not counted").remarked(fault).into())
}

/// What is found of a receiver that lost connections in a crowd, and was tried again with [`FEWER`].
pub(super) fn with_fewer(crowd: Finding, fewer: Finding) -> Finding {
    let sent = crowd.sent + fewer.sent;
    let crowd = crowd.remark.unwrap_or_default();
    if fewer.verdict == Verdict::Pass {
        let remark = format!(
            "{crowd}, and all of {FEWER}: is the queue of connections long enough, or does the handler crash in a race?"
        );
        let verdict = Verdict::Warn;
        return Finding { verdict, sent, ..fewer }.remarked(remark);
    }
    let again = fewer.remark.as_deref().unwrap_or_default();
    let remark = format!("{crowd}; with {FEWER} at once: {again}");
    Finding { sent, ..fewer }.remarked(remark)
}

/// Compares the times of refusals.
pub(super) async fn timing(pairs: u32, target: &Arc<Target>, sender: &Sender, patience: Duration) -> Finding {
    let mut times = [Vec::new(), Vec::new()];
    let mut sent = 0;
    for _ in 0..pairs {
        let signed = sender.signed_event();
        let digits = signed.mac().iter().filter(|&&byte| byte != b'=').count();
        for (times, place) in times.iter_mut().zip([0, digits.saturating_sub(1)]) {
            let Some(draft) = flipped(&signed, place).and_then(|mac| signed.with_mac(&mac)) else {
                return Finding::note(Verdict::Info, "the scheme has no MAC");
            };
            let exchange = exchange(target, "POST", &draft, patience).await;
            if !matches!(exchange.came, Came::Answer(_)) {
                return Finding::note(Verdict::Info, "not measured").remarked("a refusal was not answered");
            }
            times.push(exchange.time);
            sent += exchange.sent;
        }
    }
    let [first, last] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    });
    let remark = "the medians for the first and the last digit; nothing but a large sample tells a leak from chance";
    let finding = Finding::note(Verdict::Info, format!("{} and {}", in_us(first), in_us(last)));
    Finding { sent, ..finding }.remarked(remark)
}

/// All connections are open before the first byte is sent.
async fn together(times: u32, target: &Arc<Target>, draft: &Draft, patience: Duration) -> Vec<Exchange> {
    let start = Arc::new(Barrier::new(times as usize));
    let mut tasks = JoinSet::new();
    for _ in 0..times {
        let (target, draft, start) = (Arc::clone(target), draft.clone(), Arc::clone(&start));
        tasks.spawn(async move {
            let stream = target.connect().await;
            start.wait().await;
            match stream {
                Ok(stream) => exchange_over(stream, &target.head("POST"), &draft, patience).await,
                Err(error) => Exchange::not_connected(&error),
            }
        });
    }
    tasks.join_all().await
}

fn in_us(time: Duration) -> String {
    format!("{} µs", time.as_micros())
}
