//! The work that is done for a delivery.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use apalis::prelude::{AbortError, BoxDynError, Data};
use knowrithm_events::Event;
use tower_webhook_inbox::Delivery;

use crate::receiver::{announce, on_a_line};
use crate::setup::Options;

/// The settings and resources of the work.
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

    /// Writes the line of a finished delivery, in one write, because processes may share the file.
    fn take_effect(&self, delivery: &Delivery, name: &str) -> anyhow::Result<()> {
        let Some(mut effects) = self.effects.as_deref() else {
            return Ok(());
        };
        let line = format!("{} {name}\n", delivery.key());
        effects
            .write_all(line.as_bytes())
            .and_then(|()| effects.flush())
            .context("EFFECTS cannot be written")
    }
}

/// Works on a delivery. After an error it is tried again, except after an [`AbortError`].
pub(crate) async fn work(delivery: Delivery, todo: Data<Todo>) -> Result<(), BoxDynError> {
    tokio::time::sleep(todo.takes).await;
    if chance()? < todo.fail_rate {
        return Err("FAIL_RATE made it fail".into());
    }
    let name = print(&delivery).map_err(AbortError::new)?;
    Ok(todo.take_effect(&delivery, &name)?)
}

/// Prints the event, and returns its name on one line.
fn print(delivery: &Delivery) -> anyhow::Result<String> {
    let event = Event::from_slice(delivery.bytes()).context("the body is not an event")?;
    announce(&event);
    Ok(on_a_line(event.name().unwrap_or("-")))
}

/// A random number of at least 0 and less than 1.
fn chance() -> anyhow::Result<f64> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(f64::from(u32::from_ne_bytes(bytes)) / (f64::from(u32::MAX) + 1.0))
}
