//! Why the address of a request was refused: for the operator, never for the peer.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;

/// Why [`AllowAddresses`](super::AllowAddresses) refused a request. It is in the extensions of the response; the peer
/// sees an empty 403 whatever the reason was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRejection {
    pub(super) kind: AddressRejectionKind,
    pub(super) peer: Option<IpAddr>,
    pub(super) client: Option<IpAddr>,
}

impl AddressRejection {
    /// What kind of refusal it is.
    #[must_use]
    pub fn kind(&self) -> AddressRejectionKind {
        self.kind
    }

    /// The name of its [kind](AddressRejectionKind::code), for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The address at the other end of the connection, if it is known.
    #[must_use]
    pub fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// The address that is not in the list: that of the peer, or the one that a trusted proxy reported. `None` when no
    /// address could be told.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        self.client
    }
}

/// Prints the kind, and the address that is not in the list.
impl fmt::Display for AddressRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        match self.client {
            Some(address) => write!(f, ": {address}"),
            None => Ok(()),
        }
    }
}

impl Error for AddressRejection {}

/// What kind of [`AddressRejection`] it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressRejectionKind {
    /// The address is in no network of the list. `address_not_allowed`.
    NotAllowed,
    /// The request has no address of a peer: the server put none into its extensions, or the connection has none, such
    /// as a Unix socket. `unknown_peer`.
    UnknownPeer,
    /// The peer is a trusted proxy and did not send the header. `missing_forwarded`.
    MissingHeader,
    /// The header of a trusted proxy does not have its form. `malformed_forwarded`.
    MalformedHeader,
    /// A trusted proxy hides the address: `unknown`, an obfuscated identifier, or an element without `for`.
    /// `hidden_client`.
    HiddenClient,
    /// The header of a trusted proxy names trusted proxies alone. `no_client`.
    NoClient,
}

impl AddressRejectionKind {
    /// A `snake_case` name that stays the same from release to release, for logs and metrics.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "address_not_allowed",
            Self::UnknownPeer => "unknown_peer",
            Self::MissingHeader => "missing_forwarded",
            Self::MalformedHeader => "malformed_forwarded",
            Self::HiddenClient => "hidden_client",
            Self::NoClient => "no_client",
        }
    }
}

impl fmt::Display for AddressRejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAllowed => "address is in no network of the list",
            Self::UnknownPeer => "address of the peer is not known: the server has to put it into the extensions",
            Self::MissingHeader => "trusted proxy did not send the header with the address of its client",
            Self::MalformedHeader => "header with the address of the client is malformed",
            Self::HiddenClient => "trusted proxy hides the address of its client",
            Self::NoClient => "header with the address of the client names trusted proxies alone",
        })
    }
}
