//! The contract: one table of cases, and every entrance must answer each of them alike.
//!
//! A case that must hold everywhere is a row in `headers`, `macs`, `bodies`, `limits`, `deadlines`, `keys`, `form` or
//! `sources`, for every scheme in `provider`. The same rows go through real sockets in `sockets`.

mod bodies;
pub(crate) mod case;
mod deadlines;
pub(crate) mod entrance;
pub(crate) mod form;
mod headers;
mod keys;
mod limits;
mod macs;
pub(crate) mod provider;
pub(crate) mod sources;

use std::collections::HashSet;
use std::fmt::Debug;
use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Response};
use tokio::time::{Instant, timeout};
use tower_webhook::Rejection;

use self::case::{Case, Copy, Expect, Polls};
use self::entrance::{Aspect, Call, Calls, Entrance};
use self::provider::Provider;
use crate::support::body::{Log, WatchedBody};

/// Every row of the table, for every scheme.
pub(crate) fn cases() -> impl Iterator<Item = Case> {
    provider::ALL.into_iter().flat_map(cases_of)
}

/// The rows about the headers that are signatures, for one scheme.
pub(crate) use self::headers::cases as header_cases;

/// Every row of the table for one scheme.
pub(crate) fn cases_of(of: Provider) -> Vec<Case> {
    [
        headers::cases(of),
        macs::cases(of),
        bodies::cases(of),
        limits::cases(of),
        deadlines::cases(of),
        keys::cases(of),
        form::cases(of),
        sources::cases(of),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test(start_paused = true)]
async fn every_entrance_answers_every_case_alike() {
    let mut broken = Vec::new();
    for case in cases() {
        for entrance in entrance::ALL {
            broken.extend(
                run(&case, entrance)
                    .await
                    .into_iter()
                    .map(|complaint| format!("{entrance:?}, {:?}: {}: {complaint}", case.of, case.name)),
            );
        }
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn each_row_has_a_name_of_its_own() {
    for of in provider::ALL {
        let mut names = HashSet::new();
        for case in cases_of(of) {
            assert!(names.insert(case.name.clone()), "{of:?}: {}", case.name);
        }
    }
}

/// What one entrance was seen to do.
struct Seen {
    response: Response<Bytes>,
    calls: Vec<Call>,
    took: Duration,
    body: Log,
}

/// Runs a case; what is returned are the complaints.
async fn run(case: &Case, entrance: Entrance) -> Vec<String> {
    let verifier = (case.verifier)();
    let mut request = (case.request)().map(|body| WatchedBody::new(body).cut_at(case.cut));
    let request_id = HeaderValue::try_from(&case.name).unwrap();
    request.headers_mut().insert("x-request-id", request_id);
    let body = request.body().log();
    let (calls, start) = (Calls::default(), Instant::now());

    // With the clock paused this is no time at all; without it, a case that waits for ever would do so.
    let answer = entrance.send(verifier, request, calls.clone());
    let Ok(response) = timeout(Duration::from_hours(24), answer).await else {
        return vec!["no answer".to_owned()];
    };
    let calls = std::mem::take(&mut *calls.lock().unwrap());
    let seen = Seen {
        response,
        calls,
        took: start.elapsed(),
        body,
    };

    let mut complaints = Complaints::default();
    complaints.unless_equal("seconds", seen.took.as_secs(), case.takes.as_secs());
    let flattened = seen.body.in_pieces() && !entrance.can_show(Aspect::Segments);
    complaints.unless_equal("a frame made one piece on the way", seen.body.flattened(), flattened);
    if let Some(also) = &case.also {
        complaints.unless_equal("what must be true besides", also(), true);
    }
    match &case.expect {
        _ if case.needs.is_some_and(|aspect| !entrance.can_show(aspect)) => {
            refused(&seen, &Rejection::UnknownKey, &Polls::Any, entrance, &mut complaints);
        }
        Expect::Accepted { content, copy } => accepted(&seen, content, copy, case, entrance, &mut complaints),
        Expect::Refused { rejection, polls } => refused(&seen, rejection, polls, entrance, &mut complaints),
    }
    complaints.0
}

fn accepted(seen: &Seen, content: &Bytes, copy: &Copy, case: &Case, entrance: Entrance, complaints: &mut Complaints) {
    complaints.unless_equal("status", seen.response.status().as_u16(), 200);
    complaints.unless_equal("handled", seen.response.headers().contains_key("x-handled"), true);
    complaints.unless_equal("echo", seen.response.body(), content);
    let [call] = seen.calls.as_slice() else {
        complaints.unless_equal("calls", seen.calls.len(), 1);
        return;
    };
    let request_id = call.headers.get("x-request-id").map(HeaderValue::as_bytes);
    complaints.unless_equal("a header of the request", request_id, Some(case.name.as_bytes()));
    complaints.unless_equal("extension", call.extension.as_ref(), Some(content));
    complaints.unless_equal("key", call.key.as_deref(), case.key);
    let (body, trailers) = (
        entrance.can_show(Aspect::HandlerBody).then_some(content),
        entrance.can_show(Aspect::HandlerTrailers).then_some(false),
    );
    complaints.unless_equal("handler's body", call.body.as_ref(), body);
    complaints.unless_equal("handler's trailers", call.trailers, trailers);

    if content.is_empty() {
        return;
    }
    let at = |bytes: &Bytes| bytes.as_ptr().addr();
    if let Some(body) = &call.body {
        complaints.unless_equal("body's address", Some(at(body)), call.extension.as_ref().map(at));
    }
    if *copy == Copy::Forbidden {
        complaints.unless_equal(
            "extension's address",
            call.extension.as_ref().map(at),
            Some(seen.body.first_at()),
        );
    }
}

fn refused(seen: &Seen, rejection: &Rejection, polls: &Polls, entrance: Entrance, complaints: &mut Complaints) {
    complaints.unless_equal("status", seen.response.status(), rejection.status());
    complaints.unless_equal("body", seen.response.body(), &Bytes::new());
    complaints.unless_equal("calls", seen.calls.len(), 0);
    let retry_after = seen.response.headers().get(RETRY_AFTER).map(HeaderValue::as_bytes);
    let wanted = (*rejection == Rejection::SecretSource).then_some(&b"10"[..]);
    complaints.unless_equal("retry-after", retry_after, wanted);
    let reason = seen.response.extensions().get::<Rejection>();
    complaints.unless_equal("code", reason.map(Rejection::code), Some(rejection.code()));

    let polled = seen.body.polls();
    match polls {
        Polls::Any => {}
        Polls::Exactly(times) => complaints.unless_equal("polls", polled, *times),
        Polls::NeverGivenTheHint => {
            complaints.unless_equal("unread", polled == 0, entrance.can_show(Aspect::SizeHint));
        }
    }
}

#[derive(Default)]
struct Complaints(Vec<String>);

impl Complaints {
    #[expect(clippy::needless_pass_by_value, reason = "most of what is compared is made for it")]
    fn unless_equal<T: PartialEq + Debug>(&mut self, what: &str, seen: T, wanted: T) {
        if seen != wanted {
            self.0.push(format!("{what}: {seen:?} instead of {wanted:?}"));
        }
    }
}
