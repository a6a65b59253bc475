//! What nobody is shown: the secrets, which a provider may send as a token or by mistake, and passwords.
//!
//! What is saved, passed on and sent again has the bytes that were received.

use std::cmp::Reverse;

use bytes::Bytes;
use http::header::{AUTHORIZATION, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::secret::SecretText;

/// Shorter secrets may occur by chance.
const LEAST: usize = 4;
/// What stands in the place of a secret.
const INSTEAD: &str = "(the secret)";
const HIDDEN: &str = "(hidden)";
/// The kinds of credentials that are told: any other first word may be one.
const KINDS: [&str; 4] = ["Basic", "Bearer", "Digest", "Negotiate"];

/// The secrets, in the forms in which they may occur.
pub(super) struct Hidden {
    /// The longest first, so that no part of one is left.
    forms: Vec<Zeroizing<Vec<u8>>>,
    /// Whether a form begins with this byte.
    begins: [bool; 256],
    /// The header in which the scheme shows a token.
    token: Option<HeaderName>,
}

/// A header as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: String,
}

impl Hidden {
    pub(super) fn new(secrets: &[SecretText]) -> Self {
        let mut forms: Vec<_> = secrets.iter().flat_map(|secret| forms(secret.expose())).collect();
        forms.retain(|form| form.len() >= LEAST);
        forms.sort_by_key(|form| Reverse(form.len()));
        let mut begins = [false; 256];
        for form in &forms {
            begins[usize::from(form[0])] = true;
        }
        Self {
            forms,
            begins,
            token: None,
        }
    }

    /// Hides all that this header has, which may be a token of the provider that is not configured here.
    pub(super) fn token(mut self, header: Option<HeaderName>) -> Self {
        self.token = header;
        self
    }

    pub(super) fn headers(&self, headers: &HeaderMap) -> Vec<Header> {
        let shown = headers.iter().map(|(name, value)| Header {
            name: name.to_string(),
            value: self.value(name, value),
        });
        shown.collect()
    }

    /// Path and query. Letters may be percent-encoded that need not be.
    pub(super) fn target(&self, target: &str) -> String {
        let shown = self.text(target);
        let decoded: Vec<u8> = percent_decode_str(&shown).collect();
        if self.without(&decoded).is_none() {
            return shown;
        }
        INSTEAD.to_owned()
    }

    pub(super) fn text(&self, text: &str) -> String {
        match self.without(text.as_bytes()) {
            None => text.to_owned(),
            Some(shown) => String::from_utf8_lossy(&shown).into_owned(),
        }
    }

    /// A body as it is shown; `None` when that is how it came.
    pub(super) fn body(&self, body: &[u8]) -> Option<Bytes> {
        self.without(body).map(Bytes::from)
    }

    fn value(&self, name: &HeaderName, value: &HeaderValue) -> String {
        if self.without(value.as_bytes()).is_some() {
            return "(contains the secret)".to_owned();
        }
        if name == AUTHORIZATION || name == PROXY_AUTHORIZATION {
            let kind = KINDS.iter().find(|kind| {
                let begin = value.as_bytes().get(..kind.len());
                begin.is_some_and(|begin| begin.eq_ignore_ascii_case(kind.as_bytes()))
                    && value.as_bytes().get(kind.len()) == Some(&b' ')
            });
            return kind.map_or_else(|| HIDDEN.to_owned(), |kind| format!("{kind} {HIDDEN}"));
        }
        if self.token.as_ref() == Some(name) {
            return HIDDEN.to_owned();
        }
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    }

    /// The bytes without the secrets; `None` when there is none in them.
    fn without(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let (mut at, mut copied) = (0, 0);
        while at < bytes.len() {
            let Some(length) = self.length_at(&bytes[at..]) else {
                at += 1;
                continue;
            };
            out.extend_from_slice(&bytes[copied..at]);
            out.extend_from_slice(INSTEAD.as_bytes());
            at += length;
            copied = at;
        }
        if copied == 0 {
            return None;
        }
        out.extend_from_slice(&bytes[copied..]);
        Some(out)
    }

