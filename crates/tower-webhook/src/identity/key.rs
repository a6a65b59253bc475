//! The key of a delivery whose body arrives in pieces.

use std::sync::Arc;

use super::Mark;
use super::mark::{By, Chosen};
use super::scan::Scan;
use crate::delivery_key::{self, DeliveryKey};
use crate::mac::RunningHash;

/// It sees the pieces, and is then the key of the whole body.
pub(crate) struct RunningKey {
    state: State,
    chosen: Option<Arc<Chosen>>,
}

enum State {
    /// The body does not count.
    Known(DeliveryKey),
    Body(RunningHash),
    /// The value counts, or else the body.
    Value(&'static str, Box<Scan>, RunningHash),
}

impl RunningKey {
    pub(crate) fn new(mark: &Mark<'_>) -> Self {
        let body = delivery_key::body_hash;
        let (state, chosen) = match mark {
            // `to_static` has made the choice.
            Mark::None | Mark::Choice(_, _) => (State::Body(body()), None),
            Mark::Id(id) => (State::Known(DeliveryKey::of_id(id.as_bytes())), None),
            Mark::Chosen(chosen) => {
                let state = match chosen.by {
                    By::Known(key) => State::Known(key),
                    By::Body => State::Body(body()),
                    By::Pointer(pointer) => State::Value(pointer, Box::new(Scan::new(pointer)), body()),
                };
                (state, Some(Arc::clone(chosen)))
            }
        };
        Self { state, chosen }
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        match &mut self.state {
            State::Known(_) => {}
            State::Body(hash) => hash.update(chunk),
            State::Value(_, scan, hash) => {
                scan.update(chunk);
                hash.update(chunk);
            }
        }
    }

    pub(crate) fn finish(self) -> DeliveryKey {
        let key = match self.state {
            State::Known(key) => key,
            State::Body(hash) => DeliveryKey::from_bytes(hash.finish()),
            State::Value(pointer, scan, hash) => match scan.finish() {
                Some(found) => found.key(pointer),
                None => DeliveryKey::from_bytes(hash.finish()),
            },
        };
        self.chosen.map_or(key, |chosen| chosen.with_headers(key))
    }
}
