//! The parameters of a query: each once, decoded.

use std::borrow::Cow;

use http::Uri;

use crate::challenge::Challenge;
use crate::rejection::HandshakeRejection;

/// The parameters of the query of a URI, in the form of `application/x-www-form-urlencoded`.
#[derive(Clone, Copy)]
pub(crate) struct Parameters<'a>(&'a str);

impl<'a> Parameters<'a> {
    pub(crate) fn of(uri: &'a Uri) -> Self {
        Self(uri.query().unwrap_or_default())
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// The decoded value of the parameter that occurs once.
    pub(crate) fn only(self, name: &'static str) -> Result<Cow<'a, str>, HandshakeRejection> {
        let mut values = self.values(name);
        let value = values.next().ok_or(HandshakeRejection::Missing(name))?;
        match values.next() {
            None => Ok(value),
            Some(_) => Err(HandshakeRejection::Duplicate(name)),
        }
    }

    /// The challenge in the parameter that occurs once.
    pub(crate) fn challenge(self, name: &'static str) -> Result<Challenge, HandshakeRejection> {
        Challenge::new(&self.only(name)?).ok_or(HandshakeRejection::Malformed(name))
    }

    fn values(self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        let parameters = form_urlencoded::parse(self.0.as_bytes());
        parameters.filter_map(move |(key, value)| (key == name).then_some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(query: &str) -> Result<String, HandshakeRejection> {
        let uri: Uri = format!("/path?{query}").parse().unwrap();
        Parameters::of(&uri).only("c").map(Cow::into_owned)
    }

    #[test]
    fn a_parameter_is_decoded_once() {
        for (query, value) in [
            ("c=abc", "abc"),
            ("a=1&c=abc&b=2", "abc"),
            ("c=a%20b+c", "a b c"),
            ("c=a%2Bb", "a+b"),
            ("c=a%2520b", "a%20b"),
            ("%63=abc", "abc"),
            ("c", ""),
            ("c=a=b", "a=b"),
            ("c=%zz%", "%zz%"),
            ("c=%ff", "\u{fffd}"),
            ("C=x&cc=x&c=abc", "abc"),
        ] {
            assert_eq!(only(query).as_deref(), Ok(value), "{query}");
        }
    }

    #[test]
    fn a_parameter_that_is_missing_or_doubled_has_no_value() {
        for query in ["", "C=x", "a=c", "c%00=x"] {
            assert_eq!(only(query), Err(HandshakeRejection::Missing("c")), "{query}");
        }
        for query in ["c=x&c=x", "c=x&c=y", "c&c", "c=x&%63=y"] {
            assert_eq!(only(query), Err(HandshakeRejection::Duplicate("c")), "{query}");
        }
    }
}
