//! The settings of a verifier: its limits, and its clock.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::Verifier;
#[cfg(feature = "layer")]
use crate::budget::Budget;
use crate::clock::Clock;
use crate::identity::DeliveryIdentity;
use crate::policy::{LARGEST_MAX_BODY, Policy};
use crate::scheme::assert_refusal;

/// Settings. Each method returns the changed verifier; clones made before keep theirs.
impl<S> Verifier<S> {
    /// Sets how far a signed timestamp may be from now, in the past or in the future, bounds included; 300 s by
    /// default. Outside of it a request is refused as [too old](crate::RejectionKind::TimestampTooOld) or [in the
    /// future](crate::RejectionKind::TimestampInFuture): before its body is read, and once more at the end of a body
    /// that had to be waited for.
    ///
    /// It applies to schemes that sign a timestamp, such as those of Stripe, Slack and Standard Webhooks. Both times
    /// are whole seconds.
    ///
    /// # Panics
    ///
    /// When it is more than 30 days. To remove the limit, use
    /// [`insecure_any_timestamp`](Self::insecure_any_timestamp).
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        let most = Duration::from_secs(30 * 24 * 60 * 60);
        assert!(
            tolerance <= most,
            "tolerance is at most 30 days; insecure_any_timestamp() lifts the limit"
        );
        self.settings().tolerance = Some(tolerance);
        self
    }

    /// Accepts any signed timestamp: a recorded request can be replayed forever.
    ///
    /// Where nothing separates a timestamp in digits from the body, as with Discord, HubSpot and SendGrid, whoever
    /// replays a request can also move digits between the two: `1700000000` and `{}` are signed as `170000000` and
    /// `0{}` are. A [`tolerance`](Self::tolerance) rules that out, because such a time is years away.
    #[must_use]
    pub fn insecure_any_timestamp(mut self) -> Self {
        self.settings().tolerance = None;
        self
    }

    /// Sets what tells a delivery from others, and a retry from another delivery. By default the
    /// [scheme](crate::scheme::Scheme::delivery_identity) says it, as its page does: the id that it signs, a member of
    /// the body, or the bytes of the body.
    ///
    /// It changes the [key](crate::VerifiedBody::delivery_key) of every delivery: what was stored under the keys of
    /// another choice is not found again. [`delivery_id`](crate::VerifiedBody::delivery_id) is the signed id in any
    /// case.
    ///
    /// ```
    /// use http::HeaderName;
    /// use tower_webhook::scheme::GitHub;
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{DeliveryIdentity, SigningSecret, Verifier};
    ///
    /// let secret = SigningSecret::new("gh_demo")?;
    /// let mut headers = Signer::new(GitHub, &secret).headers("{}");
    /// let event = HeaderName::from_static("x-github-event");
    /// let verifier = Verifier::new(GitHub, secret)
    ///     .delivery_identity(DeliveryIdentity::body().and_header(event.clone()));
    ///
    /// headers.insert(&event, "push".parse()?);
    /// let push = verifier.verify(&headers, "{}")?.delivery_key();
    /// headers.insert(&event, "fork".parse()?);
    /// assert_ne!(verifier.verify(&headers, "{}")?.delivery_key(), push);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn delivery_identity(mut self, identity: DeliveryIdentity) -> Self {
        self.settings().set_identity(identity);
        self
    }

    /// Sets the status of the answer to a request whose signature is refused; by default that of the
    /// [scheme](crate::scheme::Scheme::refusal), 403 unless the provider demands another one. Other refusals, such as
    /// that of a body over the limit, keep theirs.
    ///
    /// ```
    /// use http::{HeaderMap, StatusCode};
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?).refuse_with(StatusCode::UNAUTHORIZED);
    /// assert_eq!(verifier.verify(&HeaderMap::new(), "{}").unwrap_err().status(), 401);
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When the status is not from 400 to 499: the provider would take the webhook for received, or send it again.
    #[must_use]
    pub fn refuse_with(mut self, status: StatusCode) -> Self {
        assert_refusal(status);
        self.settings().refusal = status;
        self
    }

    /// Sets the clock by which signed timestamps are judged and secrets expire; the system's by default.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings().clock = Arc::new(clock);
        self
    }

    /// Sets the size of the largest accepted body, in bytes. By default it is 2 MiB, or what the
    /// [scheme](crate::scheme::Scheme::max_body) says, such as 25 MiB for GitHub. A larger one is refused as [too
    /// large](crate::RejectionKind::BodyTooLarge): by its Content-Length before it is read, or as soon as more has
    /// arrived.
    ///
    /// # Panics
    ///
    /// When it is more than 1 GiB. To remove the limit, use
    /// [`insecure_unlimited_body`](Self::insecure_unlimited_body).
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        assert!(
            bytes <= LARGEST_MAX_BODY,
            "max_body is at most 1 GiB; insecure_unlimited_body() lifts the limit"
        );
        self.settings().set_max_body(bytes);
        self
    }

    /// Accepts bodies of any size, and lifts the default of [`max_buffered`](Self#method.max_buffered) too: a stranger
    /// can fill the memory.
    #[must_use]
    pub fn insecure_unlimited_body(mut self) -> Self {
        self.settings().set_max_body(usize::MAX);
        self
    }

    /// Sets the memory that the bodies of all requests may take together: a number of bytes, or a [`Budget`] that other
    /// verifiers share. 64 MiB by default, or four times [`max_body`](Self::max_body) if that is more.
    ///
    /// All clones of the verifier share it; one whose `max_body` raises the default has a budget of its own from then
    /// on. Other verifiers have their own, unless they are given the same [`Budget`]. While it is in use, a body that
    /// needs more is refused as [over budget](crate::RejectionKind::OverBudget) with a 503. Memory returns to the
    /// budget when the last handle to a body is dropped; the page of [`Budget`] says what counts.
    ///
    /// It applies to [`verify_request`](Self::verify_request) and everything that is built on it. But a body that the
    /// budget can never hold is [too large](crate::RejectionKind::BodyTooLarge) for `verify` and `begin`, too.
    ///
    /// # Panics
    ///
    /// When it is a number for which [`Budget::new`] panics.
    #[cfg(feature = "layer")]
    #[must_use]
    pub fn max_buffered(mut self, budget: impl Into<Budget>) -> Self {
        self.settings().set_budget(budget.into());
        self
    }

    /// Lets the bodies of all requests take any memory: strangers who hold many bodies back can fill it.
    #[cfg(feature = "layer")]
    #[must_use]
    pub fn insecure_unlimited_buffers(self) -> Self {
        self.max_buffered(Budget::insecure_unlimited())
    }

    /// Sets how long the whole body may take to arrive; 30 s by default. A slower one is refused as
    /// [timed out](crate::RejectionKind::BodyTimeout).
    ///
    /// The time is counted from the moment when the body first has to be waited for, on tokio's timer. Zero refuses a
    /// body that is not there at once. It applies to [`verify_request`](Self::verify_request) and everything that is
    /// built on it.
    ///
    /// A lookup [by the body](crate::SecretSource::secrets_by_body) has what the body has left of it. One that takes
    /// longer is refused as [failed](crate::RejectionKind::SecretSource).
    ///
    /// # Panics
    ///
    /// When it is more than one hour. To remove the limit, use
    /// [`insecure_no_read_timeout`](Self::insecure_no_read_timeout).
    #[cfg(feature = "layer")]
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        let most = Duration::from_secs(60 * 60);
        assert!(
            timeout <= most,
            "read_timeout is at most one hour; insecure_no_read_timeout() lifts the limit"
        );
        self.settings().read_timeout = Some(timeout);
        self
    }

    /// Waits for the body without limit, and for a lookup by it: a stranger can hold any number of connections open.
    /// The verifier then needs no tokio runtime.
    #[cfg(feature = "layer")]
    #[must_use]
    pub fn insecure_no_read_timeout(mut self) -> Self {
        self.settings().read_timeout = None;
        self
    }

    fn settings(&mut self) -> &mut Policy {
        Arc::make_mut(&mut self.policy)
    }
}
