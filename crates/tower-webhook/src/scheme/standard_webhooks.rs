//! The scheme of Standard Webhooks, and of Svix.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::only_value::malformed;
use super::{Encoding, Head, MAX_ENTRIES, Scheme, SignatureHeader, only_timestamp, only_value};
use crate::rejection::{Rejection, RejectionKind};
use crate::secret::DecodedSecret;

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
/// [decoded](crate::SigningSecret::from_whsec) secret. An id with a dot is refused, so that the signed bytes can be
/// divided in one way only. The signed id identifies the delivery: its [key](crate::VerifiedBody::delivery_key) is made
/// from it.
///
/// ```
/// use tower_webhook::scheme::StandardWebhooks;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
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
    /// use tower_webhook::SigningSecret;
    /// use tower_webhook::scheme::StandardWebhooks;
    /// use tower_webhook::sign::Signer;
    ///
    /// let secret = SigningSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// let headers = Signer::new(StandardWebhooks::svix_only(), &secret).id("msg_1").headers("{}");
    /// assert_eq!(headers["svix-id"], "msg_1");
    /// assert!(!headers.contains_key("webhook-id"));
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    pub const fn svix_only() -> Self {
        Self { svix_only: true }
    }

    #[cfg(feature = "sign")]
    fn own_names(self) -> &'static Names {
        if self.svix_only { &SVIX } else { &STANDARD }
    }
}

/// The names of the headers.
struct Names {
    id: HeaderName,
    timestamp: HeaderName,
    signature: HeaderName,
}

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

impl Scheme for StandardWebhooks {
    type Secret = DecodedSecret;

    fn name(&self) -> &'static str {
        "standard_webhooks"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureHeader<'a>, Rejection> {
        let headers = head.headers();
        let has_svix_alone = || !headers.contains_key(&STANDARD.signature) && headers.contains_key(&SVIX.signature);
        let names = if self.svix_only || has_svix_alone() {
            &SVIX
        } else {
            &STANDARD
        };
        if !self.svix_only {
            refuse_contradictions(headers)?;
        }
        let header = read_list(only_value(headers, &names.signature)?, &names.signature)?;
        let id = only_value(headers, &names.id)?;
        if id.is_empty() || id.as_bytes().contains(&b'.') {
            return Err(malformed(&names.id));
        }
        let (text, seconds) = only_timestamp(headers, &names.timestamp)?;
        Ok(header
            .signed_before_body([id.as_bytes(), b".", text, b"."])
            .timestamp(seconds)
            .delivery_id(id))
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

fn read_list<'a>(value: &HeaderValue, name: &HeaderName) -> Result<SignatureHeader<'a>, Rejection> {
    let mut header: Option<SignatureHeader<'a>> = None;
    for entry in value.as_bytes().split(|&byte| byte == b' ').take(MAX_ENTRIES) {
        if let Some(text) = entry.strip_prefix(b"v1,") {
            let mac = Encoding::Base64.decode(text).ok_or_else(|| malformed(name))?;
            header = Some(match header {
                None => SignatureHeader::new(mac),
                Some(header) => header.or(mac),
            });
        }
    }
    header.ok_or_else(|| malformed(name))
}

#[cfg(feature = "sign")]
impl super::SigningScheme for StandardWebhooks {
    fn signature_header(&self) -> &HeaderName {
        &self.own_names().signature
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> HeaderMap {
        let names = self.own_names();
        let (id, time) = (request.id().to_owned(), request.timestamp().to_string());
        let mac = request.mac(&[id.as_bytes(), b".", time.as_bytes(), b"."], &[]);
        let mac = Encoding::Base64.encode(&mac);
        super::signing::headers([
            (&names.id, id),
            (&names.timestamp, time),
            (&names.signature, format!("v1,{mac}")),
        ])
    }
}
