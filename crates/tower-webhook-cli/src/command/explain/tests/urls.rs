use http::{HeaderMap, Method, Uri};
use tower_webhook::scheme::{self, Head, SignatureClaim, SigningScheme, Unsigned, only_value};
use tower_webhook::{Rejection, RejectionKind, SigningSecret};

use super::*;

static MAC: HeaderName = HeaderName::from_static("x-url-mac");

/// Signs the method, the URI as the head has it, and the body.
#[derive(Clone)]
struct SignsUrl;

impl scheme::Scheme for SignsUrl {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "signs_url"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let value = only_value(head.headers(), &MAC)?;
        let mac = Encoding::Hex
            .decode(value.as_bytes())
            .ok_or(RejectionKind::MalformedSignature)?;
        Ok(SignatureClaim::new(mac).signed_after_body(target(head)))
    }
}

impl SigningScheme for SignsUrl {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&MAC)
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        let mac = request.mac(&[], &[&target(request.head())]);
        HeaderMap::from_iter([(MAC.clone(), Encoding::Hex.encode(&mac).parse().unwrap())])
    }
}

fn target(head: Head<'_>) -> Vec<u8> {
    format!("{}{}", head.method().unwrap(), head.uri().unwrap()).into_bytes()
}

fn sent_to(url: &'static str) -> Case {
    let scheme: Scheme = any(SignsUrl);
    let signer = scheme.signer(&secret(KEY)).unwrap();
    let request = Request::post(url)
        .header("host", "example.com")
        .body(BODY.as_bytes().to_vec())
        .unwrap();
    let (head, body) = signer.sign(request).into_parts();
    Case::new(head, body, [secret(KEY)], scheme)
}

#[test]
fn what_a_proxy_did_to_the_url_is_named() {
    for (public, held) in [
        ("https://example.com/hook", "http://example.com/hook"),
        ("https://example.com/hook", "https://10.0.0.7/hook"),
        ("https://example.com/hook", "http://10.0.0.7:8080/hook"),
        ("https://example.com/hook", "https://example.com:443/hook"),
        ("https://example.com:443/hook", "https://example.com/hook"),
        ("https://example.com/hook/", "https://example.com/hook"),
        ("https://example.com/hook", "https://example.com/hook/"),
        ("https://example.com/hook?a=1&b=2", "https://example.com/hook?b=2&a=1"),
        ("https://example.com/hook?b=2&a=1", "https://example.com/hook?a=1&b=2"),
        ("https://example.com/hook?a=b%20c", "https://example.com/hook?a=b+c"),
        ("https://example.com/hook", "https://example.com/hook?utm=1"),
        ("https://example.com/hook", "/hook"),
        ("/hook", "https://example.com/hook"),
        ("https://example.com/hook", "https://example.com/api/hook"),
        ("https://example.com/hook/", "http://10.0.0.7/hook"),
    ] {
        let case = sent_to(public);
        let mut head = http::request::Parts::clone(&case.head);
        head.uri = Uri::from_static(held);
        assert_named(&case.with_head(head), "url", &format!("{public} as {held}"));
    }
}

#[test]
fn the_path_that_a_proxy_was_asked_for_is_taken_from_its_header() {
    let case = sent_to("https://example.com/outer/hook");
    let mut head = http::request::Parts::clone(&case.head);
    head.uri = Uri::from_static("https://example.com/");
    head.headers.insert("x-original-uri", "/outer/hook".parse().unwrap());
    assert_named(&case.with_head(head), "url", "X-Original-URI");
}

#[test]
fn another_method_is_named() {
    let case = sent_to("https://example.com/hook");
    let mut head = http::request::Parts::clone(&case.head);
    head.method = Method::GET;
    assert_named(&case.with_head(head), "method", "GET");
}

#[test]
fn a_scheme_that_signs_no_url_is_not_tried_with_another_one() {
    for (about, scheme) in schemes() {
        if for_url(&scheme).is_some() {
            continue;
        }
        let case = signed_body(&scheme, BODY).with_body("unrelated");
        let mut search = Search::new(case.body.len());
        assert!(matches!(search.run(&case), Finding::Nothing(_)), "{about}");
        assert!(
            !search.names.contains(&"url") && !search.names.contains(&"method"),
            "{about}"
        );
    }
}

#[test]
fn a_public_url_that_is_not_the_one_that_was_signed_is_named() {
    let key = secret(KEY);
    let mut seen = 0;
    for (about, scheme) in schemes() {
        let Some(make) = for_url(&scheme) else { continue };
        seen += 1;
        for (signed, held) in [
            ("https://example.com/hook", "http://example.com/hook"),
            ("https://example.com/hook", "http://10.0.0.7:8080/hook"),
            ("https://example.com/hook/", "https://example.com/hook"),
            ("https://example.com/hook?b=2&a=1", "https://example.com/hook?a=1&b=2"),
        ] {
            let sender = make(signed).unwrap().signer(&key).unwrap();
            let request = Request::post("/")
                .header("host", "example.com")
                .body(BODY.as_bytes().to_vec())
                .unwrap();
            let (mut parts, body) = sender.sign(request).into_parts();
            parts.uri = Uri::from_static(held);
            let case = Case::new(parts, body, [key.clone()], make(held).unwrap());
            let case = case.with_public_url(Arc::new(move |url| make(&url.to_string()).ok()));
            assert_named(&case, "url", &format!("{about}: {signed} as {held}"));
        }
    }
    assert!(seen > 0);
}
