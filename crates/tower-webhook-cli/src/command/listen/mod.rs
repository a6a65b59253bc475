//! `listen`: a receiver on this machine that shows what comes, and says why it is genuine or not.
//!
//! | file | what it is |
//! |---|---|
//! | `setup` | the listener, from its arguments |
//! | `serve` | the listener from its first line to its summary |
//! | `listener` | the service: a request is collected, judged, answered, shown and kept |
//! | `collect` | a body within its bounds |
//! | `handshake` | what providers ask before they send |
//! | `forward`, `hop` | passes genuine requests on, once |
//! | `trust`, `hidden` | the secrets: the verifier, and what takes them out of what is shown |
//! | `save` | requests in files |
//! | `received`, `event`, `members`, `pretty` | a request, and how it is written |
//! | `show`, `summary`, `output` | what is printed |
//! | `kept`, `page` | the last requests, and the page that shows them |

mod collect;
mod event;
mod forward;
mod handshake;
mod hidden;
mod hop;
mod kept;
mod listener;
mod members;
mod output;
mod page;
mod pretty;
mod received;
mod reply;
mod save;
mod serve;
mod setup;
mod show;
mod summary;
mod trust;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use http::uri::PathAndQuery;
use http::{StatusCode, Uri};

use crate::client::{ClientArgs, parse_url};
use crate::outcome::{Outcome, Result};
use crate::scheme::SchemeArgs;
use crate::secret::SecretArgs;

const VERIFY_TOKEN_HELP: &str = "For the handshake of meta, read the verify token from this environment variable \
    [default: META_VERIFY_TOKEN; if that is not set, any token is accepted]";

/// Receive webhooks on this machine, and show each with its verdict
///
/// It answers as a receiver should: 200 to genuine requests, 403 to forged ones, and the handshake of the provider. A
/// page shows the requests in a browser. Ctrl-C ends it with a summary. The secret of asana comes with the handshake:
/// when none is named, the first one is taken.
#[derive(clap::Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
#[command(
    mut_arg("timeout", |arg| arg.help("How long to wait for an answer to a request of --forward, in seconds")),
    mut_arg("cacert", |arg| arg.help("For --forward, trust the certificates in this PEM file instead of those of the system")),
    after_help = "Example:\n  KNOWRITHM_WEBHOOK_SECRET=whk_demo tower-webhook listen --save requests")]
pub(crate) struct Args {
    /// The port to listen on; 0 for any free one
    #[arg(long, default_value_t = 5000)]
    port: u16,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into(), value_parser = parse_host)]
    host: IpAddr,
    /// The path of the webhooks [default: /webhooks/ and the name of the scheme]
    #[arg(long, value_parser = parse_path)]
    path: Option<String>,
    /// The largest body, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 2 << 20, value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    max_body: u32,
    /// Print whole bodies, and not only their first 8 KiB
    #[arg(long)]
    full: bool,
    /// Serve the page even where other machines reach it, with --host: whoever opens it reads all requests
    #[arg(long)]
    expose_page: bool,
    /// Serve no page
    #[arg(long, conflicts_with = "expose_page")]
    no_page: bool,

    /// Answer 200 to forged requests too, to study them
    #[arg(long, help_heading = "Answers")]
    accept_forged: bool,
    /// Answer this status where it would be 200, to see what the sender does
    #[arg(long, value_name = "CODE", value_parser = parse_status, conflicts_with = "forward", help_heading = "Answers")]
    status: Option<StatusCode>,
    /// Delay answers by MS milliseconds, to see what the sender does
    #[arg(long, value_name = "MS", default_value_t = 0, hide_default_value = true,
        value_parser = clap::value_parser!(u64).range(..=3_600_000), help_heading = "Answers")]
    delay: u64,
    /// Pass genuine requests on, byte for byte and with one header more, `Via`, and answer as this URL does
    ///
    /// The query of a request is passed on with it. If this URL has a query, even an empty one (`?`), that is sent in
    /// its place. The answer comes back without `Set-Cookie`, and with `X-Content-Type-Options: nosniff` and
    /// `Content-Security-Policy: sandbox`, so that it cannot act as a page beside the page of the listener.
    #[arg(long, value_name = "URL", value_parser = parse_url, help_heading = "Answers")]
    forward: Option<Uri>,

    /// Keep the exact bytes of each request in a file of this folder, for `replay`, `verify` and `explain`. A secret
    /// in a request is hidden on the terminal and on the page, and stays in the files
    #[arg(long, value_name = "DIR", help_heading = "Files")]
    save: Option<PathBuf>,
    /// How many such files of this run to keep: so many genuine and so many refused ones. Those of earlier runs stay
    #[arg(long, value_name = "N", default_value_t = 100, requires = "save",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = "Files")]
    keep: u32,
    /// Serve HTTPS with the certificate in this PEM file
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = "Files")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = "Files")]
    tls_key: Option<PathBuf>,

    #[command(flatten)]
    scheme: SchemeArgs,
    #[command(flatten)]
    secret: SecretArgs,
    /// For the handshake of meta, read the verify token from a file
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "verify_token_env",
        help_heading = "Secret"
    )]
    verify_token_file: Option<PathBuf>,
    #[arg(long, value_name = "NAME", help = VERIFY_TOKEN_HELP, help_heading = "Secret")]
    verify_token_env: Option<String>,
    #[command(flatten)]
    client: ClientArgs,
}

impl Args {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        serve::run(&self, json)
    }
}

fn parse_host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        _ => text
            .parse()
            .map_err(|_| "write an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them".to_owned()),
    }
}

fn parse_path(text: &str) -> Result<String, String> {
    let parsed = text.parse::<PathAndQuery>();
    if !text.starts_with('/') || !parsed.is_ok_and(|parsed| parsed.path() == text) {
        return Err("write a path such as /webhooks/knowrithm, without a query".to_owned());
    }
    if text.starts_with(page::RESERVED) {
        return Err(format!("paths below {} are those of the page", page::RESERVED));
    }
    Ok(text.to_owned())
}

fn parse_status(text: &str) -> Result<StatusCode, String> {
    let status = text.parse::<StatusCode>().ok();
    // 1xx are no answers, and others have no name.
    let status = status.filter(|status| (200..=599).contains(&status.as_u16()));
    status.ok_or_else(|| "write a status of 200 to 599".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_without_query_is_listened_on() {
        for right in ["/", "/webhooks/knowrithm", "/a/%20b/"] {
            assert_eq!(parse_path(right).unwrap(), right);
        }
        for wrong in [
            "",
            "webhooks",
            "/a?b=c",
            "/a#b",
            "/a b",
            "*",
            "http://host/a",
            "/-/events",
        ] {
            assert!(parse_path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_final_status_is_answered() {
        for (text, valid) in [
            ("200", true),
            ("503", true),
            ("599", true),
            ("101", false),
            ("600", false),
            ("x", false),
        ] {
            assert_eq!(parse_status(text).is_ok(), valid, "{text}");
        }
    }
}
