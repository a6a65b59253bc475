//! Passes genuine requests on, and brings the answer back.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use tokio::time::timeout;

use super::hop::Hop;
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

/// Why a request was not passed on, or its answer not back, and the status that says so.
pub(super) struct Trouble {
    pub(super) status: StatusCode,
    pub(super) reason: String,
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
        *request.uri_mut() = self.url.clone();
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
        *answer.headers_mut() = hop_by_hop::of_answer(&head.headers);
        Ok(answer)
    }
}

impl Trouble {
    fn gateway(reason: String) -> Self {
        let status = StatusCode::BAD_GATEWAY;
        Self { status, reason }
    }
}
