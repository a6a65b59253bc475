//! Each accident happens to a signed request of each scheme, and has to be named first.

mod bodies;
mod cost;
mod heads;
mod hints;
mod hostile;
mod many;
#[cfg(target_os = "linux")]
mod memory;
mod secrets;
mod times;
mod urls;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, Request, Uri};
use tower_webhook::scheme::{Encoding, HmacScheme};

use super::accident::ACCIDENTS;
use super::case::Case;
use super::form::hex;
use super::search::{Finding, Search};
use crate::command::explain;
use crate::scheme::{AnyScheme, Chosen, ForUrl, KNOWN, Kind, any};
use crate::secret::SecretText;

const NOW: i64 = 1_700_000_000;
const KEY: &str = "Ab3-key/Of the sender";
const BODY: &str = r#"{"event":"lead.created","data":{"name":"Zoë"}}"#;

type Scheme = Arc<dyn AnyScheme>;

/// Where requests are sent, as the provider knows it.
const URL: &str = "https://example.com/hook?b=2&a=1";

/// Every scheme with a name whose signature is a MAC, and two that are described by arguments.
fn schemes() -> Vec<(&'static str, Scheme)> {
    let own = |name| HmacScheme::new("own", HeaderName::from_static(name));
    let named = KNOWN.iter().map(|known| match known.chosen() {
        Chosen {
            for_url: Some(make), ..
        } => (known.name, make(URL).unwrap()),
        Chosen { scheme, .. } => (known.name, scheme),
    });
    let has_mac = |scheme: &Scheme| scheme.kind().keys_mac() && !scheme.is_in_body();
    let mut schemes: Vec<_> = named.filter(|(_, scheme)| has_mac(scheme)).collect();
    schemes.push(("own hex", any(own("x-own-mac"))));
    let base64 = own("x-own-signature").prefix("hmac ").encoding(Encoding::Base64);
    schemes.push(("own base64", any(base64)));
    schemes
}

/// The scheme with this name.
fn named(name: &str) -> Scheme {
    let mut schemes = schemes().into_iter();
    schemes.find(|(known, _)| *known == name).unwrap().1
}

/// How a scheme is made for a public URL, if it signs that.
fn for_url(scheme: &Scheme) -> Option<ForUrl> {
    let mut chosen = KNOWN.iter().map(|known| known.chosen());
    let known = chosen.find(|known| known.scheme.signature_header() == scheme.signature_header());
    known?.for_url
}

fn secret(text: impl AsRef<[u8]>) -> SecretText {
    let any = SecretText::new(b"any".to_vec(), "here".to_owned()).unwrap();
    any.changed_to(text.as_ref().to_vec().into()).unwrap()
}

/// The secret with this key, in the form that a scheme takes.
fn keyed(scheme: &Scheme, key: impl AsRef<[u8]>) -> SecretText {
    match scheme.kind() {
        Kind::Whsec => secret(format!("whsec_{}", STANDARD.encode(key))),
        Kind::Hex => secret(hex(key.as_ref())),
        _ => secret(key),
    }
}

/// A request that is right: signed with this secret, and verified with it.
fn signed(scheme: &Scheme, by: &SecretText, body: impl AsRef<[u8]>) -> Case {
    let signer = scheme.signer(by).unwrap().timestamp(NOW).id("msg_1");
    let request = Request::post(URL).body(body.as_ref().to_vec()).unwrap();
    let (head, body) = signer.sign(request).into_parts();
    let case = Case::new(head, body, [by.clone()], Arc::clone(scheme));
    assert!(case.verify().is_ok());
    match for_url(scheme) {
        Some(make) => case.with_public_url(Uri::from_static(URL), Some(explain::for_url(make))),
        None => case,
    }
}

fn signed_body(scheme: &Scheme, body: impl AsRef<[u8]>) -> Case {
    signed(scheme, &keyed(scheme, KEY), body)
}

/// The names of the accidents that explain a case; none when it is right, or nothing fits.
fn explained(case: &Case) -> Vec<&'static str> {
    match Search::new(case.body.len()).run(case) {
        Finding::Explained { changes, .. } => changes.iter().map(|change| change.accident.name).collect(),
        Finding::Right { .. } | Finding::Nothing(_) => Vec::new(),
    }
}

#[track_caller]
fn assert_named(case: &Case, name: &str, about: &str) {
    let names = explained(case);
    assert_eq!(names, [name], "{about}");
}

#[test]
fn every_accident_has_a_case() {
    let sources = [
        include_str!("bodies.rs"),
        include_str!("heads.rs"),
        include_str!("secrets.rs"),
        include_str!("times.rs"),
        include_str!("urls.rs"),
    ];
    for accident in ACCIDENTS {
        let name = format!("\"{}\"", accident.name);
        assert!(sources.iter().any(|source| source.contains(&name)), "{name}");
    }
}

#[test]
fn names_differ_and_texts_are_sentences_without_an_end() {
    let mut names: Vec<_> = ACCIDENTS.iter().map(|accident| accident.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for text in ACCIDENTS.iter().flat_map(|accident| [accident.cause, accident.fix]) {
        assert!(!text.is_empty() && !text.ends_with('.'), "{text}");
    }
}

#[test]
fn a_request_that_is_right_needs_no_change() {
    for (about, scheme) in schemes() {
        let case = signed_body(&scheme, BODY);
        let mut search = Search::new(case.body.len());
        assert!(matches!(search.run(&case), Finding::Right { .. }), "{about}");
        assert_eq!(search.tried, 0, "{about}");
    }
}
