//! The guide: questions that come up around a receiver.

pub mod bodies;
pub mod doctor;
pub mod order;
pub mod providers;
pub mod receiving;
pub mod troubleshooting;
