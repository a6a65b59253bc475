//! Verifies a webhook without a framework. The headers come from a file, the body in pieces from stdin:
//!
//! ```sh
//! KNOWRITHM_WEBHOOK_SECRET=whk_sample cargo run -p core-only -- \
//!     examples/core-only/sample/headers.txt < examples/core-only/sample/body.json
//! ```
//!
//! This prints `verified: 104 bytes` and the key of the delivery, by which a retry is recognised. The signature in the
//! headers was made with this command:
//!
//! ```sh
//! openssl dgst -sha256 -hmac whk_sample examples/core-only/sample/body.json
//! ```
//!
//! The exit code is 0 for a genuine body, 1 for one that is refused (stderr has the reason, as in
//! `refused: signature_mismatch`), and 2 when something else fails. For production, store the pieces, and use them only
//! after `finish` returned `Ok`.

use std::error::Error;
use std::io::{Read, stdin};
use std::{env, fs, process::ExitCode};

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use tower_webhook::{Provenance, Rejection, SigningSecret, Verifier};

fn main() -> ExitCode {
    let Err(error) = run() else { return ExitCode::SUCCESS };
    if let Some(rejection) = error.downcast_ref::<Rejection>() {
        eprintln!("refused: {}", rejection.code());
        return ExitCode::from(1);
    }
    eprintln!("core-only: {error}");
    ExitCode::from(2)
}

fn run() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("usage: core-only HEADERS_FILE < BODY")?;
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let headers = parse(&text)?;
    let verifier = Verifier::knowrithm(SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?);
    let (length, provenance) = verify(&verifier, &headers, stdin())?;
    println!("verified: {length} bytes, delivery key {}", provenance.delivery_key());
    Ok(())
}

/// Returns the length and origin of a genuine body. The error is a [`Rejection`] when the body is refused.
fn verify(
    verifier: &Verifier,
    headers: &HeaderMap,
    mut body: impl Read,
) -> Result<(usize, Provenance), Box<dyn Error>> {
    // Fails before a byte of the body is read if the signature header is missing or malformed.
    let mut verification = verifier.begin(headers)?;
    let (mut piece, mut total) = ([0; 1024], 0);
    loop {
        let length = body.read(&mut piece)?;
        if length == 0 {
            return Ok((total, verification.finish()?));
        }
        // Fails as soon as the body is longer than `Verifier::max_body`.
        verification.update(&piece[..length])?;
        total += length;
    }
}

/// Reads one `Name: value` a line.
fn parse(text: &str) -> Result<HeaderMap, Box<dyn Error>> {
    let mut headers = HeaderMap::new();
    for line in text.lines() {
        let (name, value) = line.split_once(':').ok_or("a header line has no colon")?;
        let value = HeaderValue::from_str(value.trim_matches([' ', '\t']))?;
        headers.try_append(HeaderName::from_bytes(name.as_bytes())?, value)?;
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: &str = include_str!("../sample/headers.txt");
    const BODY: &[u8] = include_bytes!("../sample/body.json");

    /// The code with which this body is refused, or the length of it.
    fn verdict(headers: &str, body: impl Read) -> Result<usize, &'static str> {
        let verifier = Verifier::knowrithm(SigningSecret::new("whk_sample").unwrap()).max_body(BODY.len());
        verify(&verifier, &parse(headers).unwrap(), body)
            .map(|(length, _)| length)
            .map_err(|error| error.downcast_ref::<Rejection>().expect("a rejection").code())
    }

    /// The part of a body after the limit.
    struct Unread;

    impl Read for Unread {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            panic!("the body is read past the limit")
        }
    }

    #[test]
    fn the_sample_is_genuine_in_one_piece_and_in_two() {
        assert_eq!(verdict(HEADERS, BODY), Ok(104));
        assert_eq!(verdict(HEADERS, BODY[..50].chain(&BODY[50..])), Ok(104));
    }

    #[test]
    fn other_bodies_and_headers_are_refused() {
        assert_eq!(verdict(HEADERS, &BODY[..50]), Err("signature_mismatch"));
        assert_eq!(
            verdict(HEADERS, BODY.chain(&b" "[..]).chain(Unread)),
            Err("body_too_large")
        );
        assert_eq!(verdict("Host: 127.0.0.1:5000", BODY), Err("missing_signature"));
    }

    #[test]
    fn values_are_trimmed_and_repeated_names_are_kept() {
        let headers = parse("X-Two: 1\r\nx-two:\t2 \r\nHost: a:5000").unwrap();
        assert_eq!(headers.get_all("x-two").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(headers["host"], "a:5000");
        for malformed in ["POST / HTTP/1.1", "X Y: 1", "A: \u{1}", "A: 1\n\nB: 2"] {
            assert!(parse(malformed).is_err(), "{malformed}");
        }
    }
}
