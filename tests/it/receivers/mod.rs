//! The examples as built: a smoke test for each, and behaviour that only a process can show.
//!
//! `contract` and `sockets` test what is refused, at the entrances of the library.

pub(crate) mod child;
mod hyper;
mod output;
mod providers;
mod setup;
mod shutdown;
mod smoke;
mod tenants;
