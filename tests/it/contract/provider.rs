//! The schemes of the contract: the form of their headers, stated independently of the core, and how each signs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use tower_webhook::scheme::{self, Encoding, HmacSha256Scheme, SigningScheme};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestClock;
use tower_webhook::{SigningSecret, Verifier};

use super::acme::{self, Acme};
use super::supply::{Kind, Supply};
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
    /// Svix's header names, read by `StandardWebhooks::new()`.
    Svix,
    /// Svix's header names, read by `StandardWebhooks::svix_only()`.
    SvixOnly,
    /// Typeform's scheme as an `HmacSha256Scheme`.
    HmacSha256,
    /// The scheme of `acme.rs`.
    Custom,
}

use Provider::{Custom, GitHub, HmacSha256, Knowrithm, Shopify, Slack, StandardWebhooks, Stripe, Svix, SvixOnly};

pub(crate) const ALL: [Provider; 10] = [
    Knowrithm,
    GitHub,
    Stripe,
    Slack,
    Shopify,
    StandardWebhooks,
    Svix,
    SvixOnly,
    HmacSha256,
    Custom,
];

impl Provider {
    /// The names of the headers with the signature, the time and the id.
    pub(crate) fn names(self) -> [Option<HeaderName>; 3] {
        let names = match self {
            Knowrithm => ["x-knowrithm-signature", "", ""],
            GitHub => ["x-hub-signature-256", "", ""],
            Stripe => ["stripe-signature", "", ""],
            Slack => ["x-slack-signature", "x-slack-request-timestamp", ""],
            Shopify => ["x-shopify-hmac-sha256", "", ""],
            StandardWebhooks => ["webhook-signature", "webhook-timestamp", "webhook-id"],
            Svix | SvixOnly => ["svix-signature", "svix-timestamp", "svix-id"],
            HmacSha256 => ["typeform-signature", "", ""],
            Custom => [acme::SIGNATURE.as_str(), "", ""],
        };
        names.map(|name| (!name.is_empty()).then(|| HeaderName::from_static(name)))
    }

    pub(crate) fn signature_name(self) -> HeaderName {
        let [name, _, _] = self.names();
        name.expect("every scheme has a signature header")
    }

    /// The name of the header with the time.
    pub(crate) fn time_name(self) -> HeaderName {
        let [signature, time, _] = self.names();
        time.or(signature).expect("every scheme has a signature header")
    }

    /// The text before the MAC in the signature header.
    pub(crate) fn prefix(self) -> String {
        match self {
            Knowrithm | GitHub | HmacSha256 => "sha256=".to_owned(),
            Stripe => format!("t={NOW},v1="),
            Slack => "v0=".to_owned(),
            Shopify | Custom => String::new(),
            StandardWebhooks | Svix | SvixOnly => "v1,".to_owned(),
        }
    }

    pub(crate) fn is_hex(self) -> bool {
        !matches!(self, Shopify | StandardWebhooks | Svix | SvixOnly | HmacSha256)
    }

