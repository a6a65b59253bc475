#![doc = include_str!("../README.md")]

mod client;
mod command;
mod hop_by_hop;
mod message;
mod moment;
mod outcome;
mod payload;
mod progress;
mod random;
mod runtime;
mod scheme;
mod secret;
mod term;
mod unreachable;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

use self::command::Cli;

/// Runs the program with the arguments of the process, and returns its exit code.
///
/// The crate has no other item: it is a program, and this is all of it.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(outcome) => outcome.into(),
        Err(failure) => failure.report(),
    }
}
