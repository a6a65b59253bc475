//! Output: text on stdout, remarks on stderr, JSON, and colours where they are wanted.
//!
//! Everything that a stranger sent goes through [`Plain`] before it is printed.

mod escape;
pub(crate) mod style;

use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

pub(crate) use self::escape::{Plain, PlainBytes, PlainJson, steers};
use crate::outcome::{Failure, Result};

/// Writes one line to stdout. Colours are removed unless it is a terminal that shows them; `NO_COLOR` is respected.
///
/// # Errors
///
/// [`Failure::ClosedOutput`] when nobody reads it any more.
pub(crate) fn line(text: impl Display) -> Result<()> {
    writeln!(anstream::stdout(), "{text}").map_err(|error| closed(&error))
}

/// Writes a value as JSON on one line of stdout.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(value).map_err(|error| Failure::usage(format_args!("JSON: {error}")))?;
    line(PlainJson(&text))
}

/// A duration as JSON has it: in milliseconds, with a precision of microseconds.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Writes bytes to stdout as they are.
pub(crate) fn bytes(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| closed(&error))
}

/// Writes a remark to stderr. Nothing depends on whether it is read.
pub(crate) fn warn(text: impl Display) {
    let style = style::WARNING;
    let _ = writeln!(anstream::stderr(), "{style}warning:{style:#} {text}");
}

/// Writes what is no warning to stderr, where it is not in the way of JSON.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Writes the reason of a failure to stderr.
pub(crate) fn error(text: impl Display) {
    let style = style::BAD;
    let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {text}");
}

fn closed(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::ClosedOutput,
        _ => Failure::usage(format_args!("stdout: {error}")),
    }
}
