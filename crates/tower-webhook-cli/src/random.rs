//! Random names: of deliveries, of runs, and of what only one person shall find.

use crate::outcome::{Failure, Result};

/// 128 random bits, in hex.
///
/// # Errors
///
/// A failure of usage when the system has no random bytes.
pub(crate) fn name() -> Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Failure::usage(format_args!("random bytes: {error}")))?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}
