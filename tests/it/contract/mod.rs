//! The contract: one table of cases, each of which every entrance must answer alike.
//!
//! A case is a row in `headers`, `macs`, `bodies`, `limits`, `budget`, `deadlines`, `secrets` or `sources`, for one
//! scheme of each kind in `provider`. `essentials` has the rows for the other schemes, and `inside` those for schemes
//! whose signature is in the body. `table` checks that no scheme of the core is without rows. `sockets` sends the same
//! rows through real sockets.

pub(crate) mod acme;
mod bodies;
mod budget;
pub(crate) mod case;
mod deadlines;
pub(crate) mod entrance;
mod essentials;
mod headers;
pub(crate) mod inside;
pub(crate) mod kind;
mod limits;
mod macs;
pub(crate) mod own_key;
pub(crate) mod provider;
mod secrets;
pub(crate) mod sources;
pub(crate) mod supply;
mod table;

use std::collections::HashSet;
use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio::time::{Instant, timeout};
use tower_webhook::{Rejection, RejectionKind};

use self::case::{Case, Copy, Expect, Polls};
use self::entrance::{Aspect, Call, Calls, Entrance};
use self::provider::Provider;
use crate::support::body::{Log, WatchedBody};

/// Every row of the table, for one scheme of each kind.
pub(crate) fn cases() -> impl Iterator<Item = Case> {
    provider::KINDS.into_iter().flat_map(cases_of)
}

/// The schemes of which only the essentials go to every entrance.
fn others() -> impl Iterator<Item = Provider> {
    provider::in_headers().filter(|of| !provider::KINDS.contains(of))
}

/// The rows about headers, for one scheme.
pub(crate) use self::headers::cases as header_cases;

