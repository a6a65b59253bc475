//! `explain`: why does this signature not match?
//!
//! **a [`Case`] is what the receiver holds → each [accident](accident) of the table makes changed cases of it → the
//! library verifies each → the first one that is right is the explanation.**
//!
//! Only the library compares signatures, so nothing is explained that a receiver would not accept after the change.

mod accident;
mod body;
mod budget;
mod case;
mod charset;
mod form;
mod forms;
mod head;
mod hints;
mod json;
mod macs;
mod percent;
mod provider;
mod report;
mod reserialised;
mod scratch;
mod search;
mod secret_key;
mod secret_text;
mod time;
mod trial;
mod url;
mod wrapped;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request};

use self::case::{Case, ForUrl};
use self::hints::Hint;
use self::report::Report;
use self::search::{Finding, Search};
use crate::message;
use crate::moment::Times;
use crate::outcome::{Failure, Outcome, Result};
use crate::scheme::{self, SchemeArgs};
use crate::secret::{SecretArgs, SecretText};

/// Larger bodies would take minutes, or say nothing.
const MAX_BODY: usize = 64 * 1024 * 1024;
/// How long the search may take for a body of at most 1 MiB.
const MAX_TIME: Duration = Duration::from_millis(1500);
/// How much longer for each MiB more: the most usual accidents are tried on the largest body.
const TIME_FOR_MIB: Duration = Duration::from_millis(150);

/// Tell why a signature does not match
///
/// Tries the usual accidents, and prints the one change that makes the signature right, what usually causes it, and how
/// to fix it. It prints neither the secret nor the expected signature. Exit code 1 says that nothing fits.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  printf '%s\\n' '{}' > body.json
  KNOWRITHM_WEBHOOK_SECRET=whk_demo tower-webhook explain --body body.json --header \\
    X-Knowrithm-Signature:sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d")]
pub(crate) struct Args {
    /// A request, as `listen --save`, a browser (HAR) or `curl -v` wrote it; `-` is stdin
    #[arg(required_unless_present = "body")]
    request: Option<PathBuf>,
    /// The bytes of the body, if the request does not contain them
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// A header of the request, in the place of those of its name; may be repeated
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(HeaderName, HeaderValue)>,
    /// The method, for schemes that sign it
    #[arg(long)]
    method: Option<Method>,
    /// A file with the secret of another endpoint, which may have signed instead; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Secret")]
    other_secret_file: Vec<PathBuf>,
    /// An environment variable with the secret of another endpoint; may be repeated
    #[arg(long, value_name = "NAME", help_heading = "Secret")]
    other_secret_env: Vec<String>,
    #[command(flatten)]
    times: Times,
    #[command(flatten)]
    scheme: SchemeArgs,
    #[command(flatten)]
    secret: SecretArgs,
}

impl Args {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        let times = self.times.clone();
        let case = self.case()?;
        explain(&case, &times).print(json)
    }

    fn case(self) -> Result<Case> {
        let (chosen, public_url) = self.scheme.choose_with_url()?;
        let secrets = self.secret.read(&chosen)?;
        secrets.iter().for_each(SecretText::warn_of_faults);
        let files = self.other_secret_file.iter().map(|path| SecretText::from_file(path));
        let variables = self.other_secret_env.iter().map(|name| SecretText::from_env(name));
        let others = files.chain(variables).collect::<Result<Vec<_>>>()?;
        let (head, body) = self.message()?;
        let case = Case::new(head, body, secrets, chosen.scheme).with_others(others);
        Ok(match public_url {
            Some(url) => case.with_public_url(url, chosen.for_url.map(for_url)),
            None => case,
        })
    }

    fn message(self) -> Result<(Parts, Vec<u8>)> {
        let stdin = Some(Path::new("-"));
        if self.request.as_deref() == stdin && self.body.as_deref() == stdin {
            return Err(Failure::usage(
                "stdin cannot be both: name a file for the request or for its body",
            ));
        }
        let (mut head, saved) = match &self.request {
            Some(path) => {
                let saved = message::read(path)?;
                (saved.head, saved.body)
            }
            None => (Request::post("/").body(()).expect("it is valid").into_parts().0, None),
        };
        let body = match (&self.body, saved) {
            (Some(path), None) => message::open(path)?,
            (None, Some(body)) => body,
            (Some(_), Some(_)) => {
                return Err(Failure::usage(
                    "the request contains its body: leave --body out, or give the headers alone with --header",
                ));
            }
            (None, None) => {
                return Err(Failure::usage(
                    "the request has no body in it: name its file with --body",
                ));
            }
        };
        for (name, _) in &self.header {
            head.headers.remove(name);
        }
        for (name, value) in self.header {
            head.headers.append(name, value);
        }
        head.method = self.method.unwrap_or(head.method);
        Ok((head, read(body)?))
    }
}

/// A maker of schemes, for any URL.
fn for_url(make: scheme::ForUrl) -> ForUrl {
    Arc::new(move |url| make(&url.to_string()).ok())
}

/// Reads a body that is not too large.
fn read(body: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = body.take(MAX_BODY as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::io("the body", &error))?;
    match bytes.len() {
        ..=MAX_BODY => Ok(bytes),
        _ => Err(Failure::usage(
            "the body is larger than 64 MiB: explain a smaller request from the same sender, or use verify",
        )),
    }
}

fn explain(case: &Case, times: &Times) -> Report {
    let length = case.body.len();
    search(
        case,
        times,
        Search::new(length).until(Instant::now() + max_time(length)),
    )
}

fn max_time(length: usize) -> Duration {
    let more = u32::try_from(length.saturating_sub(1) >> 20).unwrap_or(u32::MAX);
    MAX_TIME + TIME_FOR_MIB * more
}

fn search(case: &Case, times: &Times, mut search: Search) -> Report {
    let fault_of_time = |case: &Case| {
        let fault = case.fault_of_time(times)?;
        Some((fault, time::explain(case, fault, times.tolerance())))
    };
    let time_of = |case: &Case| fault_of_time(case).map(|(_, found)| found);
    let report = match search.run(case) {
        Finding::Right { signed_by } => Report::right(&search, case, signed_by, time_of(case)),
        Finding::Explained { changes, case } => Report::explained(&search, changes, time_of(&case)),
        Finding::Nothing(rejection) => {
            let time = fault_of_time(case).map(|(fault, found)| Hint::of_time(fault, &found));
            let hints = hints::hints(&case.within(&search.budget), &rejection, time);
            Report::nothing(search, hints)
        }
    };
    report.by_scheme(&*case.scheme)
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    message::lines::header(text.as_bytes())
}

#[cfg(test)]
mod tests;
