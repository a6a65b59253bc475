//! Whether an answer names a MAC, in whatever form it is written.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use tower_webhook::scheme::Encoding;

use super::answer::Answer;

/// No padding is written, and any is read.
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ALPHABETS: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&STANDARD, CONFIG),
    GeneralPurpose::new(&URL_SAFE, CONFIG),
];
/// The shortest MAC in bytes whose other forms are looked for: a shorter text may be in an answer by chance.
const SHORTEST: usize = 16;

/// Whether the answer has this MAC anywhere: as it is written here, in hex, in base64, or as bytes.
pub(super) fn names(answer: &Answer, mac: &[u8]) -> bool {
    let mut texts = vec![mac.to_vec()];
    let mut hex = None;
    if let Some(bytes) = decoded(mac) {
        texts.extend(ALPHABETS.map(|alphabet| alphabet.encode(&bytes).into_bytes()));
        hex = Some(Encoding::Hex.encode(&bytes).into_bytes());
        texts.push(bytes);
    }
    answer.says().iter().any(|said| {
        let has = |said: &[u8], text: &[u8]| !text.is_empty() && said.windows(text.len()).any(|part| part == text);
        // Of hex the case has no meaning, of base64 it has.
        texts.iter().any(|text| has(said, text)) || hex.as_ref().is_some_and(|hex| has(&said.to_ascii_lowercase(), hex))
    })
}

/// The bytes of a MAC in hex or base64; `None` of a text that is neither, such as a token.
fn decoded(mac: &[u8]) -> Option<Vec<u8>> {
    let of_base64 = || ALPHABETS.iter().find_map(|alphabet| alphabet.decode(mac).ok());
    let of_hex = Encoding::HexOfEitherCase.decode_vec(mac, mac.len());
    let bytes = of_hex.or_else(of_base64)?;
    (bytes.len() >= SHORTEST).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::answer::begin;
    use super::*;

    const HEX: &str = "00fb0fff1f2e3d4c5b6a79880102030405060708";
    const BASE64: &str = "APsP/x8uPUxbanmIAQIDBAUGBwg=";

    async fn is_named(answer: &str, mac: &str) -> bool {
        let answer = format!("HTTP/1.1 403 Forbidden\r\n{answer}");
        let mut bytes = answer.as_bytes();
        let answer = begin(&mut bytes).await.unwrap().finish(&mut bytes).await;
        names(&answer, mac.as_bytes())
    }

    #[tokio::test]
    async fn a_mac_is_found_anywhere_in_an_answer_and_in_every_form() {
        let upper = HEX.to_uppercase();
        for named in [
            format!("\r\nexpected sha256={HEX}, got none"),
            format!("\r\nexpected {upper}"),
            format!("x-expected: {upper}\r\n\r\n"),
            format!(
                "transfer-encoding: chunked\r\n\r\n9\r\n{}\r\n1f\r\n{}\r\n0\r\n\r\n",
                &HEX[..9],
                &HEX[9..]
            ),
            format!("transfer-encoding: chunked\r\n\r\n64\r\n{HEX}"),
            format!("x-expected: {BASE64}\r\n\r\n"),
            format!("\r\n{}", BASE64.trim_end_matches('=')),
            format!("\r\n{}", BASE64.replace('/', "_")),
        ] {
            for mac in [HEX, BASE64, BASE64.trim_end_matches('='), &BASE64.replace('/', "_")] {
                assert!(is_named(&named, mac).await, "{named}: {mac}");
            }
        }
    }

    #[tokio::test]
    async fn another_text_is_no_mac() {
        for (said, mac) in [
            (BASE64.to_lowercase(), HEX),
            (BASE64.to_lowercase(), BASE64),
            (HEX[1..].to_owned(), HEX),
            ("expected a token".to_owned(), "A Token"),
            ("abcd".to_owned(), "ABCD"),
            ("anything".to_owned(), ""),
        ] {
            let answer = format!("x-expected: {said}\r\n\r\n{said}");
            assert!(!is_named(&answer, mac).await, "{said}: {mac}");
        }
        assert!(is_named("\r\nexpected A Token", "A Token").await);
    }
}
