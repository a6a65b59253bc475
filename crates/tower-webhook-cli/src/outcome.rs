//! How a command ends: the exit codes, and the one line that says what went wrong.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::term::{self, Plain};

/// What every `--help` says about the exit codes.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    the answer is yes
  1    the answer is no
  2    the command cannot be carried out as it was given
  3    the other side cannot be reached, or the port is in use
  141  nobody reads the output any more";

/// The answer of a command that could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Delivered, genuine, explained, sound.
    Good,
    /// Refused, forged, not explained, flawed.
    No,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Good => Self::SUCCESS,
            Outcome::No => Self::from(1),
        }
    }
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was asked for is not possible: a file that cannot be read, a missing secret, a URL without a host.
    Usage(String),
    /// The other side could not be reached, or the port is in use.
    Unreachable(String),
    /// Nobody reads the output any more.
    ClosedOutput,
}

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// The message is lower case, without a full stop, and says what to do.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self::Usage(message.to_string())
    }

    pub(crate) fn unreachable(message: impl Display) -> Self {
        Self::Unreachable(message.to_string())
    }

    /// What is wrong with a file. Its name is printed so that it cannot steer the terminal.
    pub(crate) fn at(path: &Path, fault: impl Display) -> Self {
        Self::Usage(format!("{}: {fault}", Plain(&path.to_string_lossy())))
    }

    /// The failure to read or write a file.
    pub(crate) fn io_at(path: &Path, error: &io::Error) -> Self {
        Self::io(Plain(&path.to_string_lossy()), error)
    }

    /// The failure to read or write what is at `place`.
    pub(crate) fn io(place: impl Display, error: &io::Error) -> Self {
        let advice = match error.kind() {
            io::ErrorKind::NotFound => ": check the name and the folder",
            io::ErrorKind::PermissionDenied => ": change its permissions, or name another one",
            io::ErrorKind::IsADirectory => ": name a file in it",
            io::ErrorKind::StorageFull => ": make room, or name another place",
            _ => "",
        };
        Self::Usage(format!("{place}: {error}{advice}"))
    }

    /// Prints the failure on one line of stderr.
    pub(crate) fn report(self) -> ExitCode {
        let (message, code) = match self {
            Self::Usage(message) => (message, 2),
            Self::Unreachable(message) => (message, 3),
            // As a command ends that SIGPIPE killed: 128 and the number of the signal.
            Self::ClosedOutput => return ExitCode::from(141),
        };
        term::error(message);
        ExitCode::from(code)
    }
}
