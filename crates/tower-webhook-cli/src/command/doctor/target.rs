//! The receiver: its address is looked up and checked once, and nothing else is ever connected to.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::draft::Head;
use crate::client::ClientArgs;
use crate::outcome::{Failure, Result};
use crate::term::Plain;
use crate::unreachable;

/// How long connecting may take, with the handshake of TLS.
const CONNECT: Duration = Duration::from_secs(10);

pub(super) struct Target {
    pub(super) uri: Uri,
    address: SocketAddr,
    host: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// A connection, with TLS or without.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Target {
    /// Looks the host up, refuses addresses that are not this machine's, and connects once.
    ///
    /// # Errors
    ///
    /// A failure of usage for another machine, unless `anywhere`; [`Failure::Unreachable`] when nobody listens.
    pub(super) async fn find(uri: Uri, client: &ClientArgs, anywhere: bool) -> Result<Self> {
        let host = uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_https = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let found = timeout(CONNECT, lookup_host((&*bare, port))).await;
        let shown = Plain(&bare);
        let addresses: Vec<_> = match found {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(error)) => return Err(Failure::unreachable(format_args!("{shown}: {error}"))),
            Err(_) => return Err(Failure::unreachable(format_args!("{shown}: its name is not resolved"))),
        };
        if let Some(other) = addresses.iter().find(|address| !is_this_machine(address.ip()))
            && !anywhere
        {
            return Err(Failure::usage(format_args!(
                "{shown} is at {}, which is not this machine: add --i-own-this-host if it is yours to test",
                other.ip()
            )));
        }
        let tls = is_https.then(|| connector(client, &bare)).transpose()?;
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        let mut target = Self {
            address: SocketAddr::from(([0; 4], 0)),
            host,
            uri,
            tls,
        };
        let mut refusal = format!("{shown} has no address");
        for address in addresses {
            target.address = address;
            match target.connect().await {
                Ok(_) => return Ok(target),
                Err(error) => refusal = format!("{address}: {}", unreachable::describe(&error)),
            }
        }
        Err(Failure::unreachable(refusal))
    }

    /// A new connection to the address that was checked.
    pub(super) async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        let connecting = async {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            Ok(match &self.tls {
                None => Box::new(stream) as Box<dyn Stream>,
                Some((connector, name)) => Box::new(connector.connect(name.clone(), stream).await?),
            })
        };
        match timeout(CONNECT, connecting).await {
            Ok(connected) => connected,
            Err(_) => Err(ErrorKind::TimedOut.into()),
        }
    }

    pub(super) fn head<'a>(&'a self, method: &'a str) -> Head<'a> {
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let host = &self.host;
        Head { method, path, host }
    }
}

fn connector(client: &ClientArgs, host: &str) -> Result<(TlsConnector, ServerName<'static>)> {
    let mut tls = client.tls()?;
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|error| Failure::usage(format_args!("{}: {error}", Plain(host))))?;
    Ok((TlsConnector::from(Arc::new(tls)), name))
}

/// Whether packets to the address never leave the machine.
fn is_this_machine(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_this_machine() {
        for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(is_this_machine(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "::",
            "10.0.0.1",
            "192.168.0.1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "128.0.0.1",
        ] {
            assert!(!is_this_machine(address.parse().unwrap()), "{address}");
        }
    }
}
