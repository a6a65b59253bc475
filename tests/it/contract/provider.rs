//! The schemes of the contract: how each writes a signature, in words of their own, and how its verifier is made.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use tower_webhook::scheme::{Encoding, HmacSha256Scheme, Scheme, SignatureHeader, only_value};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestClock;
use tower_webhook::{Keys, Rejection, SigningSecret, Verifier};

use crate::support::{PATH, SECRET};

/// The time by the clock of every verifier here, in seconds since the Unix epoch.
pub(crate) const NOW: i64 = 1_700_000_000;
/// The id of every delivery, where the scheme has one.
pub(crate) const ID: &str = "msg_1";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Provider {
    Knowrithm,
    GitHub,
    Stripe,
    Slack,
    Shopify,
    StandardWebhooks,
    /// Standard Webhooks under Svix's names of headers.
    Svix,
    /// Typeform's, given as data.
    HmacSha256,
    /// A `Scheme` that is written here.
    Custom,
}

use Provider::{Custom, GitHub, HmacSha256, Knowrithm, Shopify, Slack, StandardWebhooks, Stripe, Svix};

pub(crate) const ALL: [Provider; 9] = [
    Knowrithm,
    GitHub,
    Stripe,
    Slack,
    Shopify,
    StandardWebhooks,
    Svix,
    HmacSha256,
    Custom,
];

impl Provider {
    /// The names of the headers: that of the signature, then of the time, then of the id.
    pub(crate) fn names(self) -> [Option<HeaderName>; 3] {
        let names = match self {
            Knowrithm => ["x-knowrithm-signature", "", ""],
            GitHub => ["x-hub-signature-256", "", ""],
            Stripe => ["stripe-signature", "", ""],
            Slack => ["x-slack-signature", "x-slack-request-timestamp", ""],
            Shopify => ["x-shopify-hmac-sha256", "", ""],
            StandardWebhooks => ["webhook-signature", "webhook-timestamp", "webhook-id"],
            Svix => ["svix-signature", "svix-timestamp", "svix-id"],
            HmacSha256 => ["typeform-signature", "", ""],
            Custom => ["x-acme-mac", "", ""],
        };
        names.map(|name| (!name.is_empty()).then(|| HeaderName::from_static(name)))
    }

    pub(crate) fn signature_name(self) -> HeaderName {
        let [name, _, _] = self.names();
        name.expect("each has a signature")
    }

    /// What stands before the MAC in the header.
    pub(crate) fn prefix(self) -> String {
        match self {
            Knowrithm | GitHub | HmacSha256 => "sha256=".to_owned(),
            Stripe => format!("t={NOW},v1="),
            Slack => "v0=".to_owned(),
            Shopify | Custom => String::new(),
            StandardWebhooks | Svix => "v1,".to_owned(),
        }
    }

    pub(crate) fn is_hex(self) -> bool {
        !matches!(self, Shopify | StandardWebhooks | Svix | HmacSha256)
    }

