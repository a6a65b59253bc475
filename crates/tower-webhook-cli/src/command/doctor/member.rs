//! A signature in the body: the text of a member of the JSON.

use std::ops::Range;

/// The member of a body that has the signature.
#[derive(Clone)]
pub(super) struct Member {
    /// Its name, as it is written between quotation marks.
    name: Vec<u8>,
    /// Where its text is, between quotation marks.
    text: Range<usize>,
}

impl Member {
    /// The first member whose text differs from that in another body, which is the same but for its signature. `None`
    /// when there is none.
    pub(super) fn find(body: &[u8], other: &[u8]) -> Option<Self> {
        let first = body.iter().zip(other).position(|(a, b)| a != b)?;
        let is_mark = |byte: &u8| *byte == b'"';
        let start = body[..first].iter().rposition(is_mark)? + 1;
        let before = body[..start - 1].trim_ascii_end().strip_suffix(b":")?;
        let before = before.trim_ascii_end().strip_suffix(b"\"")?;
        Some(Self {
            name: before[before.iter().rposition(is_mark)? + 1..].to_vec(),
            text: start..start + end_of_text(&body[start..])?,
        })
    }

    /// Its text in this body, without escapes.
    pub(super) fn value(&self, body: &[u8]) -> Option<Vec<u8>> {
        let text: String = serde_json::from_slice(&body[self.text.start - 1..=self.text.end]).ok()?;
        Some(text.into_bytes())
    }

    /// The body with this member once for each value.
    pub(super) fn with_values(&self, body: &[u8], values: &[&[u8]]) -> Vec<u8> {
        let values: Vec<_> = values.iter().map(|value| escaped(value)).collect();
        let next = [b"\",\"", &*self.name, b"\":\""].concat();
        let Range { start, end } = self.text;
        [&body[..start], &values.join(&*next), &body[end..]].concat()
    }
}

/// The place of the first quotation mark that is not escaped.
fn end_of_text(json: &[u8]) -> Option<usize> {
    let mut is_escaped = false;
    json.iter().position(|&byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}

/// As in JSON, but for bytes that no JSON can have.
fn escaped(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for &byte in value {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_member_is_found_by_its_text_whatever_is_around_it() {
        let json = |text: &str| format!(r#"{{"a":"b", "state" : "{text}","c":["{text}"]}}"#).into_bytes();
        for (text, value) in [("ab12", "ab12"), (r#"\"a\\"#, r#""a\"#), ("a:b, c", "a:b, c")] {
            let body = json(text);
            let member = Member::find(&body, &json("")).expect(text);
            assert_eq!(member.value(&body).unwrap(), value.as_bytes());
            assert_eq!(member.with_values(&body, &[value.as_bytes()]), body);
            let doubled = member.with_values(&body, &[b"\xff", b"z"]);
            let wanted = [br#"{"a":"b", "state" : ""#, &b"\xff"[..], br#"","state":"z","c""#].concat();
            assert!(doubled.starts_with(&wanted), "{}", doubled.escape_ascii());
        }
        assert!(Member::find(&json("ab"), &json("ab")).is_none());
    }
}
