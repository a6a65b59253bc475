//! The delivery that is put into the queue.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tower_webhook::{DeliveryKey, VerifiedBody};

mod encoding;

/// The length of a delivery key as text. The stores know the tasks of an inbox by it.
#[cfg(any(feature = "redis", feature = "sqlite"))]
pub(crate) const KEY_DIGITS: u8 = 64;

/// About as many bytes as the members of a delivery other than its headers and its body need.
#[cfg(any(feature = "nats", feature = "postgres", feature = "redis", feature = "sqlite"))]
const BESIDE_BODY: usize = 512;

/// A verified delivery: the argument of the worker's tasks.
///
/// In the queue it is a JSON object: `key` in hexadecimal, `received_at` in RFC 3339, `provider`, `owner`, `signed_by`,
/// the kept `headers`, and `body` in base64. Only code that can write into the queue can forge one.
///
/// ```
/// use tower_webhook::{SigningSecret, Verifier, scheme::Knowrithm, sign::Signer};
/// use tower_webhook_inbox::Delivery;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = SigningSecret::new("whk_demo")?;
/// let body = r#"{"event": "agent.created"}"#;
/// let headers = Signer::new(Knowrithm, &secret).headers(body);
/// let verified = Verifier::knowrithm(secret).verify(&headers, body)?;
///
/// let delivery = Delivery::new(&verified);
/// assert_eq!(delivery.bytes(), body);
/// assert_eq!(delivery.json::<serde_json::Value>()?["event"], "agent.created");
///
/// let queued = serde_json::to_string(&delivery)?;
/// assert_eq!(serde_json::from_str::<Delivery>(&queued)?, delivery);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    key: DeliveryKey,
    received_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, String)>,
    #[serde(with = "encoding::base64")]
    body: Bytes,
}

impl Delivery {
    /// Makes a delivery that is received now, without a provider and without headers.
    #[must_use]
    pub fn new(body: &VerifiedBody) -> Self {
        Self {
            key: body.delivery_key(),
            received_at: Timestamp::now(),
            provider: None,
            owner: body.owner().map(str::to_owned),
            signed_by: body.signed_by().map(str::to_owned),
            headers: Vec::new(),
            body: body.bytes().clone(),
        }
    }

