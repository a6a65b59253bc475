//! `doctor`: is a receiver, in whatever language, safe and sound? A battery of raw requests, and a table.
//!
//! `battery` has the rows, which `sender` signs. `plan` chooses among them, `run` carries them out over `wire`, `judge`
//! judges the answers, and `report` prints them.

mod answer;
mod battery;
mod draft;
mod effects;
mod event;
mod first;
mod json;
mod judge;
mod junit;
mod member;
mod named;
mod place;
mod plan;
mod probe;
mod report;
mod row;
mod run;
mod sender;
mod signed;
mod target;
mod wire;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use serde_json::{Map, Value, json};

use self::effects::Effects;
use self::place::Place;
use self::plan::Plan;
use self::report::Report;
use self::row::Row;
use self::run::Examination;
use self::sender::Sender;
use self::target::Target;
use crate::client::{ClientArgs, parse_url};
use crate::message::open;
use crate::outcome::{Failure, Outcome, Result};
use crate::runtime;
use crate::scheme::{AnyScheme, Kind, SchemeArgs};
use crate::secret::SecretArgs;
use crate::term;
use crate::term::Plain;

const ABOUT: &str = "\
Fires a battery of requests at the receiver, over sockets of its own: genuine ones in every shape, forgeries, bodies \
without an end, duplicates. It prints what was sent, what was received, and why it matters. Accepting a forgery is a \
failure, and so is to refuse with other than 4xx, or to read without a limit; to be more lenient than a strict reader \
is a warning. The answer is yes when all rows were checked and none is a failure, and with --strict none is a warning.

It talks to this machine only, unless --i-own-this-host is given. Test a receiver that may get events which never \
happened: those of the battery are genuine.";

const EXAMPLE: &str = "\
Example:
  export KNOWRITHM_WEBHOOK_SECRET=whk_demo
  tower-webhook doctor --url http://127.0.0.1:5000/webhooks/knowrithm";

/// The largest event of a user.
const MAX_BODY: u64 = 1024 * 1024;

/// Test whether a receiver is safe and sound
#[derive(clap::Args, Debug)]
#[command(long_about = ABOUT, after_help = EXAMPLE, mut_arg("timeout", |arg| arg.default_value("10")))]
pub(crate) struct Args {
    /// Where the receiver listens
    #[arg(long, value_parser = parse_url, required_unless_present = "list")]
    url: Option<Uri>,
    /// Print the battery, and send nothing
    #[arg(long)]
    list: bool,
    /// Carry out only these rows or groups
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,
    /// Leave these rows or groups out
    #[arg(long, value_name = "NAME", num_args = 1..)]
    skip: Vec<String>,
    /// Treat warnings as failures
    #[arg(long)]
    strict: bool,
    /// Test a receiver on another machine; have its owner's consent
    #[arg(long)]
    i_own_this_host: bool,
    /// A page of the receiver with a number that grows by one for each effect: shows whether duplicates act twice
    ///
    /// A receiver may answer first and act later, as one with a queue does. How long that takes, at most 10 s, is
    /// measured. Duplicates are sent when the number has been still for so long and a second more, and a second effect
    /// is given as much time. If the number is not still within a minute, or a third of --max-time when that is less,
    /// nothing is counted.
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    effects: Option<Uri>,
    /// A JSON object to send instead of the sample; a member `doctor` is added that makes each event another one, and
    /// with adyen each has another `pspReference`
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    #[arg(
        long,
        value_name = "FILE",
        help = "Write the results as XML in the form of JUnit, for CI"
    )]
    junit: Option<PathBuf>,
    /// How long everything may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=86400))]
    max_time: u64,
    #[command(flatten)]
    scheme: SchemeArgs,
    #[command(flatten)]
    secret: SecretArgs,
    #[command(flatten)]
    client: ClientArgs,
}

impl Args {
    pub(crate) fn run(self, json: bool) -> Result<Outcome> {
        let rows = plan::chosen(&self.only, &self.skip)?;
        let Some(uri) = self.url.clone().filter(|_| !self.list) else {
            return list(&rows, json);
        };
        let chosen = self.scheme.choose()?;
        let secret = self.secret.read_one(&chosen)?;
        secret.warn_of_faults();
        let template = self.body.as_deref().map(read_template).transpose()?;
        let sender = Sender::new(chosen.clone(), secret, uri.clone(), template)?;
        let plan = Plan::new(rows, &sender, self.effects.as_ref(), Duration::from_secs(self.max_time));
        runtime::current_thread()?.block_on(async {
            let find = async |uri| Target::find(uri, &self.client, self.i_own_this_host).await;
            let target = Arc::new(find(uri).await?);
            let page = match self.effects.clone() {
                Some(uri) => Some(find(uri).await?),
                None => None,
            };
            let patience = self.client.timeout();
            let effects = match &page {
                Some(page) => {
                    let effects = Effects::open(page, patience, plan.time).await;
                    Some(effects.map_err(Failure::usage)?)
                }
                None => None,
            };
            let examination = Examination {
                target,
                sender: &sender,
                chosen: &chosen,
                effects,
                patience,
            };
            self.examine(&examination, &plan, json).await
        })
    }

