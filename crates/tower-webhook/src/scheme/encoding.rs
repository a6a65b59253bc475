//! The text of a signature.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::hex;

/// How a signature, such as a MAC of 32 bytes, is written as text. But for [`HexOfEitherCase`](Self::HexOfEitherCase),
/// each signature has exactly one text.
///
/// ```
/// use tower_webhook::scheme::Encoding;
///
/// let digits = "61".repeat(32);
/// assert_eq!(Encoding::Hex.decode(digits.as_bytes()), Some(*b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
/// assert_eq!(
///     Encoding::Base64.decode(b"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="),
///     Some(*b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
/// );
/// assert_eq!(Encoding::Hex.decode::<32>(&digits.as_bytes()[1..]), None);
/// assert_eq!(Encoding::Hex.encode(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), digits);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Two lower-case hexadecimal digits for each byte.
    Hex,
    /// Two hexadecimal digits for each byte, in either case. Lower-case ones are written.
    HexOfEitherCase,
    /// The standard alphabet, padding included ([RFC 4648], section 4): 44 characters for 32 bytes.
    ///
    /// [RFC 4648]: https://www.rfc-editor.org/rfc/rfc4648#section-4
    Base64,
    /// The alphabet for URLs, without padding ([RFC 4648], section 5): 43 characters for 32 bytes.
    ///
    /// [RFC 4648]: https://www.rfc-editor.org/rfc/rfc4648#section-5
    Base64Url,
}

impl Encoding {
    /// The bytes of a text; `None` when its length, alphabet, case or padding is another, or its last bits are not
    /// zero. More than 64 bytes do not compile.
    #[must_use]
    #[inline]
    pub fn decode<const N: usize>(self, text: &[u8]) -> Option<[u8; N]> {
        match self {
            Self::Hex => hex::decode(text),
            Self::HexOfEitherCase => {
                let mut bytes = [0; N];
                let decoded = base16ct::mixed::decode(text, &mut bytes).ok()?;
                (decoded.len() == N).then_some(bytes)
            }
            Self::Base64 => base64(text, &STANDARD),
            Self::Base64Url => base64(text, &URL_SAFE_NO_PAD),
        }
    }

    /// The bytes of a text that may have any number of them up to this one; `None` as [`decode`](Self::decode) says. It
    /// is for signatures of more than 64 bytes, such as those of RSA, which has 256 or more.
    ///
    /// ```
    /// use tower_webhook::scheme::Encoding;
    ///
    /// assert_eq!(Encoding::Base64.decode_vec(b"YWFh", 512).as_deref(), Some(&b"aaa"[..]));
    /// assert_eq!(Encoding::Base64.decode_vec(b"YWFh", 2), None);
    /// assert_eq!(Encoding::Base64.decode_vec(b"YWF", 512), None);
    /// ```
    #[must_use]
    pub fn decode_vec(self, text: &[u8], most: usize) -> Option<Vec<u8>> {
        // A text of two digits for each byte, which is the longest.
        if text.len() / 2 > most {
            return None;
        }
        let bytes = match self {
            Self::Hex => base16ct::lower::decode_vec(text).ok()?,
            Self::HexOfEitherCase => base16ct::mixed::decode_vec(text).ok()?,
            Self::Base64 => STANDARD.decode(text).ok()?,
            Self::Base64Url => URL_SAFE_NO_PAD.decode(text).ok()?,
        };
        (bytes.len() <= most).then_some(bytes)
    }

    /// The text of these bytes.
    #[must_use]
    pub fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex | Self::HexOfEitherCase => base16ct::lower::encode_string(bytes),
            Self::Base64 => STANDARD.encode(bytes),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        }
    }
}

/// The largest signature, and the two bytes by which a decoder may overestimate.
const ROOM: usize = 64 + 2;

fn base64<const N: usize>(text: &[u8], engine: &impl Engine) -> Option<[u8; N]> {
    const { assert!(N + 2 <= ROOM, "a signature has at most 64 bytes") };
    // Checked first, so that a long text costs nothing.
    if text.len() > N.div_ceil(3) * 4 {
        return None;
    }
    let mut bytes = [0; ROOM];
    let len = engine.decode_slice(text, &mut bytes).ok()?;
    let (decoded, _) = bytes.split_first_chunk()?;
    (len == N).then_some(*decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_is_read_back_in_each_encoding() {
        fn check<const N: usize>() {
            for byte in [0, 0x5a, u8::MAX] {
                for encoding in [
                    Encoding::Hex,
                    Encoding::HexOfEitherCase,
                    Encoding::Base64,
                    Encoding::Base64Url,
                ] {
                    let text = encoding.encode(&[byte; N]);
                    assert_eq!(encoding.decode(text.as_bytes()), Some([byte; N]), "{text}");
                    assert_eq!(encoding.decode::<N>(&text.as_bytes()[1..]), None, "{text}");
                    assert_eq!(encoding.decode::<N>(format!("{text}0").as_bytes()), None, "{text}");
                    assert_eq!(encoding.decode::<N>(format!("{text}{text}").as_bytes()), None, "{text}");
                }
            }
        }
        check::<20>();
        check::<32>();
        check::<48>();
        check::<64>();
    }

    #[test]
    fn a_text_of_any_length_is_decoded_as_one_of_a_known_length() {
        for encoding in [
            Encoding::Hex,
            Encoding::HexOfEitherCase,
            Encoding::Base64,
            Encoding::Base64Url,
        ] {
            let text = encoding.encode(&[0x5a; 64]);
            for end in 0..=text.len() {
                let (part, most) = (&text.as_bytes()[..end], 64);
                let long = encoding.decode_vec(part, most).filter(|bytes| bytes.len() == 64);
                assert_eq!(long, encoding.decode::<64>(part).map(Vec::from), "{encoding:?}: {end}");
            }
            assert_eq!(encoding.decode_vec(text.as_bytes(), 63), None, "{encoding:?}");
            let rsa = encoding.encode(&[0x5a; 512]);
            assert_eq!(
                encoding.decode_vec(rsa.as_bytes(), 512),
                Some(vec![0x5a; 512]),
                "{encoding:?}"
            );
            assert_eq!(encoding.decode_vec(b"", 512), Some(Vec::new()), "{encoding:?}");
        }
        // Unused bits that are not zero.
        assert_eq!(Encoding::Base64.decode_vec(b"YWE=", 2), Some(b"aa".to_vec()));
        assert_eq!(Encoding::Base64.decode_vec(b"YWF=", 2), None);
        assert_eq!(Encoding::Hex.decode_vec(b"AB", 1), None);
        assert_eq!(Encoding::HexOfEitherCase.decode_vec(b"aB", 1), Some(vec![0xab]));
    }

    #[test]
    fn case_and_alphabet_are_those_of_the_encoding() {
        let upper = "AB".repeat(32);
        assert_eq!(Encoding::Hex.decode::<32>(upper.as_bytes()), None);
        assert_eq!(Encoding::HexOfEitherCase.decode(upper.as_bytes()), Some([0xab; 32]));
        let standard = Encoding::Base64.encode(&[0xff; 32]);
        assert_eq!(Encoding::Base64Url.decode::<32>(standard.as_bytes()), None);
        assert_eq!(
            Encoding::Base64Url.decode::<32>(standard.trim_end_matches('=').as_bytes()),
            None
        );
        let for_urls = Encoding::Base64Url.encode(&[0xff; 32]);
        assert_eq!(Encoding::Base64.decode::<32>(format!("{for_urls}=").as_bytes()), None);
    }
}
