//! The handshakes that are signed. Another form of one reaches the handler.

use http::Method;

use super::super::rows::Expect::{Answer, Handled};
use super::super::rows::request;
use super::{Asked, empty, json, post, text};

pub(super) fn discord_events() -> Vec<Asked> {
    let answer = Answer(204, Some("application/json"), String::new());
    vec![
        ("a ping", post(r#"{"version":1,"application_id":"1","type":0}"#), answer),
        (
            "an event",
            post(r#"{"version":1,"type":1,"event":{"type":"X"}}"#),
            Handled,
        ),
        ("another type", post(r#"{"type":"0"}"#), Handled),
        ("a nested type", post(r#"{"data":{"type":0}}"#), Handled),
        ("two types", post(r#"{"type":0,"type":0}"#), Handled),
    ]
}

pub(super) fn discord_interactions() -> Vec<Asked> {
    vec![
        (
            "a ping",
            post(r#"{"id":"1","type":1,"token":"t"}"#),
            json(r#"{"type":1}"#),
        ),
        ("a command", post(r#"{"id":"1","type":2}"#), Handled),
        ("a ping of the events", post(r#"{"type":0}"#), Handled),
        ("a negative type", post(r#"{"type":-1}"#), Handled),
    ]
}

pub(super) fn slack() -> Vec<Asked> {
    let challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P";
    let ask = |challenge: &str| {
        post(format!(
            r#"{{"token":"Jhj5","challenge":"{challenge}","type":"url_verification"}}"#
        ))
    };
    let nested = "[".repeat(4000) + &"]".repeat(4000);
    let deep = format!(r#"{{"type":"url_verification","challenge":"a","more":{nested}}}"#);
    let deep_challenge = format!(r#"{{"type":"url_verification","challenge":{nested}}}"#);
    let large = format!(
        r#"{{"type":"url_verification","challenge":"a","more":"{}"}}"#,
        "x".repeat(8192)
    );
    vec![
        ("a challenge", ask(challenge), text(challenge)),
        ("with an escape", ask("a\\u002db"), text("a-b")),
        (
            "another type",
            post(r#"{"type":"event_callback","challenge":"a"}"#),
            Handled,
        ),
        ("no challenge", post(r#"{"type":"url_verification"}"#), Handled),
        (
            "a challenge of another type",
            post(r#"{"type":"url_verification","challenge":1}"#),
            Handled,
        ),
        ("a form", post("type=url_verification&challenge=a"), Handled),
        ("markup", ask("<b>"), Handled),
        ("markup, escaped", ask("\\u003cb\\u003e"), Handled),
        ("a control character", ask("a\\u0000"), Handled),
        ("a long challenge", ask(&"a".repeat(513)), Handled),
        (
            "two challenges",
            post(r#"{"type":"url_verification","challenge":"a","challenge":"b"}"#),
            Handled,
        ),
        ("beside deep JSON", post(deep), text("a")),
        ("deep JSON", post(deep_challenge), Handled),
        ("a large body", post(large), Handled),
        (
            "an array",
            post(r#"[{"type":"url_verification","challenge":"a"}]"#),
            Handled,
        ),
        (
            "more after it",
            post(r#"{"type":"url_verification","challenge":"a"} {}"#),
            Handled,
        ),
    ]
}

pub(super) fn twitch() -> Vec<Asked> {
    let challenge = r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"status":"pending"}}"#;
    let ask =
        |kind, body: &'static str| request(Method::POST, "/hook", &[("twitch-eventsub-message-type", kind)], body);
    let asks = |body| ask("webhook_callback_verification", body);
    vec![
        ("a challenge", asks(challenge), text("pogchamp-kappa-360noscope-vohiyo")),
        ("a notification", ask("notification", challenge), Handled),
        ("a revocation", ask("revocation", challenge), Handled),
        ("without a type", post(challenge), Handled),
        ("without a challenge", asks(r#"{"subscription":{}}"#), Handled),
        ("markup", asks(r#"{"challenge":"<script>"}"#), Handled),
    ]
}

pub(super) fn xero() -> Vec<Asked> {
    vec![
        (
            "an intent to receive",
            post(r#"{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"FXUN"}"#),
            empty(200),
        ),
        (
            "an event",
            post(r#"{"events":[{"eventType":"UPDATE"}],"lastEventSequence":1,"firstEventSequence":1,"entropy":"a"}"#),
            Handled,
        ),
        (
            "a later first number",
            post(r#"{"events":[],"lastEventSequence":0,"firstEventSequence":1,"entropy":"a"}"#),
            Handled,
        ),
        (
            "a later last number",
            post(r#"{"events":[],"lastEventSequence":1,"firstEventSequence":0,"entropy":"a"}"#),
            Handled,
        ),
        ("no numbers", post(r#"{"events":[],"entropy":"a"}"#), Handled),
        (
            "an event in first place",
            post(r#"{"events":[1],"lastEventSequence":0,"firstEventSequence":0}"#),
            Handled,
        ),
    ]
}

pub(super) fn zoom() -> Vec<Asked> {
    let ask = |event: &str, token: &str| post(format!(r#"{{"event":"{event}","payload":{{"plainToken":"{token}"}}}}"#));
    let asks = |token: &str| ask("endpoint.url_validation", token);
    vec![
        (
            "a token",
            asks("qgg8vlvZRS6UYooatFL8Aw"),
            json(
                r#"{"encryptedToken":"9afb0b82fed3e404fda6064177cf481dce83b52c774ae4988546437ce52ac5c0","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}"#,
            ),
        ),
        ("another event", ask("meeting.started", "a"), Handled),
        ("what Zoom signs", asks("v0:1720000000:{}"), Handled),
        ("an empty token", asks(""), Handled),
        ("a long token", asks(&"a".repeat(513)), Handled),
        (
            "no token",
            post(r#"{"event":"endpoint.url_validation","payload":{}}"#),
            Handled,
        ),
        ("no payload", post(r#"{"event":"endpoint.url_validation"}"#), Handled),
    ]
}
