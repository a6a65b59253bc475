//! The layer and the service: each request is judged by the address that it comes from.

use std::fmt;
use std::net::IpAddr;
use std::task::{Context, Poll};

use http::{Extensions, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::client::{Proxies, ProxyHeader};
use super::{AddressRejection, AddressRejectionKind, NetworksHandle, ResponseFuture, trace};
use crate::PeerAddress;

/// A [`Layer`] that lets only listed addresses through to a service; see [the module](super).
///
/// `P` finds the address of the peer; [`PeerAddress`] unless [`peer`](Self::peer) names something else.
#[derive(Clone)]
#[must_use]
pub struct AllowAddresses<P = fn(&Extensions) -> Option<IpAddr>> {
    allowed: NetworksHandle,
    proxies: Option<Proxies>,
    peer: P,
}

impl AllowAddresses {
    /// A layer that admits the addresses of these [`Networks`](super::Networks), or of a [`NetworksHandle`]. The
    /// address is that of the peer, in the [`PeerAddress`] of the request's extensions; no header is read.
    pub fn new(allowed: impl Into<NetworksHandle>) -> Self {
        Self {
            allowed: allowed.into(),
            proxies: None,
            peer: |extensions| extensions.get().map(|peer: &PeerAddress| peer.0.ip()),
        }
    }
}

impl<P> AllowAddresses<P> {
    /// Takes the address of the peer from elsewhere in the extensions. `None` is a refusal.
    ///
    /// It has to be the address of the connection. An address from a header is not: see [`behind`](Self::behind).
    ///
    /// ```
    /// use std::net::SocketAddr;
    ///
    /// use axum::extract::ConnectInfo;
    /// use tower_webhook_server::addresses::{AllowAddresses, Networks};
    ///
    /// let layer = AllowAddresses::new(Networks::new(["192.0.2.0/24"])?)
    ///     .peer(|extensions| extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()));
    /// # drop(layer);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn peer<Q>(self, peer: Q) -> AllowAddresses<Q>
    where
        Q: Fn(&Extensions) -> Option<IpAddr>,
    {
        AllowAddresses {
            allowed: self.allowed,
            proxies: self.proxies,
            peer,
        }
    }

    /// Believes the header of these proxies. When the peer is one of them, the address that is judged is the rightmost
    /// one in the header that is not one of them. Any other peer is judged by its own address, and its header is
    /// ignored.
    ///
    /// Called again, it replaces proxies and header.
    pub fn behind(mut self, trusted: impl Into<NetworksHandle>, header: ProxyHeader) -> Self {
        let trusted = trusted.into();
        self.proxies = Some(Proxies { trusted, header });
        self
    }
}

impl<P> AllowAddresses<P>
where
    P: Fn(&Extensions) -> Option<IpAddr>,
{
    fn judge<B>(&self, request: &Request<B>) -> Result<(), AddressRejection> {
        let peer = (self.peer)(request.extensions()).map(|address| address.to_canonical());
        let rejection = |kind, client| AddressRejection { kind, peer, client };
        let address = peer.ok_or_else(|| rejection(AddressRejectionKind::UnknownPeer, None))?;
        let client = match &self.proxies {
            Some(proxies) if proxies.trusted.contains(address) => proxies
                .client(request.headers())
                .map_err(|kind| rejection(kind, None))?,
            _ => address,
        };
        if self.allowed.contains(client) {
            Ok(())
        } else {
            Err(rejection(AddressRejectionKind::NotAllowed, Some(client)))
        }
    }
}

impl<S, P: Clone> Layer<S> for AllowAddresses<P> {
    type Service = AllowAddressesService<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        AllowAddressesService {
            inner,
            allow: self.clone(),
        }
    }
}

/// Prints the networks.
impl<P> fmt::Debug for AllowAddresses<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllowAddresses")
            .field("allowed", &self.allowed)
            .field("proxies", &self.proxies)
            .finish_non_exhaustive()
    }
}

/// A [`Service`] that calls the inner one for listed addresses alone; see [the module](super).
#[derive(Clone, Debug)]
pub struct AllowAddressesService<S, P = fn(&Extensions) -> Option<IpAddr>> {
    inner: S,
    allow: AllowAddresses<P>,
}

impl<S, P> AllowAddressesService<S, P> {
    /// Returns a reference to the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, P, B, R> Service<Request<B>> for AllowAddressesService<S, P>
where
    S: Service<Request<B>, Response = Response<R>>,
    P: Fn(&Extensions) -> Option<IpAddr>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.allow.judge(&request) {
            Ok(()) => ResponseFuture::calling(self.inner.call(request)),
            Err(rejection) => {
                trace::refused(&rejection);
                ResponseFuture::refused(rejection)
            }
        }
    }
}
