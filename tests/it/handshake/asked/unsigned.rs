//! The handshakes that are not signed. Another form of one is refused.

use http::Method;

use super::super::askers::VERIFY_TOKEN;
use super::super::rows::Expect::{Header, Refused};
use super::super::rows::request;
use super::{Asked, empty, get, json, text};

pub(super) fn asana() -> Vec<Asked> {
    let secret = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";
    let offer = |uri: &str, headers: &[_]| request(Method::POST, uri, headers, "");
    let name = "x-hook-secret";
    let long = "b".repeat(513);
    vec![
        ("a secret", offer("/hook", &[(name, secret)]), Header(name, secret)),
        (
            "a secret that is not awaited",
            offer("/other", &[(name, secret)]),
            Refused(403),
        ),
        (
            "two secrets",
            offer("/hook", &[(name, secret), (name, secret)]),
            Refused(403),
        ),
        ("a long secret", offer("/hook", &[(name, &long)]), Refused(403)),
        ("an empty secret", offer("/hook", &[(name, "")]), Refused(403)),
        ("markup", offer("/hook", &[(name, "<b>")]), Refused(403)),
        (
            "by GET",
            request(Method::GET, "/hook", &[(name, secret)], ""),
            Refused(403),
        ),
        (
            "with a signature",
            offer("/hook", &[(name, secret), ("x-hook-signature", &"0".repeat(64))]),
            Refused(403),
        ),
    ]
}

pub(super) fn dropbox() -> Vec<Asked> {
    let longest = "c".repeat(512);
    vec![
        ("a challenge", get("/hook?challenge=abc123"), text("abc123")),
        (
            "among others",
            get("/hook?a=1&challenge=a-b_c%2Bd&b=2"),
            text("a-b_c+d"),
        ),
        (
            "the longest",
            get(&format!("/hook?challenge={longest}")),
            text(&longest),
        ),
        (
            "a longer one",
            get(&format!("/hook?challenge={longest}c")),
            Refused(403),
        ),
        (
            "a huge one",
            get(&format!("/hook?challenge={}", "c".repeat(8000))),
            Refused(403),
        ),
        ("an empty one", get("/hook?challenge="), Refused(403)),
        ("none", get("/hook"), Refused(403)),
        ("two", get("/hook?challenge=a&challenge=a"), Refused(403)),
        ("two, one encoded", get("/hook?challenge=a&%63hallenge=b"), Refused(403)),
        (
            "markup",
            get("/hook?challenge=%3Cscript%3Ealert(1)%3C/script%3E"),
            Refused(403),
        ),
        (
            "markup, encoded twice",
            get("/hook?challenge=%253Cb%253E"),
            text("%3Cb%3E"),
        ),
        (
            "a header",
            get("/hook?challenge=a%0d%0aSet-Cookie:%20a=b"),
            Refused(403),
        ),
        ("NUL", get("/hook?challenge=a%00"), Refused(403)),
        ("no ASCII", get("/hook?challenge=%C3%BC"), Refused(403)),
        ("no UTF-8", get("/hook?challenge=%ff"), Refused(403)),
        (
            "by POST",
            request(Method::POST, "/hook?challenge=abc123", &[], ""),
            Refused(403),
        ),
    ]
}

pub(super) fn meta() -> Vec<Asked> {
    let ask =
        |mode: &str, token: &str, more: &str| get(&format!("/hook?hub.mode={mode}&hub.verify_token={token}{more}"));
    let challenge = "&hub.challenge=1158201444";
    let long = format!("&hub.challenge={}", "1".repeat(513));
    let other_case = VERIFY_TOKEN.to_uppercase();
    vec![
        (
            "a challenge",
            ask("subscribe", VERIFY_TOKEN, challenge),
            text("1158201444"),
        ),
        (
            "encoded",
            ask("subscribe", "%74k%5Fof_meta", challenge),
            text("1158201444"),
        ),
        (
            "a wrong token",
            ask("subscribe", "tk_of_meta_", challenge),
            Refused(403),
        ),
        (
            "the token's beginning",
            ask("subscribe", "tk_of_met", challenge),
            Refused(403),
        ),
        (
            "the token in another case",
            ask("subscribe", &other_case, challenge),
            Refused(403),
        ),
        ("an empty token", ask("subscribe", "", challenge), Refused(403)),
        (
            "no token",
            get("/hook?hub.mode=subscribe&hub.challenge=1"),
            Refused(403),
        ),
        (
            "no mode",
            get("/hook?hub.verify_token=tk_of_meta&hub.challenge=1"),
            Refused(403),
        ),
        ("no challenge", ask("subscribe", VERIFY_TOKEN, ""), Refused(403)),
        (
            "another mode",
            ask("unsubscribe", VERIFY_TOKEN, challenge),
            Refused(403),
        ),
        (
            "two tokens",
            ask("subscribe", VERIFY_TOKEN, "&hub.verify_token=x&hub.challenge=1"),
            Refused(403),
        ),
        (
            "two challenges",
            ask("subscribe", VERIFY_TOKEN, "&hub.challenge=1&hub.challenge=1"),
            Refused(403),
        ),
        (
            "markup",
            ask("subscribe", VERIFY_TOKEN, "&hub.challenge=%3Cb%3E"),
            Refused(403),
        ),
        ("a long challenge", ask("subscribe", VERIFY_TOKEN, &long), Refused(403)),
        ("no parameter", get("/hook"), Refused(403)),
    ]
}

