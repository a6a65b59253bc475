//! The scheme of Standard Webhooks, and of Svix.

use http::HeaderMap;
use http::header::HeaderName;

use super::{Encoding, Head, HmacScheme, Part, Scheme, Separator, SignatureClaim, TimestampFormat};
use crate::rejection::{Rejection, RejectionKind};
use crate::secret::DecodedSecret;

static STANDARD: Names = Names {
    id: HeaderName::from_static("webhook-id"),
    timestamp: HeaderName::from_static("webhook-timestamp"),
    signature: HeaderName::from_static("webhook-signature"),
};
static SVIX: Names = Names {
    id: HeaderName::from_static("svix-id"),
    timestamp: HeaderName::from_static("svix-timestamp"),
    signature: HeaderName::from_static("svix-signature"),
};
static BY_STANDARD_NAMES: HmacScheme<DecodedSecret> = by_names("webhook-id", "webhook-timestamp", "webhook-signature");
static BY_SVIX_NAMES: HmacScheme<DecodedSecret> = by_names("svix-id", "svix-timestamp", "svix-signature");

/// The scheme of Standard Webhooks, and of Svix.
///
/// **Sends** exactly one each of `webhook-id`, `webhook-timestamp: <seconds>` and
/// `webhook-signature: v1,<44 characters of base64>`, with an entry for each secret while they are rotated, separated
/// by blanks. Entries of other versions, such as the asymmetric `v1a`, are ignored. Svix's own names are `svix-id`,
/// `svix-timestamp` and `svix-signature`. They are read when there is no `webhook-signature`. When both names of a
/// header occur, the values must be equal: Svix's library prefers its own names, and must not read another request.
///
/// **Specified** in <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.
///
/// **Signs** the id, a dot, the timestamp, a dot and the raw body, with HMAC-SHA256 under the
/// [decoded](crate::DecodedSecret::from_whsec) secret. An id with a dot is refused, so that the signed bytes can be
/// divided in one way only. The signed id identifies the delivery: its [key](crate::VerifiedBody::delivery_key) is made
/// from it.
///
/// **Used by** Anthropic, Clerk, GitLab (as its signing token), OpenAI, Polar, Resend and Supabase, with these secrets:
///
/// - Anthropic, Clerk, GitLab, OpenAI and Resend: `whsec_` and base64, as specified. Clerk and Resend send the names of
///   Svix.
/// - Polar: the text itself is the key. Use [`SigningSecret::into_key`](crate::SigningSecret::into_key).
/// - Supabase: `v1,` and then `whsec_` and base64, which `from_whsec` takes as it is.
///
/// ```
/// use tower_webhook::scheme::StandardWebhooks;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{DecodedSecret, Verifier};
///
/// let secret = DecodedSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let headers = Signer::new(StandardWebhooks::new(), &secret).id("msg_1").headers("{}");
/// let verifier = Verifier::new(StandardWebhooks::new(), secret);
/// let body = verifier.verify(&headers, "{}")?;
/// assert_eq!(body.delivery_id(), Some(&b"msg_1"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct StandardWebhooks {
    svix_only: bool,
}

impl StandardWebhooks {
    /// Reads `webhook-*`, or else `svix-*`; signs with `webhook-*`.
    pub const fn new() -> Self {
        Self { svix_only: false }
    }

    /// Reads and signs with `svix-*` alone. Headers named `webhook-*` are ignored.
    ///
    /// ```
    /// use tower_webhook::DecodedSecret;
    /// use tower_webhook::scheme::StandardWebhooks;
    /// use tower_webhook::sign::Signer;
    ///
    /// let secret = DecodedSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// let headers = Signer::new(StandardWebhooks::svix_only(), &secret).id("msg_1").headers("{}");
    /// assert_eq!(headers["svix-id"], "msg_1");
    /// assert!(!headers.contains_key("webhook-id"));
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    pub const fn svix_only() -> Self {
        Self { svix_only: true }
    }

    #[cfg(feature = "sign")]
    fn written(self) -> &'static HmacScheme<DecodedSecret> {
        if self.svix_only {
            &BY_SVIX_NAMES
        } else {
            &BY_STANDARD_NAMES
        }
    }
}

/// The names of the headers.
struct Names {
    id: HeaderName,
    timestamp: HeaderName,
    signature: HeaderName,
}

const fn by_names(id: &'static str, timestamp: &'static str, signature: &'static str) -> HmacScheme<DecodedSecret> {
    HmacScheme::decoded("standard_webhooks", HeaderName::from_static(signature))
        .prefix("v1,")
        .encoding(Encoding::Base64)
        .list(Separator::Space)
        .id_header(HeaderName::from_static(id))
        .timestamp_header(HeaderName::from_static(timestamp), TimestampFormat::Seconds)
        .signs(&[
            Part::Id,
            Part::Literal("."),
            Part::Timestamp,
            Part::Literal("."),
            Part::Body,
        ])
}

impl Scheme for StandardWebhooks {
    type Secret = DecodedSecret;

    fn name(&self) -> &'static str {
        "standard_webhooks"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let headers = head.headers();
        if self.svix_only {
            return BY_SVIX_NAMES.read(head);
        }
        refuse_contradictions(headers)?;
        if !headers.contains_key(&STANDARD.signature) && headers.contains_key(&SVIX.signature) {
            return BY_SVIX_NAMES.read(head);
        }
        BY_STANDARD_NAMES.read(head)
    }
}

/// Refuses a request in which both names of a header occur with different values.
fn refuse_contradictions(headers: &HeaderMap) -> Result<(), Rejection> {
    for (standard, svix) in [
        (&STANDARD.id, &SVIX.id),
        (&STANDARD.timestamp, &SVIX.timestamp),
        (&STANDARD.signature, &SVIX.signature),
    ] {
        let both = headers.contains_key(standard) && headers.contains_key(svix);
        if both && headers.get_all(standard) != headers.get_all(svix) {
            return Err(Rejection::new(RejectionKind::DuplicateSignature).with_header(svix));
        }
    }
    Ok(())
}

#[cfg(feature = "sign")]
impl super::SigningScheme for StandardWebhooks {
    fn signature_header(&self) -> Option<&HeaderName> {
        self.written().signature_header()
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> HeaderMap {
        self.written().sign(request)
    }
}
