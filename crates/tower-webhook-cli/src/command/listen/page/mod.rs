//! The page: the requests, live, in a browser. It is one file without anything from elsewhere. Its path has a random
//! token, so that other users of this machine, and strangers behind a tunnel, do not find it.

mod events;
mod guard;
mod places;
mod token;

use std::net::IpAddr;
use std::sync::Arc;

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::json;
use tokio::sync::{mpsc, watch};

use self::guard::Guard;
use self::places::Places;
use self::token::Token;
use super::listener::Listener;
use super::reply::{self, Reply};
use crate::outcome::Result;

const HTML: &str = include_str!("page.html");
/// Below this path and the token is the page, and what it asks for.
pub(super) const RESERVED: &str = "/-/";
const EVENTS: &str = "events";
const REQUESTS: &str = "requests/";
/// How many pages may be open at a time.
const MAX_STREAMS: usize = 16;

/// Only the script and the style of the file, by their hashes, and nothing from elsewhere.
const POLICY: &str = "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; \
    script-src 'sha256-aDgGo0U/Ze71z3vIA8d5UT4qS1pCuGi4ahd12rM/LPI='; style-src 'sha256-klk8BDaNXYh8mesIt/r00usnIkCsRVR4N7CGqqtynJ8='";

/// The page.
pub(super) struct Page {
    guard: Guard,
    token: Token,
    /// When the command was started, as a name for this run.
    run: u64,
    streams: Places,
    /// Ends all streams when it becomes true.
    pub(super) stopping: watch::Sender<bool>,
}

impl Page {
    /// # Errors
    ///
    /// A failure of usage when the system has no random bytes.
    pub(super) fn new(address: IpAddr, is_https: bool) -> Result<Self> {
        let now = jiff::Timestamp::now().as_millisecond();
        Ok(Self {
            guard: Guard { address, is_https },
            token: Token::random()?,
            run: u64::try_from(now).unwrap_or(0),
            streams: Places::new(MAX_STREAMS),
            stopping: watch::Sender::new(false),
        })
    }

    /// Where the page is. Whoever knows it reads all requests.
    pub(super) fn path(&self) -> String {
        format!("{RESERVED}{}/", self.token.text())
    }

    /// Whether a request is for the page.
    pub(super) fn serves(head: &Parts) -> bool {
        head.uri.path().starts_with(RESERVED)
    }

    pub(super) async fn answer(&self, listener: &Arc<Listener>, head: Parts) -> Response<Reply> {
        let below = head.uri.path().strip_prefix(RESERVED);
        let Some((guess, path)) = below.and_then(|below| below.split_once('/')) else {
            return reply::status(StatusCode::NOT_FOUND);
        };
        if !self.token.is(guess) {
            return reply::status(StatusCode::NOT_FOUND);
        }
        let replayed = path
            .strip_prefix(REQUESTS)
            .and_then(|rest| rest.strip_suffix("/replay"));
        let (allow, admitted) = match (path, replayed) {
            ("", _) => (Method::GET, self.guard.admit(&head)),
            (EVENTS, _) => (Method::GET, self.guard.admit_page(&head)),
            (_, Some(_)) => (Method::POST, self.guard.admit_change(&head)),
            _ => return reply::status(StatusCode::NOT_FOUND),
        };
        if head.method != allow {
            return reply::not_allowed(if allow == Method::GET { "GET" } else { "POST" });
        }
        if let Err(reason) = admitted {
            return reply::text(StatusCode::FORBIDDEN, format!("{reason}\n"));
        }
        match replayed {
            Some(number) => replay(listener, number).await,
            None if path == EVENTS => self.events(listener, &head),
            None => html(),
        }
    }

    fn events(&self, listener: &Arc<Listener>, head: &Parts) -> Response<Reply> {
        let last_id = head.headers.get("last-event-id").and_then(|id| id.to_str().ok());
        let (sender, receiver) = mpsc::channel(1);
        let listener = listener.clone();
        let last_id = last_id.map(str::to_owned);
        tokio::spawn(events::tell(listener, last_id, self.streams.take(), sender));
        let mut answer = Response::new(events::Stream(receiver).boxed_unsync());
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer
    }
}

/// Sends a kept request again, to this listener, and so to the target of `--forward` when it is genuine.
async fn replay(listener: &Arc<Listener>, number: &str) -> Response<Reply> {
    let received = number.parse().ok().and_then(|number| listener.kept.get(number));
    let Some(received) = received else {
        let gone = json!({ "error": "the request is no longer kept" });
        return reply::json(StatusCode::NOT_FOUND, gone.to_string());
    };
    if !received.is_whole {
        let cut = json!({ "error": "not all of its body is kept" });
        return reply::json(StatusCode::CONFLICT, cut.to_string());
    }
    let (answer, again) = listener.clone().again(&received).await;
    let result = json!({
        "number": again.as_ref().map(|again| again.number),
        "status": answer.status().as_u16(),
        "verdict": again.as_ref().map(|again| &again.verdict),
    });
    reply::json(StatusCode::OK, result.to_string())
}

fn html() -> Response<Reply> {
    let mut answer = reply::reply(HTML);
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_names_the_script_and_the_style_of_the_page_and_nothing_else_runs() {
        for element in ["script", "style"] {
            let parts: Vec<_> = HTML.split(&format!("<{element}>")).collect();
            let [_, rest] = parts[..] else {
                panic!("the page has one {element}")
            };
            let text = rest.split(&format!("</{element}>")).next().unwrap();
            let hash = STANDARD.encode(Sha256::digest(text));
            assert!(
                POLICY.contains(&format!("{element}-src 'sha256-{hash}'")),
                "{element}: {hash}"
            );
        }
        for outside in [
            "http://",
            "https://",
            "src=",
            "@import",
            "url(",
            "innerHTML",
            " style=\"",
        ] {
            assert!(!HTML.contains(outside), "{outside}");
        }
    }
}
