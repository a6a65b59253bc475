//! Headers with an ECDSA signature in DER and base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::HeaderName;

use super::only_value::{malformed, only_value};
use super::{Signature, SignatureClaim};
use crate::rejection::Rejection;

/// The longest signature with P-256 is 72 bytes of DER: 96 characters.
const MAX_TEXT: usize = 96;

/// The claim of a header that is an ECDSA signature with P-256 in base64, and must occur exactly once.
pub(super) fn only_der(headers: &HeaderMap, name: &HeaderName) -> Result<SignatureClaim<'static>, Rejection> {
    let text = only_value(headers, name)?.as_bytes();
    let der = (text.len() <= MAX_TEXT).then(|| STANDARD.decode(text).ok()).flatten();
    let signature = der.and_then(|der| Signature::ecdsa_p256_from_der(&der));
    signature.map(SignatureClaim::new).ok_or_else(|| malformed(name))
}
