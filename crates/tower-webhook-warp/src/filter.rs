//! The filter: warp's head and body of a request in, its verified body out.

use bytes::Buf;
use futures_util::{Stream, TryStreamExt};
use http_body::Frame;
use http_body_util::StreamBody;
use tower_webhook::{VerifiedBody, Verifier};
use warp::filters::path::FullPath;
use warp::http::{HeaderMap, Method, Request, Uri};
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
///
/// A [`SecretSource`](tower_webhook::SecretSource) sees the method, the whole path and the query, and the headers of the
/// request. Extensions do not reach it: warp gives them to a filter by their types alone. Nor do the version of HTTP, and
/// the authority of an absolute URI; a tenant that has a host of its own is known by the header `Host`.
#[must_use]
pub fn verified(
    verifier: Verifier,
) -> impl Filter<Extract = (VerifiedBody,), Error = Rejection> + Clone + Send + Sync + 'static {
    let query = warp::query::raw().map(Some).or(warp::any().map(|| None)).unify();
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .and_then(move |method, path, query, headers, body| {
            verify(verifier.clone(), method, uri(&path, query), headers, body)
        })
}

/// What a request asks for: its path, whatever filters before this one took of it, and its query.
fn uri(path: &FullPath, query: Option<String>) -> Uri {
    let target = match query {
        Some(query) => format!("{}?{query}", path.as_str()),
        None => path.as_str().to_owned(),
    };
    // Both are of a URI. Only that of `CONNECT` has neither.
    Uri::try_from(target).unwrap_or_default()
}

async fn verify(
    verifier: Verifier,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
) -> Result<VerifiedBody, Rejection> {
    let mut request = Request::new(StreamBody::new(body.map_ok(Frame::data)));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    let mut request = verifier.verify_request(request).await.map_err(Unverified::new)?;
    let body = request.extensions_mut().remove::<VerifiedBody>();
    Ok(body.expect("`verify_request` puts it into every request that it lets through"))
}

#[cfg(test)]
mod tests;
