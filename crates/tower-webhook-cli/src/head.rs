//! The head of a request before it is signed.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, USER_AGENT};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Uri};

use crate::message::lines;
use crate::outcome::{Failure, Result};
use crate::scheme::AnyScheme;

const PROGRAM: HeaderValue = HeaderValue::from_static(concat!("tower-webhook/", env!("CARGO_PKG_VERSION")));
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Reads the value of `-H`.
pub(crate) fn parse(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    lines::header(text.as_bytes())
}

/// A `POST` to this URL with these headers, and the usual ones that are not among them.
///
/// Its URI is what the receiver sees, path and query, because that is what a scheme may sign.
pub(crate) fn make(url: &Uri, headers: &[(HeaderName, HeaderValue)], scheme: &dyn AnyScheme) -> Result<Parts> {
    let mut head = Request::new(()).into_parts().0;
    head.method = Method::POST;
    head.uri = target(url);
    for (name, value) in headers {
        if Some(name) == scheme.signature_header() {
            let message = format_args!("{name} is the header of the signature: --forge sends a wrong one");
            return Err(Failure::usage(message));
        }
        if [CONTENT_LENGTH, TRANSFER_ENCODING].contains(name) {
            let message = format_args!("{name} follows from the body and cannot be set");
            return Err(Failure::usage(message));
        }
        head.headers.append(name, value.clone());
    }
    head.headers.entry(CONTENT_TYPE).or_insert(JSON);
    head.headers.entry(USER_AGENT).or_insert(PROGRAM);
    Ok(head)
}

/// Path and query of a URL.
fn target(url: &Uri) -> Uri {
    let target = url.path_and_query().cloned();
    target.map_or_else(Uri::default, Uri::from)
}

#[cfg(test)]
mod tests {
    use tower_webhook::scheme::GitHub;

    use super::*;
    use crate::scheme::any;

    fn made(headers: &[&str]) -> Result<Parts> {
        let headers: Vec<_> = headers.iter().map(|text| parse(text).unwrap()).collect();
        make(&Uri::from_static("http://127.0.0.1:1/a?b=c"), &headers, &*any(GitHub))
    }

    #[test]
    fn the_usual_headers_are_there_unless_others_were_named() {
        let head = made(&[]).unwrap();
        assert_eq!((head.method, head.uri), (Method::POST, Uri::from_static("/a?b=c")));
        assert_eq!(head.headers["content-type"], "application/json");
        assert!(
            head.headers["user-agent"]
                .to_str()
                .unwrap()
                .starts_with("tower-webhook/")
        );

        let head = made(&["Content-Type: text/plain", "x-many: 1", "X-Many: 2"]).unwrap();
        assert_eq!(head.headers["content-type"], "text/plain");
        assert_eq!(head.headers.get_all("x-many").iter().count(), 2);
    }

    #[test]
    fn headers_that_the_command_writes_itself_are_refused() {
        for header in [
            "X-Hub-Signature-256: sha256=00",
            "Content-Length: 3",
            "Transfer-Encoding: chunked",
        ] {
            assert!(matches!(made(&[header]), Err(Failure::Usage(_))), "{header}");
        }
    }
}
