//! The schemes of the contract: what each sends, and how each signs.

mod form;
mod list;
mod scheme;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use tower_webhook::scheme::{Encoding, SigningScheme, TimestampFormat};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestClock;
use tower_webhook::{SigningSecret, Verifier};

use self::form::Form;
pub(crate) use self::list::{INSIDE, KINDS, Provider, SIGNING, TOKENS, in_headers};
pub(crate) use self::scheme::UseScheme;
use super::kind::Kind;
use super::supply::Supply;
use crate::support::{PATH, SECRET};

/// The time by the clock of every verifier here, in seconds since the Unix epoch.
pub(crate) const NOW: i64 = 1_700_000_000;
/// The id of every delivery, where the scheme has one.
pub(crate) const ID: &str = "msg_1";

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

    /// The bytes of a MAC, or of another signature.
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

    /// How many entries of a list are considered, of any kind.
    pub(crate) fn considered(self) -> usize {
        // Each signature of Ed25519 hashes the body once more.
        if self == Self::StandardWebhooksV1a { 4 } else { 16 }
    }

    /// Whether the signature is one of ECDSA, which has no fixed length.
    pub(crate) fn is_der(self) -> bool {
        matches!(self, Self::Circle | Self::SendGrid)
    }

    /// Whether it shows a token, and signs nothing.
    pub(crate) fn shows_token(self) -> bool {
        TOKENS.contains(&self)
    }

    /// A value of the signature header that is malformed.
    pub(crate) fn malformed(self) -> &'static str {
        // A token may be any text.
        if self.shows_token() { "" } else { "?" }
    }

    /// Whether the signature is in the body.
    pub(crate) fn signs_inside(self) -> bool {
        INSIDE.contains(&self)
    }

    /// Whether the signed bytes are made of the whole body: its secrets are looked up once it is there.
    pub(crate) fn reads_body(self) -> bool {
        self == Self::Twilio
    }

    pub(crate) fn signs_time(self) -> bool {
        let [_, time, _] = self.names();
        time.is_some() || self.time_key().is_some()
    }

    /// What the entry with the time begins with, for schemes that have it in the list.
    pub(crate) fn time_key(self) -> Option<&'static str> {
        self.form().time_key
    }

    pub(crate) fn time_unit(self) -> TimestampFormat {
        self.form().unit
    }

    /// The text of this time.
    pub(crate) fn time_text(self, seconds: i64) -> String {
        match self.time_unit() {
            TimestampFormat::Milliseconds => seconds.saturating_mul(1000).to_string(),
            TimestampFormat::Rfc3339 => jiff::Timestamp::from_second(seconds).unwrap().to_string(),
            _ => seconds.to_string(),
        }
    }

    pub(crate) fn decodes_secret(self) -> bool {
        self.form().decodes_secret
    }

    /// The status of the answer to a wrong signature.
    pub(crate) fn refusal(self) -> StatusCode {
        if matches!(self, Self::Discord | Self::Shopify | Self::Xero) {
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

    /// Well-formed headers that are wrong for every body but one.
    pub(crate) fn forged(self) -> HeaderMap {
        let secret = if self.shows_token() {
            named_secret("third")
        } else {
            self.secret()
        };
        self.sign_with(&secret, "never compared")
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
        Signer::new(scheme, &T::Secret::private(self.0))
    }
}
