//! Every way into a verified handler that needs no socket, and the aspects of a request that some of them hide.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{MethodRouter, post};
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use hyper_util::service::TowerToHyperService;
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::scheme::{Scheme, SigningScheme};
use tower_webhook::{BufferedBody, SecretSupply, VerifiedBody, Verifier, VerifyLayer};
use tower_webhook_axum::Verified;
use tower_webhook_hyper::VerifyService;
use tower_webhook_warp::{recover, verified};
use warp::Filter;

use super::kind::Kind;
use super::provider::{Provider, UseScheme};
use crate::support::PATH;
use crate::support::body::WatchedBody;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Entrance {
    BareLayer,
    AxumRouterLayer,
    AxumRouterRouteLayer,
    AxumMethodLayer,
    AxumMethodRouteLayer,
    AxumExtractor,
    WarpService,
    WarpFilter,
    HyperService,
    HyperThroughTower,
}

use Entrance::{
    AxumExtractor, AxumMethodLayer, AxumMethodRouteLayer, AxumRouterLayer, AxumRouterRouteLayer, BareLayer,
    HyperService, HyperThroughTower, WarpFilter, WarpService,
};

pub(crate) const ALL: [Entrance; 10] = [
    BareLayer,
    AxumRouterLayer,
    AxumRouterRouteLayer,
    AxumMethodLayer,
    AxumMethodRouteLayer,
    AxumExtractor,
    WarpService,
    WarpFilter,
    HyperService,
    HyperThroughTower,
];

/// An aspect of a request that not every entrance can show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Aspect {
    /// A frame in several pieces of memory reaches the verifier in these pieces.
    Segments,
    /// The `size_hint` of the body reaches the verifier.
    SizeHint,
    /// The handler can read the body besides the extension.
    HandlerBody,
    /// The handler would see trailers if they were passed on.
    HandlerTrailers,
    /// A source of secrets sees the extensions that an earlier layer inserted.
    Extensions,
}

/// The aspects that an entrance hides, and why. The contract also fails when one of these rows is out of date.
pub(crate) const EXEMPT: [(Entrance, Aspect, &str); 11] = [
    (AxumRouterLayer, Aspect::Segments, AXUM_TAKES_BYTES),
    (AxumRouterRouteLayer, Aspect::Segments, AXUM_TAKES_BYTES),
    (AxumMethodLayer, Aspect::Segments, AXUM_TAKES_BYTES),
    (AxumMethodRouteLayer, Aspect::Segments, AXUM_TAKES_BYTES),
    (AxumExtractor, Aspect::Segments, AXUM_TAKES_BYTES),
    (
        WarpService,
        Aspect::HandlerTrailers,
        "warp shows its filters no trailers",
    ),
    (WarpFilter, Aspect::Segments, "warp makes each frame one `Bytes`"),
    (
        WarpFilter,
        Aspect::SizeHint,
        "warp gives its filters a stream, which has no `size_hint`",
    ),
    (
        WarpFilter,
        Aspect::HandlerBody,
        "the filter takes the body and extracts the verified one",
    ),
    (
        WarpFilter,
        Aspect::HandlerTrailers,
        "the filter takes the body, trailers included",
    ),
    (
        WarpFilter,
        Aspect::Extensions,
        "a filter gets extensions by their type alone",
    ),
];

const AXUM_TAKES_BYTES: &str = "the frames of axum's `Body` are `Bytes`";

/// One call of the handler.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) headers: HeaderMap,
    pub(crate) extension: Option<Bytes>,
    /// The label of the secret that signed.
    pub(crate) signed_by: Option<String>,
    pub(crate) body: Option<Bytes>,
    pub(crate) trailers: Option<bool>,
}

pub(crate) type Calls = Arc<Mutex<Vec<Call>>>;

impl Entrance {
    pub(crate) fn can_show(self, aspect: Aspect) -> bool {
        !EXEMPT.iter().any(|row| (row.0, row.1) == (self, aspect))
    }

