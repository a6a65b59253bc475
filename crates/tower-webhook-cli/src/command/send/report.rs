//! What many requests showed: statuses, latencies, throughput.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use serde::Serialize;

use super::histogram::Latencies;
use crate::answer::{Answer, Milliseconds, Status};
use crate::outcome::{Failure, Outcome, Result};
use crate::term;
use crate::term::style::{BAD, FAINT, GOOD, STRONG, WARNING};

/// So few requests are listed one by one.
const LISTED: u64 = 10;
/// How many different errors are told apart.
const MAX_ERRORS: usize = 8;

/// How the sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ended {
    /// There was nothing more to send.
    Completed,
    /// By Ctrl-C.
    Interrupted,
    /// The receiver did not answer, or did not accept.
    GaveUp,
    /// Something could not be sent, for a fault on this side.
    Failed,
}

pub(super) struct Report {
    requests: u64,
    statuses: BTreeMap<StatusCode, u64>,
    /// Why there was no answer.
    errors: BTreeMap<String, u64>,
    unanswered: u64,
    latencies: Latencies,
    /// The single answers, when there are few: the number of the request, its status, its time.
    list: Vec<(u64, StatusCode, Duration)>,
}

impl Report {
    pub(super) fn new(requests: u64) -> Self {
        Self {
            requests,
            statuses: BTreeMap::new(),
            errors: BTreeMap::new(),
            unanswered: 0,
            latencies: Latencies::new(),
            list: Vec::new(),
        }
    }

    /// Adds the answer to a request, or the reason why there was none.
    pub(super) fn add(&mut self, number: u64, result: Result<Answer, String>) {
        match result {
            Ok(answer) => {
                *self.statuses.entry(answer.status).or_default() += 1;
                self.latencies.add(answer.took);
                if self.requests <= LISTED {
                    self.list.push((number, answer.status, answer.took));
                    self.list.sort_unstable_by_key(|&(number, ..)| number);
                }
            }
            Err(error) => {
                self.unanswered += 1;
                let error = if self.errors.len() < MAX_ERRORS || self.errors.contains_key(&error) {
                    error
                } else {
                    "other errors".to_owned()
                };
                *self.errors.entry(error).or_default() += 1;
            }
        }
    }

    /// Whether so many requests failed, and none was answered, that the rest will fail too.
    pub(super) fn is_hopeless(&self, failures: u64) -> bool {
        self.statuses.is_empty() && self.unanswered >= failures
    }

    /// Yes when all answers are 2xx.
    ///
    /// # Errors
    ///
    /// [`Failure::Unreachable`] when there were failures alone.
    pub(super) fn outcome(&self) -> Result<Outcome> {
        if let (true, Some(error)) = (self.statuses.is_empty(), self.errors.keys().next()) {
            return Err(Failure::unreachable(error));
        }
        let good = self.unanswered == 0 && !self.statuses.is_empty();
        Ok(if good && self.statuses.keys().all(StatusCode::is_success) {
            Outcome::Good
        } else {
            Outcome::No
        })
    }

    pub(super) fn print(&self, took: Duration, ended: Ended, json: bool) -> Result<()> {
        if json {
            term::json(&self.document(took, ended))
        } else {
            self.print_text(took, ended)
        }
    }

    fn sent(&self) -> u64 {
        self.latencies.count() + self.unanswered
    }

    fn per_second(&self, took: Duration) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most a million")]
        let answered = self.latencies.count() as f64;
        answered / took.as_secs_f64().max(1e-9)
    }

    fn print_text(&self, took: Duration, ended: Ended) -> Result<()> {
        for (number, status, took) in &self.list {
            let style = if status.is_success() { GOOD } else { BAD };
            let took = Milliseconds(*took);
            term::line(format_args!(
                "{}. {style}{}{style:#} in {took}",
                number + 1,
                Status(*status)
            ))?;
        }
        let stopped = match ended {
            Ended::Completed => None,
            Ended::Interrupted | Ended::Failed => Some("stopped"),
            Ended::GaveUp => Some("gave up"),
        };
        if let Some(stopped) = stopped {
            let (sent, requests) = (self.sent(), self.requests);
            term::line(format_args!("{WARNING}{stopped}{WARNING:#} after {sent} of {requests}"))?;
        }
        let (sent, seconds, rate) = (self.sent(), took.as_secs_f64(), self.per_second(took));
        let noun = if sent == 1 { "request" } else { "requests" };
        term::line(format_args!(
            "{STRONG}{sent} {noun}{STRONG:#} in {seconds:.2} s, {rate:.1} answers per second"
        ))?;
        for (&status, count) in &self.statuses {
            let style = if status.is_success() { GOOD } else { BAD };
            term::line(format_args!("{count:>9}  {style}{}{style:#}", Status(status)))?;
        }
        for (error, count) in &self.errors {
            term::line(format_args!("{count:>9}  {BAD}no answer{BAD:#} from {error}"))?;
        }
        if self.latencies.count() == 0 {
            return Ok(());
        }
        term::line(format_args!("{STRONG}latency{STRONG:#}  {}", self.latencies))?;
        let rows = if self.list.is_empty() {
            self.latencies.rows()
        } else {
            Vec::new()
        };
        for row in rows {
            term::line(format_args!("{FAINT}{row}{FAINT:#}"))?;
        }
        Ok(())
    }

    fn document(&self, took: Duration, ended: Ended) -> Document<'_> {
        Document {
            requests: self.sent(),
            ended,
            duration_ms: term::milliseconds(took),
            answers_per_second: (self.per_second(took) * 10.0).round() / 10.0,
            statuses: self
                .statuses
                .iter()
                .map(|(status, &count)| (status.as_u16(), count))
                .collect(),
            unanswered: self.unanswered,
            errors: &self.errors,
            latency: (self.latencies.count() > 0).then(|| self.latencies.document()),
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    requests: u64,
    ended: Ended,
    duration_ms: f64,
    answers_per_second: f64,
    statuses: BTreeMap<u16, u64>,
    unanswered: u64,
    errors: &'a BTreeMap<String, u64>,
    /// `None` when nothing was answered.
    latency: Option<super::histogram::Document>,
}
