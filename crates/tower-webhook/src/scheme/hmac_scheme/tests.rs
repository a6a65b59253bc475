use http::header::HeaderName;
use http::{HeaderMap, Method, Request};

use super::*;
use crate::rejection::RejectionKind;
use crate::sign::Signer;
use crate::verifier::Verifier;

const MAC: HeaderName = HeaderName::from_static("x-mac");
const TIME: HeaderName = HeaderName::from_static("x-time");
const ID: HeaderName = HeaderName::from_static("x-id");
const BODY: &str = r#"{"a":1}"#;

/// Everything that a message may have, before and after the body.
fn everything() -> HmacScheme {
    HmacScheme::new("own", MAC)
        .timestamp_header(TIME, TimestampFormat::Rfc3339)
        .id_header(ID)
        .signs(&[
            Part::Method,
            Part::PublicUrl,
            Part::PathAndQuery,
            Part::Literal("\n"),
            Part::Body,
            Part::Literal("\r"),
            Part::Id,
            Part::Literal("."),
            Part::Timestamp,
        ])
}

/// With an id, and a time that ends it.
fn dated() -> HmacScheme {
    HmacScheme::new("own", MAC)
        .id_header(ID)
        .timestamp_header(TIME, TimestampFormat::Rfc3339)
}

fn secret() -> SigningSecret {
    SigningSecret::new("hush").expect("it is not blank")
}

#[test]
fn each_part_counts_before_and_after_the_body() {
    let scheme = everything().public_url("https://example.com/hook").unwrap();
    let signed = || {
        let signer = Signer::new(scheme.clone(), &secret()).timestamp(1_700_000_000).id("i");
        signer.sign(Request::post("/hook?a=b").body(BODY).unwrap())
    };
    let verdict = |request: &Request<&'static str>, scheme: HmacScheme| {
        let verifier = Verifier::new(scheme, secret()).insecure_any_timestamp();
        verifier
            .verify(request, *request.body())
            .map(drop)
            .map_err(|rejection| rejection.kind())
    };
    let message = "POSThttps://example.com/hook/hook?a=b\n{\"a\":1}\ri.2023-11-14T22:13:20Z";
    let plain = Signer::new(HmacScheme::new("own", MAC), &secret()).headers(message);
    assert_eq!(signed().headers()[MAC], plain[MAC]);
    assert_eq!(verdict(&signed(), scheme.clone()), Ok(()));

    let changes: [fn(&mut Request<&'static str>); 5] = [
        |request| *request.method_mut() = Method::PUT,
        |request| *request.uri_mut() = "/hook?a=c".parse().unwrap(),
        |request| *request.body_mut() = "{}",
        |request| drop(request.headers_mut().insert(ID, "j".parse().unwrap())),
        |request| {
            drop(
                request
                    .headers_mut()
                    .insert(TIME, "2023-11-14T22:13:21Z".parse().unwrap()),
            );
        },
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut request = signed();
        change(&mut request);
        assert_eq!(
            verdict(&request, scheme.clone()),
            Err(RejectionKind::SignatureMismatch),
            "{at}"
        );
    }
    let elsewhere = everything().public_url("https://example.com/hooks").unwrap();
    assert_eq!(verdict(&signed(), elsewhere), Err(RejectionKind::SignatureMismatch));
}

#[test]
fn an_id_that_contains_its_separator_is_refused() {
    let scheme = || {
        HmacScheme::new("own", MAC)
            .id_header(ID)
            .signs(&[Part::Id, Part::Literal("::"), Part::Body])
    };
    for (id, verdict) in [
        ("a:b", Ok(())),
        (":a", Ok(())),
        ("a:", Err(RejectionKind::MalformedSignature)),
        ("a::b", Err(RejectionKind::MalformedSignature)),
        ("::", Err(RejectionKind::MalformedSignature)),
    ] {
        let headers = Signer::new(scheme(), &secret()).id(id).headers(BODY);
        let seen = Verifier::new(scheme(), secret()).verify(&headers, BODY);
        assert_eq!(seen.map(drop).map_err(|rejection| rejection.kind()), verdict, "{id}");
    }
}

