//! The verifier of each provider.

use crate::error::ConfigError;
use crate::keys::Keys;
use crate::scheme::HmacSha256Scheme;
use crate::scheme::github::GitHub;
use crate::scheme::knowrithm::Knowrithm;
use crate::scheme::shopify::Shopify;
use crate::scheme::slack::Slack;
use crate::scheme::standard_webhooks::StandardWebhooks;
use crate::scheme::stripe::Stripe;
use crate::verifier::Verifier;

/// The providers. Each takes a [`SigningSecret`](crate::SigningSecret), or whatever else becomes [`Keys`]. A secret is wiped from memory here;
/// what stays is the MAC that it keyed.
impl Verifier {
    /// Verifies what Knowrithm sends: exactly one `X-Knowrithm-Signature: sha256=` and 64 lower-case hex digits, the
    /// HMAC-SHA256 of the raw body. The secret is the one that Knowrithm's dashboard shows for the endpoint.
    #[must_use]
    pub fn knowrithm(secret: impl Into<Keys>) -> Self {
        Self::with_scheme(Knowrithm, secret)
    }

    /// Verifies what [GitHub](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries) sends:
    /// exactly one `X-Hub-Signature-256: sha256=` and 64 lower-case hex digits, the HMAC-SHA256 of the raw body. The
    /// older SHA-1 header is not looked at.
    #[must_use]
    pub fn github(secret: impl Into<Keys>) -> Self {
        Self::with_scheme(GitHub, secret)
    }

    /// Verifies what [Stripe](https://docs.stripe.com/webhooks#verify-manually) sends: exactly one
    /// `Stripe-Signature: t=<seconds>,v1=<hex>`, with a `v1` for each secret while they are rolled; the HMAC-SHA256 of the
    /// time, a dot and the raw body. The secret is the endpoint's as it is, `whsec_` included.
    #[must_use]
    pub fn stripe(secret: impl Into<Keys>) -> Self {
        Self::with_scheme(Stripe, secret)
    }

    /// Verifies what [Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack/) sends: exactly one
    /// `X-Slack-Signature: v0=` and 64 lower-case hex digits, and one `X-Slack-Request-Timestamp`; the HMAC-SHA256 of
    /// `v0:`, the time, a colon and the raw body.
    #[must_use]
    pub fn slack(secret: impl Into<Keys>) -> Self {
        Self::with_scheme(Slack, secret)
    }

    /// Verifies what [Shopify](https://shopify.dev/docs/apps/build/webhooks/verify-deliveries) sends: exactly one
    /// `X-Shopify-Hmac-Sha256`, the base64 of the HMAC-SHA256 of the raw body. The secret is the app's client secret; of
    /// webhooks made in a store's admin, the one that is shown there.
    ///
    /// Two deliveries may have the same bytes, as of a shop whose data is to be erased twice, and so one
    /// [key](crate::VerifiedBody::delivery_key). Shopify tells them apart by `X-Shopify-Event-Id`, which is not signed, nor is
    /// `X-Shopify-Topic`, which says what happened.
    #[must_use]
    pub fn shopify(secret: impl Into<Keys>) -> Self {
        Self::with_scheme(Shopify, secret)
    }

    /// Verifies [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
    /// exactly one each of `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64>`, or of Svix's own
    /// `svix-id`, `svix-timestamp` and `svix-signature`, with an entry for each secret while they are rotated. The signed
    /// id becomes the [key of the delivery](crate::VerifiedBody::delivery_key).
    ///
    /// The secret is `whsec_` and standard base64. One that is added, replaced or looked up later and is of another
    /// form matches nothing: see [`SigningSecret::require_whsec`](crate::SigningSecret::require_whsec).
    ///
    /// ```
    /// use tower_webhook::{ConfigError, SigningSecret, Verifier};
    ///
    /// Verifier::standard_webhooks(SigningSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?)?;
    ///
    /// let cut_off = Verifier::standard_webhooks(SigningSecret::new("whsec_MfKQ9r8GKYq")?);
    /// assert!(matches!(cut_off, Err(ConfigError::MalformedWhsec)));
    /// # Ok::<(), ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::MalformedWhsec`] when a secret is of another form.
    pub fn standard_webhooks(secret: impl Into<Keys>) -> Result<Self, ConfigError> {
        let keys = secret.into();
        match keys.known() {
            Some(secrets) if !secrets.are_whsec() => Err(ConfigError::MalformedWhsec),
            _ => Ok(Self::with_scheme(StandardWebhooks, keys)),
        }
    }

    /// Verifies what any other provider sends in one header that is a prefix and the HMAC-SHA256 of the raw body.
    #[must_use]
    pub fn hmac_sha256(scheme: HmacSha256Scheme, secret: impl Into<Keys>) -> Self {
        Self::with_scheme(scheme, secret)
    }
}
