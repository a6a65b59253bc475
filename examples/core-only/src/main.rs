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

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use tower_webhook::{Rejection, SigningSecret, VerifiedBody, Verifier};

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
    let headers = parse(&read(headers)?).map_err(|error| format!("{}: {error}", headers.display()))?;
    let body = read(body)?;

    let verifier = Verifier::knowrithm(SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?);
    Ok(verifier.verify(&headers, body))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads `Name: value` lines that end in LF or CRLF, after a request line or status line if there is one.
fn parse(text: &[u8]) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
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

/// Whether this is `POST /path HTTP/1.1` or `HTTP/1.1 200 OK`: no header's name has a blank before its colon.
fn is_start_line(line: &[u8]) -> bool {
    let before_colon = line.split(|&byte| byte == b':').next().unwrap_or_default();
    before_colon.contains(&b' ')
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    Some((
        HeaderName::from_bytes(name).ok()?,
        HeaderValue::from_bytes(value.trim_ascii()).ok()?,
    ))
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
        assert!(parse(b"").unwrap().is_empty());
    }

    #[test]
    fn other_lines_are_named() {
        for (text, line) in [
            ("Host", "line 1"),
            ("Host: a\nPOST / HTTP/1.1", "line 2"),
            ("Host: a\n folded", "line 2"),
            (": empty", "line 1"),
            ("A: \u{1}", "line 1"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(line), "{text}: {error}");
        }
    }
}
