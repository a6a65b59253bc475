//! `sign`: the headers that sign a body, for shell scripts.

use std::io::IsTerminal;
use std::path::PathBuf;

use http::{Method, Request, Uri};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::send::head::target;
use crate::client::parse_url;
use crate::moment;
use crate::outcome::{Failure, Outcome, Result};
use crate::payload::Payload;
use crate::progress;
use crate::scheme::SchemeArgs;
use crate::secret::SecretArgs;
use crate::term;
use crate::term::PlainBytes;

/// Print the headers that sign a body
///
/// One `Name: value` a line, which `curl -H @headers.txt` reads.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// Sign the bytes of stdin, as without --file
    #[arg(value_name = "-", value_parser = ["-"], hide_possible_values = true)]
    stdin: Option<String>,
    /// Sign the exact bytes of a file [default: stdin]
    #[arg(long, value_name = "FILE", conflicts_with = "stdin")]
    file: Option<PathBuf>,
    /// The time of signing, for schemes that sign one: RFC 3339, or seconds since 1970 [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse, allow_hyphen_values = true)]
    timestamp: Option<Timestamp>,
    /// The id of the delivery, for schemes that sign one [default: a random one]
    #[arg(long, value_name = "ID", value_parser = visible)]
    id: Option<String>,
    /// Where the request goes, for schemes that sign that
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    url: Option<Uri>,
    /// The method of the request, for schemes that sign it
    #[arg(long, value_name = "METHOD", default_value = "POST")]
    method: Method,
    #[command(flatten)]
    scheme: SchemeArgs,
    #[command(flatten)]
    secret: SecretArgs,
}

const EXAMPLE: &str = "\
Example:
  printf '{}' | KNOWRITHM_WEBHOOK_SECRET=whk_demo tower-webhook sign";

impl Args {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        let chosen = self.scheme.choose()?;
        if chosen.reads_body() {
            return Err(Failure::usage(format_args!(
                "{} signs what it reads in the body, by its Content-Type: use send, which makes the whole request",
                chosen.name
            )));
        }
        let secret = self.secret.read_one(&chosen)?;
        secret.warn_of_faults();
        let mut signer = chosen.scheme.signer(&secret).map_err(|error| secret.unusable(&error))?;
        if let Some(time) = self.timestamp {
            signer = signer.timestamp(time.as_second());
        }
        if let Some(id) = self.id {
            signer = signer.id(id);
        }
        let mut head = Request::new(()).into_parts().0;
        head.method = self.method;
        head.uri = self.url.as_ref().map(target).unwrap_or_default();

        if self.file.is_none() && self.stdin.is_none() && std::io::stdin().is_terminal() {
            return Err(Failure::usage("no body: name it with --file, or pipe it in"));
        }
        let payload = Payload::open(&self.file.unwrap_or_else(|| "-".into()))?;
        let bar = progress::bytes("signing", Some(payload.len()));
        let headers = payload.sign(&signer, &head, &bar);
        bar.finish_and_clear();

        let headers = headers?;
        let lines = headers.iter().map(|(name, value)| (name, PlainBytes(value.as_bytes())));
        if json {
            let object: Map<_, _> = lines
                .map(|(name, value)| (name.to_string(), Value::String(value.to_string())))
                .collect();
            term::json(&object)?;
        } else {
            for (name, value) in lines {
                term::line(format_args!("{name}: {value}"))?;
            }
        }
        Ok(Outcome::Good)
    }
}

fn visible(id: &str) -> Result<String, &'static str> {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(id.to_owned())
    } else {
        Err("an id is visible ASCII, without blanks")
    }
}
