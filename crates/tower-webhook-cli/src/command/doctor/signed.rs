//! A genuine request whose MAC is known by its place, so that a row can put another one there.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::draft::Draft;
use super::member::Member;

/// A genuine request, and where its MAC is. Of a key pair that is the signature, and of a token the token.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The body before it was signed: without the signature, where that is in the body.
    pub(super) content: Bytes,
    pub(super) id: String,
    spot: Spot,
    value: Vec<u8>,
    /// The MAC within the value.
    place: Range<usize>,
}

/// What has the MAC as its value.
#[derive(Clone)]
enum Spot {
    Header(HeaderName),
    /// A member of the body, if it was found there.
    Body(Option<Member>),
}

impl Signed {
    /// A request with these headers, whose MAC is in the header of this name, where `place` finds it in the value.
    pub(super) fn new(
        headers: HeaderMap,
        body: Bytes,
        id: String,
        name: HeaderName,
        place: impl FnOnce(&[u8]) -> Range<usize>,
    ) -> Self {
        let value = value_of(&headers, &name).to_vec();
        Self {
            place: place(&value),
            headers,
            content: body.clone(),
            body,
            id,
            spot: Spot::Header(name),
            value,
        }
    }

    /// A request whose MAC is in the body that was made of this content. The other body is the same but for its MAC.
    pub(super) fn inside(headers: HeaderMap, body: Bytes, content: Bytes, id: String, other: &[u8]) -> Self {
        let member = Member::find(&body, other);
        let value = member.as_ref().and_then(|member| member.value(&body));
        let value = value.unwrap_or_default();
        Self {
            place: 0..value.len(),
            headers,
            body,
            content,
            id,
            spot: Spot::Body(member),
            value,
        }
    }

    /// The request as it was signed.
    pub(super) fn draft(&self) -> Draft {
        Draft::new(self.headers.clone(), self.body.clone())
    }

    /// The text before the MAC in the value.
    pub(super) fn prefix(&self) -> &[u8] {
        &self.value[..self.place.start]
    }

    /// The MAC as it is written; empty when there is none.
    pub(super) fn mac(&self) -> &[u8] {
        &self.value[self.place.clone()]
    }

    pub(super) fn value(&self) -> &[u8] {
        &self.value
    }

    pub(super) fn is_hex(&self) -> bool {
        let mac = self.mac();
        mac.len() >= 32 && mac.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// With this prefix and MAC in place of the right ones.
    pub(super) fn with(&self, prefix: &[u8], mac: &[u8]) -> Option<Draft> {
        let rest = &self.value[self.place.end..];
        self.with_values(&[&[prefix, mac, rest].concat()])
    }

    /// With this MAC in place of the right one; `None` when there is none.
    pub(super) fn with_mac(&self, mac: &[u8]) -> Option<Draft> {
        if self.mac().is_empty() {
            return None;
        }
        self.with(self.prefix(), mac)
    }

    /// With these values of the signature header, or of the member of the body; `None` when there is none.
    pub(super) fn with_values(&self, values: &[&[u8]]) -> Option<Draft> {
        let mut draft = self.draft();
        match &self.spot {
            Spot::Header(name) => {
                draft.headers.remove(name)?;
                for value in values {
                    draft.headers.append(name, HeaderValue::from_bytes(value).ok()?);
                }
            }
            Spot::Body(_) if values.is_empty() => draft.body = self.content.clone(),
            Spot::Body(member) => draft.body = member.as_ref()?.with_values(&self.body, values).into(),
        }
        Some(draft)
    }

    /// With the MAC of this request.
    pub(super) fn with_mac_of(&self, other: &Self) -> Option<Draft> {
        self.with_mac(other.mac())
    }

    /// The MAC of this request with the content of another one.
    pub(super) fn with_content_of(&self, other: &Self) -> Option<Draft> {
        match self.spot {
            Spot::Header(_) => Some(Draft::new(self.headers.clone(), other.body.clone())),
            Spot::Body(_) => other.with_mac_of(self),
        }
    }
}

/// The value of a header; nothing when it is missing.
pub(super) fn value_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a [u8] {
    headers.get(name).map_or(&[], HeaderValue::as_bytes)
}

/// The MAC in a value: the letters that differ from another value, and those beside them.
pub(super) fn difference(value: &[u8], other: &[u8]) -> Range<usize> {
    let same = |(a, b): &(&u8, &u8)| a == b;
    let first = value.iter().zip(other).take_while(same).count();
    if first == value.len() && value.len() == other.len() {
        return 0..0;
    }
    let last = value.iter().rev().zip(other.iter().rev()).take_while(same).count();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let before = value[..first].iter().rev().take_while(|&byte| is_letter(byte)).count();
    let end = (value.len() - last).max(first);
    let after = &value[end..];
    let letters = after.iter().take_while(|&byte| is_letter(byte)).count();
    let padding = after[letters..].iter().take_while(|&&byte| byte == b'=').count();
    first - before..end + letters + padding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac<'a>(value: &'a str, other: &str) -> &'a str {
        &value[difference(value.as_bytes(), other.as_bytes())]
    }

    #[test]
    fn the_mac_is_found_in_every_form_of_header() {
        assert_eq!(mac("sha256=0aaf", "sha256=0bbf"), "0aaf");
        assert_eq!(mac("t=17,v1=aa11", "t=17,v1=aa22"), "aa11");
        assert_eq!(mac("v1,a/b+c=", "v1,a/b+d="), "a/b+c=");
        assert_eq!(mac("aa==", "bb=="), "aa==");
        assert_eq!(mac("h1=ab;ts=1", "h1=bb;ts=1"), "ab");
        assert_eq!(mac("a token", "a token"), "");
        assert_eq!(mac("", ""), "");
    }
}
