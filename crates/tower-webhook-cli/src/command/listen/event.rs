//! The name of the event that a request tells of.

use http::HeaderMap;

use super::members::text_members;

/// Headers in which providers name the event.
const HEADERS: [&str; 6] = [
    "x-github-event",
    "x-gitlab-event",
    "x-shopify-topic",
    "x-wc-webhook-topic",
    "x-event-key",
    "x-event-name",
];
/// Longer names are cut: a stranger may have written them.
const MAX_LETTERS: usize = 100;

/// The name in a header that is there for it, or else in the member `event` or `type` of a JSON object.
pub(super) fn name(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let of_header = HEADERS.iter().find_map(|name| headers.get(*name)?.to_str().ok());
    let of_body = || {
        let [event, kind] = text_members(body, ["event", "type"]);
        event.or(kind)
    };
    of_header.map(str::to_owned).or_else(of_body)
}

/// The name as it is shown: not all of it when it is long.
pub(super) fn shown(name: &str) -> String {
    match name.char_indices().nth(MAX_LETTERS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(headers: &[(&'static str, &str)], body: &str) -> Option<String> {
        let headers = headers.iter();
        let headers = headers
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        name(&headers, body.as_bytes())
    }

    #[test]
    fn a_header_names_the_event_or_else_the_body() {
        let event = Some("lead.created".to_owned());
        let push = Some("push".to_owned());
        assert_eq!(name_of(&[], r#"{"event":"lead.created","type":"x"}"#), event);
        assert_eq!(name_of(&[], r#"{"event":{},"type":"lead.created"}"#), event);
        assert_eq!(name_of(&[("x-github-event", "push")], r#"{"type":"x"}"#), push);
        assert_eq!(name_of(&[], "no JSON"), None);
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        assert_eq!(shown(&"é".repeat(1_000_000)), format!("{}…", "é".repeat(100)));
        assert_eq!(shown("lead.created"), "lead.created");
    }
}