    /// The length of the secret with which these bytes begin, if they do.
    fn length_at(&self, bytes: &[u8]) -> Option<usize> {
        if !self.begins[usize::from(*bytes.first()?)] {
            return None;
        }
        let form = self.forms.iter().find(|form| bytes.starts_with(form))?;
        Some(form.len())
    }
}

/// A secret as it is, without the prefix of a decoded one, and as JSON, PHP's JSON, URLs and forms write it.
fn forms(secret: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut forms = vec![secret.to_vec()];
    forms.extend(secret.strip_prefix(b"whsec_").map(<[u8]>::to_vec));
    for plain in forms.clone() {
        forms.push(percent_encode(&plain, NON_ALPHANUMERIC).to_string().into_bytes());
        let json = std::str::from_utf8(&plain).ok().map(serde_json::Value::from);
        if let Some(json) = json.map(|json| json.to_string()) {
            let json = &json[1..json.len() - 1];
            forms.push(json.replace('/', r"\/").into_bytes());
            forms.push(json.to_owned().into_bytes());
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms.into_iter().map(Zeroizing::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(secret: &str) -> Hidden {
        Hidden::new(&[SecretText::new(secret.as_bytes().to_vec(), "here".to_owned()).unwrap()])
    }

    fn body(hidden: &Hidden, body: &str) -> String {
        let shown = hidden.body(body.as_bytes());
        shown.map_or_else(
            || "as it came".to_owned(),
            |shown| String::from_utf8(shown.to_vec()).unwrap(),
        )
    }

    #[test]
    fn a_secret_is_shown_in_no_header() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-token", "a s3/cret."),
            ("authorization", "Basic dXNlcjpzM2NyZXQ="),
            ("proxy-authorization", "unknown"),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers.insert("x-bytes", HeaderValue::from_bytes(b"Zo\xeb").unwrap());
        let shown = hidden("s3/cret").headers(&headers);
        let values: Vec<_> = shown.iter().map(|header| &*header.value).collect();
        let expected = ["(contains the secret)", "Basic (hidden)", "(hidden)", "Zo\u{fffd}"];
        assert_eq!(values, expected);
    }

    #[test]
    fn a_token_that_is_not_the_configured_one_is_not_shown() {
        let header = HeaderName::from_static("x-gitlab-token");
        let headers = HeaderMap::from_iter([(header.clone(), HeaderValue::from_static("glpat-of-last-year"))]);
        let shown = hidden("s3/cret").token(Some(header)).headers(&headers);
        assert_eq!(shown[0].value, "(hidden)");
    }

    #[test]
    fn a_secret_is_shown_in_no_body_however_it_is_written() {
        let hidden = hidden("whsec_s3/\"cret");
        for (came, shown) in [
            ("whsec_s3/\"cret", "(the secret)"),
            (
                r#"{"a":"whsec_s3/\"cret","b":"whsec_s3\/\"cret"}"#,
                r#"{"a":"(the secret)","b":"(the secret)"}"#,
            ),
            ("a=whsec%5Fs3%2F%22cret&b=s3%2F%22cret", "a=(the secret)&b=(the secret)"),
            ("s3/\"crets3/\"cre", "(the secret)s3/\"cre"),
            ("whsec_", "as it came"),
            ("", "as it came"),
        ] {
            assert_eq!(body(&hidden, came), shown, "{came}");
        }
        assert_eq!(&hidden.body(b"\xffs3/\"cret").unwrap()[..], b"\xff(the secret)");
    }

    #[test]
    fn a_secret_is_shown_in_no_target_whatever_is_encoded() {
        let hidden = hidden("s3/cret");
        for (came, shown) in [
            ("/hook?a=b", "/hook?a=b"),
            ("/hook/s3/cret?a=b", "/hook/(the secret)?a=b"),
            ("/hook?a=s3%2Fcret&b", "/hook?a=(the secret)&b"),
            ("/hook?a=s3%2fcret", "(the secret)"),
            ("/hook?a=%733/cret", "(the secret)"),
        ] {
            assert_eq!(hidden.target(came), shown, "{came}");
        }
    }

    #[test]
    fn what_is_so_short_that_it_may_occur_by_chance_is_shown() {
        assert_eq!(body(&hidden("abc"), "abc"), "as it came");
        assert_eq!(body(&hidden("abcd"), "abcd"), "(the secret)");
    }
}
