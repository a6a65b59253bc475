//! `replay`: a saved request is sent again, with the same headers and bytes.

use std::path::PathBuf;

use http::{Request, StatusCode, Uri};

use crate::client::{ClientArgs, parse_url};
use crate::exchange::exchange;
use crate::hop_by_hop;
use crate::message;
use crate::outcome::{Failure, Outcome, Result};
use crate::payload::Payload;
use crate::runtime;
use crate::term::{self, PlainBytes};

/// Send a saved request again, unchanged
///
/// The method, the headers and the bytes are those of the file; the URL says where. `Host` and the headers of the
/// connection are made again; one that only `Connection` names is left out, with a warning. Where the provider signs a
/// timestamp, a receiver refuses the request once that is too old.
///
/// Prints the status, the time and the body of the answer. Exits with 0 when the status is 2xx, with 1 when it is
/// another one, and with 3 when there is no answer.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example, after tower-webhook listen --save requests:\n  \
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

impl Args {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        let client = self.client.client()?;
        let place = PlainBytes(self.file.as_os_str().as_encoded_bytes());
        let saved = message::read(&self.file)?;
        let Some(body) = saved.body else {
            return Err(Failure::usage(format_args!(
                "{place}: contains no body: take a file that `listen --save` wrote"
            )));
        };
        let payload = Payload::spool(body, &place.to_string())?;
        for name in hop_by_hop::named(&saved.head.headers) {
            term::warn(format_args!(
                "{name} is left out, because the header Connection names it"
            ));
        }
        let mut request = Request::new(&payload);
        *request.headers_mut() = hop_by_hop::of_request(&saved.head.headers);
        *request.method_mut() = saved.head.method;
        *request.uri_mut() = self.url;
        let answer = runtime::finish(runtime::current_thread()?, exchange(&client, request))?;
        answer.print(json)?;
        if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            term::warn("if the signature has a timestamp, it may be too old by now");
        }
        Ok(answer.outcome())
    }
}
