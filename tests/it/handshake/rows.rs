//! What is sent to a provider's receiver, and how it is answered.

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use serde_json::Value;

use super::asked;
use super::askers::{Asker, SECRET};

/// A delivery of any provider but Microsoft Graph.
pub(super) const EVENT: &str = r#"{"type":"event_callback","event":{"type":"message"},"events":[{"id":1}]}"#;

/// One request, and its answer at every entrance.
pub(super) struct Row {
    pub(super) of: Asker,
    pub(super) name: &'static str,
    request: Request<Bytes>,
    pub(super) expect: Expect,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expect {
    /// The handshake, with this type and body.
    Answer(u16, Option<&'static str>, String),
    /// This header of the answer to the handshake, whose body is empty.
    Header(&'static str, &'static str),
    /// The request reaches the handler.
    Handled,
    /// An empty answer of this status.
    Refused(u16),
}

impl Row {
    pub(super) fn request(&self) -> Request<Full<Bytes>> {
        self.request.clone().map(Full::from)
    }
}

impl Expect {
    pub(super) fn is_handled(&self) -> bool {
        matches!(self, Self::Handled)
    }

    /// What is wrong with an answer.
    pub(super) fn fault(&self, answer: &Response<Bytes>) -> Option<&'static str> {
        let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap());
        let status = answer.status().as_u16();
        let guarded =
            header("x-content-type-options") == Some("nosniff") && header("cache-control") == Some("no-store");
        match self {
            Self::Answer(_, _, _) | Self::Header(_, _) if !guarded => Some("it is not guarded"),
            Self::Answer(wanted, _, _) if status != *wanted => Some("the status"),
            Self::Answer(_, kind, _) if header("content-type") != *kind => Some("the type"),
            Self::Answer(_, Some("application/json"), body) => {
                let json = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
                (json(answer.body()) != json(body.as_bytes())).then_some("the body")
            }
            Self::Answer(_, _, body) => (answer.body() != body.as_str()).then_some("the body"),
            Self::Header(name, value) if status != 200 || header(name) != Some(value) => Some("the header"),
            Self::Handled => (header("x-handled") != Some("yes")).then_some("it was not handled"),
            Self::Refused(wanted) if status != *wanted => Some("the status"),
            Self::Header(_, _) | Self::Refused(_) => (!answer.body().is_empty()).then_some("the body"),
        }
    }
}

/// The handshakes of a provider, what resembles them, and deliveries.
pub(super) fn rows(of: Asker) -> Vec<Row> {
    let row = |(name, request, expect)| {
        let request = if of.signs() { of.sign(request, SECRET) } else { request };
        Row {
            of,
            name,
            request,
            expect,
        }
    };
    let mut rows: Vec<_> = asked::requests(of).into_iter().map(row).collect();
    let refused = || Expect::Refused(of.refusal());
    let event = || request(Method::POST, "/hook", &[], of.event());
    let mut more = vec![
        ("a delivery", of.sign(event(), SECRET), Expect::Handled),
        ("an unsigned delivery", event(), refused()),
        ("a forged delivery", of.sign(event(), "whk_another_secret"), refused()),
    ];
    if of.signs() {
        let (_, handshake, _) = asked::requests(of).swap_remove(0);
        let forged = of.sign(handshake.clone(), "whk_another_secret");
        more.push(("an unsigned handshake", handshake, refused()));
        more.push(("a forged handshake", forged, refused()));
    }
    rows.extend(more.into_iter().map(|(name, request, expect)| Row {
        of,
        name,
        request,
        expect,
    }));
    rows
}

pub(super) fn request(method: Method, uri: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}