#[test]
fn an_id_behind_the_body_that_begins_within_its_separator_is_refused() {
    let scheme = || {
        HmacScheme::new("own", MAC)
            .id_header(ID)
            .signs(&[Part::Body, Part::Literal("::"), Part::Id])
    };
    for (id, verdict) in [
        ("a:b:", Ok(())),
        (":a", Err(RejectionKind::MalformedSignature)),
        ("a::", Err(RejectionKind::MalformedSignature)),
    ] {
        let headers = Signer::new(scheme(), &secret()).id(id).headers(BODY);
        let seen = Verifier::new(scheme(), secret()).verify(&headers, BODY);
        assert_eq!(seen.map(drop).map_err(|rejection| rejection.kind()), verdict, "{id}");
    }
}

#[test]
fn a_method_that_contains_its_separator_is_refused() {
    let scheme = || HmacScheme::new("own", MAC).signs(&[Part::Method, Part::Literal("S"), Part::Body]);
    for (method, verdict) in [
        (Method::PUT, Ok(())),
        (Method::POST, Err(RejectionKind::MalformedSignature)),
    ] {
        let mut request = Request::post("/").body(BODY).unwrap();
        *request.method_mut() = method.clone();
        let request = Signer::new(scheme(), &secret()).sign(request);
        let seen = Verifier::new(scheme(), secret()).verify(&request, BODY);
        assert_eq!(
            seen.map(drop).map_err(|rejection| rejection.kind()),
            verdict,
            "{method}"
        );
    }
}

/// The body has a time, at which the id could end as well.
#[test]
fn an_id_that_only_a_time_ends_has_no_colon() {
    let scheme = || dated().signs(&[Part::Id, Part::Timestamp, Part::Body]);
    let body = r#"{"expires_at":"2026-01-01T00:00:00Z"}"#;
    let mut headers = Signer::new(scheme(), &secret()).id("e761").headers(body);
    let verdict = |headers: &HeaderMap, body: &'static str| {
        let verifier = Verifier::new(scheme(), secret()).insecure_any_timestamp();
        verifier
            .verify(headers, body)
            .map(drop)
            .map_err(|rejection| rejection.kind())
    };
    assert_eq!(verdict(&headers, body), Ok(()));
    let (front, rest) = body.split_at(15);
    let (time, rest) = rest.split_at(20);
    let id = format!("e761{}{front}", headers[TIME].to_str().unwrap());
    headers.insert(ID, id.parse().unwrap());
    headers.insert(TIME, time.parse().unwrap());
    assert_eq!(verdict(&headers, rest), Err(RejectionKind::MalformedSignature));
}

#[test]
fn a_path_that_contains_its_separator_is_refused() {
    let scheme = || HmacScheme::new("own", MAC).signs(&[Part::PathAndQuery, Part::Literal("."), Part::Body]);
    for (path, verdict) in [
        ("/hook?v=1", Ok(())),
        ("/hook.v1", Err(RejectionKind::MalformedSignature)),
    ] {
        let request = Signer::new(scheme(), &secret()).sign(Request::post(path).body(BODY).unwrap());
        let seen = Verifier::new(scheme(), secret()).verify(&request, BODY);
        assert_eq!(seen.map(drop).map_err(|rejection| rejection.kind()), verdict, "{path}");
    }
}

#[test]
fn either_of_two_headers_is_enough_and_both_must_be_well_formed() {
    const OTHER: HeaderName = HeaderName::from_static("x-other-mac");
    let scheme = || HmacScheme::new("own", MAC).second_header(OTHER);
    let right = Signer::new(scheme(), &secret()).headers(BODY)[MAC].clone();
    let wrong = Signer::new(scheme(), &secret()).headers("{}")[MAC].clone();
    let verdict = |values: &[(&HeaderName, &http::HeaderValue)]| {
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(*name, (*value).clone());
        }
        let verified = Verifier::new(scheme(), secret()).verify(&headers, BODY);
        verified
            .map(drop)
            .map_err(|rejection| (rejection.kind(), rejection.header().cloned()))
    };
    let malformed = "?".parse().unwrap();
    assert_eq!(verdict(&[(&MAC, &right)]), Ok(()));
    assert_eq!(verdict(&[(&OTHER, &right)]), Ok(()));
    assert_eq!(verdict(&[(&MAC, &wrong), (&OTHER, &right)]), Ok(()));
    assert_eq!(verdict(&[(&MAC, &right), (&OTHER, &wrong)]), Ok(()));
    for (values, kind, header) in [
        (&[][..], RejectionKind::MissingSignature, Some(MAC)),
        (
            &[(&MAC, &wrong), (&OTHER, &wrong)],
            RejectionKind::SignatureMismatch,
            None,
        ),
        (
            &[(&MAC, &right), (&OTHER, &malformed)],
            RejectionKind::MalformedSignature,
            Some(OTHER),
        ),
        (
            &[(&MAC, &malformed), (&OTHER, &right)],
            RejectionKind::MalformedSignature,
            Some(MAC),
        ),
        (
            &[(&OTHER, &right), (&OTHER, &right)],
            RejectionKind::DuplicateSignature,
            Some(OTHER),
        ),
        (
            &[(&MAC, &right), (&MAC, &right), (&OTHER, &right)],
            RejectionKind::DuplicateSignature,
            Some(MAC),
        ),
    ] {
        assert_eq!(verdict(values), Err((kind, header)), "{values:?}");
    }
}

