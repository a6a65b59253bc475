//! `completions` and `man`: what shells and readers of manuals need, made from the same description as the arguments.

use clap_complete::Shell;
use serde_json::json;

use crate::outcome::{Failure, Outcome, Result};
use crate::term;

/// Print completions for a shell
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  mkdir -p ~/.local/share/bash-completion/completions\n  \
        tower-webhook completions bash > ~/.local/share/bash-completion/completions/tower-webhook")]
pub(crate) struct CompletionsArgs {
    shell: Shell,
}

/// Print the manual page
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  tower-webhook man > tower-webhook.1")]
pub(crate) struct ManArgs {
    /// The subcommand that the page is about [default: all of them in short]
    subcommand: Option<String>,
}

impl CompletionsArgs {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "tower-webhook", &mut script);
        print(&script, "script", json)
    }
}

impl ManArgs {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        let mut command = super::command();
        command.build();
        let page = match &self.subcommand {
            None => command,
            Some(name) => {
                let found = command.find_subcommand(name).cloned();
                let unknown =
                    || Failure::usage(format_args!("there is no subcommand {}: see --help", term::Plain(name)));
                found.ok_or_else(unknown)?
            }
        };
        let mut roff = Vec::new();
        let rendered = clap_mangen::Man::new(page).render(&mut roff);
        rendered.map_err(|error| Failure::io("the manual page", &error))?;
        print(&roff, "page", json)
    }
}

/// Prints the text, or an object with this member.
fn print(text: &[u8], member: &str, json: bool) -> Result<Outcome> {
    if json {
        term::json(&json!({ member: String::from_utf8_lossy(text) }))?;
    } else {
        term::bytes(text)?;
    }
    Ok(Outcome::Good)
}
