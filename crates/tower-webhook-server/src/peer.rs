//! The address at the other end of a connection.

use std::net::SocketAddr;

/// The address of the peer of the connection on which a request arrived. The server of this crate puts it into the
/// extensions of each request.
///
/// Behind a proxy it is the address of the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeerAddress(pub SocketAddr);
