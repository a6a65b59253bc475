//! Shopify.
//!
//! **Sends** one `X-Shopify-Hmac-Sha256: <44 characters of base64>`.
//!
//! **Specified** in <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>.
//!
//! **Signs** the raw body, with HMAC-SHA256 under the app's client secret taken as UTF-8 bytes.
//!
//! **Example**, from its library for PHP: under the secret `steffi`, the body `{"foo":"bar"}` has
//! `/Redz4YXHLnSmmSN8grr5/Jl/Ua3d7yX3iWbjb8R8wo=`.

use http::HeaderMap;
use http::header::HeaderName;

use super::{Encoding, Scheme, SignatureHeader, only_mac};
use crate::rejection::Rejection;

pub(crate) static HEADER: HeaderName = HeaderName::from_static("x-shopify-hmac-sha256");

pub(crate) struct Shopify;

impl Scheme for Shopify {
    fn name(&self) -> &'static str {
        "shopify"
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        only_mac(headers, &HEADER, b"", Encoding::Base64)
    }
}

#[cfg(feature = "sign")]
impl super::write::Write for Shopify {
    fn write(&self, _: &super::write::Stamp<'_>, mac: super::write::MacOf<'_>) -> HeaderMap {
        super::write::one_header(&HEADER, "", Encoding::Base64, &mac(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{header, tags};
    use super::*;

    #[test]
    fn base64_is_read_and_hex_is_not() {
        let read = |value: &str| tags(Shopify.read(&header("x-shopify-hmac-sha256", value)));
        assert_eq!(
            read("YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="),
            Ok(vec!["61".repeat(32)])
        );
        assert_eq!(read(&"61".repeat(32)), Err(Rejection::MalformedSignature));
    }
}
