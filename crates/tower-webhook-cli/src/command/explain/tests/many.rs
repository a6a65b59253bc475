//! What a head multiplies: its MACs, its times and its URLs make heads that are tried, and are bounded together.

use std::collections::HashSet;

use http::{HeaderMap, HeaderValue, Uri};

use super::*;
use crate::command::explain::macs::{self, MAX_OF_HEAD};
use crate::command::explain::{provider, scratch, time, url};

/// A case whose header of the signature occurs often, each time with several MACs.
fn with_many_macs(case: &Case, header: &HeaderName) -> Case {
    let mut head = http::request::Parts::clone(&case.head);
    head.headers.remove(header);
    for at in 0..200 {
        let macs: Vec<_> = (0..4).map(|mac| format!("v1={:064x}", at * 4 + mac)).collect();
        head.headers.append(header, macs.join(",").parse().unwrap());
    }
    case.with_head(head)
}

#[test]
fn the_macs_of_a_head_are_bounded_together() {
    let case = signed_body(&named("slack"), BODY);
    let header = case.scheme.signature_header().unwrap().clone();
    let many = with_many_macs(&case, &header);
    let all = |header| many.head.headers.get_all(header).iter().count() * 4;
    assert_eq!(all(&header), 800);
    let found = macs::find_all(many.head.headers.get_all(&header), macs::is_length);
    assert_eq!(found.count(), MAX_OF_HEAD);
    let left_out = time::left_out(&many).count();
    assert_eq!(left_out, MAX_OF_HEAD);
    let other_hash = scratch::other_hash(&with_many_macs(&signed_body(&named("trello"), BODY), &header)).count();
    assert!(other_hash <= MAX_OF_HEAD * 2, "{other_hash}");
    let milliseconds = case.with_header(
        &HeaderName::from_static("x-slack-request-timestamp"),
        HeaderValue::from_static("1700000000000"),
    );
    let times = time::in_milliseconds(&with_many_macs(&milliseconds, &header)).count();
    assert_eq!(times, MAX_OF_HEAD);
    let recipes = provider::other_recipe(&many).count();
    assert!(recipes <= MAX_OF_HEAD * KNOWN.len(), "{recipes}");
}

#[test]
fn a_signature_in_another_header_is_looked_for_in_a_bounded_number_of_macs() {
    let case = signed_body(&named("stripe"), BODY);
    let mut head = http::request::Parts::clone(&case.head);
    head.headers = HeaderMap::new();
    for at in 0..500 {
        let name = HeaderName::try_from(format!("x-{at}")).unwrap();
        head.headers
            .insert(name, format!("t=1700000000,v1={at:064x}").parse().unwrap());
    }
    let renamed = provider::renamed(&case.with_head(head)).count();
    // The time of the first header, and that of each one.
    assert!((1..=MAX_OF_HEAD * 2).contains(&renamed), "{renamed}");
}

#[test]
fn the_times_of_a_head_are_the_first_ones_that_differ() {
    let case = signed_body(&named("shopify"), BODY);
    let mut head = http::request::Parts::clone(&case.head);
    for at in 0..500 {
        let name = HeaderName::try_from(format!("x-time-{at}")).unwrap();
        head.headers.insert(name, HeaderValue::from(1_700_000_000 + at / 2));
    }
    let times = time::in_head(&case.with_head(head));
    assert_eq!(times.len(), 8);
    let distinct: HashSet<_> = times.iter().collect();
    assert_eq!(distinct.len(), 8);
}

#[test]
fn no_url_is_tried_twice() {
    let make = for_url(&named("square")).unwrap();
    let case = signed_body(&named("square"), BODY);
    let mut head = http::request::Parts::clone(&case.head);
    head.uri = Uri::from_static("/in?c=3");
    for (name, value) in [
        ("host", "10.0.0.7"),
        ("x-forwarded-host", "example.com"),
        ("x-original-host", "example.com"),
        ("x-original-uri", "/hook?b=2&a=1+1"),
        ("x-forwarded-uri", "/hook?b=2&a=1+1"),
    ] {
        head.headers.insert(name, HeaderValue::from_static(value));
    }
    let public = Uri::from_static("http://10.0.0.7:8080/api/hook?b=2&a=1+1");
    let case = case
        .with_head(head)
        .with_public_url(public.clone(), Some(explain::for_url(make)));
    let urls: Vec<_> = url::rewritten(&case)
        .map(|trial| trial.case.signed_url().unwrap().clone())
        .collect();
    let distinct: HashSet<_> = urls.iter().cloned().chain([public]).collect();
    assert_eq!(distinct.len(), urls.len() + 1);
    assert!(urls.len() > 50, "{}", urls.len());
}