    /// The JSON that apalis's codec would write, in a buffer of its size: one that grows is up to twice as large.
    #[cfg(any(feature = "nats", feature = "postgres", feature = "redis", feature = "sqlite"))]
    pub(crate) fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        let headers: usize = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len() + 5)
            .sum();
        let mut json = Vec::with_capacity(BESIDE_BODY + headers + self.body.len().div_ceil(3) * 4);
        serde_json::to_writer(&mut json, self)?;
        Ok(json)
    }

    pub(crate) fn sent_by(mut self, provider: Option<&str>) -> Self {
        self.provider = provider.map(str::to_owned);
        self
    }

    /// Keeps the headers of these names, each with all its values.
    pub(crate) fn with_headers(mut self, headers: &HeaderMap, names: &[HeaderName]) -> Self {
        for name in names {
            let values = headers.get_all(name).iter().map(encoding::header_to_text);
            self.headers.extend(values.map(|value| (name.to_string(), value)));
        }
        self
    }

    /// Identifies the delivery, also when its sender retries it: [`VerifiedBody::delivery_key`].
    ///
    /// As text it is the idempotency key of the task.
    #[must_use]
    pub fn key(&self) -> DeliveryKey {
        self.key
    }

    /// When the inbox received the attempt that was stored, by the clock of its machine.
    #[must_use]
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// The provider that sent it, as named by [`Inbox::provider`](crate::Inbox::provider).
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// The owner of the secret that signed it: [`VerifiedBody::owner`]. Unlike the content of the body, it was
    /// verified.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// The label of the secret that signed it: [`VerifiedBody::signed_by`].
    #[must_use]
    pub fn signed_by(&self) -> Option<&str> {
        self.signed_by.as_deref()
    }

    /// The headers that [`Inbox::keep_header`](crate::Inbox::keep_header) chose. Most providers do not sign them.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            if let (Ok(name), Some(value)) = (name.parse::<HeaderName>(), encoding::header_from_text(value)) {
                headers.append(name, value);
            }
        }
        headers
    }

    /// The body, exactly as it was sent and signed.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// Parses the body as JSON.
    ///
    /// # Errors
    ///
    /// When the body is not JSON, or not a `T`. A retry of the task cannot change that.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// Prints neither the body nor the headers: they may hold personal data, which does not belong in logs.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("key", &format_args!("{}", self.key))
            .field("received_at", &self.received_at)
            .field("provider", &self.provider)
            .field("owner", &self.owner)
            .field("len", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use tower_webhook::scheme::Knowrithm;
    use tower_webhook::sign::Signer;
    use tower_webhook::{Secrets, SigningSecret, Verifier};

    use super::*;

    fn verified(body: &'static [u8]) -> VerifiedBody {
        let secret = SigningSecret::new("whk_test").unwrap().label("summer");
        let headers = Signer::new(Knowrithm, &secret).headers(body);
        let secrets = Secrets::new(secret).owner("acme");
        Verifier::knowrithm(secrets).verify(&headers, body).unwrap()
    }

    #[test]
    fn every_byte_and_every_kept_header_survives_the_queue() {
        let body = verified(b"\x00\xff not JSON, not UTF-8 \xc3");
        let name = HeaderName::from_static("x-kept");
        let mut headers = HeaderMap::new();
        for value in [&b"one"[..], b"tw\xf6", b""] {
            headers.append(&name, HeaderValue::from_bytes(value).unwrap());
        }
        headers.insert("x-other", HeaderValue::from_static("dropped"));

        let delivery = Delivery::new(&body)
            .sent_by(Some("knowrithm"))
            .with_headers(&headers, &[name]);
        let json = serde_json::to_string(&delivery).unwrap();
        let restored: Delivery = serde_json::from_str(&json).unwrap();
        assert_eq!(restored, delivery);
        assert_eq!(restored.bytes(), body.bytes());
        assert_eq!(restored.key(), body.delivery_key());
        headers.remove("x-other");
        assert_eq!(restored.headers(), headers);
        assert_eq!(restored.provider(), Some("knowrithm"));
        assert_eq!((restored.owner(), restored.signed_by()), (Some("acme"), Some("summer")));
    }

    #[cfg(any(feature = "nats", feature = "postgres", feature = "redis", feature = "sqlite"))]
    #[test]
    fn it_is_encoded_as_apalis_does_and_in_little_more_room_than_it_takes() {
        for body in [&b""[..], b"\xff", &[b'x'; 10_000]] {
            let delivery = Delivery::new(&verified(body)).sent_by(Some("knowrithm"));
            let json = delivery.encode().unwrap();
            assert_eq!(json, serde_json::to_vec(&delivery).unwrap());
            assert!(json.capacity() <= json.len() + BESIDE_BODY, "{}", json.capacity());
        }
    }

    #[test]
    fn debug_does_not_print_the_body() {
        let printed = format!("{:?}", Delivery::new(&verified(b"jane@example.com")));
        assert!(!printed.contains("jane") && !printed.contains("amFuZ"), "{printed}");
        assert!(printed.contains("len: 16"), "{printed}");
    }

    #[test]
    fn a_malformed_field_in_the_queue_is_refused() {
        let good = serde_json::to_value(Delivery::new(&verified(b"{}"))).unwrap();
        for (field, value) in [("key", "ab"), ("body", "*"), ("received_at", "yesterday")] {
            let mut bad = good.clone();
            bad[field] = value.into();
            assert!(serde_json::from_value::<Delivery>(bad).is_err(), "{field}: {value}");
        }
    }
}
