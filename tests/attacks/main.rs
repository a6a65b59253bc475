//! Attacks the receivers as built, and prints each figure beside its reach. README.md says how to run it.

mod build;
mod child;
mod form;
mod held;
mod http2;
mod post;
mod process;
mod reach;
mod rows;
mod server;
mod strangers;
mod table;

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use crate::form::Form;
use crate::table::Table;

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    match arguments.first() {
        Some(first) if first == server::COMMAND => {
            runtime.block_on(server::serve(&arguments[1..]))?;
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            let form = Form::from_arguments(&arguments)?;
            process::check_open_files()?;
            // Whichever ends first, the children end with the futures that own them.
            runtime.block_on(async {
                let mut interrupt = signal(SignalKind::interrupt())?;
                let mut terminate = signal(SignalKind::terminate())?;
                tokio::select! {
                    verdict = measure(&form) => verdict,
                    _ = interrupt.recv() => anyhow::bail!("interrupted"),
                    _ = terminate.recv() => anyhow::bail!("terminated"),
                }
            })
        }
    }
}

/// Measures all rows, and says with the exit code whether each is within its reach.
async fn measure(form: &Form) -> anyhow::Result<ExitCode> {
    let mut table = Table::new();
    rows::measure(form, &mut table).await?;
    table.print();
    Ok(if table.is_within_reach() || form.tolerant {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
