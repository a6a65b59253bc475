//! Tests of the built program `tower-webhook`, as its users run it.
#![expect(clippy::unwrap_used, reason = "what a test unwraps is part of what it asserts")]

mod doctor;
mod events;
mod examples;
mod exchange;
mod explain;
mod listen;
mod listening;
mod process;
mod progress;
mod receiver;
mod replay;
mod schemes;
mod send;
mod session;
mod sign;
mod transcripts;
mod verify;
