//! The contract: one table of cases, and every entrance must answer each of them alike.
//!
//! A case that must hold everywhere is a row in `headers`, `macs`, `bodies`, `limits` or `deadlines`. The same rows go
//! through real sockets in `sockets`.

mod bodies;
pub(crate) mod case;
mod deadlines;
pub(crate) mod entrance;
mod headers;
mod limits;
mod macs;

use std::fmt::Debug;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response};
use tokio::time::{Instant, timeout};
use tower_webhook::Rejection;

use self::case::{Case, Copy, Expect, Polls};
use self::entrance::{Aspect, Call, Calls, Entrance};
use crate::support::body::Log;

/// Every row of the table.
pub(crate) fn cases() -> Vec<Case> {
    [
        headers::cases(),
        macs::cases(),
        bodies::cases(),
        limits::cases(),
        deadlines::cases(),
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
                    .map(|complaint| format!("{entrance:?}: {}: {complaint}", case.name)),
            );
        }
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn each_row_has_a_name_of_its_own() {
    let mut names: Vec<_> = cases().into_iter().map(|case| case.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}

/// What one entrance was seen to do.
struct Seen {
    response: Response<Bytes>,
    calls: Vec<Call>,
    took: Duration,
    body: Log,
    /// Where the sender's first frame was.
    sent_at: Option<usize>,
}

/// Runs a case; what is returned are the complaints.
async fn run(case: &Case, entrance: Entrance) -> Vec<String> {
    let mut request = (case.request)();
    request
        .headers_mut()
        .insert("x-request-id", HeaderValue::from_static(case.name));
    let (body, sent_at) = (request.body().log(), request.body().address());
    let (calls, start) = (Calls::default(), Instant::now());

    // With the clock paused this is no time at all; without it, a case that waits for ever would do so.
    let answer = entrance.send((case.verifier)(), request, calls.clone());
    let Ok(response) = timeout(Duration::from_hours(24), answer).await else {
        return vec!["no answer".to_owned()];
    };
    let calls = std::mem::take(&mut *calls.lock().unwrap());
    let seen = Seen {
        response,
        calls,
        took: start.elapsed(),
        body,
        sent_at,
    };

    let mut complaints = Complaints::default();
    complaints.unless_equal("seconds", seen.took.as_secs(), case.takes.as_secs());
    let flattened = seen.body.in_pieces() && !entrance.can_show(Aspect::Segments);
    complaints.unless_equal("a frame made one piece on the way", seen.body.flattened(), flattened);
    match &case.expect {
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
        complaints.unless_equal("extension's address", call.extension.as_ref().map(at), seen.sent_at);
    }
}

fn refused(seen: &Seen, rejection: &Rejection, polls: &Polls, entrance: Entrance, complaints: &mut Complaints) {
    complaints.unless_equal("status", seen.response.status(), rejection.status());
    complaints.unless_equal("body", seen.response.body(), &Bytes::new());
    complaints.unless_equal("calls", seen.calls.len(), 0);
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
