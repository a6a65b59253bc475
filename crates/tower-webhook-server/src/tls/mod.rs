//! TLS by rustls: from a configuration of your own, or from PEM files that are read again without a restart.
//!
//! ```no_run
//! use tower_webhook_server::{Server, stop_signal, tls::PemFiles};
//!
//! # type Result = std::result::Result<(), tower_webhook_server::tls::Error>;
//! # async fn example(listener: tokio::net::TcpListener, app: axum::Router) -> Result {
//! let files = PemFiles::new("/etc/ssl/fullchain.pem", "/etc/ssl/privkey.pem")?;
//! let server = Server::new(listener).tls(&files);
//! // Elsewhere, when the files were renewed. New connections have the new certificate.
//! files.reload()?;
//! server.serve(app, stop_signal()).await;
//! # Ok(())
//! # }
//! ```
//!
//! The server offers HTTP/2 and HTTP/1.1 by ALPN. The handshake belongs to the time that
//! [`head_timeout`](crate::Server::head_timeout) allows. [`PemFiles`] uses TLS 1.2 and 1.3 with the cryptography of
//! ring, which needs no tool but a C compiler. For other cryptography, for client certificates or for certificates from
//! elsewhere, make a `rustls::ServerConfig`.

mod error;
mod pem;

use std::sync::Arc;

use rustls::ServerConfig;

pub use error::Error;
pub use pem::PemFiles;

/// How a [`Server`](crate::Server) takes part in TLS.
#[derive(Clone, Debug)]
pub struct Tls(pub(crate) Arc<ServerConfig>);

impl From<ServerConfig> for Tls {
    /// Where the configuration names no protocols for ALPN, it offers `h2` and `http/1.1`.
    fn from(config: ServerConfig) -> Self {
        Arc::new(config).into()
    }
}

impl From<Arc<ServerConfig>> for Tls {
    /// Where the configuration names no protocols for ALPN, it offers `h2` and `http/1.1`.
    fn from(mut config: Arc<ServerConfig>) -> Self {
        if config.alpn_protocols.is_empty() {
            Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        Self(config)
    }
}

impl From<&PemFiles> for Tls {
    fn from(files: &PemFiles) -> Self {
        files.config().into()
    }
}
