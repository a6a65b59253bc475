//! The service: each request is collected, judged, answered, shown and kept.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::HOST;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tower_webhook::{BufferedBody, Rejection, VerifiedBody, Verifier};
use tower_webhook_server::Body;

use super::collect::{Bounds, Collected};
use super::forward::Target;
use super::handshake;
use super::hidden::Hidden;
use super::kept::Kept;
use super::output::Output;
use super::page::Page;
use super::received::{How, Received};
use super::reply::{self, Reply};
use super::save::Folder;
use super::show::{Elsewhere, Show};
use super::summary::Summary;
use crate::term;
use crate::verdict::Verdict;

/// The answer of the vendor's own sample.
const SUCCESS: &str = r#"{"status":"success"}"#;

/// A receiver of webhooks.
pub(super) struct Listener {
    /// The name of the scheme.
    pub(super) scheme: &'static str,
    pub(super) verifier: Verifier,
    pub(super) bounds: Bounds,
    pub(super) hidden: Hidden,
    /// The path that webhooks are sent to.
    pub(super) path: String,
    /// The URL with that path.
    pub(super) url: String,
    /// The URL without a path.
    pub(super) base: String,
    pub(super) answers: Answers,
    pub(super) folder: Option<Arc<Mutex<Folder>>>,
    pub(super) show: Show,
    pub(super) output: Output,
    /// Bounds the requests that are handled while their senders no longer wait.
    pub(super) busy: Arc<Semaphore>,
    pub(super) kept: Kept,
    pub(super) summary: Mutex<Summary>,
    pub(super) page: Option<Page>,
}

/// What is answered besides the verdict.
pub(super) struct Answers {
    pub(super) accept_forged: bool,
    pub(super) status: Option<StatusCode>,
    pub(super) delay: Duration,
    pub(super) target: Option<Target>,
}

impl Listener {
    pub(super) async fn answer(self: Arc<Self>, request: Request<Body>) -> Response<Reply> {
        let (mut head, body) = request.into_parts();
        head.extensions.clear();
        // HTTP/2 has it in the URI, and what is saved or passed on is HTTP/1.
        if head.version == Version::HTTP_2
            && let Some(host) = head.uri.authority()
            && let Ok(host) = HeaderValue::try_from(host.as_str())
        {
            head.headers.entry(HOST).or_insert(host);
        }
        if head.uri.path() == self.path && head.method == Method::POST {
            let started = Instant::now();
            let collected = self.bounds.collect(body).await;
            let (answer, _) = self.clone().handle(head, collected, started, None).await;
            tokio::time::sleep(self.answers.delay).await;
            return answer;
        }
        if let Some(page) = &self.page
            && Page::serves(&head)
        {
            return page.answer(&self, head).await;
        }
        self.elsewhere(&head).await
    }

    /// Sends a request again that came before, to this listener.
    pub(super) async fn again(self: Arc<Self>, received: &Received) -> (Response<Reply>, Option<Arc<Received>>) {
        let collected = Collected::again(received.body.clone());
        let (head, number) = (received.head.clone(), received.number);
        self.handle(head, collected, Instant::now(), Some(number)).await
    }

    /// A task of its own, so that a request counts and is shown when its sender no longer waits.
    async fn handle(
        self: Arc<Self>,
        head: Parts,
        collected: Collected,
        started: Instant,
        replay_of: Option<u64>,
    ) -> (Response<Reply>, Option<Arc<Received>>) {
        let Ok(permit) = self.busy.clone().acquire_owned().await else {
            return (reply::status(StatusCode::SERVICE_UNAVAILABLE), None);
        };
        let task = tokio::spawn(async move {
            let handled = self.judge_and_answer(head, collected, started, replay_of).await;
            drop(permit);
            handled
        });
        match task.await {
            Ok((answer, received)) => (answer, Some(received)),
            // It panicked, and is not judged.
            Err(_) => (reply::status(StatusCode::INTERNAL_SERVER_ERROR), None),
        }
    }

