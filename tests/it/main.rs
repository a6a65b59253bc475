//! The tests of the workspace as a whole: one binary, one module a concern.
#![expect(clippy::unwrap_used, reason = "what a test unwraps is part of what it asserts")]

mod budget;
mod contract;
mod debugged;
mod direct;
mod doctor;
mod events;
mod handshake;
mod inbox;
mod memory;
mod properties;
mod readiness;
mod receivers;
mod secrets;
mod server;
mod settings;
mod sockets;
mod support;
mod tidy;
mod trace;
mod vectors;
