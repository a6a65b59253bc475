//! One request, and its answer.

use std::time::Instant;

use http::Request;
use http_body_util::BodyExt;

use crate::answer::Answer;
use crate::client::Client;
use crate::outcome::Result;
use crate::payload::{Outgoing, Payload, Sent};
use crate::progress;

/// Sends a request, and reads the answer.
pub(crate) async fn exchange(client: &Client, request: Request<&Payload>) -> Result<Answer> {
    let (head, payload) = request.into_parts();
    let bar = progress::bytes("sending", Some(payload.len()));
    let sent = Sent::new(bar.clone());
    let body = Outgoing::new(payload.clone(), sent.clone()).boxed_unsync();
    let start = Instant::now();
    let response = client.send_while(Request::from_parts(head, body), sent.bytes()).await;
    bar.finish_and_clear();
    match response {
        Ok(response) => Ok(Answer::read(response, start, client.timeout()).await),
        Err(failure) => Err(payload.failure().unwrap_or(failure)),
    }
}
