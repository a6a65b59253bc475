//! What a row of the battery says: what is sent, what is expected, and why it matters.

use std::ops::AddAssign;
use std::time::Duration;

use http::Uri;
use serde::Serialize;

use super::draft::Draft;
use super::probe::FEWER;
use super::sender::Sender;

/// The page of the guide that has a section for each group.
const GUIDE: &str = "https://docs.rs/tower-webhook/latest/tower_webhook/_guide/doctor/index.html";

/// One test of a receiver.
pub(super) struct Row {
    /// In kebab-case; the name in `--only` and `--skip`.
    pub(super) name: &'static str,
    pub(super) group: Group,
    /// What is sent, in words.
    pub(super) sent: &'static str,
    pub(super) probe: Probe,
    pub(super) expect: Expect,
    /// Why it matters.
    pub(super) why: &'static str,
}

/// How a row is carried out.
#[derive(Clone, Copy)]
pub(super) enum Probe {
    /// One request; `None` when the row does not apply to the scheme.
    Once(fn(&Sender) -> Option<Draft>),
    /// The same request several times, one after the other or at the same time.
    Repeat {
        times: u32,
        at_once: bool,
        /// Counts on the page of `--effects`, too.
        effects: bool,
    },
    /// Compares how long refusals take; so many requests of each of two kinds.
    Timing { pairs: u32 },
}

/// What is right. Everything else is a failure, or what the severity says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// A 2xx; anything else is as severe as this.
    Accepted(Severity),
    /// A 4xx; a 2xx is as severe as this, and anything else is a failure.
    Refused(Severity),
    /// A 2xx or a 4xx.
    Answered,
    /// A 4xx while the body does not end.
    Stopped {
        /// Whether it may close the connection without an answer.
        may_close: bool,
    },
    /// A 4xx or a closed connection, as the request is incomplete; a 2xx is a warning.
    BrokenOff,
    /// As [`Accepted`](Self::Accepted), and all of it has one effect.
    OneEffect,
    /// Nothing: it is for information.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    Warning,
    Failure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Group {
    Genuine,
    Signature,
    Body,
    Secret,
    Time,
    Content,
    Limits,
    Delivery,
    Timing,
}

/// The most that a row costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) requests: u32,
    pub(super) bytes: u64,
}

impl Row {
    /// The section of the guide that says how to mend it.
    pub(super) fn link(&self) -> String {
        let section = match self.group {
            Group::Genuine => "genuine-requests",
            Group::Signature => "signatures",
            Group::Body => "changed-bodies",
            Group::Secret => "known-secrets",
            Group::Time => "signed-times",
            Group::Content => "unexpected-content",
            Group::Limits => "limits",
            Group::Delivery => "duplicates",
            Group::Timing => "timing",
        };
        format!("{GUIDE}#{section}")
    }

    /// How often it is carried out, at most.
    pub(super) fn most_tries(&self) -> u32 {
        match self.probe {
            Probe::Repeat { at_once: true, .. } => 2,
            _ => 1,
        }
    }

    /// The most that it costs when its requests are as large as this one, without the reads of the page of `--effects`.
    pub(super) fn cost(&self, draft: &Draft, url: &Uri) -> Cost {
        let requests = match self.probe {
            Probe::Once(_) => 1,
            Probe::Repeat { times, at_once, .. } => times + if at_once { FEWER } else { 0 },
            Probe::Timing { pairs } => 2 * pairs,
        };
        Cost::of(requests, draft, url)
    }
}

impl Cost {
    /// Of so many requests like this one.
    pub(super) fn of(requests: u32, draft: &Draft, url: &Uri) -> Self {
        let bytes = u64::from(requests) * draft.most_bytes(url);
        Self { requests, bytes }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.bytes += other.bytes;
    }
}

impl Expect {
    /// In words, for the list.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Accepted(Severity::Failure) => "2xx",
            Self::Accepted(Severity::Warning) => "2xx, or a warning",
            Self::Refused(Severity::Failure) => "4xx",
            Self::Refused(Severity::Warning) => "4xx; 2xx is a warning",
            Self::Answered => "2xx or 4xx",
            Self::Stopped { may_close: true } => "4xx or a closed connection",
            Self::Stopped { may_close: false } => "4xx, early",
            Self::BrokenOff => "4xx or a closed connection; 2xx is a warning",
            Self::OneEffect => "2xx, and one effect",
            Self::Nothing => "for information",
        }
    }

    /// How long an answer may take when the request has been sent, if a usual request may take `patience`.
    pub(super) fn patience(self, patience: Duration) -> Duration {
        match self {
            Self::Stopped { .. } => Duration::from_secs(60),
            _ => patience,
        }
    }
}

impl Group {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::Signature => "signature",
            Self::Body => "body",
            Self::Secret => "secret",
            Self::Time => "time",
            Self::Content => "content",
            Self::Limits => "limits",
            Self::Delivery => "delivery",
            Self::Timing => "timing",
        }
    }
}
