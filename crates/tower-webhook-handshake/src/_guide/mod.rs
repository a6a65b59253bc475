//! The guide: handshakes that need more than a layer. It contains no code.

pub mod notion;
