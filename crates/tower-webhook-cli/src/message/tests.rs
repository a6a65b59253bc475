use std::io::{Cursor, Read as _};

use http::Request;

use super::*;

fn written(request: Request<&[u8]>) -> Vec<u8> {
    let (head, body) = request.into_parts();
    let mut out = Vec::new();
    http1::write(&head, body, &mut out).unwrap();
    out
}

fn read_bytes(bytes: &[u8]) -> (Parts, Vec<u8>) {
    let mut saved = http1::read(Cursor::new(bytes.to_vec())).unwrap();
    let mut body = Vec::new();
    saved.body.take().unwrap().read_to_end(&mut body).unwrap();
    (saved.head, body)
}

#[test]
fn a_request_is_read_as_it_was_written() {
    let body = b"\r\n\r\n{\"a\":\"\xc3\xa9\xff\x00\"}\n";
    let request = Request::post("/hook?tenant=acme&x=%20")
        .header("x-many", "1")
        .header("x-many", "2")
        .header("x-bytes", HeaderValue::from_bytes(b"Zo\xeb").unwrap())
        .body(&body[..])
        .unwrap();
    let (head, read) = read_bytes(&written(request.clone()));
    assert_eq!(read, body);
    assert_eq!(&head.headers, request.headers());
    assert_eq!((&head.method, &head.uri), (request.method(), request.uri()));
}

#[test]
fn the_body_is_what_follows_the_empty_line_whatever_its_announced_length() {
    let (_, body) = read_bytes(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}more");
    assert_eq!(body, b"{}more");
    let (head, body) = read_bytes(b"POST / HTTP/1.1\nA: b\n\nx");
    assert_eq!((head.headers.len(), &body[..]), (1, &b"x"[..]));
}

#[test]
fn the_form_shows_in_the_whole_first_line_however_long_it_is() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let body = b"X-Not: a header\n";
    for length in [0, 9_000, 60_000] {
        let target = format!("/hook?{}", "a".repeat(length));
        let request = Request::post(&target).header("x-a", "1").body(&body[..]).unwrap();
        std::fs::write(file.path(), written(request)).unwrap();
        let mut saved = read(file.path()).unwrap();
        let mut of_file = Vec::new();
        saved.body.take().expect("a body").read_to_end(&mut of_file).unwrap();
        assert_eq!(
            (of_file.as_slice(), saved.head.headers.len()),
            (&body[..], 1),
            "{length}"
        );
        assert_eq!(saved.head.uri, *target);
    }
    let lines = format!("x-long: {}\r\nx-a: 1\r\n", "a".repeat(2 * MAX_HEAD));
    let entry =
        format!(r#"{{"request":{{"method":"POST","url":"/","headers":[],"x":"{lines}"}}}}"#).replace("\r\n", "");
    for (text, headers) in [(lines, 2), (format!("\r\n {entry}"), 0)] {
        std::fs::write(file.path(), text).unwrap();
        assert_eq!(read(file.path()).unwrap().head.headers.len(), headers);
    }
}

/// The head and the body of a request in a file, in any form.
fn read_file(bytes: &[u8]) -> Result<(Parts, Option<Vec<u8>>)> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let saved = read(file.path())?;
    let body = saved.body.map(|mut body| {
        let mut bytes = Vec::new();
        body.read_to_end(&mut bytes).unwrap();
        bytes
    });
    Ok((saved.head, body))
}

