//! Receivers that are flawed on purpose, one flaw each. README.md says how to run them.

mod flaws;
mod receiver;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use receiver::Receiver;

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name] = &arguments[..] else {
        eprintln!("usage: flawed NAME | --list");
        return Ok(ExitCode::from(2));
    };
    if name == "--list" {
        for flaw in flaws::all() {
            println!("{:32} {}", flaw.name, flaw.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let flaw = flaws::all().find(|flaw| flaw.name == name);
    let flaw = flaw.with_context(|| format!("no receiver is named {name}: --list shows them"))?;
    let secret = std::env::var("KNOWRITHM_WEBHOOK_SECRET").context("KNOWRITHM_WEBHOOK_SECRET")?;
    let receiver = Arc::new(Receiver::new(secret));
    tokio::runtime::Runtime::new()?.block_on(receiver.serve(flaw))?;
    Ok(ExitCode::SUCCESS)
}
