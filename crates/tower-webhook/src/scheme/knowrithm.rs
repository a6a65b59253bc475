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
#[cfg(feature = "sign")]
use http::HeaderValue;
use http::header::HeaderName;

use super::{Scheme, SignatureHeader, hex, only_value};
use crate::rejection::Rejection;

const PREFIX: &[u8] = b"sha256=";

pub(crate) static SCHEME: Scheme = Scheme {
    name: "knowrithm",
    header: HeaderName::from_static("x-knowrithm-signature"),
    read,
    #[cfg(feature = "sign")]
    write,
};

fn read(headers: &HeaderMap) -> Result<SignatureHeader, Rejection> {
    let value = only_value(headers, &SCHEME.header)?;
    let digits = value.strip_prefix(PREFIX).ok_or(Rejection::MalformedSignature)?;
    let tag = hex::decode(digits).ok_or(Rejection::MalformedSignature)?;
    Ok(SignatureHeader { tag })
}

#[cfg(feature = "sign")]
fn write(tag: &[u8; 32]) -> HeaderValue {
    let value = [PREFIX, &hex::encode(tag)].concat();
    HeaderValue::from_bytes(&value).expect("`sha256=` and hex digits are visible ASCII")
}
