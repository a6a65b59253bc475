//! WooCommerce's handshake.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Method, StatusCode};

use crate::answer::Answer;
use crate::layer::HandshakeLayer;
use crate::responder::{Head, Reply};

/// The length of `webhook_id=` and a number of at most 20 digits.
const LENGTHS: std::ops::RangeInclusive<u64> = 12..=31;

impl HandshakeLayer {
    /// WooCommerce's handshake. **In front** of the verifier: it is not signed.
    ///
    /// **Sends** a POST with the form `webhook_id=<number>` and none of its `X-WC-Webhook-*` headers when a webhook is
    /// activated.
    ///
    /// **Specified** by its source, `deliver_ping` in
    /// <https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-webhook.php>.
    ///
    /// **Answers** an empty 200; the webhook is not activated by any other status. The ping is told by its head: a form
    /// of 12 to 31 bytes without those headers. Deliveries are JSON, so none is taken for a ping.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use http::Request;
    /// use tower::ServiceExt;
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// let service = HandshakeLayer::woocommerce().into_service();
    /// let request = Request::post("/webhooks/woocommerce")
    ///     .header("content-type", "application/x-www-form-urlencoded")
    ///     .header("content-length", "13")
    ///     .body("webhook_id=42")?;
    /// assert_eq!(service.oneshot(request).await?.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn woocommerce() -> Self {
        Self::new("woocommerce", reply)
    }
}

fn reply(head: &Head<'_>) -> Reply {
    let is_delivery = head
        .headers
        .keys()
        .any(|name| name.as_str().starts_with("x-wc-webhook-"));
    let is_ping = head.method == Method::POST && !is_delivery && is_short_form(head.headers);
    is_ping.then(|| Answer::empty(StatusCode::OK)).into()
}

fn is_short_form(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let kind = text(CONTENT_TYPE).and_then(|kind| kind.split(';').next());
    let is_form = kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    let length = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    is_form && length.is_some_and(|length| LENGTHS.contains(&length))
}
