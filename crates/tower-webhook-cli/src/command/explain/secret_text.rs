//! Secrets whose text was damaged on its way: white space, quotation marks, prefixes, case, encodings.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use zeroize::Zeroizing;

use super::case::Case;
use super::trial::{Change, Trial, Trials, at_receiver, at_sender};

type Text = Zeroizing<Vec<u8>>;
type Changed = Vec<(Change, Text)>;

/// How many lines of a secret are tried each.
const MAX_LINES: usize = 16;
const WHSEC: &[u8] = b"whsec_";

pub(super) fn white_space(case: &Case) -> Trials<'_> {
    each(case, |text| {
        let shown = String::from_utf8_lossy(text);
        let is_invisible = |letter: char| {
            let has_no_width = matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
            letter.is_whitespace() || letter == '\0' || has_no_width
        };
        vec![
            of(
                "remove white space at the ends of the secret",
                shown.trim_matches(is_invisible),
            ),
            of(
                "remove white space at the end of the secret",
                shown.trim_end_matches(is_invisible),
            ),
            of(
                "remove white space at the start of the secret",
                shown.trim_start_matches(is_invisible),
            ),
            of("remove white space within the secret", shown.replace(is_invisible, "")),
            of("remove white space at the ends of the secret", text.trim_ascii()),
            sender("sign without the space at the end of the secret", with(text, b"", b" ")),
        ]
    })
}

pub(super) fn line_break(case: &Case) -> Trials<'_> {
    each(case, |text| {
        let ends: [&[u8]; 3] = [b"\n", b"\r\n", b"\r"];
        let change = "sign without the line break at the end of the secret";
        let mut changed: Changed = ends.map(|end| sender(change, with(text, b"", end))).into();
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let lines = text
            .split(is_end)
            .filter(|line| !line.is_empty() && line.len() < text.len());
        changed.extend(
            lines
                .take(MAX_LINES)
                .map(|line| of("use one line of the secret alone", line)),
        );
        changed
    })
}

pub(super) fn quoted(case: &Case) -> Trials<'_> {
    each(case, |text| {
        let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
        let start = text.iter().take_while(|byte| is_quote(byte)).count();
        let end = text.len() - text[start..].iter().rev().take_while(|byte| is_quote(byte)).count();
        let change = "sign without the quotation marks around the secret";
        vec![
            of("remove the quotation marks around the secret", &text[start..end]),
            sender(change, with(text, b"\"", b"\"")),
            sender(change, with(text, b"'", b"'")),
        ]
    })
}

pub(super) fn assignment(case: &Case) -> Trials<'_> {
    each(case, |text| {
        let is_name = |name: &[u8]| {
            let name = name.strip_prefix(b"export ").unwrap_or(name).trim_ascii();
            let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
            !name.is_empty() && name.iter().all(is_of_name)
        };
        let ends = text.iter().enumerate().filter(|(_, byte)| matches!(byte, b'=' | b':'));
        let mut changed = Vec::new();
        for (end, _) in ends.filter(|(end, _)| is_name(&text[..*end])).take(2) {
            let value = text[end + 1..].trim_ascii();
            changed.push(of("remove the name before the secret", value));
            let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
            if let [first, inside @ .., last] = value
                && first == last
                && is_quote(first)
            {
                changed.push(of("remove the name before the secret, and the quotation marks", inside));
            }
        }
        changed
    })
}

pub(super) fn prefix(case: &Case) -> Trials<'_> {
    each(case, |text| {
        let mut changed = Vec::new();
        let after_version = text.strip_prefix(b"v1,");
        if let Some(rest) = after_version {
            changed.push(of("remove `v1,` before the secret", rest));
        }
        match text.strip_prefix(WHSEC) {
            Some(rest) => {
                changed.push(of("remove `whsec_` before the secret", rest));
                let doubled = rest.starts_with(WHSEC);
                changed.extend(doubled.then(|| of("remove one of two `whsec_` before the secret", rest)));
            }
            None => changed.push((
                at_receiver("keep `whsec_` before the secret"),
                with(after_version.unwrap_or(text), WHSEC, b""),
            )),
        }
        let after_bar = text.iter().position(|byte| *byte == b'_');
        changed.extend(after_bar.map(|at| of("remove the prefix before the secret", &text[at + 1..])));
        changed
    })
}

pub(super) fn case_of_letters(case: &Case) -> Trials<'_> {
    each(case, |text| {
        vec![
            of("write the secret in lower case", text.to_ascii_lowercase()),
            of("write the secret in upper case", text.to_ascii_uppercase()),
        ]
    })
}

