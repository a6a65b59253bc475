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

use clap::builder::StyledStr;
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

/// The command line. Each `--help` ends with the exit codes.
fn command() -> clap::Command {
    let command = Cli::command().mut_subcommands(|command| {
        let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        quoted(command.after_help(format!("{example}\n\n{EXIT_CODES}")))
    });
    quoted(command)
}

/// The texts in the quotation marks that clap has in its own: nothing renders Markdown on a terminal.
fn quoted(mut command: clap::Command) -> clap::Command {
    let text = |text: &StyledStr| text.to_string().replace('`', "'");
    if let Some(about) = command.get_about().map(text) {
        command = command.about(about);
    }
    if let Some(about) = command.get_long_about().map(text) {
        command = command.long_about(about);
    }
    command.mut_args(|mut arg| {
        if let Some(help) = arg.get_help().map(text) {
            arg = arg.help(help);
        }
        match arg.get_long_help().map(text) {
            Some(help) => arg.long_help(help),
            None => arg,
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

    #[test]
    fn no_help_and_no_page_has_the_marks_of_markdown() {
        let mut whole = super::command();
        whole.build();
        let subcommands: Vec<_> = whole.get_subcommands().cloned().collect();
        for mut command in subcommands.into_iter().chain([whole]) {
            let mut page = Vec::new();
            clap_mangen::Man::new(command.clone()).render(&mut page).unwrap();
            let page = String::from_utf8(page).unwrap();
            for help in [command.render_help(), command.render_long_help()]
                .map(|help| help.to_string())
                .into_iter()
                .chain([page])
            {
                let marked: Vec<_> = help.lines().filter(|line| line.contains('`')).collect();
                assert_eq!(marked, [""; 0], "{}", command.get_name());
            }
        }
    }

    #[test]
    fn every_command_has_the_same_exit_codes() {
        for mut command in super::command().get_subcommands().cloned() {
            let help = command.render_help().to_string();
            assert!(help.trim_end().ends_with(super::EXIT_CODES), "{help}");
            assert_eq!(help.matches("Exit codes").count(), 1, "{help}");
        }
    }
}
