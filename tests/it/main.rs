//! The tests of the workspace as a whole: one binary, one module a concern.

mod contract;
mod memory;
mod properties;
mod readiness;
mod receivers;
mod sockets;
mod support;
mod tidy;
mod trace;
mod vectors;
