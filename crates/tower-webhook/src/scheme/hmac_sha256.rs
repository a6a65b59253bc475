//! Any scheme with one header that is a prefix and the MAC of the body.

use http::header::HeaderName;

use super::only_value::only_mac;
use super::{Encoding, Head, Scheme, SignatureHeader};
use crate::rejection::Rejection;
use crate::secret::SigningSecret;

/// A scheme as data: exactly one header of this name, which is a prefix and the HMAC-SHA256 of the raw body.
///
/// ```
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::scheme::{Encoding, HmacSha256Scheme};
/// use tower_webhook::{SigningSecret, Verifier};
///
/// // Typeform's: https://www.typeform.com/developers/webhooks/secure-your-webhooks/
/// let typeform = HmacSha256Scheme::new(HeaderName::from_static("typeform-signature"))
///     .prefix("sha256=")
///     .encoding(Encoding::Base64);
/// let verifier = Verifier::new(typeform, SigningSecret::new("hush")?);
///
/// let mut headers = HeaderMap::new();
/// headers.insert("typeform-signature", "sha256=UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=".parse()?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct HmacSha256Scheme {
    header: HeaderName,
    prefix: &'static str,
    encoding: Encoding,
}

impl HmacSha256Scheme {
    /// The MAC is the whole of this header: 64 lower-case hex digits.
    pub fn new(header: HeaderName) -> Self {
        Self {
            header,
            prefix: "",
            encoding: Encoding::Hex,
        }
    }

    /// Sets the text before the MAC, such as `sha256=`; none by default. Its case matters.
    ///
    /// # Panics
    ///
    /// When no header value can begin with it: it begins with a blank, or is not visible ASCII.
    pub fn prefix(mut self, prefix: &'static str) -> Self {
        let visible = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let possible = !prefix.starts_with(' ') && prefix.bytes().all(visible);
        assert!(possible, "a header value cannot begin with {prefix:?}");
        self.prefix = prefix;
        self
    }

    /// Sets how the MAC is written; [`Encoding::Hex`] by default.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }
}

impl Scheme for HmacSha256Scheme {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "hmac_sha256"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureHeader<'a>, Rejection> {
        only_mac(head.headers(), &self.header, self.prefix, self.encoding)
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for HmacSha256Scheme {
    fn signature_header(&self) -> &HeaderName {
        &self.header
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        super::signing::sign_body(request, &self.header, self.prefix, self.encoding)
    }
}
