//! The filter: it takes the head and the body of a request, and extracts the verified body.

use bytes::Buf;
use futures_util::{Stream, TryStreamExt};
use http_body::Frame;
use http_body_util::StreamBody;
use tower_webhook::{SecretSupply, VerifiedBody, Verifier};
use warp::filters::path::FullPath;
use warp::http::{HeaderMap, Method, Request, Uri};
use warp::{Filter, Rejection};

use crate::reject::Unverified;

/// Extracts the verified body of a request, and rejects a request that is not verified with [`Unverified`].
///
/// Put it last in a route, after path and method, and [`recover`](crate::recover) at the end of that route; the
/// [crate's page](crate#where-to-put-the-filter) says why.
///
/// It consumes the body: no filter of `warp::body` can stand beside it, before or after. Parse [`VerifiedBody::bytes`]
/// instead. A body that arrives in one frame is not copied. When the head is refused, the body is not read.
///
/// A [`SecretSource`](tower_webhook::SecretSource) sees the method, the whole path and the query, and the headers of
/// the request. It sees no extensions, because warp hands them to a filter by type alone; nor the HTTP version, nor the
/// authority of an absolute URI. A tenant with a host name of its own is known by the header `Host`.
#[must_use]
pub fn verified<S: SecretSupply>(
    verifier: Verifier<S>,
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

/// The URI of a request: its whole path, including segments that earlier filters have matched, and its query.
fn uri(path: &FullPath, query: Option<String>) -> Uri {
    let target = match query {
        Some(query) => format!("{}?{query}", path.as_str()),
        None => path.as_str().to_owned(),
    };
    // Path and query come from a URI; only that of `CONNECT` has neither.
    Uri::try_from(target).unwrap_or_default()
}

async fn verify<S: SecretSupply>(
    verifier: Verifier<S>,
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
    Ok(body.expect("`verify_request` inserts it into every verified request"))
}

#[cfg(test)]
mod tests;
