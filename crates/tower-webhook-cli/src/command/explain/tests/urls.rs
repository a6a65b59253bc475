use http::{Method, Uri};

use super::*;

/// A request that was signed for a URL, came to this target, and is verified with another public URL, for each scheme
/// that signs the URL.
fn signed_for(signed: &str, target: &'static str, public: &'static str) -> Vec<(&'static str, Case)> {
    let key = secret(KEY);
    let cases = schemes().into_iter().filter_map(|(about, scheme)| {
        let make = for_url(&scheme)?;
        let sender = make(signed).unwrap().signer(&key).unwrap().timestamp(NOW);
        let request = Request::post(target)
            .header("host", "example.com")
            .body(BODY.as_bytes().to_vec())
            .unwrap();
        let (head, body) = sender.sign(request).into_parts();
        let case = Case::new(head, body, [key.clone()], make(public).unwrap());
        let url = Uri::from_static(public);
        Some((about, case.with_public_url(url, Some(explain::for_url(make)))))
    });
    let cases: Vec<_> = cases.collect();
    assert!(cases.len() > 1);
    cases
}

#[test]
fn a_public_url_that_is_not_the_one_that_was_signed_is_named() {
    for (signed, target, public) in [
        ("https://example.com/hook", "/", "http://example.com/hook"),
        ("https://example.com/hook", "/", "https://10.0.0.7/hook"),
        ("https://example.com/hook", "/", "http://10.0.0.7:8080/hook"),
        ("https://example.com/hook", "/", "https://example.com:443/hook"),
        ("https://example.com:443/hook", "/", "https://example.com/hook"),
        ("https://example.com/hook/", "/", "https://example.com/hook"),
        ("https://example.com/hook", "/", "https://example.com/hook/"),
        (
            "https://example.com/hook?a=1&b=2",
            "/",
            "https://example.com/hook?b=2&a=1",
        ),
        (
            "https://example.com/hook?b=2&a=1",
            "/",
            "https://example.com/hook?a=1&b=2",
        ),
        (
            "https://example.com/hook?a=b%20c",
            "/",
            "https://example.com/hook?a=b+c",
        ),
        ("https://example.com/hook", "/", "https://example.com/hook?utm=1"),
        ("https://example.com/hook", "/", "https://example.com/api/hook"),
        ("https://example.com/hook/", "/", "http://10.0.0.7/hook"),
        // What the request came to.
        (
            "https://example.com/hook?tenant=1",
            "/hook?tenant=1",
            "https://example.com/hook",
        ),
        ("https://example.com/api/hook", "/api/hook", "https://example.com/hook"),
        (
            "https://example.com/api/hook?tenant=1",
            "/hook?tenant=1",
            "https://example.com/api/hook",
        ),
        (
            "https://example.com/hook?tenant=1",
            "/hook?tenant=1",
            "http://10.0.0.7/other",
        ),
        (
            "https://other.example/in?a=1",
            "https://other.example/in?a=1",
            "https://example.com/hook",
        ),
    ] {
        for (about, case) in signed_for(signed, target, public) {
            // Some schemes are lenient: it is no accident for them.
            if case.verify().is_err() {
                assert_named(&case, "url", &format!("{about}: {signed} as {public}"));
            }
        }
    }
}

#[test]
fn the_path_that_a_proxy_was_asked_for_is_taken_from_its_header() {
    for (about, case) in signed_for("https://example.com/outer/hook", "/", "https://example.com/") {
        let name = HeaderName::from_static("x-original-uri");
        let case = case.with_header(&name, "/outer/hook".parse().unwrap());
        assert_named(&case, "url", about);
    }
}

#[test]
fn another_method_is_named() {
    let case = signed_body(&named("hubspot"), BODY);
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
        let case = case.with_public_url(Uri::from_static(URL), None);
        let mut search = Search::new(case.body.len());
        assert!(matches!(search.run(&case), Finding::Nothing(_)), "{about}");
        assert!(
            !search.names.contains(&"url") && !search.names.contains(&"method"),
            "{about}"
        );
    }
}
