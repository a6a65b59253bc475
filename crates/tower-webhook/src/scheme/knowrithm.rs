//! Knowrithm's scheme.

use http::header::HeaderName;

use super::only_value::only_mac;
use super::{Encoding, Head, Scheme, SignatureClaim};
use crate::rejection::Rejection;
use crate::secret::SigningSecret;

static SIGNATURE: HeaderName = HeaderName::from_static("x-knowrithm-signature");
const PREFIX: &str = "sha256=";

/// Knowrithm's scheme.
///
/// **Sends** exactly one `X-Knowrithm-Signature: sha256=<64 lower-case hex digits>`.
///
/// **Specified** in Knowrithm's documentation, "Webhooks", section "Verifying Signatures". Its sample compares the
/// whole header with `"sha256=" + hexdigest`, so upper case, blanks and a second value are refused here as there.
///
/// **Signs** the raw body, with HMAC-SHA256 under the endpoint's signing secret as UTF-8 bytes. Nothing else is signed,
/// so a recorded request cannot be told from a new one: remember its [key](crate::VerifiedBody::delivery_key).
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Knowrithm;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// let signature = "sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d";
/// headers.insert("x-knowrithm-signature", signature.parse()?);
/// let verifier = Verifier::new(Knowrithm, SigningSecret::new("whk_demo")?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Knowrithm;

impl Scheme for Knowrithm {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "knowrithm"
    }

    #[inline]
    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        only_mac(head.headers(), &SIGNATURE, PREFIX, Encoding::Hex)
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for Knowrithm {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&SIGNATURE)
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        super::signing::body_mac_header(request, &SIGNATURE, PREFIX, Encoding::Hex)
    }
}
