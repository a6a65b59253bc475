//! The answers, and what is printed about each request.

use tower_webhook::sign::Signer;
use tower_webhook::{
    DecodedSecret, SigningSecret,
    scheme::{Encoding, GitHub, HmacScheme, Knowrithm, Shopify, Slack, StandardWebhooks, Stripe},
};

use crate::exchange::{post, request};
use crate::listening::{Listening, SECRET, json, of, pairs, signed};

const LEAD: &str = r#"{"event":"lead.created","data":{"id":"lead_1","n":18446744073709551617}}"#;

#[test]
fn a_genuine_request_is_answered_200_and_shown_with_its_event_and_json() {
    let listening = Listening::start(&[]);
    assert!(listening.url.ends_with("/webhooks/knowrithm"), "{}", listening.url);
    let answer = post(
        &listening.url,
        &pairs(&signed(Knowrithm, SECRET, LEAD.as_bytes())),
        LEAD.as_bytes(),
    );
    assert_eq!((answer.status, answer.text()), (200, r#"{"status":"success"}"#));
    let shown = listening.until("    }");
    for part in [
        "Page at http://127.0.0.1:",
        "POST /webhooks/knowrithm lead.created 72 bytes\n  genuine, signed with environment variable TEST_OF_LISTEN\n",
        "  answered 200 in ",
        " ms\n    {\n      \"event\": \"lead.created\",\n      \"data\": {\n        \"id\": \"lead_1\",\n",
        "        \"n\": 18446744073709551617\n",
    ] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    let shown = shown + &listening.end().0;
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn a_forged_request_is_answered_403_without_a_reason_and_shown_with_one() {
    let listening = Listening::start(&[]);
    let headers = signed(Knowrithm, "another", LEAD.as_bytes());
    for headers in [pairs(&headers), vec![]] {
        let answer = post(&listening.url, &headers, LEAD.as_bytes());
        assert_eq!((answer.status, answer.text()), (403, ""));
    }
    let shown = listening.end().0;
    for reason in [
        "refused signature_mismatch: signature does not match the body",
        "refused missing_signature: a required header is missing: x-knowrithm-signature",
    ] {
        assert!(shown.contains(reason), "{shown}");
    }
    assert_eq!(shown.matches("\"id\": \"lead_1\"").count(), 2, "{shown}");
}

#[test]
fn every_scheme_is_received_at_a_path_of_its_name() {
    let plain = || SigningSecret::new(SECRET).unwrap();
    let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let decoded = || DecodedSecret::from_whsec(text).unwrap();
    let own = HmacScheme::new("own", http::HeaderName::from_static("x-mine"))
        .prefix("v0:")
        .encoding(Encoding::Base64);
    let own_arguments = [
        "--signature-header",
        "x-mine",
        "--signature-prefix",
        "v0:",
        "--signature-encoding",
        "base64",
    ];
    for (name, secret, more, signer) in [
        ("knowrithm", SECRET, &[][..], Signer::new(Knowrithm, &plain())),
        ("github", SECRET, &[], Signer::new(GitHub, &plain())),
        ("stripe", SECRET, &[], Signer::new(Stripe, &plain())),
        ("slack", SECRET, &[], Signer::new(Slack, &plain())),
        ("shopify", SECRET, &[], Signer::new(Shopify, &plain())),
        (
            "standard-webhooks",
            text,
            &[],
            Signer::new(StandardWebhooks::new(), &decoded()),
        ),
        (
            "svix",
            text,
            &[],
            Signer::new(StandardWebhooks::svix_only(), &decoded()),
        ),
        ("hmac", SECRET, &own_arguments, Signer::new(own, &plain())),
    ] {
        let listening = Listening::start_with(secret, &[&["--json", "--scheme", name], more].concat());
        assert!(
            listening.url.ends_with(&format!("/webhooks/{name}")),
            "{}",
            listening.url
        );
        let headers = of(&signer, LEAD.as_bytes());
        assert_eq!(
            post(&listening.url, &pairs(&headers), LEAD.as_bytes()).status,
            200,
            "{name}"
        );
        let refusal = if name == "shopify" { 401 } else { 403 };
        assert_eq!(post(&listening.url, &pairs(&headers), b"{}").status, refusal, "{name}");
        assert_eq!(json(&listening.line())["verdict"]["genuine"], true, "{name}");
        assert_eq!(
            json(&listening.line())["verdict"]["code"],
            "signature_mismatch",
            "{name}"
        );
    }
}

#[test]
fn json_has_a_line_for_each_request_with_headers_and_body() {
    let listening = Listening::start(&["--json", "--path", "/hook"]);
    let headers = signed(Knowrithm, SECRET, b"\xff\x00");
    let headers = [&pairs(&headers)[..], &[("x-github-event", "push")]].concat();
    post(&format!("{}?a=b", listening.url), &headers, b"\xff\x00");
    let line = json(&listening.line());
    for (member, value) in [
        ("kind", "request".into()),
        ("number", 1.into()),
        ("method", "POST".into()),
        ("target", "/hook?a=b".into()),
        ("event", "push".into()),
        ("body_bytes", 2.into()),
        ("status", 200.into()),
        ("answered_by", "verdict".into()),
        ("body_base64", "/wA=".into()),
        ("body_truncated", false.into()),
    ] {
        let value: serde_json::Value = value;
        assert_eq!(line[member], value, "{member}");
    }
    assert!(
        line["duration_ms"].is_f64() && line["received_at"].as_str().unwrap().ends_with('Z'),
        "{line}"
    );
    let headers = line["headers"].as_array().unwrap();
    assert!(
        headers
            .iter()
            .any(|header| header["name"] == "x-github-event" && header["value"] == "push"),
        "{line}"
    );
}

#[test]
fn other_paths_are_404_and_other_methods_405() {
    let listening = Listening::start(&["--json"]);
    let other = format!("{}/webhooks/other", listening.base());
    assert_eq!(post(&other, &[], b"{}").status, 404);
    let answer = request("GET", &listening.url, &[], b"");
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    for (method, path, status) in [("POST", "/webhooks/other", 404), ("GET", "/webhooks/knowrithm", 405)] {
        let expected = serde_json::json!({ "kind": "elsewhere", "method": method, "path": path, "status": status });
        assert_eq!(json(&listening.line()), expected);
    }
}

#[test]
fn a_forged_request_is_accepted_only_when_that_was_asked_for_and_it_is_said() {
    let listening = Listening::start(&["--accept-forged", "--max-body", "100", "--status", "202"]);
    assert_eq!(post(&listening.url, &[], b"{}").status, 202);
    let shown = listening.until("{}");
    assert!(
        shown.contains("FORGED, and accepted because of --accept-forged"),
        "{shown}"
    );
    // What was not read to its end was not judged.
    assert_eq!(post(&listening.url, &[], &[b'a'; 101]).status, 413);
    listening.until("refused body_too_large");
}

#[test]
fn a_broken_receiver_can_be_played() {
    let listening = Listening::start(&["--json", "--status", "503", "--delay", "50"]);
    let headers = signed(Knowrithm, SECRET, b"{}");
    let started = std::time::Instant::now();
    assert_eq!(post(&listening.url, &pairs(&headers), b"{}").status, 503);
    assert!(started.elapsed().as_millis() >= 50);
    assert_eq!(post(&listening.url, &[], b"{}").status, 403);
    let line = json(&listening.line());
    assert_eq!(
        (&line["answered_by"], &line["verdict"]["genuine"]),
        (&"status".into(), &true.into())
    );
}

#[test]
fn nothing_that_a_stranger_sent_steers_the_terminal() {
    let hostile = "{\"event\":\"\u{9b}2Jx\u{202e}\",\"a\":\"\u{1f}\"}\u{1b}[2J\r\u{7}";
    let json = "{\"event\":\"\u{9b}2Jx\u{202e}\",\"a\":\"\\u001b[2J\"}";
    for arguments in [&[][..], &["--json"]] {
        let listening = Listening::start(arguments);
        let other = format!("{}/%1b[2J\u{9b}2J", listening.base());
        let cafe = [("x-a", "\u{9b}2J")];
        for body in [hostile, json] {
            post(&listening.url, &cafe, body.as_bytes());
        }
        request("GE", &other, &[], b"");
        let shown = listening.end().0;
        assert!(shown.contains("2Jx"), "{shown}");
        let steers = |letter: &char| (letter.is_control() && *letter != '\n') || *letter == '\u{202e}';
        assert_eq!(shown.chars().find(steers), None, "{shown}");
    }
}

#[test]
fn the_secret_is_shown_nowhere_and_saved_as_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let save = ["--save", folder.path().to_str().unwrap()];
    let body = format!(r#"{{"event":"a.{SECRET}","token":"{SECRET}"}}"#);
    for arguments in [&save[..], &["--json", "--full"]] {
        let listening = Listening::start(arguments);
        let url = format!("{}?token={SECRET}", listening.url);
        post(&url, &[("x-token", SECRET)], body.as_bytes());
        request("GET", &format!("{}/{SECRET}", listening.base()), &[], b"");
        let shown = listening.end().0;
        assert!(shown.contains("(the secret)") && !shown.contains(SECRET), "{shown}");
    }
    let saved = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
    let saved = std::fs::read_to_string(saved.path()).unwrap();
    assert!(saved.ends_with(&body), "{saved}");
    assert_eq!(saved.matches(SECRET).count(), 4, "{saved}");
}

#[test]
fn a_body_of_the_size_that_was_allowed_is_genuine() {
    let listening = Listening::start(&["--json", "--max-body", "3000000"]);
    let body = vec![b'a'; 3_000_000];
    let headers = signed(Knowrithm, SECRET, &body);
    assert_eq!(post(&listening.url, &pairs(&headers), &body).status, 200);
    let line = json(&listening.line());
    assert_eq!(
        (&line["body_bytes"], &line["body_truncated"]),
        (&3_000_000.into(), &true.into())
    );
    assert_eq!(line["body"].as_str().unwrap().len(), 64 * 1024);
}

#[test]
fn a_long_body_is_printed_up_to_8_kib_unless_all_of_it_is_wanted() {
    let body = format!(r#"{{"event":"long","text":"{}"}}"#, "é".repeat(50_000));
    let cut = "(cut here: --full shows all of it)";
    for (arguments, least, is_cut) in [(&[][..], 8 * 1024, true), (&["--full"], 100_000, false)] {
        let listening = Listening::start(arguments);
        assert_eq!(post(&listening.url, &[], body.as_bytes()).status, 403);
        let shown = listening.end().0;
        assert_eq!(shown.contains(cut), is_cut);
        assert!((least..least + 2000).contains(&shown.len()), "{}", shown.len());
    }
}
