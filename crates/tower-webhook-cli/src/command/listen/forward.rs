//! Passes genuine requests on, and brings the answer back.

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use tokio::time::timeout;

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
}

impl Target {
    /// Sends a request there, with its headers and the same bytes. Answers 502, and says why, when no answer comes.
    pub(super) async fn pass_on(&self, head: &Parts, body: Bytes) -> (Response<Reply>, Option<String>) {
        match self.exchange(head, body).await {
            Ok(answer) => (answer, None),
            Err(reason) => (reply::status(StatusCode::BAD_GATEWAY), Some(reason)),
        }
    }

    async fn exchange(&self, head: &Parts, body: Bytes) -> Result<Response<Reply>, String> {
        let mut request = Request::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = hop_by_hop::of_request(&head.headers);
        let answer = self.client.send(request).await.map_err(|failure| match failure {
            Failure::Usage(reason) | Failure::Unreachable(reason) => reason,
            Failure::ClosedOutput => "the output was closed".to_owned(),
        })?;
        let (head, body) = answer.into_parts();
        let read = timeout(self.client.timeout(), Limited::new(body, MAX_ANSWER).collect()).await;
        let body = match read {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) => return Err(format!("the answer could not be read: {error}")),
            Err(_) => return Err("the answer did not end in time".to_owned()),
        };
        let mut answer = reply::reply(body);
        *answer.status_mut() = head.status;
        *answer.headers_mut() = hop_by_hop::of_answer(&head.headers);
        Ok(answer)
    }
}
