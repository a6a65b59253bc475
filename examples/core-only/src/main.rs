//! The verifier without a framework: headers and body come from files, as they might from a Lambda event or a queue.
//!
//! ```sh
//! KNOWRITHM_WEBHOOK_SECRET=whk_sample cargo run -p core-only -- \
//!     examples/core-only/sample/headers.txt examples/core-only/sample/body.json
//! ```
//!
//! prints `verified: 104 bytes` and the key of the delivery. The sample's signature is what openssl makes of its body,
//! and so can be that of another:
//!
//! ```sh
//! openssl dgst -sha256 -hmac whk_sample examples/core-only/sample/body.json
//! ```
//!
//! It exits with 0 when the body is verified; with 1 when it is not, and the code of the rejection on stderr; with 2 when
//! it could not find out.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use tower_webhook::{Rejection, SigningSecret, VerifiedBody, Verifier};

/// Larger bodies are refused, and no more of one is read than tells so.
const MAX_BODY: usize = 2 * 1024 * 1024;
/// Longer heads are no heads: servers allow a fraction of this.
const MAX_HEADERS: usize = 64 * 1024;

fn main() -> ExitCode {
    match run() {
        Ok(Ok(body)) => {
            let key = body.delivery_key().map(|byte| format!("{byte:02x}")).concat();
            println!("verified: {} bytes, delivery key {key}", body.bytes().len());
            ExitCode::SUCCESS
        }
        Ok(Err(rejection)) => {
            eprintln!("{}", rejection.code());
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("core-only: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<Result<VerifiedBody, Rejection>, Box<dyn Error>> {
    let paths: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [headers, body] = paths.as_slice() else {
        return Err("usage: core-only HEADERS_FILE BODY_FILE".into());
    };
    let headers = read(headers, MAX_HEADERS)
        .and_then(|text| parse(&text))
        .map_err(|error| format!("{}: {error}", headers.display()))?;
    let body = read(body, MAX_BODY).map_err(|error| format!("{}: {error}", body.display()))?;

    let verifier = Verifier::knowrithm(SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?).max_body(MAX_BODY);
    Ok(verifier.verify(&headers, body))
}

/// The file's bytes, or its first `limit + 1`: enough to see that they are too many.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Reads `Name: value` lines that end in LF or CRLF, after a request line or status line if there is one, up to the end
/// or to an empty line that ends the file.
fn parse(text: &[u8]) -> Result<HeaderMap, String> {
    if text.len() > MAX_HEADERS {
        return Err(format!("more than {MAX_HEADERS} bytes are no headers"));
    }
    let mut headers = HeaderMap::new();
    let mut rest = text;
    for number in 1.. {
        let Some(line) = next_line(&mut rest) else { break };
        if line.is_empty() && !rest.is_empty() {
            return Err(format!("line {number} ends the headers, and something follows it"));
        }
        if line.is_empty() || number == 1 && is_start_line(line) {
            continue;
        }
        let (name, value) = header(line).ok_or_else(|| format!("line {number} is no `Name: value`"))?;
        headers
            .try_append(name, value)
            .map_err(|_| format!("line {number} is one header too many"))?;
    }
    Ok(headers)
}

/// Takes a line from the front, without its end.
fn next_line<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    let mut parts = text.splitn(2, |&byte| byte == b'\n');
    let line = parts.next().filter(|_| !text.is_empty())?;
    *text = parts.next().unwrap_or_default();
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// Whether this is `HTTP/1.1 200 OK` or `POST /path HTTP/1.1`, and not `Via: HTTP/1.1`: no method has a colon.
fn is_start_line(line: &[u8]) -> bool {
    let mut words = line.split(|&byte| byte == b' ');
    let first = words.next().unwrap_or_default();
    let last = words.next_back().unwrap_or_default();
    let is_version = |word: &[u8]| word.starts_with(b"HTTP/");
    is_version(first) || is_version(last) && !first.contains(&b':')
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    Some((
        HeaderName::from_bytes(name).ok()?,
        HeaderValue::from_bytes(trim(value)).ok()?,
    ))
}

/// Without the spaces and tabs around it, which are what HTTP lets stand there.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: &[u8] = include_bytes!("../sample/headers.txt");
    const BODY: &[u8] = include_bytes!("../sample/body.json");

    #[test]
    fn the_sample_is_signed_as_the_crate_says() {
        let verifier = Verifier::knowrithm(SigningSecret::new("whk_sample").unwrap());
        let body = verifier.verify(&parse(HEADERS).unwrap(), BODY).unwrap();
        assert_eq!(body.bytes().len(), 104);
    }

    #[test]
    fn without_the_deadlines_feature_it_can_be_waived_all_the_same() {
        let verifier = Verifier::knowrithm(SigningSecret::new("whk_sample").unwrap()).insecure_no_read_timeout();
        assert!(verifier.verify(&parse(HEADERS).unwrap(), BODY).is_ok());
    }

    #[test]
    fn what_comes_in_pieces_is_verified_as_well() {
        let verifier = Verifier::knowrithm(SigningSecret::new("whk_sample").unwrap()).max_body(BODY.len());
        for (pieces, verdict) in [
            (&[BODY][..], Ok(())),
            (&[&BODY[..50], b"", &BODY[50..]], Ok(())),
            (&[&BODY[..50]], Err(Rejection::SignatureMismatch)),
            (&[BODY, b" "], Err(Rejection::BodyTooLarge)),
        ] {
            let mut verification = verifier.begin(&parse(HEADERS).unwrap()).unwrap();
            let admitted = pieces.iter().try_for_each(|piece| verification.update(piece));
            assert_eq!(verification.finish(), verdict);
            assert_eq!(admitted.is_err(), verdict == Err(Rejection::BodyTooLarge));
        }
        assert_eq!(
            verifier.begin(&HeaderMap::new()).unwrap_err(),
            Rejection::MissingSignature
        );
    }

    #[test]
    fn headers_are_read_as_tools_print_them() {
        for text in [
            "Host: a\nX-Two: 1\nx-two: 2",
            "Host:a\r\nX-Two:  1 \r\nx-two:\t2\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nx-two: 2\r\n",
            "POST http://a/ HTTP/1.1\nhost: a\nx-two: 1\nx-two: 2\n",
            "HTTP/2 200 \r\nhost: a\r\nx-two: 1\r\nx-two: 2\r\n",
        ] {
            let headers = parse(text.as_bytes()).unwrap();
            assert_eq!(headers["host"], "a", "{text}");
            assert_eq!(
                headers.get_all("x-two").iter().collect::<Vec<_>>(),
                ["1", "2"],
                "{text}"
            );
        }
        assert_eq!(parse(b"X: \xff").unwrap()["x"].as_bytes(), b"\xff");
        assert_eq!(parse(b"Via: HTTP/1.1").unwrap()["via"], "HTTP/1.1");
        for empty in ["", "\n", "\r\n", "HTTP/1.1 200 OK", "GET / HTTP/1.0\r\n\r\n"] {
            assert!(parse(empty.as_bytes()).unwrap().is_empty(), "{empty:?}");
        }
    }

    #[test]
    fn other_lines_are_named() {
        for (text, line) in [
            ("Host", "line 1"),
            ("Host: a\nPOST / HTTP/1.1", "line 2"),
            ("Host: a\n folded", "line 2"),
            (": empty", "line 1"),
            ("A: \u{1}", "line 1"),
            ("A: 1\u{c}", "line 1"),
            ("A: 1\r\r\n", "line 1"),
            ("X Y: 1", "line 1"),
            ("GET / HTTP/1.1: 1", "line 1"),
            ("A: 1\n\nB: 2", "line 2"),
            ("A: 1\r\n\r\n\r\n", "line 2"),
            ("\nA: 1", "line 1"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(line), "{text}: {error}");
        }
        let long = [b"A: ".as_slice(), &vec![b'a'; MAX_HEADERS]].concat();
        assert!(parse(&long).unwrap_err().contains("65536"));
    }

    #[test]
    fn a_file_is_read_as_far_as_tells_that_it_is_too_long() {
        let body = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/sample/body.json"));
        assert_eq!(read(body, 104).unwrap(), BODY);
        assert_eq!(read(body, 103).unwrap(), BODY);
        assert_eq!(read(body, 10).unwrap(), &BODY[..11]);
        assert!(read(Path::new("/nowhere"), 10).is_err());
    }
}
