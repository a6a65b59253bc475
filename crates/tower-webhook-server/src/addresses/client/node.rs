//! One address in a header, as RFC 7239 calls it: a node.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::addresses::AddressRejectionKind::{self, HiddenClient, MalformedHeader};

/// The address of an IPv4 node with or without a port, or of an IPv6 node in brackets. Zone identifiers are refused.
pub(super) fn address(node: &[u8]) -> Result<IpAddr, AddressRejectionKind> {
    let text = std::str::from_utf8(node).map_err(|_| MalformedHeader)?;
    let (address, port) = if let Some(inside) = text.strip_prefix('[') {
        let (address, port) = inside.split_once(']').ok_or(MalformedHeader)?;
        let address: Ipv6Addr = address.parse().map_err(|_| MalformedHeader)?;
        (IpAddr::from(address), port)
    } else {
        let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
        if name.eq_ignore_ascii_case("unknown") || name.starts_with('_') {
            return Err(HiddenClient);
        }
        let address: Ipv4Addr = name.parse().map_err(|_| MalformedHeader)?;
        (IpAddr::from(address), port)
    };
    let is_number = |port: &str| port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok();
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok(address.to_canonical()),
        Some(port) if is_number(port) => Ok(address.to_canonical()),
        Some(port) if port.starts_with('_') => Err(HiddenClient),
        _ => Err(MalformedHeader),
    }
}
