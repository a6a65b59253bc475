//! The service: each request is collected, judged, answered, shown and kept.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::HOST;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tower_webhook::{BufferedBody, Rejection, VerifiedBody};
use tower_webhook_server::Body;

use super::collect::{Bounds, Collected};
use super::forward::Target;
use super::handshake::{Asked, Handshakes};
use super::kept::Kept;
use super::output::Output;
use super::page::Page;
use super::received::{How, Received};
use super::reply::{self, Reply};
use super::save::Folder;
use super::show::{Elsewhere, Show};
use super::summary::Summary;
use super::trust::{Judge, Trust};
use crate::term;
use crate::verdict::Verdict;

/// The answer of the vendor's own sample.
const SUCCESS: &str = r#"{"status":"success"}"#;

/// A receiver of webhooks.
pub(super) struct Listener {
    /// The name of the scheme.
    pub(super) scheme: &'static str,
    pub(super) trust: Trust,
    pub(super) handshakes: Handshakes,
    pub(super) bounds: Bounds,
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
        if head.uri.path() == self.path && (head.method == Method::POST || self.is_handshake(&head).await) {
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

    /// Whether a request by another method than POST is a handshake.
    async fn is_handshake(&self, head: &Parts) -> bool {
        self.handshakes.in_front(head).await.is_some()
    }

    /// Sends a request that was received before to this listener again.
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
        let is_whole = collected.rejection.is_none();
        let asked = if is_whole {
            self.handshakes.in_front(&head).await
        } else {
            None
        };
        let (answer, mut received) = if let Some(asked) = asked {
            self.shake_hands(asked, head, collected.bytes.clone())
        } else {
            self.judge(head, &collected).await
        };
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

    async fn judge(&self, head: Parts, collected: &Collected) -> (Response<Reply>, Received) {
        let judge = self.trust.now();
        let judged = match &collected.rejection {
            Some(rejection) => Err(rejection.clone()),
            None => verify(&judge, &head, &collected.bytes).await,
        };
        let verdict = match &judged {
            Ok(verified) => Verdict::genuine(verified.signed_by()),
            Err(rejection) => Verdict::from(rejection),
        };
        let is_whole = collected.rejection.is_none();
        let mut received = Received::new(head, collected.bytes.clone(), is_whole, verdict, &judge.hidden);
        (self.choose(&judged, &mut received).await, received)
    }

    /// Answers a handshake that is not signed, and takes the secret that it brings.
    fn shake_hands(&self, asked: Asked, head: Parts, body: Bytes) -> (Response<Reply>, Received) {
        let verdict = Verdict::unsigned_handshake();
        let mut received = match asked.shows.clone() {
            Some(secret) => Received::new(head, body, true, verdict, &self.trust.hidden_with(secret)),
            None => Received::new(head, body, true, verdict, &self.trust.now().hidden),
        };
        received.how = asked.how;
        if asked.is_taken
            && let Some(secret) = asked.shows
        {
            match self.trust.take(secret) {
                Ok(()) => term::note("The secret of the handshake was taken: what it signs is genuine from now on"),
                Err(_) => term::warn("the secret of the handshake cannot be used"),
            }
        }
        (asked.answer, received)
    }

    async fn choose(&self, judged: &Result<VerifiedBody, Rejection>, received: &mut Received) -> Response<Reply> {
        match judged {
            // Whatever was not read to its end was not judged, and so is not known to be forged.
            Err(rejection) if !(self.answers.accept_forged && received.is_whole) => {
                return rejection
                    .clone()
                    .into_response::<Bytes>()
                    .map(|body| reply::reply(body).into_body());
            }
            Err(_) => received.how = How::AcceptedForged,
            Ok(verified) => {
                if let Some(asked) = self.handshakes.behind(&received.head, verified).await {
                    received.how = asked.how;
                    return asked.answer;
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
            path: &self.trust.now().hidden.target(head.uri.path()),
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

async fn verify(judge: &Judge, head: &Parts, body: &Bytes) -> Result<VerifiedBody, Rejection> {
    let request = Request::from_parts(head.clone(), BufferedBody::new(body.clone()));
    let mut request = judge.verifier.verify_request(request).await?;
    let verified = request.extensions_mut().remove::<VerifiedBody>();
    Ok(verified.expect("a verifier leaves it in every request that it lets through"))
}
