//! The listener as one of the proxies by which a request goes.
//!
//! Two listeners may pass on to each other. Each writes its name into [`Via`], and answers 508 when it reads it there.
//!
//! [`Via`]: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.3

use std::sync::Arc;

use http::header::VIA;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, Version};
use tower_webhook::scheme::Head;

use crate::hop_by_hop;
use crate::outcome::Result;
use crate::random;
use crate::scheme::AnyScheme;

/// So many proxies lie between a provider and a receiver only when they pass on to each other.
const MAX_HOPS: usize = 10;

/// This listener.
pub(super) struct Hop {
    /// The name of this run, which no other one has.
    name: String,
    scheme: Arc<dyn AnyScheme>,
}

/// Why a request was not passed on, or its answer not back, and the status that says so.
pub(super) struct Trouble {
    pub(super) status: StatusCode,
    pub(super) reason: String,
}

impl Hop {
    /// # Errors
    ///
    /// A failure of usage when the system has no random bytes.
    pub(super) fn new(scheme: Arc<dyn AnyScheme>) -> Result<Self> {
        let name = format!("tower-webhook-{}", random::name()?);
        Ok(Self { name, scheme })
    }

    /// The headers with which a request is passed on.
    ///
    /// # Errors
    ///
    /// 508 when it came from here before, or by many proxies; 400 when its signature would be left out.
    pub(super) fn headers(&self, head: &Parts) -> Result<HeaderMap, Trouble> {
        let trouble = |status, reason| Trouble { status, reason };
        if hops(&head.headers).any(|hop| hop == self.name) {
            let reason = "it was passed on from here before: the target of --forward leads back here";
            return Err(trouble(StatusCode::LOOP_DETECTED, reason.to_owned()));
        }
        if hops(&head.headers).count() >= MAX_HOPS {
            let reason = format!("it came by {MAX_HOPS} proxies or more: do they pass on to each other?");
            return Err(trouble(StatusCode::LOOP_DETECTED, reason));
        }
        let mut passed_on = head.clone();
        passed_on.headers = hop_by_hop::of_request(&head.headers);
        // A stranger who sends a genuine request again could have the signature left out.
        if self.scheme.judge(Head::from(&passed_on)).is_err() {
            let reason = "its header Connection names a header of the signature, which would be left out";
            return Err(trouble(StatusCode::BAD_REQUEST, reason.to_owned()));
        }
        let mut headers = passed_on.headers;
        headers.append(VIA, via(head.version, &self.name));
        Ok(headers)
    }
}

impl Trouble {
    /// No answer came from the target that can be passed back.
    pub(super) fn gateway(reason: String) -> Self {
        let status = StatusCode::BAD_GATEWAY;
        Self { status, reason }
    }
}

/// By whom a request came: each `received-by` in `Via`.
fn hops(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(VIA).iter();
    let hops = lines.flat_map(|line| line.to_str().unwrap_or_default().split(','));
    hops.filter_map(|hop| hop.split_ascii_whitespace().nth(1))
}

fn via(version: Version, name: &str) -> HeaderValue {
    let version = match version {
        Version::HTTP_2 => "2",
        Version::HTTP_10 => "1.0",
        _ => "1.1",
    };
    HeaderValue::try_from(format!("{version} {name}")).expect("a name of visible letters")
}

#[cfg(test)]
mod tests {
    use http::Request;
    use tower_webhook::scheme::Slack;

    use super::*;
    use crate::scheme::any;

    fn hop() -> Hop {
        Hop::new(any(Slack)).unwrap()
    }

    /// The status of the refusal, or 200.
    fn status(hop: &Hop, more: &[(&str, &str)]) -> u16 {
        let mut request = Request::post("/")
            .header("x-slack-signature", format!("v0={}", "0".repeat(64)))
            .header("x-slack-request-timestamp", "1716287400");
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let head = request.body(()).unwrap().into_parts().0;
        match hop.headers(&head) {
            Ok(headers) => {
                assert!(hops(&headers).any(|name| name == hop.name));
                200
            }
            Err(trouble) => trouble.status.as_u16(),
        }
    }

    #[test]
    fn a_request_that_was_here_before_is_not_passed_on_again() {
        let this = hop();
        let own = format!("1.1 proxy, 1.1 {}", this.name);
        let other = format!("1.1 proxy, 1.1 {}0", this.name);
        assert_eq!(status(&this, &[("via", &own)]), 508);
        assert_eq!(status(&this, &[("via", "2 elsewhere"), ("via", &own)]), 508);
        assert_eq!(status(&this, &[("via", &other)]), 200);
    }

    #[test]
    fn a_request_that_came_by_many_proxies_is_not_passed_on() {
        let many = |count: usize| vec!["1.1 other"; count].join(", ");
        assert_eq!(status(&hop(), &[("via", &many(9))]), 200);
        assert_eq!(status(&hop(), &[("via", &many(10))]), 508);
        assert_eq!(status(&hop(), &[("via", &many(5)), ("via", &many(5))]), 508);
    }

    #[test]
    fn connection_names_no_header_of_the_signature() {
        for (named, expected) in [
            ("close", 200),
            ("x-other", 200),
            ("X-Slack-Signature", 400),
            ("keep-alive, x-slack-request-timestamp", 400),
        ] {
            assert_eq!(status(&hop(), &[("connection", named)]), expected, "{named}");
        }
    }
}
