//! The receivers as built: the contract through their sockets, and what the vendor's sample listener does besides.

pub(crate) mod child;
mod curl;
mod events;
mod outage;
mod providers;
mod routes;
mod setup;
mod shutdown;
mod table;
mod tenants;
