//! `sign`: the headers that sign a body, or the body with its signature in it, for shell scripts.

use std::io::IsTerminal;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::head::JSON;
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
/// One `Name: value` a line, which `curl -H @headers.txt` reads. With adyen, mailgun and microsoft-graph the signature
/// is in the body: the signed body is printed instead, byte for byte. With twilio the Content-Type is printed, too:
/// send the body with it.
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
    /// The method of the request, for schemes that sign it
    #[arg(long, value_name = "METHOD", default_value = "POST")]
    method: Method,
    /// The Content-Type of the request, for schemes that read the body by it, such as mailgun and twilio [default:
    /// application/json]
    #[arg(long, value_name = "TYPE")]
    content_type: Option<HeaderValue>,
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
        if self.content_type.is_some() && !chosen.scheme.parses_body() {
            return Err(Failure::usage(format_args!(
                "{} signs every body alike: leave out --content-type",
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

        if self.file.is_none() && self.stdin.is_none() && std::io::stdin().is_terminal() {
            return Err(Failure::usage("no body: name it with --file, or pipe it in"));
        }
        let payload = Payload::open(&self.file.unwrap_or_else(|| "-".into()))?;
        if chosen.scheme.parses_body() {
            head.headers.insert(CONTENT_TYPE, self.content_type.unwrap_or(JSON));
            let (head, body) = payload.sign_whole(&signer, head)?.into_parts();
            if chosen.scheme.is_in_body() {
                print_body(&body, json)?;
            } else {
                print_headers(&head.headers, json)?;
            }
        } else {
            let bar = progress::bytes("signing", Some(payload.len()));
            let headers = payload.sign(&signer, &head, &bar);
            bar.finish_and_clear();
            print_headers(&headers?, json)?;
        }
        Ok(Outcome::Good)
    }
}

fn print_headers(headers: &HeaderMap, json: bool) -> Result<()> {
    let mut lines = headers.iter().map(|(name, value)| (name, PlainBytes(value.as_bytes())));
    if json {
        let object: Map<_, _> = lines
            .map(|(name, value)| (name.to_string(), Value::String(value.to_string())))
            .collect();
        return term::json(&object);
    }
    lines.try_for_each(|(name, value)| term::line(format_args!("{name}: {value}")))
}

/// Prints the body as it has to be sent; for programs as `listen` does.
fn print_body(body: &[u8], json: bool) -> Result<()> {
    match (json, std::str::from_utf8(body)) {
        (false, _) => term::bytes(body),
        (true, Ok(text)) => term::json(&json!({ "body": text })),
        (true, Err(_)) => term::json(&json!({ "body_base64": STANDARD.encode(body) })),
    }
}

fn visible(id: &str) -> Result<String, &'static str> {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(id.to_owned())
    } else {
        Err("an id is visible ASCII, without blanks")
    }
}
