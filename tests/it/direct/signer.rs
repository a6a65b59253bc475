//! The defaults of the signer, and texts that no header can contain.

use std::collections::HashSet;
use std::panic::catch_unwind;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderName, Request};
use tower_webhook::scheme::HmacScheme;
use tower_webhook::sign::Signer;

use crate::contract::provider::{Provider, named_secret};
use crate::support::{SIGNATURE, secret, signature};

fn signer() -> Signer {
    Provider::StandardWebhooks.signer(&named_secret("primary"))
}

#[test]
fn each_signing_draws_an_id() {
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
fn the_default_time_of_signing_is_now() {
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
fn an_id_that_is_not_visible_ascii_panics() {
    for id in ["msg 1", "msg\n1", "msg\u{7f}", "msg_\u{e9}"] {
        assert!(catch_unwind(|| signer().id(id)).is_err(), "{id:?}");
    }
    assert_eq!(signer().id("!msg~").headers("{}")["webhook-id"], "!msg~");
}

#[test]
fn a_prefix_that_no_header_can_begin_with_panics() {
    let scheme = || HmacScheme::new("own", HeaderName::from_static("x-own"));
    for prefix in ["sha256=\n", "\t", "\0", "\u{7f}", "sha256=\u{e9}"] {
        assert!(catch_unwind(|| scheme().prefix(prefix)).is_err(), "{prefix:?}");
    }
    let headers = Signer::new(scheme().prefix("HMAC ~!"), &named_secret("primary")).headers("{}");
    assert!(headers["x-own"].as_bytes().starts_with(b"HMAC ~!"));
}

#[test]
fn signing_again_replaces_the_signature() {
    let mut request = Request::new("{}");
    for _ in 0..2 {
        request.headers_mut().append(SIGNATURE, signature("another"));
    }
    let request = Provider::Knowrithm.signer(&secret()).sign(request);
    let signatures: Vec<_> = request.headers().get_all(SIGNATURE).iter().collect();
    assert_eq!(signatures, [signature("{}")]);
}
