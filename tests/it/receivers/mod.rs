//! The examples as built: a smoke test for each, and behaviour that only a process can show.
//!
//! `contract` and `sockets` test what is refused, at the entrances of the library.

pub(crate) mod child;
mod https;
mod output;
mod providers;
mod server;
mod setup;
mod shutdown;
mod smoke;
mod tenants;
