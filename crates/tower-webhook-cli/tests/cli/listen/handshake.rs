//! The handshakes of the providers: what is answered, and as what it is shown.

use tower_webhook::scheme::{Asana, Discord, Slack, Twitch, Xero, Zoom};
use tower_webhook::sign::Signer;
use tower_webhook::{Ed25519PrivateKey, SigningSecret};

use crate::exchange::{post, request};
use crate::listening::{Listening, SECRET, json, of, pairs, signed};
use crate::process::{only_error, run};

/// A request with which a provider asks, the arguments that it needs, and the answer: a status and a text.
struct Row {
    scheme: &'static str,
    arguments: &'static [&'static str],
    method: &'static str,
    query: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    answer: (u16, &'static str),
}

const GET: Row = Row {
    scheme: "",
    arguments: &[],
    method: "GET",
    query: "",
    headers: &[],
    body: "",
    answer: (200, ""),
};

const UNSIGNED: [Row; 7] = [
    Row {
        scheme: "dropbox",
        query: "?challenge=abc123",
        answer: (200, "abc123"),
        ..GET
    },
    Row {
        scheme: "meta",
        query: "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock",
        answer: (200, "1158201444"),
        ..GET
    },
    Row {
        scheme: "microsoft-graph",
        method: "POST",
        query: "?validationToken=Validation%3A%20a-b",
        answer: (200, "Validation: a-b"),
        ..GET
    },
    Row {
        scheme: "okta",
        headers: &[("x-okta-verification-challenge", "abc")],
        answer: (200, r#"{"verification":"abc"}"#),
        ..GET
    },
    Row {
        scheme: "trello",
        arguments: &["--public-url", "https://example.com/hook"],
        method: "HEAD",
        ..GET
    },
    Row {
        scheme: "woocommerce",
        method: "POST",
        headers: &[("content-type", "application/x-www-form-urlencoded")],
        body: "webhook_id=42",
        ..GET
    },
    Row {
        scheme: "x",
        query: "?crc_token=challenge_string",
        // The HMAC-SHA256 of the token under the secret of these tests.
        answer: (200, r#"{"response_token":"sha256="#),
        ..GET
    },
];

#[test]
fn a_handshake_without_signature_is_answered_and_shown_as_one() {
    for row in UNSIGNED {
        let name = row.scheme;
        let arguments = [&["--json", "--scheme", name], row.arguments].concat();
        let listening = Listening::start(&arguments);
        let url = format!("{}{}", listening.url, row.query);
        let answer = request(row.method, &url, row.headers, row.body.as_bytes());
        let (status, text) = row.answer;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        assert!(answer.text().starts_with(text), "{name}: {answer:?}");
        assert_eq!(answer.text().is_empty(), text.is_empty(), "{name}: {answer:?}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{name}");
        let line = json(&listening.line());
        let shown = (&line["kind"], &line["method"], &line["answered_by"]);
        assert_eq!(
            shown,
            (&"request".into(), &row.method.into(), &"handshake".into()),
            "{name}"
        );
        let verdict = serde_json::json!({ "genuine": false, "reason": "this handshake has no signature" });
        assert_eq!(line["verdict"], verdict, "{name}");

        // A delivery is judged as before, and another GET is none.
        assert_ne!(post(&listening.url, &[], b"{}").status, 200, "{name}");
        assert!(json(&listening.line())["verdict"]["code"].is_string(), "{name}");
        if row.method == "GET" {
            assert_eq!(request("GET", &listening.url, &[], b"").status, 405, "{name}");
        }
    }
}

#[test]
fn a_signed_handshake_is_answered_only_when_it_is_genuine() {
    let token = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    let slack = r#"{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}"#;
    let twitch = r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{}}"#;
    let xero = r#"{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"FXUN"}"#;
    let verification = [("twitch-eventsub-message-type", "webhook_callback_verification")];
    let secret = || SigningSecret::new(SECRET).unwrap();
    for (scheme, signer, more, body, text) in [
        (
            "slack",
            Signer::new(Slack, &secret()),
            &[][..],
            slack,
            "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
        ),
        (
            "twitch",
            Signer::new(Twitch, &secret()),
            &verification,
            twitch,
            "pogchamp-kappa-360noscope-vohiyo",
        ),
        ("xero", Signer::new(Xero, &secret()), &[], xero, ""),
        ("zoom", Signer::new(Zoom, &secret()), &[], token, r#""encryptedToken":"#),
    ] {
        let listening = Listening::start(&["--json", "--scheme", scheme]);
        let headers = of(&signer, body.as_bytes());
        let headers = [&pairs(&headers)[..], more].concat();
        let answer = post(&listening.url, &headers, body.as_bytes());
        assert_eq!(answer.status, 200, "{scheme}");
        assert!(answer.text().contains(text), "{scheme}: {answer:?}");
        assert_eq!(answer.text().is_empty(), text.is_empty(), "{scheme}: {answer:?}");
        let line = json(&listening.line());
        let shown = (&line["answered_by"], &line["verdict"]["genuine"]);
        assert_eq!(shown, (&"handshake".into(), &true.into()), "{scheme}");

        let forged = post(&listening.url, &headers, [body, " "].concat().as_bytes());
        assert_eq!((forged.status / 100, forged.text()), (4, ""), "{scheme}");
        assert_eq!(json(&listening.line())["answered_by"], "verdict", "{scheme}");
    }
}

#[test]
fn both_pings_of_discord_are_answered_and_its_events_are_none() {
    let key = Ed25519PrivateKey::new("01".repeat(32)).unwrap();
    let signer = Signer::new(Discord, &key);
    let private = "whsk_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let listening = Listening::start_with(private, &["--json", "--scheme", "discord"]);
    for (body, status, text, answered_by) in [
        (r#"{"id":"1","type":1}"#, 200, r#"{"type":1}"#, "handshake"),
        (r#"{"version":1,"application_id":"1","type":0}"#, 204, "", "handshake"),
        (
            r#"{"version":1,"type":1,"event":{"type":"ENTITLEMENT_CREATE"}}"#,
            200,
            r#"{"status":"success"}"#,
            "verdict",
        ),
        (r#"{"id":"1","type":2}"#, 200, r#"{"status":"success"}"#, "verdict"),
    ] {
        let answer = post(&listening.url, &pairs(&of(&signer, body.as_bytes())), body.as_bytes());
        assert_eq!((answer.status, answer.text()), (status, text), "{body}");
        assert_eq!(json(&listening.line())["answered_by"], answered_by, "{body}");
    }
}

#[test]
fn the_first_secret_that_asana_offers_is_taken_and_no_other_one() {
    let listening = Listening::start_without_secret(&["--json", "--scheme", "asana"]);
    let offered = "b537207f20cbfa02cf448134da559e8bd39d61597dcd5631";
    let delivery = |secret: &str| {
        let status = post(&listening.url, &pairs(&signed(Asana, secret, b"{}")), b"{}").status;
        (status, json(&listening.line())["verdict"]["genuine"] == true)
    };
    assert_eq!(delivery(offered), (403, false));

    let answer = post(&listening.url, &[("x-hook-secret", offered)], b"");
    assert_eq!((answer.status, answer.header("x-hook-secret")), (200, Some(offered)));
    let line = listening.line();
    assert!(!line.contains(offered), "{line}");
    assert_eq!(json(&line)["answered_by"], "handshake");
    assert_eq!(delivery(offered), (200, true));

    let other = "0123456789abcdef";
    assert_eq!(post(&listening.url, &[("x-hook-secret", other)], b"").status, 403);
    let line = listening.line();
    let refused = serde_json::json!({ "handshake_refused": "a secret is known already" });
    assert_eq!(json(&line)["answered_by"], refused);
    assert!(!line.contains(other), "{line}");
    assert_eq!((delivery(other), delivery(offered)), ((403, false), (200, true)));
}

#[test]
fn asana_offers_nothing_to_a_listener_that_has_a_secret() {
    let listening = Listening::start(&["--scheme", "asana"]);
    assert_eq!(
        post(&listening.url, &[("x-hook-secret", "0123456789abcdef")], b"").status,
        403
    );
    let shown = listening.end().0;
    assert!(
        shown.ends_with("\nReceived 1 request with 0 bytes: 0 genuine, 1 refused\n  handshake_refused  1\n"),
        "{shown}"
    );
    assert!(
        shown.contains("answered 403 in ") && shown.contains("no handshake of the provider: a secret is known already"),
        "{shown}"
    );
}

#[test]
fn the_verify_token_of_meta_is_the_one_that_is_named_and_is_shown_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "meatyhamhock\n").unwrap();
    let named = ["--verify-token-file", file.to_str().unwrap()];
    for (more, guess, status, text) in [
        (
            &named[..],
            "meatyhamhock",
            200,
            "not judged: this handshake has no signature\n  answered 200 in",
        ),
        (
            &named,
            "another",
            403,
            "no handshake of the provider: the token is not the configured one",
        ),
        (&[], "another", 200, ", the handshake of the provider"),
    ] {
        let listening = Listening::start(&[&["--scheme", "meta"], more].concat());
        let query = format!("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={guess}");
        let answer = request("GET", &format!("{}{query}", listening.url), &[], b"");
        assert_eq!(answer.status, status);
        let shown = listening.end().0;
        assert!(
            shown.contains(text) && shown.contains("hub.verify_token=(the secret)"),
            "{shown}"
        );
        let summary = match status {
            200 => "0 genuine, 0 refused, 1 handshake without signature",
            _ => "0 genuine, 1 refused\n  handshake_refused  1",
        };
        assert!(shown.contains(summary), "{shown}");
    }
    let error = only_error(&run(&["listen", "--secret-env", "PATH", named[0], named[1]]), 2);
    assert!(error.contains("knowrithm has no verify token"), "{error}");
}

#[test]
fn the_page_hears_of_a_handshake_and_can_send_it_again() {
    let listening = Listening::start(&["--json", "--scheme", "dropbox"]);
    let url = format!("{}?challenge=abc", listening.url);
    assert_eq!(request("GET", &url, &[], b"").text(), "abc");
    let first = json(&listening.line());
    let again = listening.of_page("requests/1/replay");
    let origin = listening.base();
    let answer = post(&again, &[("origin", &origin)], b"");
    let expected = serde_json::json!({ "number": 2, "status": 200, "verdict": first["verdict"] });
    assert_eq!(json(answer.text()), expected);
    assert_eq!(json(&listening.line())["replay_of"], 1);
}
