//! How far an attack may get. The defaults of the receivers, and what a measurement adds to them.

use std::time::Duration;

pub(crate) const MIB: u64 = 1024 * 1024;

/// The largest body that a receiver takes.
pub(crate) const BODY: usize = 2 * 1024 * 1024;

/// The bytes that all requests of a verifier may hold together.
pub(crate) const BUDGET: u64 = 64 * MIB;

/// What else a receiver may take while bodies fill its budget.
pub(crate) const BESIDE: u64 = 8 * MIB;

/// What a receiver without a budget may hold, in hundredths of the bytes that were sent.
pub(crate) const PER_CENT_HELD: u64 = 115;

/// The same, of an inbox that stores what it holds.
pub(crate) const PER_CENT_STORED: u64 = 150;

/// What may stay after the attackers left, beside twice of what an idle receiver takes.
pub(crate) const STAYS: u64 = 16 * MIB;

/// A connection without a request in progress is closed within this time.
pub(crate) const HEAD: Duration = Duration::from_secs(10);

/// A connection that takes nothing of its answers is closed within this time.
pub(crate) const WRITE: Duration = Duration::from_secs(30);

/// A receiver has ended so long after SIGTERM.
pub(crate) const GRACE: Duration = Duration::from_secs(8);

/// The verdict on a body comes within this time.
pub(crate) const READ: Duration = Duration::from_secs(30);

/// What noticing and closing may take on a busy machine.
pub(crate) const SLACK: Duration = Duration::from_secs(1);

/// A peer is served again so long after an attack.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(1);

/// The files that a process may have open, as most systems have it, and the connections that a crowd holds.
pub(crate) const FILES: usize = 1024;
pub(crate) const CROWD: usize = 1074;
