//! The address of the client: that of the peer, or the one that trusted proxies report.

mod forwarded;
mod node;
mod x_forwarded_for;

use std::net::IpAddr;

use http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue};

use super::{AddressRejectionKind, NetworksHandle};

/// The header in which trusted proxies report the address of their client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxyHeader {
    /// `Forwarded`, as RFC 7239 defines it. The whole header must have that form: a quotation mark at the left could
    /// otherwise change where the elements at the right begin.
    Forwarded,
    /// `X-Forwarded-For`: addresses that are separated by commas, each with or without a port. An IPv6 address with a
    /// port is in brackets.
    XForwardedFor,
}

/// The proxies that may report an address, and where they do.
#[derive(Clone, Debug)]
pub(super) struct Proxies {
    pub(super) trusted: NetworksHandle,
    pub(super) header: ProxyHeader,
}

impl Proxies {
    /// The rightmost address that is not a trusted proxy: the client of the first proxy that is one.
    pub(super) fn client(&self, headers: &HeaderMap) -> Result<IpAddr, AddressRejectionKind> {
        let is_proxy = |address| self.trusted.contains(address);
        match self.header {
            ProxyHeader::Forwarded => forwarded::client(lines(headers, &FORWARDED)?, is_proxy),
            ProxyHeader::XForwardedFor => x_forwarded_for::client(lines(headers, &X_FORWARDED_FOR)?, is_proxy),
        }
    }
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The lines of a header, which are one list that continues from line to line.
fn lines<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<impl DoubleEndedIterator<Item = &'h [u8]>, AddressRejectionKind> {
    if !headers.contains_key(name) {
        return Err(AddressRejectionKind::MissingHeader);
    }
    Ok(headers.get_all(name).into_iter().map(HeaderValue::as_bytes))
}

#[cfg(test)]
mod tests;
