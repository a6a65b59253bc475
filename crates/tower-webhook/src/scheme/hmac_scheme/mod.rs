//! Schemes as data: a MAC of the body and more, in a header or a list, with an id and a time.

mod fault;
mod part;
mod public_url;
mod read;
mod scheme;
#[cfg(feature = "sign")]
mod write;

use std::marker::PhantomData;
use std::mem;

use http::StatusCode;
use http::header::HeaderName;

pub use self::part::{Part, Separator};
pub(super) use self::public_url::PublicUrl;
use super::only_value::assert_prefix;
use super::{Algorithm, Encoding, TimestampFormat, assert_refusal};
use crate::error::ConfigError;
use crate::identity::DeliveryIdentity;
use crate::secret::{DecodedSecret, SigningSecret};

/// A scheme as data: which headers there are, how the MAC and the time are written, and which bytes are signed.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::scheme::{Encoding, HmacScheme, Part, Separator, TimestampFormat};
/// use tower_webhook::{SigningSecret, Verifier};
///
/// const SANITY: HmacScheme = HmacScheme::new("sanity", HeaderName::from_static("sanity-webhook-signature"))
///     .list(Separator::Comma)
///     .timestamp_entry("t=", TimestampFormat::Milliseconds)
///     .prefix("v1=")
///     .encoding(Encoding::Base64Url)
///     .signs(&[Part::Timestamp, Part::Literal("."), Part::Body]);
///
/// // From test/signature.test.ts of https://github.com/sanity-io/webhook-toolkit
/// let mut headers = HeaderMap::new();
/// let signature = "t=1633519811129,v1=tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N0";
/// headers.insert("sanity-webhook-signature", signature.parse()?);
/// let then = UNIX_EPOCH + Duration::from_secs(1_633_519_811);
/// let verifier = Verifier::new(SANITY, SigningSecret::new("test")?).clock(move || then);
/// assert!(verifier.verify(&headers, r#"{"_id":"resume"}"#).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// All methods but [`public_url`](Self::public_url) are `const`, so that a provider is a constant. A type of its own,
/// by which a handler can distinguish it from others, is a [`Provider`](super::Provider). A scheme that is read from a
/// configuration takes its texts from [`String::leak`], once, when it is made.
///
/// `K` is the kind of secret: [`SigningSecret`] unless it was made by [`decoded`](HmacScheme::decoded).
#[derive(Clone, Debug)]
#[must_use]
pub struct HmacScheme<K = SigningSecret> {
    name: &'static str,
    header: HeaderName,
    second: Option<HeaderName>,
    prefix: &'static str,
    separator: Option<Separator>,
    encoding: Encoding,
    algorithm: Algorithm,
    time: Time,
    unit: TimestampFormat,
    id: Option<HeaderName>,
    signed: &'static [Part],
    url: Option<PublicUrl>,
    refusal: StatusCode,
    max_body: Option<usize>,
    identity: DeliveryIdentity,
    kind: PhantomData<fn() -> K>,
}

/// Where the time of signing is.
#[derive(Clone, Debug)]
enum Time {
    Nowhere,
    /// In a header of its own.
    Header(HeaderName),
    /// In the entry of the signature's list that begins so.
    Entry(&'static str),
}

/// How many parts may be signed before the body.
const MAX_BEFORE: usize = 4;

impl HmacScheme {
    /// The scheme whose signature is exactly one header of this name, which is the HMAC-SHA256 of the body: 64
    /// lower-case hex digits. The other methods change that.
    ///
    /// The [name](crate::scheme::Scheme::name) of the scheme, in `snake_case`, is in logs and in the keys of its
    /// deliveries.
    ///
    /// # Panics
    ///
    /// When the name is empty.
    pub const fn new(name: &'static str, header: HeaderName) -> Self {
        Self::of_kind(name, header)
    }
}

impl HmacScheme<DecodedSecret> {
    /// The same as [`new`](HmacScheme::new), for a provider whose secret is the text of a key.
    ///
    /// # Panics
    ///
    /// When the name is empty.
    pub const fn decoded(name: &'static str, header: HeaderName) -> Self {
        Self::of_kind(name, header)
    }
}

impl<K> HmacScheme<K> {
    const fn of_kind(name: &'static str, header: HeaderName) -> Self {
        assert!(!name.is_empty(), "a scheme has a name");
        Self {
            name,
            header,
            second: None,
            prefix: "",
            separator: None,
            encoding: Encoding::Hex,
            algorithm: Algorithm::HmacSha256,
            time: Time::Nowhere,
            unit: TimestampFormat::Seconds,
            id: None,
            signed: &[Part::Body],
            url: None,
            refusal: StatusCode::FORBIDDEN,
            max_body: None,
            identity: DeliveryIdentity::signed_id(),
            kind: PhantomData,
        }
    }