    /// The text between two MACs, for schemes that send a list.
    pub(crate) fn separator(self) -> Option<&'static str> {
        match self {
            Stripe => Some(",v1="),
            StandardWebhooks | Svix | SvixOnly => Some(" v1,"),
            _ => None,
        }
    }

    pub(crate) fn signs_time(self) -> bool {
        matches!(self, Stripe | Slack | StandardWebhooks | Svix | SvixOnly)
    }

    pub(crate) fn decodes_secret(self) -> bool {
        matches!(self, StandardWebhooks | Svix | SvixOnly)
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

    /// A verifier with these secrets, whose clock is at [`NOW`].
    pub(crate) fn verifier_of<S: Supply>(self, secrets: S) -> Verifier<S::Of> {
        let verifier = match self {
            Knowrithm => secrets.verifier(scheme::Knowrithm),
            GitHub => secrets.verifier(scheme::GitHub),
            Stripe => secrets.verifier(scheme::Stripe),
            Slack => secrets.verifier(scheme::Slack),
            Shopify => secrets.verifier(scheme::Shopify),
            StandardWebhooks | Svix => secrets.verifier(scheme::StandardWebhooks::new()),
            SvixOnly => secrets.verifier(scheme::StandardWebhooks::svix_only()),
            HmacSha256 => secrets.verifier(typeform()),
            Custom => secrets.verifier(Acme),
        };
        verifier.clock(clock())
    }

    pub(crate) fn signer(self, secret: &SigningSecret) -> Signer {
        match self {
            Knowrithm => signer(scheme::Knowrithm, secret),
            GitHub => signer(scheme::GitHub, secret),
            Stripe => signer(scheme::Stripe, secret),
            Slack => signer(scheme::Slack, secret),
            Shopify => signer(scheme::Shopify, secret),
            StandardWebhooks => signer(scheme::StandardWebhooks::new(), secret),
            Svix | SvixOnly => signer(scheme::StandardWebhooks::svix_only(), secret),
            HmacSha256 => signer(typeform(), secret),
            Custom => signer(Acme, secret),
        }
    }

    /// The headers of this content, signed with the secret of the cases.
    pub(crate) fn sign(self, content: impl AsRef<[u8]>) -> HeaderMap {
        self.sign_with(&self.secret(), content)
    }

    pub(crate) fn sign_with(self, secret: &SigningSecret, content: impl AsRef<[u8]>) -> HeaderMap {
        self.sign_at(NOW, ID, secret, content)
    }

    pub(crate) fn sign_at(self, time: i64, id: &str, secret: &SigningSecret, content: impl AsRef<[u8]>) -> HeaderMap {
        self.signer(secret).timestamp(time).id(id).headers(content)
    }

    /// The text of the MAC of this content, without the text before it.
    pub(crate) fn mac(self, content: impl AsRef<[u8]>) -> String {
        let headers = self.sign(content);
        let value = headers[self.signature_name()].to_str().unwrap();
        value.strip_prefix(&self.prefix()).unwrap().to_owned()
    }

    /// The whole value of the signature header of this content.
    pub(crate) fn signature(self, content: impl AsRef<[u8]>) -> HeaderValue {
        self.sign(content)[self.signature_name()].clone()
    }

    /// A request with a genuine signature of this content.
    pub(crate) fn signed<B>(self, content: impl AsRef<[u8]>, body: B) -> Request<B> {
        request(self.sign(content), body)
    }

    /// A request with these signature headers, and the other headers of the scheme.
    pub(crate) fn headed_by<B>(self, signatures: impl IntoIterator<Item = HeaderValue>, body: B) -> Request<B> {
        let mut headers = self.sign("");
        headers.remove(self.signature_name());
        for value in signatures {
            headers.append(self.signature_name(), value);
        }
        request(headers, body)
    }

    /// A request with this signature header, whose bytes need not be ASCII.
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

/// The secret of this name, in the form that every scheme takes.
pub(crate) fn named_secret(name: &'static str) -> SigningSecret {
    let text = match name {
        "primary" => "whsec_cHJpbWFyeSBzZWNyZXQgb2YgdGhlIHRlc3Rz",
        "second" => "whsec_c2Vjb25kIHNlY3JldCBvZiB0aGUgdGVzdHM=",
        "third" => "whsec_dGhpcmQgc2VjcmV0IG9mIHRoZSB0ZXN0cw==",
        other => panic!("no secret is named {other}"),
    };
    SigningSecret::new(text).unwrap()
}

fn signer<S: SigningScheme<Secret: Kind>>(scheme: S, secret: &SigningSecret) -> Signer {
    Signer::new(scheme, &S::Secret::of(secret))
}

/// <https://www.typeform.com/developers/webhooks/secure-your-webhooks/>
fn typeform() -> HmacSha256Scheme {
    HmacSha256Scheme::new(HeaderName::from_static("typeform-signature"))
        .prefix("sha256=")
        .encoding(Encoding::Base64)
}
