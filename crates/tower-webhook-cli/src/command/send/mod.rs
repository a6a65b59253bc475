//! `send`: signs a sample, a file or stdin, and posts it, once or many times.

mod forge;
mod histogram;
mod post;
mod repeat;
mod report;
mod retry;
mod retry_after;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgGroup;
use http::{HeaderName, HeaderValue, Uri};

use self::forge::Kind;
use self::post::Post;
use self::repeat::Plan;
use crate::client::{ClientArgs, parse_url};
use crate::head;
use crate::outcome::{Failure, Outcome, Result};
use crate::payload::Payload;
use crate::runtime;
use crate::sample::{self, Edit};
use crate::scheme::{Chosen, SchemeArgs};
use crate::secret::SecretArgs;

/// Sign an event or a file, and post it
///
/// Prints the status, the time and the body of the answer. Exits with 0 when the status is 2xx, with 1 when it is
/// another one, and with 3 when there is no answer.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The event of which a sample is sent, or `-` for the bytes of stdin [default: lead.created, or for other schemes
    /// than the default one a small JSON document]
    event: Option<String>,
    /// Send the exact bytes of a file, or of stdin for `-`
    #[arg(long, value_name = "FILE", conflicts_with = "event")]
    file: Option<PathBuf>,
    /// Where to send it
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    url: Uri,
    /// Change a member of the sample, as in `data.email=jane@example.com`; the value is JSON, or else text
    #[arg(long, value_name = "PATH=VALUE", conflicts_with = "file")]
    set: Vec<Edit>,
    /// Add a header, as in `X-Request-Id: 7`
    #[arg(short = 'H', long = "header", value_name = "HEADER", value_parser = head::parse)]
    headers: Vec<(HeaderName, HeaderValue)>,
    #[command(flatten)]
    mode: Mode,
    #[command(flatten)]
    scheme: SchemeArgs,
    #[command(flatten)]
    secret: SecretArgs,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "How often, and how", group = ArgGroup::new("many").args(["repeat", "duplicate"]).multiple(true))]
struct Mode {
    /// Send N times, each time signed again, and measure; a receiver that answers nothing is given up after 10 failures
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    repeat: Option<u64>,
    /// How many requests are under way at a time, with --repeat or --duplicate
    #[arg(long, value_name = "M", default_value_t = 1, requires = "many", value_parser = clap::value_parser!(u64).range(1..=1000))]
    concurrency: u64,
    /// Send the very same bytes and headers each time, twice unless --repeat says otherwise
    #[arg(long)]
    duplicate: bool,
    /// Send a forgery, and exit with 0 when it is refused with 4xx
    #[arg(long, value_name = "KIND", conflicts_with_all = ["repeat", "duplicate", "concurrency", "retry"])]
    forge: Option<Kind>,
    /// Send until the status is 2xx, as a provider does: wait 1 s, then twice as long each time, or as long as
    /// `Retry-After` says
    #[arg(long, conflicts_with_all = ["repeat", "duplicate", "concurrency"])]
    retry: bool,
    /// After how many attempts --retry gives up
    #[arg(long, value_name = "N", default_value_t = 8, requires = "retry",
        value_parser = clap::value_parser!(u32).range(1..=1000))]
    max_attempts: u32,
}

const EXAMPLE: &str = "\
Example:
  export KNOWRITHM_WEBHOOK_SECRET=whk_demo
  tower-webhook send --url http://127.0.0.1:5000/webhooks/knowrithm";

impl Args {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        let chosen = self.scheme.choose()?;
        let payload = self.payload(&chosen)?;
        let secret = self.secret.read_one(&chosen)?;
        secret.warn_of_faults();
        let head = head::make(&self.url, &self.headers, &*chosen.scheme)?;
        let client = self.client.client()?;
        let signer = chosen.scheme.signer(&secret).map_err(|error| secret.unusable(&error))?;
        let mut post = Post {
            client,
            url: self.url,
            head,
            payload,
            signer,
            parses_body: chosen.scheme.parses_body(),
        };
        let mode = self.mode;
        if let Some(kind) = mode.forge {
            let forged = forge::run(kind, &chosen, &secret, post, json);
            return runtime::finish(runtime::current_thread()?, forged);
        }
        if mode.retry {
            // The attempts are one delivery, so they have one id.
            post.signer = post.signer.id(post::draw_id()?);
            let attempts = retry::run(Arc::new(post), mode.max_attempts, json);
            return runtime::finish(runtime::current_thread()?, attempts);
        }
        match mode.repeat.or(mode.duplicate.then_some(2)) {
            None => runtime::finish(runtime::current_thread()?, once(&Arc::new(post), json)),
            Some(requests) => {
                let plan = Plan {
                    requests,
                    at_a_time: mode.concurrency,
                    same: mode.duplicate,
                };
                runtime::finish(runtime::multi_thread()?, repeat::run(Arc::new(post), plan, json))
            }
        }
    }

    fn payload(&self, chosen: &Chosen) -> Result<Payload> {
        let file = match (&self.file, self.event.as_deref()) {
            (Some(file), _) => Some(file.as_path()),
            (None, Some("-")) => Some(Path::new("-")),
            (None, _) => None,
        };
        match file {
            Some(_) if !self.set.is_empty() => Err(Failure::usage(
                "--set changes a sample: the bytes of stdin are sent as they are",
            )),
            Some(file) => Payload::open(file),
            None => {
                let text = sample::text(self.event.as_deref(), chosen, &self.set)?;
                Ok(Payload::Memory(text.into()))
            }
        }
    }
}

async fn once(post: &Arc<Post>, json: bool) -> Result<Outcome> {
    let answer = post.send(post.sign().await?).await?;
    answer.print(json)?;
    Ok(answer.outcome())
}
