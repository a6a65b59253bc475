//! Any provider whose header is a prefix and the MAC of the body.

use http::HeaderMap;
use http::header::HeaderName;

use super::{Encoding, Scheme, SignatureHeader, only_mac};
use crate::rejection::Rejection;

/// A scheme as data: exactly one header of this name, which is a prefix and the HMAC-SHA256 of the raw body.
///
/// ```
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::scheme::{Encoding, HmacSha256Scheme};
/// use tower_webhook::{SigningSecret, Verifier};
///
/// // What Typeform sends: https://www.typeform.com/developers/webhooks/secure-your-webhooks/
/// let typeform = HmacSha256Scheme::new(HeaderName::from_static("typeform-signature"))
///     .prefix("sha256=")
///     .encoding(Encoding::Base64);
/// let verifier = Verifier::hmac_sha256(typeform, SigningSecret::new("hush")?);
///
/// let mut headers = HeaderMap::new();
/// headers.insert("typeform-signature", "sha256=UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=".parse()?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct HmacSha256Scheme {
    pub(crate) header: HeaderName,
    prefix: &'static str,
    encoding: Encoding,
}

impl HmacSha256Scheme {
    /// The MAC is in this header: 64 lower-case hex digits, and nothing before them.
    pub fn new(header: HeaderName) -> Self {
        Self {
            header,
            prefix: "",
            encoding: Encoding::Hex,
        }
    }

    /// What stands before the MAC, as in `sha256=`; nothing by default. Of its case, too, there is one.
    ///
    /// # Panics
    ///
    /// When a header could not begin so: with a blank, a control character, or one that is not ASCII.
    pub fn prefix(mut self, prefix: &'static str) -> Self {
        let visible = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let begins = !prefix.starts_with(' ') && prefix.bytes().all(visible);
        assert!(begins, "a header cannot begin with {prefix:?}");
        self.prefix = prefix;
        self
    }

    /// How the MAC is written; [`Encoding::Hex`] by default.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }
}

impl Scheme for HmacSha256Scheme {
    fn name(&self) -> &'static str {
        "hmac_sha256"
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        only_mac(headers, &self.header, self.prefix.as_bytes(), self.encoding)
    }
}

#[cfg(feature = "sign")]
impl super::write::Write for HmacSha256Scheme {
    fn write(&self, _: &super::write::Stamp<'_>, mac: super::write::MacOf<'_>) -> HeaderMap {
        super::write::one_header(&self.header, self.prefix, self.encoding, &mac(&[]))
    }
}
