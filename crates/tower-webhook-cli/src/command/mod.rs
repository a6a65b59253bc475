//! The command line: what each subcommand takes is beside what it does, one file or folder each.

mod complete;
mod doctor;
mod events;
mod explain;
mod listen;
mod replay;
mod send;
mod sign;
mod verify;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::outcome::{EXIT_CODES, Outcome, Result};

/// Send, receive, verify and explain signed webhooks
///
/// Nothing leaves this machine unless a URL says so.
#[derive(Debug, Parser)]
#[command(name = "tower-webhook", version, propagate_version = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print JSON, for programs
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Send(send::Args),
    Events(events::Args),
    Sign(sign::Args),
    Verify(verify::Args),
    Listen(listen::Args),
    Replay(replay::Args),
    Explain(explain::Args),
    Doctor(doctor::Args),
    Completions(complete::CompletionsArgs),
    Man(complete::ManArgs),
}

/// The command line, with the exit codes at the end of each `--help` that does not describe its own.
fn command() -> clap::Command {
    Cli::command().mut_subcommands(|command| {
        let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        if example.contains("Exit codes:") {
            command
        } else {
            command.after_help(format!("{example}\n\n{EXIT_CODES}"))
        }
    })
}

impl Cli {
    /// Reads the arguments of the process.
    ///
    /// # Errors
    ///
    /// What clap says: the text of `--help` too.
    pub(crate) fn from_arguments() -> clap::error::Result<Self> {
        let matches = command().try_get_matches()?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))
    }

    pub(crate) fn run(self) -> Result<Outcome> {
        let json = self.json;
        match self.command {
            Command::Send(args) => args.run(json),
            Command::Events(args) => args.run(json),
            Command::Sign(args) => args.run(json),
            Command::Verify(args) => args.run(json),
            Command::Listen(args) => args.run(json),
            Command::Replay(args) => args.run(json),
            Command::Explain(args) => args.run(json),
            Command::Doctor(args) => args.run(json),
            Command::Completions(args) => args.run(json),
            Command::Man(args) => args.run(json),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
