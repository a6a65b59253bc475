//! `verify`: whether a request is genuine.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use http::header::CONTENT_LENGTH;
use http::request::Parts;
use serde::Serialize;
use tower_webhook::Verifier;

use crate::message::{self, MAX_HEAD, Saved, lines};
use crate::moment::Times;
use crate::outcome::{Failure, Outcome, Result};
use crate::progress;
use crate::scheme::SchemeArgs;
use crate::secret::{SecretArgs, SecretText};
use crate::term;
use crate::term::Plain;
use crate::verdict::Verdict;

/// How much of a body is read at a time.
const PIECE: usize = 256 * 1024;
/// The largest body in which a scheme reads: it is kept in memory.
const MAX_PARSED: usize = 64 * 1024 * 1024;

/// Tell whether a request is genuine
///
/// REQUEST is what `listen --save` writes, a HAR file with one entry or such an entry, or headers as `curl -v` prints
/// them. The body may be of any size. Exits with 0 when the request is genuine, and with 1 when it is not.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The request in a file; `-` is stdin
    #[arg(value_name = "REQUEST", required_unless_present = "headers")]
    request: Option<PathBuf>,
    /// The headers alone, one `Name: value` a line; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "request", requires = "body")]
    headers: Option<PathBuf>,
    /// The exact bytes of the body, when they are not part of the request; `-` is stdin
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    #[command(flatten)]
    times: Times,
    #[command(flatten)]
    scheme: SchemeArgs,
    #[command(flatten)]
    secret: SecretArgs,
}

const EXAMPLE: &str = "\
Example:
  export KNOWRITHM_WEBHOOK_SECRET=whk_demo
  printf '{}' > body.json
  tower-webhook sign --file body.json > headers.txt
  tower-webhook verify --headers headers.txt --body body.json";

impl Args {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        let chosen = self.scheme.choose()?;
        let secrets = self.secret.read(&chosen)?;
        secrets.iter().for_each(SecretText::warn_of_faults);
        let verifier = chosen.verifier(&secrets)?;
        let verifier = self.times.apply(verifier);
        let verifier = if chosen.scheme.reads_body() {
            verifier.max_body(MAX_PARSED)
        } else {
            verifier.insecure_unlimited_body()
        };
        let (head, body) = self.open()?;
        let (verdict, bytes) = verify(&verifier, &head, body)?;

        let announced = head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if let (Some(announced), false) = (announced, verdict.is_genuine())
            && let (Ok(announced), Some(bytes)) = (announced.parse::<u64>(), bytes)
            && announced != bytes
        {
            term::warn(format_args!(
                "Content-Length announces {announced} bytes, but the body has {bytes}"
            ));
        }
        if json {
            term::json(&Document {
                verdict: &verdict,
                bytes,
            })?;
        } else {
            term::line(&verdict)?;
            if let Some(place) = verdict.signed_by().filter(|_| secrets.len() > 1) {
                term::line(format_args!("signed with the secret in {}", Plain(place)))?;
            }
        }
        Ok(if verdict.is_genuine() {
            Outcome::Good
        } else {
            Outcome::No
        })
    }

    /// The head, and the body before its first byte.
    fn open(&self) -> Result<(Parts, Body)> {
        let stdin = Path::new("-");
        let source = self.request.as_deref().or(self.headers.as_deref());
        if source == Some(stdin) && self.body.as_deref() == Some(stdin) {
            return Err(Failure::usage(
                "stdin cannot be both: name a file for the headers or for the body",
            ));
        }
        let saved = match (&self.request, &self.headers) {
            (Some(request), _) => message::read(request)?,
            (None, Some(headers)) => Saved {
                head: read_headers(headers)?,
                body: None,
            },
            (None, None) => return Err(Failure::usage("no request: name its file, or --headers and --body")),
        };
        match (saved.body, &self.body) {
            (None, Some(path)) => Ok((saved.head, Body::open(path)?)),
            (Some(input), None) => Ok((
                saved.head,
                Body {
                    input,
                    length: None,
                    place: "the request".to_owned(),
                },
            )),
            (None, None) => Err(Failure::usage(
                "the request has no body in this form: name its file with --body",
            )),
            (Some(_), Some(_)) => Err(Failure::usage(
                "the request contains its body: leave --body out, or give the headers alone with --headers",
            )),
        }
    }
}

/// Reads headers in lines, with or without a request line, and with or without the `> ` of `curl -v`.
fn read_headers(path: &Path) -> Result<Parts> {
    let mut text = Vec::new();
    let read = message::open(path)?.take(MAX_HEAD as u64 + 1).read_to_end(&mut text);
    read.map_err(|error| Failure::io_at(path, &error))?;
    if text.len() > MAX_HEAD {
        return Err(Failure::at(
            path,
            "is longer than 256 KiB, so these are no headers: name the body with --body",
        ));
    }
    lines::parse(&text).map_err(|error| Failure::at(path, error))
}

struct Body {
    input: Box<dyn Read + Send>,
    /// How long it is, if it is in a file of its own.
    length: Option<u64>,
    place: String,
}

impl Body {
    fn open(path: &Path) -> Result<Self> {
        let length = if path == Path::new("-") {
            None
        } else {
            fs::metadata(path).ok()
        };
        Ok(Self {
            input: message::open(path)?,
            length: length.filter(fs::Metadata::is_file).map(|about| about.len()),
            place: Plain(&path.to_string_lossy()).to_string(),
        })
    }
}

/// Reads the body in pieces, and keeps none of them. A head that is refused needs no body; otherwise its length is
/// known afterwards.
fn verify(verifier: &Verifier, head: &Parts, mut body: Body) -> Result<(Verdict, Option<u64>)> {
    let mut verification = match verifier.begin(head) {
        Ok(verification) => verification,
        Err(rejection) => return Ok((Verdict::from(&rejection), None)),
    };
    let bar = progress::bytes("verifying", body.length);
    let mut piece = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        let length = match body.input.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::io(&body.place, &error)),
        };
        if let Err(rejection) = verification.update(&piece[..length]) {
            return Ok((Verdict::from(&rejection), None));
        }
        bytes += length as u64;
        bar.inc(length as u64);
    }
    bar.finish_and_clear();
    let verdict = match verification.finish() {
        Ok(provenance) => Verdict::genuine(provenance.signed_by()),
        Err(rejection) => Verdict::from(&rejection),
    };
    Ok((verdict, Some(bytes)))
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    verdict: &'a Verdict,
    /// The size of the body, if it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}
