//! What is signed when nothing is said of it, and what no header can hold.

use std::collections::HashSet;
use std::panic::catch_unwind;
use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderName;
use tower_webhook::HmacSha256Scheme;
use tower_webhook::sign::Signer;

use crate::contract::provider::named_secret;

fn signer() -> Signer {
    Signer::standard_webhooks(&named_secret("primary")).unwrap()
}

#[test]
fn an_id_is_drawn_for_each_signing() {
    let signer = signer();
    let drawn: HashSet<String> = (0..1000)
        .map(|_| signer.headers("{}")["webhook-id"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(drawn.len(), 1000);
    for id in drawn {
        let digits = id.strip_prefix("msg_").expect(&id);
        assert_eq!(digits.len(), 32, "{id}");
        assert!(
            digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')),
            "{id}"
        );
    }
}

#[test]
fn the_time_of_signing_is_now() {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let before = now();
    let signed: u64 = signer().headers("{}")["webhook-timestamp"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((before..=now()).contains(&signed), "{signed}");
}

#[test]
fn an_id_is_visible_ascii() {
    for id in ["msg 1", "msg\n1", "msg\u{7f}", "msg_\u{e9}"] {
        assert!(catch_unwind(|| signer().id(id)).is_err(), "{id:?}");
    }
    assert_eq!(signer().id("!msg~").headers("{}")["webhook-id"], "!msg~");
}

#[test]
fn a_prefix_is_what_a_header_can_begin_with() {
    let scheme = || HmacSha256Scheme::new(HeaderName::from_static("x-own"));
    for prefix in ["sha256=\n", "\t", "\0", "\u{7f}", "sha256=\u{e9}"] {
        assert!(catch_unwind(|| scheme().prefix(prefix)).is_err(), "{prefix:?}");
    }
    let headers = Signer::hmac_sha256(scheme().prefix("HMAC ~!"), &named_secret("primary")).headers("{}");
    assert!(headers["x-own"].as_bytes().starts_with(b"HMAC ~!"));
}
