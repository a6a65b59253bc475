//! GitHub.
//!
//! **Sends** one `X-Hub-Signature-256: sha256=<64 lower-case hex digits>`, and an older `X-Hub-Signature` with SHA-1, which
//! is not looked at.
//!
//! **Specified** in <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.
//!
//! **Signs** the raw body, with HMAC-SHA256 under the webhook's secret taken as UTF-8 bytes.
//!
//! **Example**, from that page: under the secret `It's a Secret to Everybody`, the body `Hello, World!` has
//! `sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17`.

use http::HeaderMap;
use http::header::HeaderName;

use super::{Encoding, Scheme, SignatureHeader, only_mac};
use crate::rejection::Rejection;

const PREFIX: &str = "sha256=";

pub(crate) static HEADER: HeaderName = HeaderName::from_static("x-hub-signature-256");

pub(crate) struct GitHub;

impl Scheme for GitHub {
    fn name(&self) -> &'static str {
        "github"
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        only_mac(headers, &HEADER, PREFIX.as_bytes(), Encoding::Hex)
    }
}

#[cfg(feature = "sign")]
impl super::write::Write for GitHub {
    fn write(&self, _: &super::write::Stamp<'_>, mac: super::write::MacOf<'_>) -> HeaderMap {
        super::write::one_header(&HEADER, PREFIX, Encoding::Hex, &mac(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{header, tags};
    use super::*;

    #[test]
    fn the_published_signature_is_read() {
        let tag = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let headers = header("x-hub-signature-256", &format!("sha256={tag}"));
        assert_eq!(tags(GitHub.read(&headers)), Ok(vec![tag.to_owned()]));
    }

    #[test]
    fn sha_1_alone_is_no_signature() {
        let headers = header("x-hub-signature", "sha1=757107ea0eb2509fc211221cce984b8a37570b6d");
        assert_eq!(tags(GitHub.read(&headers)), Err(Rejection::MissingSignature));
    }
}
