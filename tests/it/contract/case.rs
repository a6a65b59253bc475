//! One case of the contract: a request, and the expected outcome.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Request};
use tower_webhook::RejectionKind;
use tower_webhook::test::TestBody;

use super::entrance::Aspect;
use super::provider::Provider;
use super::supply::Checker;

/// A row of the table.
pub(crate) struct Case {
    pub(crate) of: Provider,
    pub(crate) name: String,
    /// Makes the request; each entrance gets its own.
    pub(crate) request: Box<dyn Fn() -> Request<TestBody>>,
    /// Makes the verifier, before the request is sent; with default limits unless the case sets others.
    pub(crate) verifier: Box<dyn Fn() -> Checker>,
    pub(crate) expect: Expect,
    /// Whether the case has a verifier of its own.
    pub(crate) other_verifier: bool,
    /// The length at which each longer frame is cut into two pieces of memory.
    pub(crate) cut: usize,
    /// The label of the secret that signed.
    pub(crate) signed_by: Option<&'static str>,
    /// The aspect that the case needs the entrance to show. An entrance that hides it finds the secret unknown.
    pub(crate) needs: Option<Aspect>,
    /// A condition that must hold afterwards.
    pub(crate) also: Option<Box<dyn Fn() -> bool>>,
    /// How long the answer takes by tokio's paused clock, in whole seconds.
    pub(crate) takes: Duration,
    pub(crate) wire: Wire,
}

pub(crate) enum Expect {
    /// The handler is called once, with these bytes.
    Accepted { content: Bytes, copy: Copy },
    /// The handler is not called, and the body is polled this often.
    Refused {
        kind: RejectionKind,
        header: Option<HeaderName>,
        /// The message of the last error in the chain of sources.
        cause: Option<&'static str>,
        polls: Polls,
    },
}

/// Whether the bytes of the handler may be a copy of the sender's.
#[derive(PartialEq)]
pub(crate) enum Copy {
    Forbidden,
    Allowed,
}

pub(crate) enum Polls {
    Any,
    Exactly(usize),
    /// Never, if the entrance shows the body's `size_hint`.
    NeverGivenTheHint,
}

/// How hyper's client sends the case through a socket.
pub(crate) enum Wire {
    /// The same answer.
    Same,
    /// HTTP/1.1 strips the white space around the value, so that the request is accepted.
    StrippedByHttp1,
    /// It cannot be sent, for this reason. The tests with `raw` write such requests by hand.
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

    /// A request that is refused by its head is not read. How often another body is polled is up to the case.
    pub(crate) fn refuses(
        of: Provider,
        name: impl Into<String>,
        kind: RejectionKind,
        request: impl Fn() -> Request<TestBody> + 'static,
    ) -> Self {
        use RejectionKind::{
            DuplicateSignature, MalformedSignature, MalformedTimestamp, MissingSignature, MissingTimestamp,
            SecretSource, TimestampInFuture, TimestampTooOld,
        };
        let (header, polls) = match kind {
            // The fault is in no header, and the body was read.
            _ if of.signs_inside() => (None, Polls::Any),
            // Without a signature under either name, the standard one is missing.
            MissingSignature if of == Provider::Svix => {
                (Some(Provider::StandardWebhooks.signature_name()), Polls::Exactly(0))
            }
            MissingSignature | DuplicateSignature | MalformedSignature => {
                (Some(of.signature_name()), Polls::Exactly(0))
            }
            MissingTimestamp | MalformedTimestamp => (Some(of.time_name()), Polls::Exactly(0)),
            TimestampTooOld | TimestampInFuture | SecretSource => (None, Polls::Exactly(0)),
            _ => (None, Polls::Any),
        };
        let cause = match kind {
            RejectionKind::BodyRead => Some("the sender hung up"),
            SecretSource => Some("no connection"),
            _ => None,
        };
        let expect = Expect::Refused {
            kind,
            header,
            cause,
            polls,
        };
        Self::new(of, name.into(), request, expect)
    }

    fn new(of: Provider, name: String, request: impl Fn() -> Request<TestBody> + 'static, expect: Expect) -> Self {
        Self {
            of,
            name,
            request: Box::new(request),
            verifier: Box::new(move || of.verifier().into()),
            other_verifier: false,
            expect,
            cut: usize::MAX,
            signed_by: None,
            needs: None,
            also: None,
            takes: Duration::ZERO,
            wire: Wire::Same,
        }
    }

    pub(crate) fn uncopied(mut self) -> Self {
        match &mut self.expect {
            Expect::Accepted { copy, .. } => *copy = Copy::Forbidden,
            Expect::Refused { .. } => panic!("{}: the handler is not called", self.name),
        }
        self
    }

    pub(crate) fn polled(self, times: usize) -> Self {
        self.with_polls(Polls::Exactly(times))
    }

    pub(crate) fn unread_given_the_hint(self) -> Self {
        self.with_polls(Polls::NeverGivenTheHint)
    }

    /// The rejection names this header instead of the one with the signature or the time.
    pub(crate) fn naming(mut self, name: &HeaderName) -> Self {
        match &mut self.expect {
            Expect::Refused { header, .. } => *header = Some(name.clone()),
            Expect::Accepted { .. } => panic!("{}: no header is at fault", self.name),
        }
        self
    }

    /// The lookup is given up because it takes too long.
    pub(crate) fn given_up(mut self) -> Self {
        match &mut self.expect {
            Expect::Refused { cause, .. } => {
                *cause = Some("the lookup by the body took longer than the read timeout");
            }
            Expect::Accepted { .. } => panic!("{}: nothing is given up", self.name),
        }
        self
    }

    /// The message of the last error in the chain of sources.
    pub(crate) fn cause(&self) -> Option<&'static str> {
        match self.expect {
            Expect::Refused { cause, .. } => cause,
            Expect::Accepted { .. } => None,
        }
    }

    /// The fault is in the body, which was read.
    pub(crate) fn in_the_body(mut self) -> Self {
        match &mut self.expect {
            Expect::Refused { header, polls, .. } => (*header, *polls) = (None, Polls::Exactly(2)),
            Expect::Accepted { .. } => panic!("{}: nothing is at fault", self.name),
        }
        self
    }

    pub(crate) fn by<V: Into<Checker>>(mut self, verifier: impl Fn() -> V + 'static) -> Self {
        self.verifier = Box::new(move || verifier().into());
        self.other_verifier = true;
        self
    }

    /// Each longer frame is in two pieces of memory, the first of this length.
    pub(crate) fn in_pieces(mut self, first: usize) -> Self {
        self.cut = first;
        self
    }

    pub(crate) fn signed_by(mut self, label: &'static str) -> Self {
        self.signed_by = Some(label);
        self
    }

    pub(crate) fn needs(mut self, aspect: Aspect) -> Self {
        self.needs = Some(aspect);
        self.unsendable("extensions are not sent")
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