#[test]
fn a_request_line_of_any_version_begins_a_message_where_a_body_follows() {
    let body = "\r\n{\"a\":1}";
    for (text, is_message) in [
        (format!("\r\nPOST /h HTTP/1.1\r\nX-A: 1\r\n\r\n{body}"), true),
        (format!("\n \n\nPOST /h HTTP/1.1\nX-A: 1\n\n{body}"), true),
        (format!("POST /h HTTP/1.0\r\nX-A: 1\r\n\r\n{body}"), true),
        (format!("\nPOST /h HTTP/2\nX-A: 1\n\n{body}"), true),
        (format!("POST /h HTTP/3.0\nX-A: 1\n\n{body}"), true),
        ("POST /h HTTP/2\nX-A: 1\n\n".to_owned(), false),
        ("\nPOST /h HTTP/2\nX-A: 1".to_owned(), false),
        ("> POST /h HTTP/2\n> X-A: 1\n> \n\nmore".to_owned(), false),
        ("> POST /h HTTP/1.1\n> X-A: 1\n> \n\nmore".to_owned(), false),
    ] {
        let (head, read) = read_file(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!((head.method.as_str(), head.uri.path()), ("POST", "/h"), "{text}");
        assert_eq!(
            (&head.headers["x-a"], head.headers.len()),
            (&"1".parse().unwrap(), 1),
            "{text}"
        );
        assert_eq!(read.as_deref(), is_message.then_some(body.as_bytes()), "{text}");
    }
    let long = format!("POST /h HTTP/2\nX-A: {}", "a".repeat(MAX_HEAD));
    assert!(matches!(read_file(long.as_bytes()), Err(Failure::Usage(error)) if error.contains("longer than 256 KiB")));
}

#[test]
fn a_head_without_an_end_is_an_error() {
    let endless = [b"POST / HTTP/1.1\r\n".to_vec(), b"a: b\r\n".repeat(MAX_HEAD)].concat();
    for (bytes, message) in [
        (b"POST / HTTP/1.1\r\nA: b\r\n".to_vec(), "it ends within the head"),
        (endless, "its head is longer than 256 KiB"),
        (b"POST / HTTP/1.1\r\nA\r\n\r\n".to_vec(), "it is no HTTP/1.1 message"),
    ] {
        let error = http1::read(Cursor::new(bytes)).err().unwrap();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn of_the_output_of_curl_only_what_was_sent_is_read() {
    let text = b"*   Trying 127.0.0.1:5000...\n> POST /hook HTTP/1.1\r\n> X-A: 1\r\n> \r\n< HTTP/1.1 403\n< X-B: 2\n";
    let head = lines::parse(text).unwrap();
    assert_eq!((head.method.as_str(), head.uri.path()), ("POST", "/hook"));
    assert_eq!(head.headers.len(), 1);
    assert_eq!(head.headers["x-a"], "1");
}

#[test]
fn lines_of_headers_need_no_request_line() {
    let head = lines::parse(b"X-A: 1\nx-a:2\n\n").unwrap();
    assert_eq!(head.headers.get_all("x-a").iter().count(), 2);
    for (text, message) in [
        ("", "it contains no header"),
        ("hello", "`hello` is no header: it has no colon"),
        ("a b: c", "`a b: c` is no header: its name is invalid"),
        ("a: \u{7}", "the value of a contains a control character"),
    ] {
        assert_eq!(lines::parse(text.as_bytes()).unwrap_err(), message);
    }
}

#[test]
fn more_headers_than_any_server_admits_are_an_error() {
    for (count, is_read) in [(MAX_HEADERS, true), (MAX_HEADERS + 1, false), (40_000, false)] {
        let names = || (0..count).map(|at| format!("x-{at}"));
        let lines: Vec<_> = names().map(|name| format!("{name}: 1\n")).collect();
        let list: Vec<_> = names()
            .map(|name| format!(r#"{{"name":"{name}","value":"1"}}"#))
            .collect();
        let entry = format!(
            r#"{{"request":{{"method":"POST","url":"/","headers":[{}]}}}}"#,
            list.join(",")
        );
        let read = [
            lines::parse(lines.concat().as_bytes()).map(drop),
            har::parse(entry.as_bytes()).map(drop),
        ];
        let wanted = is_read.then_some(()).ok_or("it has more than 256 headers".to_owned());
        assert_eq!(read, [wanted.clone(), wanted], "{count}");
    }
}

#[test]
fn an_entry_of_a_har_file_is_a_request() {
    let entry = r#"{"request":{"method":"POST","url":"https://example.com/hook?a=b","httpVersion":"h2",
        "headers":[{"name":":path","value":"/hook"},{"name":"X-A","value":"1"}],
        "postData":{"mimeType":"application/json","text":"{\"a\":1}"}}}"#;
    let file = format!(r#"{{"log":{{"version":"1.2","entries":[{entry}]}}}}"#);
    for text in [entry, &file] {
        let (head, body) = har::parse(text.as_bytes()).unwrap();
        assert_eq!(head.uri.query(), Some("a=b"));
        assert_eq!(head.headers.len(), 1);
        assert_eq!(body.unwrap(), b"{\"a\":1}");
    }
}

#[test]
fn a_har_file_is_read_up_to_what_is_too_much() {
    let entry = |headers: &str| format!(r#"{{"request":{{"method":"POST","url":"/","headers":[{headers}"#);
    let header = |name: &str| format!(r#"{{"name":"{name}","value":"1"}}"#);
    let pseudo = vec![header(":path"); 2 * MAX_HEADERS].join(",");
    let (read, _) = har::parse(format!("{}]}}}}", entry(&pseudo)).as_bytes()).unwrap();
    assert_eq!(read.headers.len(), 0);
    // What follows is no JSON: it is not looked at.
    let many = vec![header("x-a"); MAX_HEADERS + 1].join(",");
    let one = format!("{}]}}}}", entry(""));
    for (text, message) in [
        (
            format!(r#"{{"log":{{"entries":[{one},{one} and others"#),
            "the HAR file has more than one entry: save one of them alone",
        ),
        (
            format!(r#"{{"log":{{"entries":[{}, and others"#, entry(&many)),
            "it has more than 256 headers",
        ),
        (format!("{}, and others", entry(&many)), "it has more than 256 headers"),
        (r#"{"log":{"entries":[]}}"#.to_owned(), "the HAR file has no entry"),
    ] {
        assert_eq!(har::parse(text.as_bytes()).unwrap_err(), message);
    }
    for text in ["{}", "[", r#"{"request":{}}"#] {
        let error = har::parse(text.as_bytes()).unwrap_err();
        assert!(error.starts_with("it is no HAR file and no entry of one: "), "{error}");
    }
}
