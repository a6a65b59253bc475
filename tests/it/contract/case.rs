//! One case of the contract: a request, and what must come of it.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tower_webhook::test::TestBody;
use tower_webhook::{Rejection, Verifier};

use super::entrance::Aspect;
use super::provider::Provider;

/// A row of the table.
pub(crate) struct Case {
    pub(crate) of: Provider,
    pub(crate) name: String,
    /// Makes the request; each entrance gets its own.
    pub(crate) request: Box<dyn Fn() -> Request<TestBody>>,
    /// Makes the verifier, before the request is sent; the defaults unless the case is about limits or keys.
    pub(crate) verifier: Box<dyn Fn() -> Verifier>,
    pub(crate) expect: Expect,
    /// Whether that verifier is another than a receiver's.
    pub(crate) other_verifier: bool,
    /// Where each frame is cut into two pieces of memory, if it is longer.
    pub(crate) cut: usize,
    /// The label of the secret that signed.
    pub(crate) key: Option<&'static str>,
    /// What the case needs the entrance to show; without it the tenant is unknown.
    pub(crate) needs: Option<Aspect>,
    /// What must be true afterwards.
    pub(crate) also: Option<Box<dyn Fn() -> bool>>,
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
        of: Provider,
        name: impl Into<String>,
        content: impl Into<Bytes>,
        request: impl Fn() -> Request<TestBody> + 'static,
    ) -> Self {
        let content = content.into();
        let copy = Copy::Allowed;
        Self::new(of, name.into(), request, Expect::Accepted { content, copy })
    }

    /// What is refused for its headers is refused unread; how often another body is polled is up to the case.
    pub(crate) fn refuses(
        of: Provider,
        name: impl Into<String>,
        rejection: Rejection,
        request: impl Fn() -> Request<TestBody> + 'static,
    ) -> Self {
        use Rejection::{
            DuplicateSignature, MalformedSignature, MalformedTimestamp, MissingSignature, MissingTimestamp,
            SecretSource, TimestampInFuture, TimestampTooOld,
        };
        let polls = match rejection {
            MissingSignature | DuplicateSignature | MalformedSignature | MissingTimestamp | MalformedTimestamp
            | TimestampTooOld | TimestampInFuture | SecretSource => Polls::Exactly(0),
            _ => Polls::Any,
        };
        Self::new(of, name.into(), request, Expect::Refused { rejection, polls })
    }

    fn new(of: Provider, name: String, request: impl Fn() -> Request<TestBody> + 'static, expect: Expect) -> Self {
        Self {
            of,
            name,
            request: Box::new(request),
            verifier: Box::new(move || of.verifier()),
            other_verifier: false,
            expect,
            cut: usize::MAX,
            key: None,
            needs: None,
            also: None,
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

    pub(crate) fn by(mut self, verifier: impl Fn() -> Verifier + 'static) -> Self {
        self.verifier = Box::new(verifier);
        self.other_verifier = true;
        self
    }

    /// Each frame comes in two pieces of memory, the first of this length.
    pub(crate) fn in_pieces(mut self, first: usize) -> Self {
        self.cut = first;
        self
    }

    pub(crate) fn signed_by(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    pub(crate) fn needs(mut self, aspect: Aspect) -> Self {
        self.needs = Some(aspect);
        self.unsendable("a client sends no extensions")
    }

    pub(crate) fn also(mut self, holds: impl Fn() -> bool + 'static) -> Self {
        self.also = Some(Box::new(holds));
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
