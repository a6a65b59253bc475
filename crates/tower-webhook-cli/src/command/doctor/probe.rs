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

/// Sends the same request several times, and reports the worst answer.
pub(super) async fn repeat(
    row: &Row,
    (times, at_once): (u32, bool),
    target: &Arc<Target>,
    draft: &Draft,
    patience: Duration,
) -> Finding {
    let exchanges = if at_once {
        together(times, target, draft, patience).await
    } else {
        let mut exchanges = Vec::new();
        for _ in 0..times {
            exchanges.push(exchange(target, "POST", draft, patience).await);
        }
        exchanges
    };
    let accepted = exchanges.iter().filter(|exchange| exchange.came.is_success()).count();
    let slowest = exchanges.iter().map(|exchange| exchange.time).max().unwrap_or_default();
    let worst = exchanges.iter().find(|exchange| !exchange.came.is_success());
    let finding = match worst.or(exchanges.first()) {
        Some(worst) => judge(row, worst, None),
        None => Finding::note(Verdict::Info, "nothing was sent"),
    };
    let finding = Finding {
        time: slowest,
        sent: exchanges.iter().map(|exchange| exchange.sent).sum(),
        ..finding
    };
    match worst {
        None => Finding {
            came: format!("{accepted} times 2xx in {}", in_ms(slowest)),
            ..finding
        },
        Some(_) => finding.remarked(format!("{accepted} of {times} duplicates were accepted")),
    }
}

/// As [`repeat`], and counts the effects. The earlier event is sent before, to see how long an effect takes.
pub(super) async fn effects(
    row: &Row,
    how: (u32, bool),
    target: &Arc<Target>,
    [earlier, draft]: [&Draft; 2],
    effects: &Effects<'_>,
) -> Finding {
    let counted = async {
        let before = effects
            .settled(exchange(target, "POST", earlier, effects.patience))
            .await?;
        let finding = repeat(row, how, target, draft, effects.patience).await;
        if finding.verdict != Verdict::Pass {
            return Ok(finding);
        }
        let count = effects.since(before).await?;
        let came = format!("{count} effect{}", if count == 1 { "" } else { "s" });
        let finding = Finding { came, ..finding };
        Ok(match count {
            0 => {
                let verdict = Verdict::Warn;
                Finding { verdict, ..finding }.remarked(NOT_COUNTED)
            }
            1 => finding,
            _ => {
                let verdict = Verdict::Fail;
                Finding { verdict, ..finding }.remarked("one delivery had several effects")
            }
        })
    };
    let counted: Result<Finding, String> = counted.await;
    counted.unwrap_or_else(|fault| Finding::note(Verdict::Warn, "not counted").remarked(fault))
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
