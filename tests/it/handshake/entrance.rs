//! The entrances, each behind a real socket and with the layers of a provider around its handler.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::{get, post, post_service};
use http::{Request, Response};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{Layer, service_fn as tower_service_fn};
use tower_webhook::BufferedBody;
use tower_webhook_hyper::VerifyService;
use tower_webhook_inbox::memory::MemoryStore;
use tower_webhook_inbox::{Inbox, Queue};
use warp::Filter;

use super::askers::{Asker, Layers};
use crate::sockets::server::serve;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Entrance {
    /// Around the route of a method.
    AxumMethod,
    /// Around a router in which GET has a handler of its own.
    AxumRouter,
    /// Around `warp::service`.
    WarpService,
    /// Behind hyper-util's `TowerToHyperService`.
    Hyper,
    /// Within the hyper service. Only behind the verifier.
    HyperService,
    /// In front of the inbox.
    Inbox,
}

pub(super) const ENTRANCES: [Entrance; 6] = [
    Entrance::AxumMethod,
    Entrance::AxumRouter,
    Entrance::WarpService,
    Entrance::Hyper,
    Entrance::HyperService,
    Entrance::Inbox,
];

/// A server that runs until the runtime of the test ends.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    calls: Arc<AtomicUsize>,
    store: MemoryStore,
}

impl Server {
    /// Whether the handler was called, or a delivery stored.
    pub(super) async fn handled(&self) -> bool {
        let stored = self.store.stats().await.unwrap().waiting > 0;
        stored || self.calls.load(Ordering::SeqCst) > 0
    }
}

impl Entrance {
    pub(super) fn has(self, of: Asker) -> bool {
        self != Self::HyperService || of.signs()
    }

    pub(super) async fn start(self, of: Asker) -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let store = MemoryStore::new(8);
        let called = {
            let calls = Arc::clone(&calls);
            move || {
                calls.fetch_add(1, Ordering::SeqCst);
                [("x-handled", "yes")]
            }
        };
        match self {
            Self::AxumMethod => {
                let route = post(async move || called()).layer(layers(of));
                serve_axum(listener, Router::new().route("/{*path}", route));
            }
            Self::AxumRouter => {
                let route = get(async || "never").post(async move || called());
                serve_axum(listener, Router::new().route("/{*path}", route).layer(layers(of)));
            }
            Self::WarpService => {
                let filter = warp::post().map(move || {
                    called();
                    warp::reply::with_header("", "x-handled", "yes")
                });
                serve(
                    listener,
                    TowerToHyperService::new(layers(of).layer(warp::service(filter))),
                );
            }
            Self::Hyper => {
                let inner = tower_service_fn(move |_: Request<BufferedBody>| answer(&called));
                serve(listener, TowerToHyperService::new(layers(of).layer(inner)));
            }
            Self::HyperService => {
                let inner = tower_service_fn(move |_: Request<BufferedBody>| answer(&called));
                let inner = TowerToHyperService::new(of.handshake().layer(inner));
                serve(listener, VerifyService::new(inner, of.verifier()));
            }
            Self::Inbox => {
                let inbox = Inbox::new(store.clone());
                let mark = axum::middleware::map_response(async |mut response: axum::response::Response| {
                    response.headers_mut().insert("x-handled", "yes".parse().unwrap());
                    response
                });
                let route = post_service(inbox).route_layer(mark).layer(layers(of));
                serve_axum(listener, Router::new().route("/{*path}", route));
            }
        }
        Server { address, calls, store }
    }
}

fn layers<R: Default>(of: Asker) -> Layers<R> {
    of.layers()
}

fn serve_axum(listener: TcpListener, app: Router) {
    tokio::spawn(async { axum::serve(listener, app).await });
}

fn answer(
    called: &impl Fn() -> [(&'static str, &'static str); 1],
) -> Ready<Result<Response<BufferedBody>, Infallible>> {
    let [(name, value)] = called();
    let response = Response::builder().header(name, value);
    ready(Ok(response.body(BufferedBody::default()).unwrap()))
}
