//! `completions` and `man`: what shells and readers of manuals need, made from the same description as the arguments.

use clap_complete::Shell;

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
    pub(crate) fn run(self) -> Result<Outcome> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "tower-webhook", &mut script);
        term::bytes(&script)?;
        Ok(Outcome::Good)
    }
}

impl ManArgs {
    pub(crate) fn run(self) -> Result<Outcome> {
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
        term::bytes(&roff)?;
        Ok(Outcome::Good)
    }
}
