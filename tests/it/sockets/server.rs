//! The entrances behind real sockets in this process. Each serves HTTP/1.1 and HTTP/2, and echoes the verified bytes.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::net::{Ipv4Addr, SocketAddr};

use axum::routing::post;
use axum::{Extension, Router};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::Layer;
use tower_webhook::{BufferedBody, SecretSupply, VerifiedBody, Verifier, VerifyLayer};
use tower_webhook_hyper::VerifyService;
use tower_webhook_warp::{recover, verified};
use warp::Filter;

use crate::support::PATH;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Server {
    /// `axum::serve`.
    Axum,
    /// `warp::serve` with the filter.
    Warp,
    /// hyper-util around the layer around `warp::service`.
    WarpService,
    /// hyper-util around the hyper service.
    Hyper,
    /// hyper-util around the layer around a tower service.
    HyperThroughTower,
    /// `tower-webhook-server` around an axum router.
    OursWithAxum,
    /// `tower-webhook-server` around the layer around `warp::service`.
    OursWithWarpService,
}

pub(crate) const SERVERS: [Server; 7] = [
    Server::Axum,
    Server::Warp,
    Server::WarpService,
    Server::Hyper,
    Server::HyperThroughTower,
    Server::OursWithAxum,
    Server::OursWithWarpService,
];

impl Server {
    /// Serves until the runtime of the test ends.
    pub(crate) async fn start<S: SecretSupply>(self, verifier: Verifier<S>) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let layer = VerifyLayer::new(verifier.clone());
        match self {
            Self::Axum => {
                tokio::spawn(async { axum::serve(listener, router(layer)).await });
            }
            Self::OursWithAxum => {
                tokio::spawn(tower_webhook_server::Server::new(listener).serve(router(layer), pending()));
            }
            Self::OursWithWarpService => {
                let filter = warp::ext::get::<VerifiedBody>().map(echo);
                let service = layer.layer(warp::service(filter));
                tokio::spawn(tower_webhook_server::Server::new(listener).serve(service, pending()));
            }
            Self::Warp => {
                let app = verified(verifier).map(echo).recover(recover);
                tokio::spawn(warp::serve(app).incoming(listener).run());
            }
            Self::WarpService => {
                let filter = warp::ext::get::<VerifiedBody>().map(echo);
                serve(listener, TowerToHyperService::new(layer.layer(warp::service(filter))));
            }
            Self::Hyper => serve(listener, VerifyService::new(service_fn(answer), verifier)),
            Self::HyperThroughTower => {
                serve(
                    listener,
                    TowerToHyperService::new(layer.layer(tower::service_fn(answer))),
                );
            }
        }
        address
    }
}

fn router(layer: VerifyLayer) -> Router {
    let handler = |Extension(body): Extension<VerifiedBody>| ready(echo(body).map(Full::from));
    Router::new().route(PATH, post(handler).route_layer(layer))
}

async fn answer(request: Request<BufferedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    let verified = request.extensions().get::<VerifiedBody>().cloned();
    Ok(echo(verified.expect("the layer inserts it")).map(Full::from))
}

fn echo(body: VerifiedBody) -> Response<Vec<u8>> {
    let body = body.into_bytes().to_vec();
    Response::builder().header("x-handled", "yes").body(body).unwrap()
}

pub(crate) fn serve<S, B>(listener: TcpListener, service: S)
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                // Some tests hang up.
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
}
