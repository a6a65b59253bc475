#![doc = include_str!("../README.md")]

mod answer;
mod client;
mod command;
mod exchange;
mod head;
mod hop_by_hop;
#[cfg(test)]
mod listing;
mod message;
mod moment;
mod outcome;
mod payload;
mod progress;
mod random;
mod runtime;
mod sample;
mod scheme;
mod secret;
mod term;
mod unreachable;
mod verdict;

use std::process::ExitCode;

use clap::error::ErrorKind;

use self::command::Cli;
use self::outcome::Failure;
use self::term::Plain;

/// Runs the program with the arguments of the process, and returns its exit code.
///
/// The crate has no other item: it is a program, and this is all of it.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::from_arguments() {
        Ok(cli) => match cli.run() {
            Ok(outcome) => outcome.into(),
            Err(failure) => failure.report(),
        },
        Err(error) if is_asked_for(error.kind()) => {
            // Nobody reads it any more, if that fails.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
        Err(error) => Failure::usage(Plain(&on_one_line(&error.render().to_string()))).report(),
    }
}

/// Whether it is the text of `--help` or `--version`, or what a command without arguments says.
fn is_asked_for(kind: ErrorKind) -> bool {
    use ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    matches!(
        kind,
        DisplayHelp | DisplayHelpOnMissingArgumentOrSubcommand | DisplayVersion
    )
}

/// What is wrong with the arguments, and what clap proposes instead.
fn on_one_line(rendered: &str) -> String {
    let message = rendered.split("\n\nUsage:").next().unwrap_or_default();
    let message = message.split("\n\nFor more information").next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let (fault, tips) = message.split_once("\n\n").unwrap_or((message, ""));
    let join = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let advice = match join(tips) {
        tips if tips.is_empty() => "see --help".to_owned(),
        tips => tips.trim_start_matches("tip: ").to_owned(),
    };
    format!("{}; {advice}", join(fault))
}

#[cfg(test)]
mod tests {
    use super::on_one_line;

    #[test]
    fn what_clap_says_becomes_one_line_with_an_advice() {
        for (rendered, line) in [
            (
                "error: the following required arguments were not provided:\n  <A>\n  --b <B>\n\nUsage: x <A>\n\n\
                 For more information, try '--help'.\n",
                "the following required arguments were not provided: <A> --b <B>; see --help",
            ),
            (
                "error: unexpected argument '--bdy' found\n\n  tip: a similar argument exists: '--body'\n\nUsage: x\n",
                "unexpected argument '--bdy' found; a similar argument exists: '--body'",
            ),
            (
                "error: invalid value 'x' for '--at <TIME>': no time\n\nFor more information, try '--help'.\n",
                "invalid value 'x' for '--at <TIME>': no time; see --help",
            ),
        ] {
            assert_eq!(on_one_line(rendered), line);
        }
    }
}
