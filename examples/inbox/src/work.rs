//! The work that is done for a delivery.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use knowrithm_events::Event;
use tower_webhook_inbox::{BoxError, Delivery, NeverAgain};

use crate::say;

/// The settings and resources of the work.
pub(crate) struct Todo {
    /// `WORK_MS`
    pub(crate) takes: Duration,
    /// `FAIL_RATE`
    pub(crate) fail_rate: f64,
    /// `EFFECTS`
    pub(crate) effects: Option<File>,
}

/// Works on a delivery. After an error it is tried again, except after [`NeverAgain`].
pub(crate) async fn work(delivery: Delivery, todo: Arc<Todo>) -> Result<(), BoxError> {
    tokio::time::sleep(todo.takes).await;
    if chance()? < todo.fail_rate {
        return Err("FAIL_RATE made it fail".into());
    }
    let event = Event::from_slice(delivery.bytes()).map_err(NeverAgain::new)?;
    // Escaped, so that a name in a payload cannot control the terminal.
    let name = event.name().unwrap_or("-").escape_debug().to_string();
    say(format_args!("Worked on: {name}"));
    if let Some(mut effects) = todo.effects.as_ref() {
        // In one write, because processes may share the file.
        let line = format!("{} {name}\n", delivery.key());
        effects
            .write_all(line.as_bytes())
            .context("EFFECTS cannot be written")?;
    }
    Ok(())
}

/// A random number of at least 0 and less than 1.
fn chance() -> anyhow::Result<f64> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(f64::from(u32::from_ne_bytes(bytes)) / (f64::from(u32::MAX) + 1.0))
}
