//! `X-Forwarded-For`: a list of addresses to which each proxy appends that of its client.

use std::net::{IpAddr, Ipv6Addr};

use super::node;
use crate::addresses::AddressRejectionKind;

/// Reads from the right, and no further than to the first address that is not a proxy: whatever is left of it is the
/// client's own word.
pub(super) fn client<'h>(
    lines: impl DoubleEndedIterator<Item = &'h [u8]>,
    is_proxy: impl Fn(IpAddr) -> bool,
) -> Result<IpAddr, AddressRejectionKind> {
    for entry in lines.rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
        let address = address(entry.trim_ascii())?;
        if !is_proxy(address) {
            return Ok(address);
        }
    }
    Err(AddressRejectionKind::NoClient)
}

/// Unlike in `Forwarded`, an IPv6 address without a port may stand without brackets.
fn address(entry: &[u8]) -> Result<IpAddr, AddressRejectionKind> {
    let text = std::str::from_utf8(entry).unwrap_or_default();
    match text.parse::<Ipv6Addr>() {
        Ok(address) => Ok(address.to_canonical()),
        Err(_) => node::address(entry),
    }
}
