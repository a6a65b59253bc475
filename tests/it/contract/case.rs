//! One case of the contract: a request, and what must come of it.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tower_webhook::{Rejection, Verifier};

use crate::support::body::TestBody;
use crate::support::verifier;

/// A row of the table.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Makes the request; each entrance gets its own.
    pub(crate) request: Box<dyn Fn() -> Request<TestBody>>,
    /// Makes the verifier; the defaults unless the case is about limits.
    pub(crate) verifier: fn() -> Verifier,
    pub(crate) expect: Expect,
    /// Whether that verifier has other limits than a receiver.
    pub(crate) other_limits: bool,
    /// How long the answer takes, by tokio's paused clock: to the second.
    pub(crate) takes: Duration,
    pub(crate) wire: Wire,
}

pub(crate) enum Expect {
    /// The handler is called once, with these bytes.
    Accepted { content: Bytes, copy: Copy },
    /// The handler is not called, and the body is asked this often.
    Refused { rejection: Rejection, polls: Polls },
}

/// Whether the handler's bytes are where the sender's were.
#[derive(PartialEq)]
pub(crate) enum Copy {
    Forbidden,
    Allowed,
}

pub(crate) enum Polls {
    Any,
    Exactly(usize),
    /// Never, where the body's `size_hint` can be seen at all.
    NeverGivenTheHint,
}

/// What becomes of the case when it is sent through a socket by hyper's client.
pub(crate) enum Wire {
    /// The same answer.
    Same,
    /// HTTP/1.1 strips white space around a value, so this value arrives as it should be.
    StrippedByHttp1,
    /// It cannot be sent so, for this reason; `raw` has what a client can only do by hand.
    Unsendable(&'static str),
}

impl Case {
    pub(crate) fn accepts(
        name: &'static str,
        content: impl Into<Bytes>,
        request: impl Fn() -> Request<TestBody> + 'static,
    ) -> Self {
        let content = content.into();
        let copy = Copy::Allowed;
        Self::new(name, request, Expect::Accepted { content, copy })
    }

    /// What is refused for its signature header is refused unread; how often another body is polled is up to the case.
    pub(crate) fn refuses(
        name: &'static str,
        rejection: Rejection,
        request: impl Fn() -> Request<TestBody> + 'static,
    ) -> Self {
        let polls = match rejection {
            Rejection::MissingSignature | Rejection::DuplicateSignature | Rejection::MalformedSignature => {
                Polls::Exactly(0)
            }
            _ => Polls::Any,
        };
        Self::new(name, request, Expect::Refused { rejection, polls })
    }

    fn new(name: &'static str, request: impl Fn() -> Request<TestBody> + 'static, expect: Expect) -> Self {
        Self {
            name,
            request: Box::new(request),
            verifier,
            other_limits: false,
            expect,
            takes: Duration::ZERO,
            wire: Wire::Same,
        }
    }

    pub(crate) fn uncopied(mut self) -> Self {
        match &mut self.expect {
            Expect::Accepted { copy, .. } => *copy = Copy::Forbidden,
            Expect::Refused { .. } => panic!("{}: nothing is handed on", self.name),
        }
        self
    }

    pub(crate) fn polled(self, times: usize) -> Self {
        self.with_polls(Polls::Exactly(times))
    }

    pub(crate) fn unread_given_the_hint(self) -> Self {
        self.with_polls(Polls::NeverGivenTheHint)
    }

    pub(crate) fn by(mut self, verifier: fn() -> Verifier) -> Self {
        self.verifier = verifier;
        self.other_limits = true;
        self
    }

    pub(crate) fn takes(mut self, seconds: u64) -> Self {
        self.takes = Duration::from_secs(seconds);
        self.unsendable("the clock of a socket cannot be paused")
    }

    pub(crate) fn stripped_by_http1(mut self) -> Self {
        self.wire = Wire::StrippedByHttp1;
        self
    }

    pub(crate) fn unsendable(mut self, why: &'static str) -> Self {
        self.wire = Wire::Unsendable(why);
        self
    }

    fn with_polls(mut self, times: Polls) -> Self {
        match &mut self.expect {
            Expect::Refused { polls, .. } => *polls = times,
            Expect::Accepted { .. } => panic!("{}: an accepted body is read to its end", self.name),
        }
        self
    }
}
