//! The schemes of the contract: what each sends, and how each signs.

mod form;
mod scheme;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use tower_webhook::scheme::{Encoding, SigningScheme, TimeUnit};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestClock;
use tower_webhook::{SigningSecret, Verifier};

use self::form::Form;
pub(crate) use self::scheme::UseScheme;
use super::supply::{Kind, Supply};
use crate::support::{PATH, SECRET};

/// The time by the clock of every verifier here, in seconds since the Unix epoch.
pub(crate) const NOW: i64 = 1_700_000_000;
/// The id of every delivery, where the scheme has one.
pub(crate) const ID: &str = "msg_1";

/// Lists the schemes once: as an enum, and as the array of its variants.
macro_rules! providers {
    ($($(#[$doc:meta])* $name:ident,)* ; $($inside:ident,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Provider {
            $($(#[$doc])* $name,)*
            $($inside,)*
        }

        /// Every scheme of the core whose signature is in a header, and schemes that are not of the core.
        pub(crate) const ALL: [Provider; [$(Provider::$name),*].len()] = [$(Provider::$name),*];

        /// Every scheme of the core whose signature is in the body.
        pub(crate) const INSIDE: [Provider; [$(Provider::$inside),*].len()] = [$(Provider::$inside),*];
    };
}

providers! {
    Asana,
    Bitbucket,
    BoxCom,
    Calendly,
    CloudflareStream,
    CoinbaseCommerce,
    Dropbox,
    ElevenLabs,
    Flutterwave,
    Gitea,
    GitHub,
    HubSpot,
    Intercom,
    Knowrithm,
    LemonSqueezy,
    Line,
    Linear,
    Meta,
    Mux,
    Notion,
    Paddle,
    PagerDuty,
    Paystack,
    QuickBooks,
    Razorpay,
    Sanity,
    Sentry,
    Shopify,
    Slack,
    Square,
    StandardWebhooks,
    Stripe,
    /// Svix's header names, read by `StandardWebhooks::new()`.
    Svix,
    /// Svix's header names, read by `StandardWebhooks::svix_only()`.
    SvixOnly,
    Trello,
    Twilio,
    Twitch,
    Typeform,
    Vercel,
    WooCommerce,
    XCom,
    Xero,
    Zendesk,
    Zoom,
    /// An `HmacScheme` without a type of its own.
    Described,
    /// The scheme of `acme.rs`.
    Custom,
    ;
    Adyen,
    Mailgun,
    MicrosoftGraph,
}

/// One scheme of each kind. The whole table is for them; the others differ from one of them in names and prefixes.
pub(crate) const KINDS: [Provider; 21] = [
    Provider::Knowrithm,
    Provider::GitHub,
    Provider::Stripe,
    Provider::Slack,
    Provider::Shopify,
    Provider::StandardWebhooks,
    Provider::Svix,
    Provider::SvixOnly,
    // A prefix and base64.
    Provider::Typeform,
    // Hex of either case.
    Provider::Notion,
    // HMAC-SHA1 and HMAC-SHA512.
    Provider::Intercom,
    Provider::Paystack,
    // A list without a time.
    Provider::PagerDuty,
    // A list with the time in milliseconds, and base64 for URLs.
    Provider::Sanity,
    // A list with semicolons.
    Provider::Paddle,
    // An id and a time in RFC 3339, without separators.
    Provider::Twitch,
    // Two headers, and the time after the body.
    Provider::BoxCom,
    // Method and public URL before the body, the time after it.
    Provider::HubSpot,
    // A message that is made of the body.
    Provider::Twilio,
    Provider::Described,
    Provider::Custom,
];

impl Provider {
    /// The name of the scheme in events.
    pub(crate) fn name(self) -> &'static str {
        self.form().name
    }

    /// The names of the headers with the signature, the time and the id.
    pub(crate) fn names(self) -> [Option<HeaderName>; 3] {
        let names = self.form().headers;
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

    /// The bytes of a MAC.
    pub(crate) fn mac_len(self) -> usize {
        self.form().mac_len
    }

    /// The text before the MAC in the signature header.
    pub(crate) fn prefix(self) -> String {
        let Form { prefix, list, .. } = self.form();
        match (self.time_key(), list) {
            (Some(key), Some(mark)) => format!("{key}{}{mark}{prefix}", self.time_text(NOW)),
            _ => prefix.to_owned(),
        }
    }

    pub(crate) fn is_hex(self) -> bool {
        matches!(self.encoding(), Encoding::Hex | Encoding::HexOfEitherCase)
    }

    pub(crate) fn encoding(self) -> Encoding {
        self.form().encoding
    }

    /// The text between two MACs, for schemes that send a list: a mark, and what each entry with a MAC begins with.
    pub(crate) fn separator(self) -> Option<String> {
        let Form { prefix, list, .. } = self.form();
        list.map(|mark| format!("{mark}{prefix}"))
    }

    /// Whether white space around the entries of a list is skipped: blanks do not separate them.
    pub(crate) fn trims_entries(self) -> bool {
        self.form().list.is_some_and(|mark| mark != " ")
    }

    /// Whether the signature is in the body.
    pub(crate) fn signs_inside(self) -> bool {
        INSIDE.contains(&self)
    }

    pub(crate) fn signs_time(self) -> bool {
        let [_, time, _] = self.names();
        time.is_some() || self.time_key().is_some()
    }

    /// What the entry with the time begins with, for schemes that have it in the list.
    pub(crate) fn time_key(self) -> Option<&'static str> {
        self.form().time_key
    }

    pub(crate) fn time_unit(self) -> TimeUnit {
        self.form().unit
    }

    /// The text of this time.
    pub(crate) fn time_text(self, seconds: i64) -> String {
        match self.time_unit() {
            TimeUnit::Milliseconds => seconds.saturating_mul(1000).to_string(),
            TimeUnit::Rfc3339 => jiff::Timestamp::from_second(seconds).unwrap().to_string(),
            _ => seconds.to_string(),
        }
    }

    pub(crate) fn decodes_secret(self) -> bool {
        self.form().decodes_secret
    }

    /// The status of the answer to a wrong signature.
    pub(crate) fn refusal(self) -> StatusCode {
        if matches!(self, Self::Shopify | Self::Xero) {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::FORBIDDEN
        }
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
        self.scheme(VerifierOf(secrets)).clock(clock())
    }

    pub(crate) fn signer(self, secret: &SigningSecret) -> Signer {
        // The scheme that reads both families of names signs with the other one.
        let of = if self == Provider::Svix {
            Provider::SvixOnly
        } else {
            self
        };
        of.scheme(SignerOf(secret))
    }

    /// The headers of this content, signed with the secret of the cases.
    pub(crate) fn sign(self, content: impl AsRef<[u8]>) -> HeaderMap {
        self.sign_with(&self.secret(), content)
    }

    pub(crate) fn sign_with(self, secret: &SigningSecret, content: impl AsRef<[u8]>) -> HeaderMap {
        self.sign_at(NOW, ID, secret, content)
    }

    pub(crate) fn sign_at(self, time: i64, id: &str, secret: &SigningSecret, content: impl AsRef<[u8]>) -> HeaderMap {
        let unsigned = Request::post(PATH).body(content.as_ref()).unwrap();
        let signed = self.signer(secret).timestamp(time).id(id).sign(unsigned);
        signed.into_parts().0.headers
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

struct VerifierOf<S>(S);

impl<S: Supply> UseScheme for VerifierOf<S> {
    type Out = Verifier<S::Of>;

    fn with<T: SigningScheme<Secret: Kind>>(self, scheme: T) -> Verifier<S::Of> {
        self.0.verifier(scheme)
    }
}

struct SignerOf<'a>(&'a SigningSecret);

impl UseScheme for SignerOf<'_> {
    type Out = Signer;

    fn with<T: SigningScheme<Secret: Kind>>(self, scheme: T) -> Signer {
        Signer::new(scheme, &T::Secret::of(self.0))
    }
}
