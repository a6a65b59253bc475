//! What is tried in a case's stead: a change, the case that it makes, and who has to make it.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
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

/// The changed bodies that differ from the one that is held. The iterator makes each when it is asked for it: one of
/// them lives at a time, beside the body that is held.
pub(super) fn bodies<'a>(case: &'a Case, changed: impl IntoIterator<Item = (Change, Bytes)> + 'a) -> Trials<'a> {
    let differs = |(_, body): &(_, Bytes)| case.body != *body;
    let trials = changed.into_iter().filter(differs);
    Box::new(trials.map(|(change, body)| Trial::new(change, case.with_body(body))))
}

/// Makes a changed body, unless there is none.
pub(super) type Maker<'a> = Box<dyn FnOnce() -> Option<Bytes> + 'a>;

/// The changed bodies, each by its maker.
pub(super) fn made<'a, const N: usize>(case: &'a Case, makers: [(Change, Maker<'a>); N]) -> Trials<'a> {
    let changed = makers.into_iter().filter_map(|(change, make)| Some((change, make()?)));
    bodies(case, changed)
}

/// How a changed body is made.
pub(super) fn make<'a, B: Into<Bytes>>(make: impl FnOnce() -> B + 'a) -> Maker<'a> {
    Box::new(|| Some(make().into()))
}

/// The receiver has to verify this body.
pub(super) fn change(change: &'static str, body: impl Into<Bytes>) -> (Change, Bytes) {
    (at_receiver(change), body.into())
}

/// The sender signed this body, and has to sign the one that it sends.
pub(super) fn signed(change: &'static str, body: impl Into<Bytes>) -> (Change, Bytes) {
    (at_sender(change), body.into())
}

/// The pieces in one body, without a copy of what is joined already.
pub(super) fn joined<'a>(pieces: impl Iterator<Item = &'a [u8]> + Clone) -> Bytes {
    let mut out = Vec::with_capacity(pieces.clone().map(<[u8]>::len).sum());
    pieces.for_each(|piece| out.extend_from_slice(piece));
    out.into()
}
