//! What is done with a delivery.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use apalis::prelude::{AbortError, BoxDynError, Data};
use tower_webhook_inbox::Delivery;

use crate::receiver::{announce, on_a_line};
use crate::setup::Options;

/// What the worker needs besides the delivery.
#[derive(Clone, Debug)]
pub(crate) struct Todo {
    takes: Duration,
    fail_rate: f64,
    effects: Option<Arc<File>>,
}

impl Todo {
    pub(crate) fn new(options: &Options) -> anyhow::Result<Self> {
        let effects = options.effects.as_ref().map(File::try_clone).transpose()?;
        Ok(Self {
            takes: options.work,
            fail_rate: options.fail_rate,
            effects: effects.map(Arc::new),
        })
    }

    /// The effect: one line, in one write, so that processes may share the file.
    fn take_effect(&self, delivery: &Delivery, name: &str) -> anyhow::Result<()> {
        let Some(mut effects) = self.effects.as_deref() else {
            return Ok(());
        };
        let line = format!("{} {name}\n", delivery.key_hex());
        effects
            .write_all(line.as_bytes())
            .and_then(|()| effects.flush())
            .context("EFFECTS cannot be written")
    }
}

/// Works on a delivery. An error is tried again; one that is an [`AbortError`] will never do.
pub(crate) async fn work(delivery: Delivery, todo: Data<Todo>) -> Result<(), BoxDynError> {
    tokio::time::sleep(todo.takes).await;
    if chance()? < todo.fail_rate {
        return Err("FAIL_RATE made it fail".into());
    }
    let name = tell(&delivery).map_err(AbortError::new)?;
    Ok(todo.take_effect(&delivery, &name)?)
}

/// Prints the event, and returns its name on one line.
fn tell(delivery: &Delivery) -> anyhow::Result<String> {
    let event = delivery.event().context("the body is no event")?;
    announce(&event);
    Ok(on_a_line(event.name().unwrap_or("-")))
}

/// A number from 0 to 1, and never 1.
fn chance() -> anyhow::Result<f64> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(f64::from(u32::from_ne_bytes(bytes)) / (f64::from(u32::MAX) + 1.0))
}
