//! `Forwarded` (RFC 7239): a list of elements to which each proxy appends one, with the address of its client as `for`.

use std::net::IpAddr;

use super::node;
use crate::addresses::AddressRejectionKind::{self, HiddenClient, MalformedHeader, NoClient};

/// The rightmost address that is not a proxy.
///
/// Quotation marks have a meaning only from left to right, so all elements are read, and the last one that does not
/// name a proxy is kept. Whatever is left of it does not count, unless it breaks the form of the header.
pub(super) fn client<'h>(
    lines: impl Iterator<Item = &'h [u8]>,
    is_proxy: impl Fn(IpAddr) -> bool,
) -> Result<IpAddr, AddressRejectionKind> {
    let mut client = Err(NoClient);
    for line in lines {
        let mut rest = Some(line);
        while let Some(text) = rest {
            let element = Element::read(text)?;
            if !element.client.is_ok_and(&is_proxy) {
                client = element.client;
            }
            rest = element.rest;
        }
    }
    client
}

/// One element, and the text behind its comma. A quotation mark has to be closed on its line.
struct Element<'h> {
    client: Result<IpAddr, AddressRejectionKind>,
    rest: Option<&'h [u8]>,
}

impl<'h> Element<'h> {
    fn read(mut text: &'h [u8]) -> Result<Self, AddressRejectionKind> {
        let mut client = None;
        loop {
            let (name, rest) = token(text.trim_ascii_start());
            let mut rest = rest;
            if !name.is_empty() {
                let value = Value::read(rest.strip_prefix(b"=").ok_or(MalformedHeader)?)?;
                rest = value.rest;
                if name.eq_ignore_ascii_case(b"for") && client.replace(value.address()).is_some() {
                    return Err(MalformedHeader);
                }
            }
            let client = client.unwrap_or(Err(HiddenClient));
            match rest.trim_ascii_start() {
                [] => return Ok(Self { client, rest: None }),
                [b',', rest @ ..] => {
                    return Ok(Self {
                        client,
                        rest: Some(rest),
                    });
                }
                [b';', rest @ ..] => text = rest,
                _ => return Err(MalformedHeader),
            }
        }
    }
}

/// The value of a parameter, as it was sent, and the text behind it.
struct Value<'h> {
    sent: &'h [u8],
    rest: &'h [u8],
}

impl<'h> Value<'h> {
    fn read(text: &'h [u8]) -> Result<Self, AddressRejectionKind> {
        let Some(quoted) = text.strip_prefix(b"\"") else {
            let (sent, rest) = token(text);
            return if sent.is_empty() {
                Err(MalformedHeader)
            } else {
                Ok(Self { sent, rest })
            };
        };
        let mut end = 0;
        loop {
            match quoted[end..] {
                [b'"', ..] => break,
                // A backslash and the byte that it escapes.
                [b'\\', _, ..] => end += 2,
                [_, ..] => end += 1,
                [] => return Err(MalformedHeader),
            }
        }
        let (sent, rest) = (&quoted[..end], &quoted[end + 1..]);
        Ok(Self { sent, rest })
    }

    /// No address needs an escape, so that a value with one is refused as any other text is.
    fn address(&self) -> Result<IpAddr, AddressRejectionKind> {
        node::address(self.sent)
    }
}

/// The token at the start of a text, and the text behind it.
fn token(text: &[u8]) -> (&[u8], &[u8]) {
    let ends = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte));
    text.split_at(text.iter().position(ends).unwrap_or(text.len()))
}