    /// What stands between the signatures, where there may be several.
    pub(crate) fn separator(self) -> Option<&'static str> {
        match self {
            Stripe => Some(",v1="),
            StandardWebhooks | Svix => Some(" v1,"),
            _ => None,
        }
    }

    pub(crate) fn signs_time(self) -> bool {
        matches!(self, Stripe | Slack | StandardWebhooks | Svix)
    }

    pub(crate) fn decodes_secret(self) -> bool {
        matches!(self, StandardWebhooks | Svix)
    }

    /// The secret of every case that is not about secrets.
    pub(crate) fn secret(self) -> SigningSecret {
        if self.decodes_secret() {
            named_secret("primary")
        } else {
            SigningSecret::new(SECRET).unwrap()
        }
    }

    pub(crate) fn verifier(self) -> Verifier {
        self.verifier_of(self.secret())
    }

    /// A verifier that takes it for [`NOW`].
    pub(crate) fn verifier_of(self, keys: impl Into<Keys>) -> Verifier {
        let verifier = match self {
            Knowrithm => Verifier::knowrithm(keys),
            GitHub => Verifier::github(keys),
            Stripe => Verifier::stripe(keys),
            Slack => Verifier::slack(keys),
            Shopify => Verifier::shopify(keys),
            StandardWebhooks | Svix => Verifier::standard_webhooks(keys).unwrap(),
            HmacSha256 => Verifier::hmac_sha256(typeform(), keys),
            Custom => Verifier::with_scheme(Acme, keys),
        };
        verifier.clock(clock())
    }

    /// The headers of this content, signed with the secret of the cases.
    pub(crate) fn sign(self, content: impl AsRef<[u8]>) -> HeaderMap {
        self.sign_with(&self.secret(), content)
    }

    pub(crate) fn sign_with(self, secret: &SigningSecret, content: impl AsRef<[u8]>) -> HeaderMap {
        self.sign_at(NOW, ID, secret, content)
    }

    pub(crate) fn sign_at(self, time: i64, id: &str, secret: &SigningSecret, content: impl AsRef<[u8]>) -> HeaderMap {
        let signer = match self {
            Knowrithm => Signer::knowrithm(secret),
            GitHub => Signer::github(secret),
            Stripe => Signer::stripe(secret),
            Slack => Signer::slack(secret),
            Shopify => Signer::shopify(secret),
            StandardWebhooks | Svix => Signer::standard_webhooks(secret).unwrap(),
            HmacSha256 => Signer::hmac_sha256(typeform(), secret),
            Custom => return sign_as_acme(secret, content.as_ref()),
        };
        let headers = signer.timestamp(time).id(id).headers(content);
        match self {
            Svix => headers
                .iter()
                .map(|(name, value)| (svix(name), value.clone()))
                .collect(),
            _ => headers,
        }
    }

    /// The headers of this content, signed with the bytes of this secret as they are, also where a scheme decodes them.
    pub(crate) fn sign_with_bytes(self, secret: &SigningSecret, content: impl AsRef<[u8]>) -> HeaderMap {
        if !self.decodes_secret() {
            return self.sign_with(secret, content);
        }
        let scheme = HmacSha256Scheme::new(self.signature_name())
            .prefix("v1,")
            .encoding(Encoding::Base64);
        let before = format!("{ID}.{NOW}.");
        let signature = Signer::hmac_sha256(scheme, secret).headers([before.as_bytes(), content.as_ref()].concat());
        let mut headers = self.sign("");
        headers.extend(signature);
        headers
    }

    /// The text of the MAC of this content, without what stands before it.
    pub(crate) fn mac(self, content: impl AsRef<[u8]>) -> String {
        let headers = self.sign(content);
        let value = headers[self.signature_name()].to_str().unwrap();
        value.strip_prefix(&self.prefix()).unwrap().to_owned()
    }

    /// The whole value of the signature header of this content.
    pub(crate) fn signature(self, content: impl AsRef<[u8]>) -> HeaderValue {
        self.sign(content)[self.signature_name()].clone()
    }

    /// A request that is signed as it should be.
    pub(crate) fn signed<B>(self, content: impl AsRef<[u8]>, body: B) -> Request<B> {
        request(self.sign(content), body)
    }

    /// A request with these signature headers, and all that the scheme has besides.
    pub(crate) fn headed_by<B>(self, signatures: impl IntoIterator<Item = HeaderValue>, body: B) -> Request<B> {
        let mut headers = self.sign("");
        headers.remove(self.signature_name());
        for value in signatures {
            headers.append(self.signature_name(), value);
        }
        request(headers, body)
    }

    /// A request with this signature header, which may be of any bytes that HTTP allows.
    pub(crate) fn headed<B>(self, value: impl AsRef<[u8]>, body: B) -> Request<B> {
        self.headed_by([HeaderValue::from_bytes(value.as_ref()).unwrap()], body)
    }
}

pub(crate) fn request<B>(headers: HeaderMap, body: B) -> Request<B> {
    let mut request = Request::post(PATH).body(body).unwrap();
    *request.headers_mut() = headers;
    request
}

pub(crate) fn clock() -> TestClock {
    TestClock::at(NOW.unsigned_abs())
}

pub(crate) fn instant(unix_seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(unix_seconds.unsigned_abs())
}

/// A secret of this name that every scheme takes.
pub(crate) fn named_secret(name: &'static str) -> SigningSecret {
    let text = match name {
        "primary" => "whsec_cHJpbWFyeSBzZWNyZXQgb2YgdGhlIHRlc3Rz",
        "second" => "whsec_c2Vjb25kIHNlY3JldCBvZiB0aGUgdGVzdHM=",
        "third" => "whsec_dGhpcmQgc2VjcmV0IG9mIHRoZSB0ZXN0cw==",
        other => panic!("no secret is named {other}"),
    };
    SigningSecret::new(text).unwrap()
}

fn svix(name: &HeaderName) -> HeaderName {
    name.as_str().replace("webhook-", "svix-").parse().unwrap()
}

/// <https://www.typeform.com/developers/webhooks/secure-your-webhooks/>
fn typeform() -> HmacSha256Scheme {
    HmacSha256Scheme::new(HeaderName::from_static("typeform-signature"))
        .prefix("sha256=")
        .encoding(Encoding::Base64)
}

/// Signs its channel's name, a colon and the body.
struct Acme;

impl Scheme for Acme {
    fn name(&self) -> &'static str {
        "acme"
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        let value = only_value(headers, &Custom.signature_name())?;
        let mac = Encoding::Hex
            .decode(value.as_bytes())
            .ok_or(Rejection::MalformedSignature)?;
        let channel = headers.get("x-acme-channel").ok_or(Rejection::MissingSignature)?;
        Ok(SignatureHeader::new(mac).signed_before_body([channel.as_bytes(), b":"]))
    }
}

fn sign_as_acme(secret: &SigningSecret, content: &[u8]) -> HeaderMap {
    let signer = Signer::hmac_sha256(HmacSha256Scheme::new(Custom.signature_name()), secret);
    let mut headers = signer.headers([b"lights:", content].concat());
    headers.insert("x-acme-channel", HeaderValue::from_static("lights"));
    headers
}
