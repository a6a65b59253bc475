//! What the benches share: requests as a provider sends them, a trivial service, and the subjects that are timed.

mod request;
mod routers;
mod service;
mod subject;

pub use request::{Frames, body, signed, unsigned, verifier};
pub use service::{Inner, call};
pub use subject::{Subject, subjects};
