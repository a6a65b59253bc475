//! What is put into the queue: one verified delivery, exactly as it came.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tower_webhook::VerifiedBody;

/// How many hexadecimal digits a delivery's key has.
pub(crate) const KEY_DIGITS: u8 = 64;

/// A verified delivery: the argument of the worker's tasks.
///
/// In the queue it is a JSON object: `key` in hexadecimal, `received_at` in RFC 3339, `provider`, `owner`, `signed_by`, the
/// chosen `headers`, and `body`, the exact bytes in base64. Only code that can write into the queue can make one that was never verified.
///
/// ```
/// use tower_webhook::{SigningSecret, Verifier, sign::Signer};
/// use tower_webhook_inbox::Delivery;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = SigningSecret::new("whk_demo")?;
/// let body = r#"{"event": "agent.created"}"#;
/// let headers = Signer::knowrithm(&secret).headers(body);
/// let verified = Verifier::knowrithm(secret).verify(&headers, body)?;
///
/// let delivery = Delivery::new(&verified);
/// let restored: Delivery = serde_json::from_str(&serde_json::to_string(&delivery)?)?;
/// assert_eq!(restored, delivery);
/// assert_eq!(restored.bytes(), body);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    #[serde(serialize_with = "to_hex", deserialize_with = "from_hex")]
    key: [u8; 32],
    received_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, String)>,
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    body: Bytes,
}

impl Delivery {
    /// A delivery that is received now, of no provider and without headers.
    #[must_use]
    pub fn new(body: &VerifiedBody) -> Self {
        Self {
            key: body.delivery_key(),
            received_at: Timestamp::now(),
            provider: None,
            owner: body.owner().map(str::to_owned),
            signed_by: body.key().map(str::to_owned),
            headers: Vec::new(),
            body: body.bytes().clone(),
        }
    }

    pub(crate) fn sent_by(mut self, provider: Option<&str>) -> Self {
        self.provider = provider.map(str::to_owned);
        self
    }

    /// Keeps the headers of these names, each as often as it came.
    pub(crate) fn with_headers(mut self, headers: &HeaderMap, names: &[HeaderName]) -> Self {
        for name in names {
            let values = headers.get_all(name).iter();
            self.headers
                .extend(values.map(|value| (name.as_str().to_owned(), to_text(value))));
        }
        self
    }

    /// What identifies the delivery when it comes again: [`VerifiedBody::delivery_key`]. It is the idempotency key of the
    /// task, in the form of [`key_hex`](Self::key_hex).
    #[must_use]
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The key as 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn key_hex(&self) -> String {
        self.key.map(|byte| format!("{byte:02x}")).concat()
    }

    /// When the first attempt that was stored was received, by this machine's clock.
    #[must_use]
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// Who sent it, as [`Inbox::provider`](crate::Inbox::provider) was told.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// Whose secret signed it: [`VerifiedBody::owner`]. Unlike what the body says, it was verified.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// The label of the secret that signed it: [`VerifiedBody::key`].
    #[must_use]
    pub fn signed_by(&self) -> Option<&str> {
        self.signed_by.as_deref()
    }

    /// The headers that [`Inbox::keep_header`](crate::Inbox::keep_header) chose. Most providers do not sign them.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let parsed = self.headers.iter().filter_map(|(name, value)| {
            let value = value
                .chars()
                .map(|char| u8::try_from(char).ok())
                .collect::<Option<Vec<_>>>()?;
            Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(&value).ok()?))
        });
        let mut headers = HeaderMap::new();
        for (name, value) in parsed {
            headers.append(name, value);
        }
        headers
    }

    /// The body, exactly as it was sent and signed.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body, parsed as JSON of a type of your own.
    ///
    /// # Errors
    ///
    /// When the body is not JSON, or not a `T`. It will not be one at the next attempt either: do not retry.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// The body, parsed as an event of Knowrithm.
    ///
    /// # Errors
    ///
    /// When the body is not a JSON object. It will not be one at the next attempt either: do not retry.
    #[cfg(feature = "knowrithm")]
    pub fn event(&self) -> Result<knowrithm_events::Event, serde_json::Error> {
        knowrithm_events::Event::from_slice(&self.body)
    }
}

/// Prints what identifies the delivery; what a webhook says about people does not belong into logs.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("key", &format_args!("{}", self.key_hex()))
            .field("received_at", &self.received_at)
            .field("provider", &self.provider)
            .field("owner", &self.owner)
            .field("len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A header's value as text that loses nothing: each byte is the character of its number.
fn to_text(value: &HeaderValue) -> String {
    value.as_bytes().iter().map(|&byte| char::from(byte)).collect()
}

fn to_hex<S: Serializer>(key: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&key.map(|byte| format!("{byte:02x}")).concat())
}

fn from_hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits = text.as_bytes();
    let mut key = [0; 32];
    if digits.len() != usize::from(KEY_DIGITS) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(D::Error::custom("a delivery key is 64 hexadecimal digits"));
    }
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let value = |digit: u8| {
            char::from(digit)
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        };
        *byte = value(pair[0])
            .zip(value(pair[1]))
            .map(|(high, low)| high << 4 | low)
            .unwrap_or_default();
    }
    Ok(key)
}

fn to_base64<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64_STANDARD.encode(body))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64_STANDARD.decode(text).map(Bytes::from).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use tower_webhook::sign::Signer;
    use tower_webhook::{Secrets, SigningSecret, Verifier};

    use super::*;

    fn verified(body: &'static [u8]) -> VerifiedBody {
        let secret = SigningSecret::new("whk_test").unwrap().label("summer");
        let headers = Signer::knowrithm(&secret).headers(body);
        let secrets = Secrets::new(secret).owner("acme");
        Verifier::knowrithm(secrets).verify(&headers, body).unwrap()
    }

    #[test]
    fn every_byte_and_every_header_comes_back() {
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
        assert_eq!(restored.key(), &body.delivery_key());
        headers.remove("x-other");
        assert_eq!(restored.headers(), headers);
        assert_eq!(restored.provider(), Some("knowrithm"));
        assert_eq!((restored.owner(), restored.signed_by()), (Some("acme"), Some("summer")));
    }

    #[test]
    fn a_body_is_not_in_what_debug_prints() {
        let printed = format!("{:?}", Delivery::new(&verified(b"jane@example.com")));
        assert!(!printed.contains("jane") && !printed.contains("amFuZ"), "{printed}");
        assert!(printed.contains("len: 16"), "{printed}");
    }

    #[test]
    fn what_is_no_delivery_is_refused() {
        let good = serde_json::to_value(Delivery::new(&verified(b"{}"))).unwrap();
        for (field, value) in [
            ("key", "ab"),
            ("key", "\u{df}"),
            ("body", "*"),
            ("received_at", "yesterday"),
        ] {
            let mut bad = good.clone();
            bad[field] = value.into();
            assert!(serde_json::from_value::<Delivery>(bad).is_err(), "{field}: {value}");
        }
    }
}
