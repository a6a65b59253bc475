//! `replay`: a saved request is sent again, with the same headers and bytes.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt, Full};
use serde::Serialize;

use crate::client::{Body, ClientArgs, parse_url};
use crate::hop_by_hop;
use crate::message;
use crate::outcome::{Failure, Outcome, Result};
use crate::runtime;
use crate::term::style::{BAD, FAINT, GOOD};
use crate::term::{self, Plain};

/// What `listen` can have saved at most, in bytes.
const MAX_BODY: u64 = 1 << 30;

/// Send a saved request again, unchanged
///
/// The method, the headers and the bytes are those of the file; the URL says where. `Host` and the headers of the
/// connection are made anew. Where the provider signs a timestamp, a receiver refuses the request once that is too old.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example, after `tower-webhook listen --save requests`:\n  \
        tower-webhook replay \"$(ls requests/*.http | tail -n 1)\" \\\n    \
        --url http://127.0.0.1:5000/webhooks/knowrithm")]
pub(crate) struct Args {
    /// A request as `listen --save` writes it, or a HAR file with one entry; `-` is stdin
    file: PathBuf,
    /// Where to send it
    #[arg(long, value_parser = parse_url)]
    url: Uri,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Serialize)]
struct Sent<'a> {
    method: &'a str,
    url: String,
    size: usize,
    status: u16,
    took_ms: f64,
}

impl Args {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        let client = self.client.client()?;
        let (request, size) = self.request()?;
        let method = request.method().clone();
        let runtime = runtime::current_thread()?;
        let started = Instant::now();
        let answer = runtime.block_on(client.send(request))?;
        let took = started.elapsed();

        let status = answer.status();
        let sent = Sent {
            method: method.as_str(),
            url: self.url.to_string(),
            size,
            status: status.as_u16(),
            took_ms: (took.as_secs_f64() * 1e6).round() / 1e3,
        };
        if json {
            term::json(&sent)?;
        } else {
            let style = if status.is_success() { GOOD } else { BAD };
            let Sent {
                method, url, took_ms, ..
            } = &sent;
            let (method, url) = (Plain(method), Plain(url));
            term::line(format_args!(
                "{method} {url} {FAINT}{size} bytes{FAINT:#}\nanswered {style}{}{style:#} in {took_ms} ms",
                status.as_u16()
            ))?;
        }
        if status.is_success() {
            return Ok(Outcome::Good);
        }
        if status.is_client_error() {
            term::warn("a timestamp that was signed with the request may be too old by now");
        }
        Ok(Outcome::No)
    }

    fn request(&self) -> Result<(Request<Body>, usize)> {
        let saved = message::read(&self.file)?;
        let Some(body) = saved.body else {
            return Err(Failure::usage(format_args!(
                "{}: contains no body: take a file that `listen --save` wrote",
                self.file.display()
            )));
        };
        let body = read(body, &self.file)?;
        let size = body.len();
        let body = Full::new(body).map_err(|never| match never {}).boxed_unsync();
        let mut request = Request::new(body);
        *request.method_mut() = saved.head.method;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = hop_by_hop::of_request(&saved.head.headers);
        Ok((request, size))
    }
}

fn read(body: impl Read, path: &Path) -> Result<Bytes> {
    let mut bytes = Vec::new();
    let read = body.take(MAX_BODY + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::io(path.display(), &error))?;
    if bytes.len() as u64 > MAX_BODY {
        return Err(Failure::usage(format_args!(
            "{}: its body is longer than 1 GiB",
            path.display()
        )));
    }
    Ok(bytes.into())
}