    /// Sends a request through this entrance, and records the calls of the handler behind it.
    pub(crate) async fn send<S: SecretSupply>(
        self,
        of: Provider,
        verifier: Verifier<S>,
        request: Request<WatchedBody>,
        calls: Calls,
    ) -> Response<Bytes> {
        let layer = VerifyLayer::new(verifier.clone());
        let handle = {
            let calls = calls.clone();
            move |request| handle(calls.clone(), request)
        };
        let handle_axum = {
            let calls = calls.clone();
            move |request: axum::extract::Request| handle_any(calls.clone(), request)
        };
        let route = |method_router| Router::new().route(PATH, method_router);

        match self {
            BareLayer => whole(layer.layer(service_fn(handle)).oneshot(request).await).await,
            AxumRouterLayer => through_axum(route(post(handle_axum)).layer(layer), request).await,
            AxumRouterRouteLayer => through_axum(route(post(handle_axum)).route_layer(layer), request).await,
            AxumMethodLayer => through_axum(route(post(handle_axum).layer(layer)), request).await,
            AxumMethodRouteLayer => through_axum(route(post(handle_axum).route_layer(layer)), request).await,
            AxumExtractor => {
                let handler = of.scheme(Extracting(calls));
                through_axum(route(handler.layer(layer)), request).await
            }
            WarpService => {
                let filter = warp::header::headers_cloned()
                    .and(warp::ext::get::<VerifiedBody>())
                    .and(warp::body::bytes())
                    .map(move |headers, verified: VerifiedBody, body| {
                        record(&calls, headers, Some(verified), Some(body), None)
                    });
                whole(layer.layer(warp::service(filter)).oneshot(request).await).await
            }
            WarpFilter => {
                let filter = warp::header::headers_cloned()
                    .and(verified(verifier))
                    .map(move |headers, body: VerifiedBody| record(&calls, headers, Some(body), None, None))
                    .recover(recover);
                whole(warp::service(filter).oneshot(request.map(WatchedBody::flat)).await).await
            }
            HyperService => {
                let service = VerifyService::new(hyper::service::service_fn(handle), verifier);
                whole(hyper::service::Service::call(&service, request).await).await
            }
            HyperThroughTower => {
                let service = TowerToHyperService::new(layer.layer(service_fn(handle)));
                whole(hyper::service::Service::call(&service, request).await).await
            }
        }
    }
}

/// A handler with the extractor for a scheme.
struct Extracting(Calls);

impl UseScheme for Extracting {
    type Out = MethodRouter;

    fn with<S: SigningScheme<Secret: Kind>>(self, _scheme: S) -> MethodRouter {
        extracting::<S>(self.0)
    }
}

fn extracting<S: Scheme>(calls: Calls) -> MethodRouter {
    post(move |body: Verified<S>, mut request: axum::extract::Request| {
        // Replaces the layer's extension, so that the extractor's value is the one recorded.
        request.extensions_mut().insert(body.into_inner());
        handle_any(calls.clone(), request)
    })
}

async fn through_axum(app: Router, request: Request<WatchedBody>) -> Response<Bytes> {
    whole(app.oneshot(request.map(WatchedBody::flat)).await).await
}

async fn handle(calls: Calls, request: Request<BufferedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(handle_any(calls, request).await)
}

async fn handle_any<B: Body<Data = Bytes>>(calls: Calls, request: Request<B>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let verified = head.extensions.get::<VerifiedBody>().cloned();
    let body = body.collect().await.ok().expect("a verified body does not fail");
    let trailers = body.trailers().is_some();
    let answer = record(&calls, head.headers, verified, Some(body.to_bytes()), Some(trailers));
    answer.map(Full::from)
}

/// Records a call, and echoes the verified bytes.
fn record(
    calls: &Calls,
    headers: HeaderMap,
    verified: Option<VerifiedBody>,
    body: Option<Bytes>,
    trailers: Option<bool>,
) -> Response<Vec<u8>> {
    let signed_by = verified.as_ref().and_then(VerifiedBody::signed_by).map(str::to_owned);
    let extension = verified.map(VerifiedBody::into_bytes);
    let echo = extension.as_deref().unwrap_or_default().to_vec();
    calls.lock().unwrap().push(Call {
        headers,
        extension,
        signed_by,
        body,
        trailers,
    });
    Response::builder().header("x-handled", "yes").body(echo).unwrap()
}

async fn whole<B: Body>(response: Result<Response<B>, Infallible>) -> Response<Bytes> {
    let (head, body) = response.unwrap_or_else(|never| match never {}).into_parts();
    let body = body.collect().await.ok().expect("the body of an answer does not fail");
    Response::from_parts(head, body.to_bytes())
}
