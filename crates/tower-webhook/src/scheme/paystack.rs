//! Paystack's scheme.

use http::header::HeaderName;

use super::{Algorithm, HmacScheme, provider};

static SCHEME: HmacScheme =
    HmacScheme::new("paystack", HeaderName::from_static("x-paystack-signature")).algorithm(Algorithm::HmacSha512);

/// Paystack's scheme.
///
/// **Sends** exactly one `x-paystack-signature: <128 lower-case hex digits>`.
///
/// **Specified** in <https://paystack.com/docs/payments/webhooks/>.
///
/// **Signs** the raw body, with HMAC-SHA512 under the secret API key as UTF-8 bytes.
///
/// No vector is published. The signature in the example was computed with another program:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Paystack;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// let signature = "6832a0b0c1c508af46dee8e487f354498f64312d0abec689c2baddcb44dae300\
///     80a28f88d18538b7c288960b443f2674958f76179800f923102af9358e5847b6";
/// headers.insert("x-paystack-signature", signature.parse()?);
/// let verifier = Verifier::new(Paystack, SigningSecret::new("hush")?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Paystack;

provider!(Paystack: HmacScheme = SCHEME);