    async fn judge_and_answer(
        self: Arc<Self>,
        head: Parts,
        collected: Collected,
        started: Instant,
        replay_of: Option<u64>,
    ) -> (Response<Reply>, Arc<Received>) {
        let body = collected.bytes.clone();
        let is_whole = collected.rejection.is_none();
        let judged = match collected.rejection.clone() {
            Some(rejection) => Err(rejection),
            None => self.verify(&head, &body).await,
        };
        let verdict = match &judged {
            Ok(signed_by) => Verdict::genuine(signed_by.as_deref()),
            Err(rejection) => Verdict::from(rejection),
        };
        let mut received = Received::new(head, body, is_whole, verdict, &self.hidden);
        let answer = self.choose(&judged, &mut received).await;
        received.status = answer.status();
        received.took = started.elapsed();
        received.replay_of = replay_of;
        if is_whole && replay_of.is_none() {
            received.saved = self.save(&received).await;
        }
        self.summary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .count(&received);
        let received = self.kept.add(received);
        self.output.print(self.show.request(&received)).await;
        (answer, received)
    }

    /// Returns where the secret that signed was found.
    async fn verify(&self, head: &Parts, body: &Bytes) -> Result<Option<String>, Rejection> {
        let request = Request::from_parts(head.clone(), BufferedBody::new(body.clone()));
        let request = self.verifier.verify_request(request).await?;
        let verified = request.extensions().get::<VerifiedBody>();
        Ok(verified.and_then(VerifiedBody::signed_by).map(str::to_owned))
    }

    async fn choose(&self, judged: &Result<Option<String>, Rejection>, received: &mut Received) -> Response<Reply> {
        match judged {
            // Whatever was not read to its end was not judged, and so is not known to be forged.
            Err(rejection) if !(self.answers.accept_forged && received.is_whole) => {
                return rejection
                    .clone()
                    .into_response::<Bytes>()
                    .map(|body| reply::reply(body).into_body());
            }
            Err(_) => received.how = How::AcceptedForged,
            Ok(_) => {
                if let Some(answer) = handshake::answer(self.scheme, &received.body) {
                    received.how = How::Handshake;
                    return answer;
                }
                if let Some(target) = &self.answers.target {
                    let (answer, trouble) = target.pass_on(&received.head, received.body.clone()).await;
                    received.how = trouble.map_or(How::Forwarded, How::NotForwarded);
                    return answer;
                }
            }
        }
        let Some(status) = self.answers.status else {
            return reply::json(StatusCode::OK, SUCCESS);
        };
        // That it is forged is the more important remark.
        if judged.is_ok() {
            received.how = How::Status;
        }
        reply::status(status)
    }

    async fn save(&self, received: &Received) -> Option<String> {
        let folder = self.folder.clone()?;
        let (at, head, body) = (received.at, received.head.clone(), received.body.clone());
        let is_genuine = received.verdict.is_genuine();
        let save = move || {
            let mut folder = folder.lock().unwrap_or_else(PoisonError::into_inner);
            folder.save(at, is_genuine, &head, &body)
        };
        match spawn_blocking(save).await.ok()? {
            Ok(name) => Some(name),
            Err(error) => {
                term::warn(format_args!("a request could not be saved: {error}"));
                None
            }
        }
    }

    async fn elsewhere(&self, head: &Parts) -> Response<Reply> {
        let answer = if head.uri.path() == self.path {
            reply::not_allowed("POST")
        } else {
            reply::status(StatusCode::NOT_FOUND)
        };
        let elsewhere = Elsewhere {
            method: head.method.as_str(),
            path: &self.hidden.target(head.uri.path()),
            status: answer.status().as_u16(),
        };
        self.summary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .count_elsewhere();
        self.output.print(self.show.elsewhere(&elsewhere, &self.url)).await;
        answer
    }
}