    /// Sets the text before the MAC, such as `sha256=`; none by default. Its case matters. In a list it is the key by
    /// which the entries with a MAC are known, such as `v1=`: entries that begin otherwise are skipped.
    ///
    /// # Panics
    ///
    /// When no header value can begin with it: it begins with a blank, or is not visible ASCII.
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        assert_prefix(prefix);
        self.prefix = prefix;
        self
    }

    /// Sets how the MAC is written; [`Encoding::Hex`] by default.
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets the hash of the HMAC; [`Algorithm::HmacSha256`] by default.
    pub const fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Makes the header a list, whose first 16 entries are considered: any MAC among them may be the right one. The
    /// [`prefix`](Self::prefix) tells the entries with a MAC.
    pub const fn list(mut self, separator: Separator) -> Self {
        self.separator = Some(separator);
        self
    }

    /// Adds a header with a MAC in the same form, as a provider sends that signs with two secrets. One of the two
    /// headers may be missing.
    ///
    /// # Panics
    ///
    /// When it is called twice.
    pub const fn second_header(mut self, header: HeaderName) -> Self {
        assert!(self.second.is_none(), "there are two headers already");
        mem::forget(self.second.replace(header));
        self
    }

    /// Reads the time of signing from exactly one header of this name, and refuses what is too old.
    ///
    /// # Panics
    ///
    /// When it is called twice, or after [`timestamp_entry`](Self::timestamp_entry).
    pub const fn timestamp_header(mut self, header: HeaderName, unit: TimestampFormat) -> Self {
        assert!(matches!(self.time, Time::Nowhere), "there is a time already");
        mem::forget(mem::replace(&mut self.time, Time::Header(header)));
        self.unit = unit;
        self
    }

    /// Reads the time of signing from the entry of the list that begins so, such as `t=`, and refuses what is too old.
    /// The entry must occur exactly once.
    ///
    /// # Panics
    ///
    /// When it is called twice, or after [`timestamp_header`](Self::timestamp_header).
    pub const fn timestamp_entry(mut self, key: &'static str, unit: TimestampFormat) -> Self {
        assert!(matches!(self.time, Time::Nowhere), "there is a time already");
        mem::forget(mem::replace(&mut self.time, Time::Entry(key)));
        self.unit = unit;
        self
    }

    /// Reads the id of the delivery from exactly one header of this name. It becomes the
    /// [`delivery_id`](crate::VerifiedBody::delivery_id), from which the key of the delivery is made.
    ///
    /// # Panics
    ///
    /// When it is called twice.
    pub const fn id_header(mut self, header: HeaderName) -> Self {
        assert!(self.id.is_none(), "there is an id already");
        mem::forget(self.id.replace(header));
        self
    }

    /// Sets which bytes are signed: these parts, joined. `&[Part::Body]` by default.
    ///
    /// # Panics
    ///
    /// When the body is not among them exactly once, or more than four parts are before it.
    pub const fn signs(mut self, parts: &'static [Part]) -> Self {
        let (mut before, mut bodies, mut at) = (0, 0, 0);
        while at < parts.len() {
            match parts[at] {
                Part::Body => bodies += 1,
                _ if bodies == 0 => before += 1,
                _ => {}
            }
            at += 1;
        }
        assert!(bodies == 1, "a scheme signs the body, once");
        assert!(
            before <= MAX_BEFORE,
            "a scheme signs at most four parts before the body"
        );
        self.signed = parts;
        self
    }

    /// Sets the status of the answer to a request with a wrong signature, for a provider that demands another one than
    /// 403.
    ///
    /// # Panics
    ///
    /// When the status is not from 400 to 499.
    pub const fn with_refusal(mut self, status: StatusCode) -> Self {
        assert_refusal(status);
        self.refusal = status;
        self
    }

    /// Sets the largest body that the provider says it sends, in bytes, where that is more than the 2 MiB that a
    /// verifier admits otherwise.
    pub const fn with_max_body(mut self, bytes: usize) -> Self {
        self.max_body = Some(bytes);
        self
    }

    /// Sets what tells a delivery from others: [`DeliveryIdentity::signed_id`] by default.
    pub const fn with_delivery_identity(mut self, identity: DeliveryIdentity) -> Self {
        mem::forget(mem::replace(&mut self.identity, identity));
        self
    }

    /// Sets the URL under which the provider knows the receiver, for a scheme that signs [`Part::PublicUrl`]. Write it
    /// exactly as the provider has it.
    ///
    /// The URL of a request is not taken for it: it has no host, and proxies rewrite it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::PublicUrl`] when it is not an absolute URL of `http` or `https`, or has a fragment.
    pub fn public_url(mut self, url: &str) -> Result<Self, ConfigError> {
        self.url = Some(PublicUrl::new(url)?);
        Ok(self)
    }
}

#[cfg(all(test, feature = "sign"))]
mod tests;
