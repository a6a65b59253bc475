//! The filter: warp's head and body of a request in, its verified body out.

use bytes::Buf;
use futures_util::{Stream, TryStreamExt};
use http_body::Frame;
use http_body_util::StreamBody;
use tower_webhook::{VerifiedBody, Verifier};
use warp::http::{HeaderMap, Request};
use warp::{Filter, Rejection};

use crate::reject::Unverified;

/// Extracts the verified body of a request, and rejects with [`Unverified`] what is not verified.
///
/// Put it last in a route, after path and method, and [`recover`](crate::recover) at the end of that route; the
/// [crate's page](crate#where-to-put-the-filter) says why.
///
/// It takes the body: of `warp::body`'s filters none can stand beside it, before or after; parse
/// [`VerifiedBody::bytes`]. A body that comes in one frame is not copied, and that of a request refused by its headers
/// is not read.
#[must_use]
pub fn verified(
    verifier: Verifier,
) -> impl Filter<Extract = (VerifiedBody,), Error = Rejection> + Clone + Send + Sync + 'static {
    warp::header::headers_cloned()
        .and(warp::body::stream())
        .and_then(move |headers, body| verify(verifier.clone(), headers, body))
}

async fn verify(
    verifier: Verifier,
    headers: HeaderMap,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
) -> Result<VerifiedBody, Rejection> {
    let mut request = Request::new(StreamBody::new(body.map_ok(Frame::data)));
    *request.headers_mut() = headers;
    let mut request = verifier.verify_request(request).await.map_err(Unverified::new)?;
    let body = request.extensions_mut().remove::<VerifiedBody>();
    Ok(body.expect("`verify_request` puts it into every request that it lets through"))
}

#[cfg(test)]
mod tests;
