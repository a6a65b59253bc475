//! Knowrithm.
//!
//! **Sends** one `X-Knowrithm-Signature: sha256=<64 lower-case hex digits>`.
//!
//! **Specified** in Knowrithm's documentation, "Webhooks", section "Verifying Signatures". Its sample compares the whole
//! header with `"sha256=" + hexdigest`, so upper case, blanks or a second value are refused here as there.
//!
//! **Signs** the raw body, with HMAC-SHA256 under the endpoint's signing secret taken as UTF-8 bytes.
//!
//! **Example**: under the secret `whk_demo`, an empty body has
//! `sha256=cdec7f2aa6a61cae8694aa98e4e7e605c896f884290a0e60c88f9513224a411c`.

use http::HeaderMap;
use http::header::HeaderName;

use super::{Encoding, Scheme, SignatureHeader, only_mac};
use crate::rejection::Rejection;

const PREFIX: &str = "sha256=";

pub(crate) static HEADER: HeaderName = HeaderName::from_static("x-knowrithm-signature");

pub(crate) struct Knowrithm;

impl Scheme for Knowrithm {
    fn name(&self) -> &'static str {
        "knowrithm"
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        only_mac(headers, &HEADER, PREFIX.as_bytes(), Encoding::Hex)
    }
}

#[cfg(feature = "sign")]
impl super::write::Write for Knowrithm {
    fn write(&self, _: &super::write::Stamp<'_>, mac: super::write::MacOf<'_>) -> HeaderMap {
        super::write::one_header(&HEADER, PREFIX, Encoding::Hex, &mac(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{header, tags};
    use super::*;

    #[test]
    fn one_header_in_one_form() {
        let tag = "cdec7f2aa6a61cae8694aa98e4e7e605c896f884290a0e60c88f9513224a411c";
        let read = |value: &str| tags(Knowrithm.read(&header("x-knowrithm-signature", value)));
        assert_eq!(read(&format!("sha256={tag}")), Ok(vec![tag.to_owned()]));
        for other in [tag, "sha256=", &format!("sha1={tag}"), &format!("sha256={tag}00")] {
            assert_eq!(read(other), Err(Rejection::MalformedSignature), "{other}");
        }
    }
}
