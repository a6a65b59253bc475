//! A bounded reader of forms, for schemes that sign their fields.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::only_value;
use crate::rejection::{Rejection, RejectionKind};

/// The most fields that a form may have.
const MAX_FIELDS: usize = 1024;

/// The name and the value of a field, decoded. They need not be UTF-8.
pub(super) type Field<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// Whether the body is a form, by its `Content-Type`. Without one it is none; a second one is refused, as readers
/// differ in which one they take.
pub(super) fn is_form(headers: &HeaderMap) -> Result<bool, Rejection> {
    match only_value(headers, &CONTENT_TYPE) {
        Ok(value) => {
            let essence = value.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default();
            let essence = essence.trim_ascii();
            Ok(essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded"))
        }
        Err(rejection) if rejection.kind() == RejectionKind::MissingSignature => Ok(false),
        Err(rejection) => Err(rejection),
    }
}

/// The fields of a form in their order, as the [URL standard] reads them; `None` when there are more than 1024.
///
/// [URL standard]: https://url.spec.whatwg.org/#urlencoded-parsing
pub(super) fn fields(body: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut fields = Vec::new();
    for field in body.split(|&byte| byte == b'&').filter(|field| !field.is_empty()) {
        if fields.len() == MAX_FIELDS {
            return None;
        }
        let end = field.iter().position(|&byte| byte == b'=');
        let (name, value) = end.map_or((field, &b""[..]), |end| (&field[..end], &field[end + 1..]));
        fields.push((decoded(name), decoded(value)));
    }
    Some(fields)
}

/// The only field of this name; `None` when there is none, or more than one.
pub(super) fn only_field<'f>(fields: &'f [Field<'_>], name: &str) -> Option<&'f [u8]> {
    let mut values = fields.iter().filter(|field| &*field.0 == name.as_bytes());
    let value = values.next()?;
    values.next().is_none().then_some(&*value.1)
}

/// The bytes with `+` for a blank, and two digits behind a `%` for any byte. A `%` without them is one itself.
fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escaped = match after {
            [high, low, ..] if byte == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        bytes.push(match (byte, escaped) {
            (_, Some((high, low))) => {
                rest = &after[2..];
                high << 4 | low
            }
            (b'+', None) => b' ',
            (byte, None) => byte,
        });
    }
    Cow::Owned(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let fields = fields(body.as_bytes()).unwrap();
        fields.iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn escapes_are_decoded_once_and_broken_ones_stay() {
        for (body, wanted) in [
            ("", vec![]),
            ("a=b&&c=d&", vec![("a", "b"), ("c", "d")]),
            ("a&=b&a=b=c", vec![("a", ""), ("", "b"), ("a", "b=c")]),
            ("a+b=%2B%2b+%20", vec![("a b", "++  ")]),
            ("a=%2525", vec![("a", "%25")]),
            (
                "a=%&b=%4&c=%4g&d=%%41",
                vec![("a", "%"), ("b", "%4"), ("c", "%4g"), ("d", "%A")],
            ),
            ("%61%3D%26=1", vec![("a=&", "1")]),
        ] {
            let read = read(body);
            let read: Vec<_> = read.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!(read, wanted, "{body}");
        }
    }

    #[test]
    fn a_form_has_at_most_1024_fields() {
        assert_eq!(
            fields("a&".repeat(1024).as_bytes()).map(|fields| fields.len()),
            Some(1024)
        );
        assert_eq!(fields("a&".repeat(1025).as_bytes()), None);
    }

    #[test]
    fn the_content_type_says_what_a_form_is() {
        let with = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_TYPE, http::HeaderValue::from_static(value));
            }
            is_form(&headers).map_err(|rejection| rejection.kind())
        };
        for (values, wanted) in [
            (&[][..], Ok(false)),
            (&["application/json"], Ok(false)),
            (&["application/x-www-form-urlencoded"], Ok(true)),
            (&["Application/X-WWW-Form-URLencoded ; charset=UTF-8"], Ok(true)),
            (&["application/x-www-form-urlencoded2"], Ok(false)),
            (
                &["application/x-www-form-urlencoded", "application/json"],
                Err(RejectionKind::DuplicateSignature),
            ),
        ] {
            assert_eq!(with(values), wanted, "{values:?}");
        }
    }

    #[test]
    fn a_field_that_occurs_twice_is_not_the_only_one() {
        let fields = fields(b"a=1&b=2&a=1").unwrap();
        assert_eq!(only_field(&fields, "a"), None);
        assert_eq!(only_field(&fields, "b"), Some(&b"2"[..]));
        assert_eq!(only_field(&fields, "c"), None);
    }
}
