//! Which addresses may send: a layer that answers all others with 403 before a byte of the body is read.
//!
//! The signature is the defence; the address is a second fence in front of it. It keeps the noise of strangers away
//! from the verifier, and a stolen secret is of no use from elsewhere. The layer is no substitute for
//! `tower_webhook::VerifyLayer`: many senders share the addresses of a cloud or of a proxy.
//!
//! Take the list from your provider. Knowrithm's page says no more than "Ensure your server's firewall allows incoming
//! `POST` requests from Knowrithm's IP addresses", and lists none: ask for them. The networks below are those that are
//! reserved for documentation.
//!
//! # Use
//!
//! Put [`AllowAddresses`] outside of `VerifyLayer`. With the server of this crate that is all there is to do: the
//! server puts a [`PeerAddress`](crate::PeerAddress) into each request. Other servers keep the address of the peer
//! elsewhere, such as axum in its `ConnectInfo`:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::net::SocketAddr;
//!
//! use axum::extract::ConnectInfo;
//! use axum::routing::post;
//! use axum::{Extension, Router};
//! use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
//! use tower_webhook_server::addresses::{AddressRejection, AllowAddresses, Networks};
//! # use tower::ServiceExt;
//!
//! let secret = SigningSecret::new("whk_demo")?;
//! # let signer = tower_webhook::sign::Signer::new(tower_webhook::scheme::Knowrithm, &secret);
//! let verify = VerifyLayer::new(Verifier::knowrithm(secret));
//! let allow = AllowAddresses::new(Networks::new(["192.0.2.0/24", "2001:db8::/32"])?)
//!     .peer(|extensions| extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()));
//! let app = Router::new()
//!     .route("/webhooks/knowrithm", post(async || "thanks").route_layer(verify).route_layer(allow));
//!
//! // A program serves `app.into_make_service_with_connect_info::<SocketAddr>()`; a test makes up the address.
//! let from = |address: [u8; 4]| app.clone().layer(Extension(ConnectInfo(SocketAddr::from((address, 4711)))));
//! let request = || signer.sign(axum::http::Request::post("/webhooks/knowrithm").body("{}").unwrap());
//! # let request = || request().map(axum::body::Body::from);
//! assert_eq!(from([192, 0, 2, 7]).oneshot(request()).await?.status(), 200);
//!
//! let response = from([198, 51, 100, 7]).oneshot(request()).await?;
//! assert_eq!(response.status(), 403);
//! let rejection: &AddressRejection = response.extensions().get().expect("every refusal has one");
//! assert_eq!(rejection.to_string(), "address is in no network of the list: 198.51.100.7");
//! # Ok(())
//! # }
//! ```
//!
//! Without the address of a peer every request is refused. The code of the rejection is then `unknown_peer`.
//!
//! # Behind a proxy
//!
//! The peer of a connection is then the proxy, and everybody can write a header. So [`AllowAddresses::behind`] names
//! the proxies, and the one header that they set:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::convert::Infallible;
//!
//! use http::{Request, Response};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_webhook_server::PeerAddress;
//! use tower_webhook_server::addresses::{AllowAddresses, Networks, ProxyHeader};
//!
//! let proxies = Networks::new(["10.0.0.2", "10.0.0.3"])?;
//! let allow = AllowAddresses::new(Networks::new(["192.0.2.0/24"])?).behind(proxies, ProxyHeader::XForwardedFor);
//! let service = ServiceBuilder::new()
//!     .layer(allow)
//!     .service(service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(String::new()))));
//!
//! let request = |peer: &str, header: &str| {
//!     let request = Request::builder().extension(PeerAddress(peer.parse().unwrap()));
//!     request.header("x-forwarded-for", header).body(()).unwrap()
//! };
//! let response = service.clone().oneshot(request("10.0.0.2:4711", "192.0.2.7")).await?;
//! assert_eq!(response.status(), 200);
//! // The client wrote the first address, the proxy the second.
//! let response = service.clone().oneshot(request("10.0.0.2:4711", "192.0.2.7, 198.51.100.7")).await?;
//! assert_eq!(response.status(), 403);
//! // Whoever is not a proxy is judged by the address of its connection.
//! let response = service.oneshot(request("198.51.100.7:4711", "192.0.2.7")).await?;
//! assert_eq!(response.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! The header is read from the right. Trusted proxies are skipped, and the first other address is the client's. The
//! rest was written by the client, and is ignored, as is the other header. A header that is missing, malformed up to
//! that address, or hides the address is a refusal.
//!
//! Name the addresses of the proxies, not a network in which senders are as well. Each proxy has to append the address
//! of its client, or replace the header by it; one that passes the header on as it came lets everybody in.
//!
//! # Lists that change
//!
//! Both lists may be a [`NetworksHandle`], whose networks are replaced without a restart.

mod allow;
mod client;
mod future;
mod networks;
mod networks_handle;
mod rejection;
mod trace;

pub use self::allow::{AllowAddresses, AllowAddressesService};
pub use self::client::ProxyHeader;
pub use self::future::ResponseFuture;
pub use self::networks::{NetworkError, Networks};
pub use self::networks_handle::NetworksHandle;
pub use self::rejection::{AddressRejection, AddressRejectionKind};

#[cfg(test)]
mod tests;
