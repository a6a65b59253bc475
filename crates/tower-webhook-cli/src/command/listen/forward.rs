//! Passes genuine requests on, and brings the answer back.

use bytes::Bytes;
use http::header::{CONTENT_SECURITY_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, Full, Limited};
use tokio::time::timeout;

use super::hop::{Hop, Trouble};
use super::reply::{self, Reply};
use crate::client::Client;
use crate::hop_by_hop;
use crate::outcome::Failure;

/// How much of an answer is passed back, in bytes; providers read little of it or nothing.
const MAX_ANSWER: usize = 2 << 20;

/// Where genuine requests go.
pub(super) struct Target {
    pub(super) client: Client,
    pub(super) url: Uri,
    pub(super) hop: Hop,
}

impl Target {
    /// Sends a request there, with its headers and the same bytes. Where that is not possible, the answer is a status
    /// alone, and the reason is there.
    pub(super) async fn pass_on(&self, head: &Parts, body: Bytes) -> (Response<Reply>, Option<String>) {
        let answer = match self.hop.headers(head) {
            Ok(headers) => self.exchange(head, headers, body).await.map_err(Trouble::gateway),
            Err(trouble) => Err(trouble),
        };
        match answer {
            Ok(answer) => (answer, None),
            Err(Trouble { status, reason }) => (reply::status(status), Some(reason)),
        }
    }

    async fn exchange(&self, head: &Parts, headers: HeaderMap, body: Bytes) -> Result<Response<Reply>, String> {
        let mut request = Request::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = self.url_for(head)?;
        *request.headers_mut() = headers;
        let answer = self.client.send(request).await.map_err(|failure| match failure {
            Failure::Usage(reason) | Failure::Unreachable(reason) => reason,
            Failure::ClosedOutput => "the output was closed".to_owned(),
        })?;
        let (head, body) = answer.into_parts();
        let read = timeout(self.client.timeout(), Limited::new(body, MAX_ANSWER).collect()).await;
        let body = match read {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) => return Err(format!("the answer could not be read: {error}")),
            Err(_) => return Err("the answer did not end in time: allow more with --timeout".to_owned()),
        };
        let mut answer = reply::reply(body);
        *answer.status_mut() = head.status;
        *answer.headers_mut() = harmless(hop_by_hop::of_answer(&head.headers));
        Ok(answer)
    }

    /// The URL of the target, with the query of the request unless it has one of its own.
    fn url_for(&self, head: &Parts) -> Result<Uri, String> {
        let (None, Some(query)) = (self.url.query(), head.uri.query()) else {
            return Ok(self.url.clone());
        };
        let invalid = |error: http::Error| format!("the URL with the query of the request: {error}");
        let target = PathAndQuery::try_from(format!("{}?{query}", self.url.path()));
        let mut parts = self.url.clone().into_parts();
        parts.path_and_query = Some(target.map_err(|error| invalid(error.into()))?);
        Uri::from_parts(parts).map_err(|error| invalid(error.into()))
    }
}

/// The headers of an answer that comes from the origin of the page: it must not act there as a page or set cookies.
fn harmless(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(SET_COOKIE);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Browsers enforce each of several policies, so that one of the target stays.
    headers.append(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    headers
}
