//! What is tried in a case's stead: a change, the case that it makes, and who has to make it.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::case::Case;

/// Who has to change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    Sender,
    Receiver,
}

/// What makes the signature right, as an instruction: `add a line break at the end of the body`.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) side: Side,
    pub(super) text: Cow<'static, str>,
}

/// A changed case, and what was changed.
pub(super) struct Trial {
    pub(super) change: Change,
    pub(super) case: Case,
}

/// Changed cases, each made when it is asked for.
pub(super) type Trials<'a> = Box<dyn Iterator<Item = Trial> + 'a>;

impl Trial {
    pub(super) fn new(change: Change, case: Case) -> Self {
        Self { change, case }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sender => "sender",
            Self::Receiver => "receiver",
        })
    }
}

/// A change on the side of the sender.
pub(super) fn at_sender(text: impl Into<Cow<'static, str>>) -> Change {
    Change {
        side: Side::Sender,
        text: text.into(),
    }
}

/// A change on the side of the receiver, or of what is between it and the sender.
pub(super) fn at_receiver(text: impl Into<Cow<'static, str>>) -> Change {
    Change {
        side: Side::Receiver,
        text: text.into(),
    }
}

/// No change of this kind is possible.
pub(super) fn none<'a>() -> Trials<'a> {
    Box::new(std::iter::empty())
}

/// The changed bodies that differ from the one that is held.
pub(super) fn bodies<'a>(case: &'a Case, changed: impl IntoIterator<Item = (Change, Vec<u8>)> + 'a) -> Trials<'a> {
    let differs = |(_, body): &(_, Vec<u8>)| case.body != *body;
    let trials = changed.into_iter().filter(differs);
    Box::new(trials.map(|(change, body)| Trial::new(change, case.with_body(body))))
}

/// The receiver has to verify this body.
pub(super) fn change(change: &'static str, body: impl Into<Vec<u8>>) -> (Change, Vec<u8>) {
    (at_receiver(change), body.into())
}

/// The sender signed this body, and has to sign the one that it sends.
pub(super) fn signed(change: &'static str, body: impl Into<Vec<u8>>) -> (Change, Vec<u8>) {
    (at_sender(change), body.into())
}