pub(super) fn microsoft_graph() -> Vec<Asked> {
    let ask = |query: &str| request(Method::POST, &format!("/hook?{query}"), &[], "");
    let token = "validationToken=Validation%3a+Testing+client+application%3A%20522a8e7e";
    vec![
        (
            "a token",
            ask(token),
            text("Validation: Testing client application: 522a8e7e"),
        ),
        (
            "markup",
            ask("validationToken=%3Cimg%20src=x%20onerror=alert(1)%3E"),
            Refused(403),
        ),
        ("a quotation mark", ask("validationToken=%22"), Refused(403)),
        ("two tokens", ask("validationToken=a&validationToken=b"), Refused(403)),
        ("an empty token", ask("validationToken"), Refused(403)),
        (
            "a long token",
            ask(&format!("validationToken={}", "a".repeat(513))),
            Refused(403),
        ),
        ("by GET", get(&format!("/hook?{token}")), Refused(403)),
    ]
}

pub(super) fn okta() -> Vec<Asked> {
    let name = "x-okta-verification-challenge";
    let ask = |headers: &[_]| request(Method::GET, "/hook", headers, "");
    let long = "a".repeat(513);
    vec![
        (
            "a challenge",
            ask(&[(name, "my-challenge-1")]),
            json(r#"{"verification":"my-challenge-1"}"#),
        ),
        ("two challenges", ask(&[(name, "a"), (name, "b")]), Refused(403)),
        ("JSON", ask(&[(name, r#"a","admin":"1"#)]), Refused(403)),
        ("no ASCII", ask(&[(name, "ü")]), Refused(403)),
        ("a long challenge", ask(&[(name, &long)]), Refused(403)),
        ("an empty challenge", ask(&[(name, "")]), Refused(403)),
        ("none", ask(&[]), Refused(403)),
        (
            "by POST",
            request(Method::POST, "/hook", &[(name, "a")], ""),
            Refused(403),
        ),
    ]
}

pub(super) fn trello() -> Vec<Asked> {
    vec![
        ("a HEAD", request(Method::HEAD, "/hook", &[], ""), empty(200)),
        ("a GET", get("/hook"), Refused(403)),
    ]
}

pub(super) fn woocommerce() -> Vec<Asked> {
    let form = ("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    let ping = |headers: &[_], body: &'static str| request(Method::POST, "/hook", headers, body);
    let topic = ("x-wc-webhook-topic", "order.created");
    let json = ("content-type", "application/json");
    vec![
        ("a ping", ping(&[form], "webhook_id=42"), empty(200)),
        (
            "the largest number",
            ping(&[form], "webhook_id=18446744073709551615"),
            empty(200),
        ),
        ("of a delivery", ping(&[form, topic], "webhook_id=42"), Refused(403)),
        ("JSON", ping(&[json], r#"{"webhook_id":4}"#), Refused(403)),
        ("without a type", ping(&[], "webhook_id=42"), Refused(403)),
        (
            "a longer form",
            ping(&[form], "webhook_id=184467440737095516150"),
            Refused(403),
        ),
        ("an empty form", ping(&[form], ""), Refused(403)),
        (
            "by PUT",
            request(Method::PUT, "/hook", &[form], "webhook_id=42"),
            Refused(403),
        ),
    ]
}

pub(super) fn x() -> Vec<Asked> {
    let ask = |token: &str| get(&format!("/hook?crc_token={token}&nonce=abc"));
    vec![
        (
            "a token",
            ask("challenge_string"),
            json(r#"{"response_token":"sha256=RsDwdv9nVprxJ6XY7UPeG5RmFzWIW2XWHifrY0Eq77I="}"#),
        ),
        ("an event", ask("%7B%22for_user_id%22%3A%221%22%7D"), Refused(403)),
        ("an array", ask("[]"), Refused(403)),
        ("a number", ask("-1.5e3"), Refused(403)),
        ("a word of JSON", ask("true"), Refused(403)),
        ("a long token", ask(&"a".repeat(513)), Refused(403)),
        ("an empty token", ask(""), Refused(403)),
        ("two tokens", ask("a&crc_token=b"), Refused(403)),
        ("none", get("/hook"), Refused(403)),
        (
            "by POST",
            request(Method::POST, "/hook?crc_token=a", &[], ""),
            Refused(403),
        ),
    ]
}
