//! Serves any tower service over HTTP/1.1 and HTTP/2, with deadlines and limits for clients that nobody trusts.
//!
//! ```
//! use axum::{Extension, Router, routing::get};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tokio::net::{TcpListener, TcpStream};
//! use tokio::sync::oneshot;
//! use tower_webhook_server::{PeerAddress, Server};
//!
//! async fn peer(Extension(PeerAddress(peer)): Extension<PeerAddress>) -> String {
//!     peer.ip().to_string()
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let address = listener.local_addr()?;
//! let (stop, stopped) = oneshot::channel::<()>();
//! let app = Router::new().route("/", get(peer));
//! let serve = Server::new(listener).serve(app, async { drop(stopped.await) });
//! let serving = tokio::spawn(serve);
//!
//! let mut client = TcpStream::connect(address).await?;
//! client.write_all(b"GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n").await?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer).await?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
//! assert!(answer.ends_with("\r\n\r\n127.0.0.1"));
//!
//! let _ = stop.send(());
//! serving.await?;
//! # Ok(())
//! # }
//! ```
//!
//! The service is an axum `Router`, a `warp::service(filter)`, a `VerifyLayer` around either, or another tower service.
//! A program passes `stop_signal()` as the second argument, which needs the feature `signal`.
//!
//! # Limits
//!
//! | against | limit | default |
//! |---|---|---|
//! | too many connections | [`max_connections`](Server::max_connections) | 512 |
//! | too many HTTP/2 streams on a connection | [`max_streams`](Server::max_streams) | 16 |
//! | silent connections, half a head, an unfinished TLS handshake, idle connections | [`head_timeout`](Server::head_timeout) | 10 s |
//! | clients that do not read their answer, or give HTTP/2 streams no window | [`write_timeout`](Server::write_timeout) | 30 s |
//! | connections that hold up a shutdown | [`grace`](Server::grace) | 8 s |
//! | bodies that nobody reads | [`discard`](Server::discard) | 32 MiB, 30 s |
//! | large heads | 16 KiB over HTTP/1, 8 KiB over HTTP/2 | |
//!
//! Each HTTP/2 stream in progress may keep a head of about 20 KiB in memory, so 512 connections of 16 streams take up
//! to 170 MiB for heads alone. Lower either number where that is too much.
//!
//! How long a body may take is for the service to say: tower-webhook's `VerifyLayer` has a `read_timeout`.
//!
//! When all connections are in use, those that have had no request in progress for the longest time are closed to make
//! room, if it is more than a second. With the feature `tracing`, the log has one warning when an outage begins: all
//! connections in use, or too many open files. Nothing that a single peer does is logged.
//!
//! # Without this crate
//!
//! `axum::serve` and `warp::serve` have none of these limits but a few of hyper's, on HTTP/2 alone: a client that sends
//! half a head, or nothing, or does not read, keeps its connection forever. `axum::serve` waits for all connections at
//! shutdown, without a bound. They close a connection whose request was refused early while the sender still writes, so
//! that senders see a broken pipe instead of 403 or 413. A proxy in front makes up for most of this.
//!
//! # Behind a proxy
//!
//! - [`PeerAddress`] is the address of the proxy. The address of the sender is in a header: [`addresses`] reads it from
//!   proxies that you name.
//! - TLS ends at the proxy. HTTP/2 from a proxy is with prior knowledge, since there is no ALPN.
//! - The proxy's idle connections are closed after [`head_timeout`](Server::head_timeout). Keep its own shorter,
//!   or let it retry.
//! - A proxy that buffers request bodies, as nginx does by default, sends `100 Continue` itself, reads the whole body
//!   of a request that will be refused, and shows the sender every status. `max_connections` and `max_streams` then
//!   bound what the proxy sends, not the number of senders.

mod accept;
mod activity;
pub mod addresses;
mod answer;
mod body;
mod connection;
mod io;
mod outage;
mod peer;
mod server;
#[cfg(feature = "signal")]
mod signal;
mod tasks;
#[cfg(feature = "tls")]
pub mod tls;

pub use body::Body;
pub use peer::PeerAddress;
pub use server::Server;
#[cfg(feature = "signal")]
pub use signal::stop_signal;