fn identified(parts: &'static [Part]) -> HmacScheme {
    HmacScheme::new("own", MAC).id_header(ID).signs(parts)
}

/// A list with the time behind one key and MACs behind another.
fn entries(time: &'static str, mac: &'static str) -> HmacScheme {
    HmacScheme::new("own", MAC)
        .list(Separator::Comma)
        .timestamp_entry(time, TimestampFormat::Seconds)
        .prefix(mac)
        .signs(&[Part::Timestamp, Part::Literal("."), Part::Body])
}

#[test]
fn a_scheme_that_contradicts_itself_is_found_at_the_start() {
    let timed: HmacScheme = HmacScheme::new("own", MAC).timestamp_header(TIME, TimestampFormat::Seconds);
    for (scheme, said) in [
        (
            HmacScheme::new("own", MAC).signs(&[Part::PublicUrl, Part::Body]),
            "public URL",
        ),
        (
            HmacScheme::new("own", MAC).signs(&[Part::Timestamp, Part::Body]),
            "a time",
        ),
        (timed, "a time"),
        (HmacScheme::new("own", MAC).signs(&[Part::Id, Part::Body]), "an id"),
        (HmacScheme::new("own", MAC).id_header(ID), "an id"),
        (HmacScheme::new("own", MAC).list(Separator::Comma), "a prefix"),
        (
            HmacScheme::new("own", MAC)
                .timestamp_entry("t=", TimestampFormat::Seconds)
                .signs(&[Part::Timestamp, Part::Body]),
            "no list",
        ),
        (entries("t=", "t=v1="), "the entry with the time"),
        (entries("", "v1="), "the entry with the time"),
        (HmacScheme::new("own", MAC).second_header(MAC), "one header"),
        (
            HmacScheme::new("own", MAC)
                .id_header(MAC)
                .signs(&[Part::Id, Part::Literal("."), Part::Body]),
            "one header",
        ),
        (
            HmacScheme::new("own", MAC).signs(&[Part::Literal(""), Part::Body]),
            "empty",
        ),
        (identified(&[Part::Id, Part::Body]), "without a text"),
        (identified(&[Part::Body, Part::Id]), "without a text"),
        (
            identified(&[Part::Method, Part::Id, Part::Literal("."), Part::Body]),
            "without a text",
        ),
        (
            dated().signs(&[Part::Body, Part::Id, Part::Timestamp]),
            "without a text",
        ),
        (
            dated().signs(&[Part::Timestamp, Part::Id, Part::Literal("."), Part::Body]),
            "without a text",
        ),
        (
            identified(&[Part::Id, Part::Literal("."), Part::Body, Part::Id]),
            "twice",
        ),
        (
            HmacScheme::new("own", MAC).signs(&[Part::Method, Part::PathAndQuery, Part::Body]),
            "without a text",
        ),
        (
            HmacScheme::new("own", MAC).signs(&[Part::Method, Part::Body]),
            "without a text",
        ),
    ] {
        for start in [
            |scheme: HmacScheme| drop(Verifier::new(scheme, secret())),
            |scheme: HmacScheme| drop(Signer::new(scheme, &secret())),
        ] {
            let scheme = scheme.clone();
            let panic = std::panic::catch_unwind(move || start(scheme)).unwrap_err();
            let message = panic.downcast_ref::<String>().unwrap();
            assert!(message.contains(said), "{message}");
        }
    }
}

#[test]
fn a_list_of_parts_without_one_body_panics() {
    let lists: [&'static [Part]; 4] = [
        &[],
        &[Part::Timestamp],
        &[Part::Body, Part::Body],
        &[
            Part::Method,
            Part::Method,
            Part::Method,
            Part::Method,
            Part::Method,
            Part::Body,
        ],
    ];
    for parts in lists {
        assert!(
            std::panic::catch_unwind(|| HmacScheme::new("own", MAC).signs(parts)).is_err(),
            "{parts:?}"
        );
    }
}