    async fn examine(&self, examination: &Examination<'_>, plan: &Plan, json: bool) -> Result<Outcome> {
        let junit = self.junit.as_deref().map(|path| place(path).map(|place| (path, place)));
        let junit = junit.transpose()?;
        let mib = plan.at_most.bytes.div_ceil(1024 * 1024);
        let (requests, seconds) = (plan.at_most.requests, plan.time.as_secs());
        let bounds = format!("At most {requests} requests, {mib} MiB and {seconds} s");
        let uri = examination.target.uri.to_string();
        if json {
            // Nothing but the document goes to stdout.
            term::note(&bounds);
        } else {
            term::line(format_args!("{bounds}, to {}", Plain(&uri)))?;
            if let Some(remark) = remark_on(&*examination.chosen.scheme) {
                term::line(remark)?;
            }
        }
        let mut report = Report::new(&plan.rows, !json);
        let end = examination.carry_out(plan, &mut report).await?;
        if let Some((path, place)) = junit {
            let written = place.write(|file| junit::write(&report, end, self.strict, file));
            written.map_err(|error| Failure::io_at(path, &error))?;
        }
        let outcome = report.outcome(end, self.strict);
        if json {
            term::json(&json!({
                "url": uri,
                "scheme": examination.chosen.name,
                "sound": outcome == Outcome::Good,
                "end": end,
                "at_most": {
                    "requests": plan.at_most.requests,
                    "bytes": plan.at_most.bytes,
                    "duration_ms": plan.time.as_millis(),
                },
                "count": report.count(),
                "rows": report.rows(),
            }))?;
        } else {
            report.print_summary(end)?;
        }
        Ok(outcome)
    }
}

/// What people should know of rows that are about another kind of secret, or another place of the signature, than the
/// usual one.
fn remark_on(scheme: &dyn AnyScheme) -> Option<&'static str> {
    if scheme.is_in_body() {
        return Some(
            "Where a row says header or MAC it is the signature in the JSON: rows about what is not signed are left out, \
             and content without a place for a signature is sent without one",
        );
    }
    match scheme.kind() {
        Kind::Shared | Kind::Whsec | Kind::Hex => None,
        Kind::KeyPair => Some("Where a row says MAC it is the signature; rows about shared secrets are left out"),
        Kind::Token => {
            Some("Where a row says MAC it is the token, which signs nothing: rows about changes are left out")
        }
    }
}

fn list(rows: &[&'static Row], json: bool) -> Result<Outcome> {
    let row = |row: &&'static Row| {
        json!({
            "name": row.name,
            "group": row.group,
            "sent": row.sent,
            "expected": row.expect.text(),
            "why": row.why,
            "link": row.link(),
        })
    };
    if json {
        term::json(&rows.iter().map(row).collect::<Vec<_>>())?;
    } else {
        report::print_list(rows)?;
    }
    Ok(Outcome::Good)
}

fn read_template(path: &Path) -> Result<Map<String, Value>> {
    use std::io::Read;

    let shown = path.to_string_lossy();
    let shown = Plain(&shown);
    let mut text = Vec::new();
    let read = open(path)?.take(MAX_BODY + 1).read_to_end(&mut text);
    read.map_err(|error| Failure::io(&shown, &error))?;
    if text.len() as u64 > MAX_BODY {
        return Err(Failure::usage(format_args!("{shown}: is longer than 1 MiB")));
    }
    match serde_json::from_slice(&text) {
        Ok(Value::Object(object)) if !object.is_empty() => Ok(object),
        Ok(_) => Err(Failure::usage(format_args!(
            "{shown}: is not a JSON object with members"
        ))),
        Err(error) => Err(Failure::usage(format_args!("{shown}: {error}"))),
    }
}

fn place(path: &Path) -> Result<Place> {
    Place::find(path).map_err(|error| Failure::io_at(path, &error))
}