pub(super) fn url_encoded(case: &Case) -> Trials<'_> {
    each(case, |text| {
        let spaces: Vec<u8> = text
            .iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect();
        let pluses: Vec<u8> = text
            .iter()
            .map(|byte| if *byte == b' ' { b'+' } else { *byte })
            .collect();
        let mut changed = vec![
            of("percent-decode the secret", percent_decode(text).collect::<Vec<_>>()),
            of(
                "percent-decode the secret, + as a space",
                percent_decode(&spaces).collect::<Vec<_>>(),
            ),
            of("write + for a space in the secret", pluses),
        ];
        if let Ok(text) = std::str::from_utf8(text) {
            let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            changed.push(of("percent-encode the secret", encoded));
        }
        changed
    })
}

/// Escapes that nobody replaced: `\n`, `\"`, `&amp;`.
pub(super) fn escaped(case: &Case) -> Trials<'_> {
    each(case, |text| {
        let text = String::from_utf8_lossy(text);
        let breaks = text.replace("\\r", "\r").replace("\\n", "\n");
        let without = text.replace("\\r", "").replace("\\n", "");
        let entities = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&amp;", "&"),
        ];
        let unescaped = entities
            .iter()
            .fold(text.to_string(), |text, (entity, letter)| text.replace(entity, letter));
        vec![
            of(r"replace \n in the secret by a line break", breaks),
            of(r"remove \n from the secret", without),
            of(r"remove the backslashes from the secret", text.replace('\\', "")),
            of("write one $ for two in the secret", text.replace("$$", "$")),
            of("replace the HTML entities in the secret", unescaped),
        ]
    })
}

pub(super) fn encoding(case: &Case) -> Trials<'_> {
    each(case, |text| {
        let mut changed = Vec::new();
        for (mark, unit) in [
            (&b"\xff\xfe"[..], u16::from_le_bytes as fn([u8; 2]) -> u16),
            (&b"\xfe\xff"[..], u16::from_be_bytes),
        ] {
            let units = text.strip_prefix(mark).unwrap_or(text);
            let (units, rest) = units.as_chunks::<2>();
            let decoded = char::decode_utf16(units.iter().map(|bytes| unit(*bytes))).collect::<Result<String, _>>();
            if let (Ok(decoded), [] | [0]) = (decoded, rest) {
                changed.push(of("save the secret as UTF-8, not as UTF-16", decoded.trim_end()));
            }
        }
        if let Ok(text) = std::str::from_utf8(text) {
            let units = || text.encode_utf16();
            let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
            let change = "use the secret in UTF-16, as the sender does";
            changed.push((at_receiver(change), with(&little, b"\xff\xfe", b"")));
            changed.push(of(change, little));
            changed.push(of(change, units().flat_map(u16::to_be_bytes).collect::<Vec<_>>()));
            let latin: Option<Vec<u8>> = text
                .chars()
                .map(|letter| u8::try_from(u32::from(letter)).ok())
                .collect();
            changed.extend(latin.map(|text| of("use the secret in Latin-1, as the sender does", text)));
        } else {
            let utf8: String = text.iter().map(|byte| char::from(*byte)).collect();
            changed.push(of("use the secret in UTF-8, not in Latin-1", utf8));
        }
        changed
    })
}

/// The receiver has to hold this text.
fn of(change: &'static str, text: impl Into<Vec<u8>>) -> (Change, Text) {
    (at_receiver(change), Zeroizing::new(text.into()))
}

/// The sender holds this text, and has to hold the one of the receiver.
fn sender(change: &'static str, text: Text) -> (Change, Text) {
    (at_sender(change), text)
}

/// The text between two others.
fn with(text: &[u8], before: &[u8], after: &[u8]) -> Text {
    Zeroizing::new([before, text, after].concat())
}

/// A trial for each changed text of each secret.
fn each(case: &Case, changed: fn(&[u8]) -> Changed) -> Trials<'_> {
    let trials = case.secrets.iter().flat_map(move |held| {
        let mut distinct: Changed = Vec::new();
        for (change, text) in changed(held.expose()) {
            if !distinct.iter().any(|(_, known)| *known == text) {
                distinct.push((change, text));
            }
        }
        distinct.into_iter().filter_map(move |(change, text)| {
            let secret = held
                .changed_to(text)
                .filter(|secret| secret.expose() != held.expose())?;
            // What the scheme cannot take is no trial.
            case.scheme.verifier(std::slice::from_ref(&secret)).ok()?;
            Some(Trial::new(change, case.with_secrets([secret])))
        })
    });
    Box::new(trials)
}
