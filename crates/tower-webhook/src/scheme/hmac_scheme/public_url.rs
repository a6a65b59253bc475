//! The URL under which the sender knows the receiver.

use std::fmt;
use std::sync::Arc;

use http::Uri;

use crate::error::ConfigError;

/// An absolute URL as it was written, for schemes that sign it. It prints its host alone, because the rest may hold
/// credentials.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicUrl(Arc<str>);

impl PublicUrl {
    /// Takes `http://` or `https://`, a host, and whatever follows, but no fragment: no request has one.
    pub(crate) fn new(url: &str) -> Result<Self, ConfigError> {
        let uri: Option<Uri> = url.parse().ok();
        let is_absolute = uri.is_some_and(|uri| {
            let host = uri.host().unwrap_or_default();
            matches!(uri.scheme_str(), Some("http" | "https")) && !host.is_empty()
        });
        if is_absolute && !url.contains('#') {
            Ok(Self(url.into()))
        } else {
            Err(ConfigError::PublicUrl)
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri: Option<Uri> = self.0.parse().ok();
        let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
        write!(f, "PublicUrl({host}, ..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_no_request_can_have_is_refused() {
        for url in [
            "",
            "/hook",
            "hook",
            "example.com/hook",
            "example.com:443",
            "//example.com/hook",
            "ftp://example.com/hook",
            "https://",
            "https:///hook",
            "https://example.com/#top",
            "https://example.com/a b",
            " https://example.com/",
            "${PUBLIC_URL}",
        ] {
            assert!(matches!(PublicUrl::new(url), Err(ConfigError::PublicUrl)), "{url}");
        }
        for url in [
            "https://example.com",
            "http://[::1]:8080/hook?a=b",
            "https://u:p@example.com/a%20b",
        ] {
            assert_eq!(PublicUrl::new(url).unwrap().as_str(), url);
        }
    }

    #[test]
    fn credentials_are_not_printed() {
        let url = PublicUrl::new("https://user:hush@example.com/?token=hush").unwrap();
        assert_eq!(format!("{url:?}"), "PublicUrl(example.com, ..)");
    }
}
