//! Circle's scheme.

use http::header::HeaderName;

use super::der::only_der;
use super::{Head, Scheme, SignatureClaim};
use crate::rejection::Rejection;
use crate::secret::P256PublicKey;

static SIGNATURE: HeaderName = HeaderName::from_static("x-circle-signature");

/// The scheme of Circle's notifications, version 2.
///
/// **Sends** exactly one `X-Circle-Signature: <base64 of DER>`. `X-Circle-Key-Id`, which is not signed, names the
/// public key. A key never changes under its id, so look it up once and keep it, most easily in a
/// [source](crate::Verifier::per_request).
///
/// **Specified** in <https://developers.circle.com/api-reference/verify-webhook-signatures>.
///
/// **Signs** the raw body, with ECDSA, P-256 and SHA-256. The secret is base64 of a `SubjectPublicKeyInfo`.
///
/// The example is the one of Circle's documentation:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Circle;
/// use tower_webhook::{P256PublicKey, Verifier};
///
/// let body = "{\"subscriptionId\":\"00000000-0000-0000-0000-000000000000\",\
///     \"notificationId\":\"00000000-0000-0000-0000-000000000000\",\"notificationType\":\"webhooks.test\",\
///     \"notification\":{\"hello\":\"world\"},\"timestamp\":\"2024-01-26T18:22:19.779834211Z\",\"version\":2}";
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     "x-circle-signature",
///     "MEQCIBlJPX7t0FDOcozsRK6qIQwik5Fq6mhAtCSSgIB/yQO7AiB9U5lVpdufKvPhk3cz4TH2f5MP7ArnmPRBmhPztpsIFQ==".parse()?,
/// );
/// let key = P256PublicKey::new(
///     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESl76SZPBJemW0mJNN4KTvYkLT8bO\
///      T4UGhFhzNk3fJqf6iuPlLQLq533FelXwczJbjg2U1PHTvQTK7qOQnDL2Tg==",
/// )?;
/// assert!(Verifier::new(Circle, key).verify(&headers, body).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Circle;

impl Scheme for Circle {
    type Secret = P256PublicKey;

    fn name(&self) -> &'static str {
        "circle"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        only_der(head.headers(), &SIGNATURE)
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for Circle {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&SIGNATURE)
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        let signature = request.signature(super::Algorithm::EcdsaP256, &[], &[]);
        let signature = super::Encoding::Base64.encode(&signature.to_vec());
        super::signing::headers([(&SIGNATURE, signature)])
    }
}
