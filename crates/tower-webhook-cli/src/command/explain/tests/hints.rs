//! What is seen when nothing fits, the strongest evidence first.

use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use http::HeaderValue;

use super::*;
use crate::command::explain::budget::Budget;
use crate::command::explain::{explain, hints as seen};
use crate::moment::Times;

/// The hints of a case as of this time: their names and texts.
fn hints(case: &Case, now: i64) -> Vec<(String, String)> {
    let now = UNIX_EPOCH + Duration::from_secs(now.unsigned_abs());
    let report = serde_json::to_value(explain(case, &Times::at(now))).unwrap();
    assert_eq!(report["explained"], false, "{report}");
    let hints = report["hints"].as_array().unwrap().iter();
    let text = |hint: &serde_json::Value, member| hint[member].as_str().unwrap().to_owned();
    hints.map(|hint| (text(hint, "hint"), text(hint, "text"))).collect()
}

/// The text of the hint with this name, if it is there.
fn hint(case: &Case, name: &str) -> Option<String> {
    let mut hints = hints(case, NOW).into_iter();
    hints.find(|(other, _)| other == name).map(|(_, text)| text)
}

/// A request with these headers, by a scheme of any kind.
fn received(name: &str, headers: &[(&'static str, &str)], body: impl AsRef<[u8]>) -> Case {
    let known = KNOWN.iter().find(|known| known.name == name).unwrap();
    let scheme = known.chosen().scheme;
    let mut head = Request::post("/hook").body(()).unwrap().into_parts().0;
    for (name, value) in headers {
        head.headers
            .append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    Case::new(head, body.as_ref().to_vec(), [keyed(&scheme, KEY)], scheme)
}

/// The case without this header.
fn without(case: &Case, header: &str) -> Case {
    let mut head = http::request::Parts::clone(&case.head);
    head.headers.remove(header).unwrap();
    case.with_head(head)
}

#[test]
fn the_refusal_comes_first_and_then_the_signed_time() {
    let slack = signed_body(&named("slack"), BODY).with_body("unrelated");
    let x = named("x");
    let list = Request::post("/").body(b"[1]".to_vec()).unwrap();
    let (head, body) = x.signer(&secret(KEY)).unwrap().sign(list).into_parts();
    let standard = signed_body(&named("standard-webhooks"), BODY);
    let github = signed_body(&named("github"), BODY).with_header(
        &HeaderName::from_static("x-hub-signature-256"),
        HeaderValue::from_static("sha256=00"),
    );
    let form = "the form is `x-hub-signature-256: sha256=<64 lower-case hex digits>`";
    let unsigned_adyen = r#"{"notificationItems":[{"NotificationRequestItem":{"pspReference":"1","eventCode":"A"}}]}"#;
    let (missing, malformed) = (
        "missing_signature: signature in the body is missing; is the request signed?",
        "malformed_signature: a required header does not have the form that the scheme prescribes",
    );
    let mismatch = "signature_mismatch: signature does not match the body";
    let id = "missing_signature: a required header is missing: webhook-id";
    for (case, now, expected) in [
        (&slack, NOW, vec![mismatch]),
        (
            &slack,
            NOW + 301,
            vec![
                mismatch,
                "timestamp_too_old: signed timestamp is too old; verify within",
            ],
        ),
        (
            &slack,
            NOW - 301,
            vec![
                mismatch,
                "timestamp_in_future: signed timestamp is in the future; compare the clocks",
            ],
        ),
        (
            &received("microsoft-graph", &[], r#"{"value":[{"resource":"users/1"}]}"#),
            NOW,
            vec![missing],
        ),
        (&received("adyen", &[], unsigned_adyen), NOW, vec![missing]),
        (
            &Case::new(head, body, [secret(KEY)], x),
            NOW,
            vec!["malformed_signature: body does not have the form that the scheme prescribes"],
        ),
        (&without(&standard, "webhook-id"), NOW, vec![id]),
        (&github, NOW, vec![malformed]),
    ] {
        let hints = hints(case, now);
        for (index, start) in expected.into_iter().enumerate() {
            assert!(hints[index].1.starts_with(start), "{start}: {hints:?}");
        }
        // Without a signature no secret can be the wrong one.
        let is_signed = !hints.iter().any(|(name, _)| name == "missing_signature");
        assert_eq!(hints.iter().any(|(name, _)| name == "secret"), is_signed, "{hints:?}");
        let has_form = hints.iter().any(|(_, text)| text.contains("the form is"));
        assert_eq!(has_form, hints[0].1.ends_with(form), "{hints:?}");
        assert_eq!(has_form, hints[0].1.starts_with(malformed), "{hints:?}");
    }
    let unsigned = hints(
        &without(&signed_body(&named("github"), BODY), "x-hub-signature-256"),
        NOW,
    );
    assert_eq!(
        unsigned[0].1,
        "missing_signature: a required header is missing: x-hub-signature-256; is the request signed?"
    );
}

#[test]
fn the_schemes_are_named_whose_signature_the_head_has() {
    let hex = "0".repeat(64);
    let of_meta = format!("sha256={hex}");
    for (headers, expected) in [
        (&[("authorization", "Bearer eyJhbGciOiJIUzI1NiJ9")][..], None),
        (&[("x-gitlab-token", "hush")], None),
        (&[("x-hub-signature-256", "sha1=00")], None),
        (&[("x-slack-signature", &*format!("v0={hex}"))], None),
        (
            &[("x-hub-signature-256", &*of_meta)],
            Some("`x-hub-signature-256` is there: `--scheme github` or `--scheme meta` may be the right one"),
        ),
        (
            &[
                ("x-slack-signature", &*format!("v0={hex}")),
                ("x-slack-request-timestamp", "1700000000"),
            ],
            Some("`x-slack-signature` is there: `--scheme slack` may be the right one"),
        ),
    ] {
        let case = received("knowrithm", headers, BODY);
        let text = hint(&case, "header_of_another_provider");
        assert_eq!(text.is_some(), expected.is_some(), "{headers:?}: {text:?}");
        assert!(
            text.unwrap_or_default().contains(expected.unwrap_or_default()),
            "{headers:?}"
        );
    }
    let own = received("github", &[("x-hub-signature-256", &*of_meta)], BODY);
    assert_eq!(hint(&own, "header_of_another_provider"), None);
}

#[test]
fn json_that_breaks_off_is_seen_at_any_length() {
    let item = r#"{"a":[1.5e3,"é\u00e9",true]},"#;
    let long = format!("[{}0]", item.repeat(64)).into_bytes();
    for length in (1..long.len()).filter(|length| *length < 70 || *length > 1000) {
        let case = signed_body(&named("github"), "unrelated").with_body(long[..length].to_vec());
        // As after a search that used up what it may cost.
        let case = case.within(&Rc::new(Budget::new(0)));
        let text = breaks_off(&case).unwrap_or_else(|| panic!("{length}"));
        assert!(text.contains(&format!("breaks off at {length} bytes")), "{text}");
        let is_round = [1000, 1024].contains(&length);
        assert_eq!(text.contains("a round size"), is_round, "{text}");
    }
    for whole in [
        &long[..],
        b"{}",
        b"",
        b"17",
        b"\"text",
        b"[object Object]",
        b"[2026-01-31] a line of a log",
        b"{\"a\":1}}",
        b"{a:1",
    ] {
        let case = signed_body(&named("github"), "unrelated").with_body(whole.to_vec());
        assert_eq!(breaks_off(&case), None, "{}", whole.escape_ascii());
    }
}

/// The hint at JSON that was cut, without a search.
fn breaks_off(case: &Case) -> Option<String> {
    let rejection = case.verify().unwrap_err();
    let mut hints = seen::hints(case, &rejection, None).into_iter();
    hints.find(|hint| hint.name == "truncated").map(|hint| hint.text)
}

#[test]
fn that_the_url_is_signed_is_said_and_what_the_request_came_to() {
    let square = signed_body(&named("square"), BODY).with_body("unrelated");
    let to = |target: &'static str| {
        let mut head = http::request::Parts::clone(&square.head);
        head.uri = Uri::from_static(target);
        square.with_head(head)
    };
    let text = format!("the scheme signs the URL, exactly as the provider has it; verified with {URL}");
    for (case, expected) in [
        (&to(URL), Some(text.clone())),
        (&to("/"), Some(text.clone())),
        (&to("/hook"), Some(format!("{text}; the request came to /hook"))),
        (&signed_body(&named("github"), BODY).with_body("unrelated"), None),
    ] {
        assert_eq!(hint(case, "url"), expected, "{}", case.head.uri);
    }
}