/// Every row of the table for one scheme.
pub(crate) fn cases_of(of: Provider) -> Vec<Case> {
    [
        headers::cases(of),
        macs::cases(of),
        bodies::cases(of),
        limits::cases(of),
        budget::cases(of),
        deadlines::cases(of),
        secrets::cases(of),
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
            broken.extend(run(&case, entrance).await);
        }
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

/// All entrances read the headers of a scheme alike, so each row about them goes to one entrance in turn.
#[tokio::test(start_paused = true)]
async fn every_entrance_verifies_by_every_other_scheme() {
    let mut broken = Vec::new();
    for case in others().flat_map(essentials::cases) {
        for entrance in entrance::ALL {
            broken.extend(run(&case, entrance).await);
        }
    }
    for (case, entrance) in others().flat_map(header_cases).zip(entrance::ALL.into_iter().cycle()) {
        broken.extend(run(&case, entrance).await);
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn every_entrance_verifies_signatures_in_the_body() {
    let mut broken = Vec::new();
    for case in inside::cases() {
        for entrance in entrance::ALL {
            broken.extend(run(&case, entrance).await);
        }
    }
    assert!(broken.is_empty(), "{} complaints:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn each_row_has_a_name_of_its_own() {
    for of in provider::in_headers() {
        let mut names = HashSet::new();
        for case in cases_of(of) {
            assert!(names.insert(case.name.clone()), "{of:?}: {}", case.name);
        }
    }
}

/// What one entrance did with a case.
struct Outcome {
    response: Response<Bytes>,
    calls: Vec<Call>,
    took: Duration,
    body: Log,
}

/// Runs a case, and returns each difference from the expected outcome.
async fn run(case: &Case, entrance: Entrance) -> Vec<String> {
    let verifier = (case.verifier)();
    let mut request = (case.request)().map(|body| WatchedBody::new(body).cut_at(case.cut));
    let request_id = HeaderValue::try_from(&case.name).unwrap();
    request.headers_mut().insert("x-request-id", request_id);
    let body = request.body().log();
    let (calls, start) = (Calls::default(), Instant::now());

    // The clock is paused: a case that waits forever fails here at once.
    let answer = verifier.send(case.of, request, entrance, calls.clone());
    let Ok(response) = timeout(Duration::from_hours(24), answer).await else {
        return vec![format!("{entrance:?}, {:?}: {}: no answer", case.of, case.name)];
    };
    let calls = std::mem::take(&mut *calls.lock().unwrap());
    let seen = Outcome {
        response,
        calls,
        took: start.elapsed(),
        body,
    };

    let mut complaints = Complaints::default();
    complaints.unless_equal("seconds", seen.took.as_secs(), case.takes.as_secs());
    let flattened = seen.body.in_pieces() && !entrance.can_show(Aspect::Segments);
    complaints.unless_equal("a frame was flattened", seen.body.flattened(), flattened);
    if let Some(also) = &case.also {
        complaints.unless_equal("the condition of the case", also(), true);
    }
    match &case.expect {
        _ if case.needs.is_some_and(|aspect| !entrance.can_show(aspect)) => {
            refused(
                case.of,
                &seen,
                RejectionKind::UnknownSecret,
                None,
                None,
                &mut complaints,
            );
        }
        Expect::Accepted { content, copy } => accepted(&seen, content, copy, case, entrance, &mut complaints),
        Expect::Refused {
            kind,
            header,
            cause,
            polls,
        } => {
            refused(case.of, &seen, *kind, header.as_ref(), *cause, &mut complaints);
            polled(&seen, polls, entrance, &mut complaints);
        }
    }
    let complaints = complaints.0.into_iter();
    complaints
        .map(|complaint| format!("{entrance:?}, {:?}: {}: {complaint}", case.of, case.name))
        .collect()
}

fn accepted(
    seen: &Outcome,
    content: &Bytes,
    copy: &Copy,
    case: &Case,
    entrance: Entrance,
    complaints: &mut Complaints,
) {
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
    complaints.unless_equal("signed_by", call.signed_by.as_deref(), case.signed_by);
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

/// The peer sees the status alone; the operator finds the whole reason in the extensions.
fn refused(
    of: Provider,
    seen: &Outcome,
    kind: RejectionKind,
    header: Option<&HeaderName>,
    cause: Option<&str>,
    complaints: &mut Complaints,
) {
    let status = match kind.status() {
        StatusCode::FORBIDDEN => of.refusal(),
        other => other,
    };
    complaints.unless_equal("status", seen.response.status(), status);
    complaints.unless_equal("body", seen.response.body(), &Bytes::new());
    complaints.unless_equal("calls", seen.calls.len(), 0);
    let retry_after = seen.response.headers().get(RETRY_AFTER).map(HeaderValue::as_bytes);
    let wanted = (kind.status() == 503).then_some(&b"10"[..]);
    complaints.unless_equal("retry-after", retry_after, wanted);
    // axum adds the length of the empty body.
    let expected = [RETRY_AFTER, CONTENT_LENGTH];
    let others = seen.response.headers().keys().filter(|name| !expected.contains(name));
    complaints.unless_equal("other headers", others.count(), 0);

    let Some(rejection) = seen.response.extensions().get::<Rejection>() else {
        complaints.unless_equal("a rejection in the extensions", false, true);
        return;
    };
    complaints.unless_equal("kind", rejection.kind(), kind);
    complaints.unless_equal("header", rejection.header(), header);
    if let RejectionKind::MissingSignature | RejectionKind::MalformedSignature = kind
        && header.is_none()
    {
        complaints.unless_equal(
            "a cause, where no header is at fault",
            cause_of(rejection).is_some(),
            true,
        );
        return;
    }
    complaints.unless_equal("cause", cause_of(rejection).as_deref(), cause);
}

/// The last error in the chain of sources: frameworks wrap the error of a body.
fn cause_of(rejection: &Rejection) -> Option<String> {
    let mut last = rejection.source()?;
    while let Some(source) = last.source() {
        last = source;
    }
    Some(last.to_string())
}

fn polled(seen: &Outcome, polls: &Polls, entrance: Entrance, complaints: &mut Complaints) {
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
    #[expect(clippy::needless_pass_by_value, reason = "most values are made for the comparison")]
    fn unless_equal<T: PartialEq + Debug>(&mut self, what: &str, seen: T, wanted: T) {
        if seen != wanted {
            self.0.push(format!("{what}: {seen:?} instead of {wanted:?}"));
        }
    }
}
