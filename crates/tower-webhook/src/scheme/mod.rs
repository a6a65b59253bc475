//! Schemes: how providers sign, one provider a file.
//!
//! A scheme is a value that goes into [`Verifier::new`](crate::Verifier::new),
//! [`Signer::new`](crate::sign::Signer::new) and [`RequestBuilder::new`](crate::test::RequestBuilder::new):
//!
//! | what a provider signs and sends | schemes |
//! |---|---|
//! | the body: one MAC in hex | [`Asana`], [`Bitbucket`], [`CoinbaseCommerce`], [`Dropbox`], [`Gitea`], [`GitHub`], [`Knowrithm`], [`LemonSqueezy`], [`Linear`], [`Meta`], [`Notion`], [`Razorpay`], [`Sentry`] |
//! | the body: one MAC in base64 | [`Flutterwave`], [`Line`], [`QuickBooks`], [`Shopify`], [`Typeform`], [`WooCommerce`], [`XCom`], [`Xero`] |
//! | the body: one MAC of HMAC-SHA1 in hex (feature `sha1`) | [`Intercom`], [`Vercel`] |
//! | the body: one MAC of HMAC-SHA512 in hex (feature `sha512`) | [`Paystack`] |
//! | the body: a list of MACs | [`PagerDuty`] |
//! | the time and the body: a list of the time and MACs | [`Calendly`], [`CloudflareStream`], [`ElevenLabs`], [`Mux`], [`Paddle`], [`Sanity`], [`Stripe`] |
//! | the time and the body: a header for each | [`BoxCom`], [`Slack`], [`Zendesk`], [`Zoom`] |
//! | an id, the time and the body | [`StandardWebhooks`] and Svix, [`Twitch`] |
//! | the public URL and the body | [`Square`], [`HubSpot`] with method and time, [`Trello`] (feature `sha1`) |
//! | the body, or the time and the body, with a public key of P-256 (feature `p256`) | [`Circle`], [`SendGrid`] |
//! | the time and the body, with a public key of Ed25519 (feature `ed25519`) | [`Discord`], [`StandardWebhooksV1a`] with an id |
//! | the public URL and the fields of a form, or the hash of the body (feature `sha1`) | [`Twilio`] |
//! | parts of the body, with the signature in the body | [`Adyen`], [`Mailgun`] |
//! | nothing: it shows a [token](crate::Token) | [`BasicAuth`], [`GitLab`], [`MicrosoftGraph`] in the body, [`Okta`], [`Telegram`], or as data [`TokenScheme`] |
//! | as data: a MAC, or a list of them, of the body and parts of the head | [`HmacScheme`] |
//!
//! [All providers](crate::_guide::providers) is a table with a row for each, and names those that sign as another one
//! does. A secret keys the MAC as it is, except for [`Adyen`] and [`StandardWebhooks`], whose secrets are
//! [decoded](crate::DecodedSecret).
//!
//! A [`Scheme`] reads the [`Head`] of a request, and never sees a secret. It returns a [`SignatureClaim`]:
//! the MACs that the sender claims, the bytes that are signed before and after the body, and the time of signing. A
//! scheme whose signature is in the body, or whose message is made of it, [reads the whole body](Scheme::read_body).
//!
//! # A scheme of your own
//!
//! A scheme with one MAC or a list of them, over the body and parts of the head, is data: [`HmacScheme`]. Any other is
//! an `impl Scheme`. With `impl SigningScheme` beside it, it also signs and is tested like the schemes of this crate:
//!
//! ```
//! use http::HeaderMap;
//! use http::header::HeaderName;
//! use tower_webhook::scheme::{Encoding, Head, Scheme, SignatureClaim, SigningScheme, Unsigned, only_value};
//! use tower_webhook::sign::Signer;
//! use tower_webhook::{Rejection, RejectionKind, SigningSecret, Verifier};
//!
//! static MAC: HeaderName = HeaderName::from_static("x-acme-mac");
//!
//! /// Signs the name of its channel, a line break, and the body.
//! #[derive(Clone)]
//! struct Acme {
//!     channel: String,
//! }
//!
//! impl Scheme for Acme {
//!     type Secret = SigningSecret;
//!
//!     fn name(&self) -> &'static str {
//!         "acme"
//!     }
//!
//!     fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
//!         let value = only_value(head.headers(), &MAC)?;
//!         let mac = Encoding::Hex.decode(value.as_bytes()).ok_or(RejectionKind::MalformedSignature)?;
//!         Ok(SignatureClaim::new(mac).signed_before_body([self.channel.as_bytes(), b"\n"]))
//!     }
//! }
//!
//! impl SigningScheme for Acme {
//!     fn signature_header(&self) -> Option<&HeaderName> {
//!         Some(&MAC)
//!     }
//!
//!     fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
//!         let mac = request.mac(&[self.channel.as_bytes(), b"\n"], &[]);
//!         let value = Encoding::Hex.encode(&mac).parse().expect("hex is visible ASCII");
//!         HeaderMap::from_iter([(MAC.clone(), value)])
//!     }
//! }
//!
//! let acme = Acme { channel: "lights".to_owned() };
//! let secret = SigningSecret::new("s3cret")?;
//! let headers = Signer::new(acme.clone(), &secret).headers("on");
//! assert_eq!(headers["x-acme-mac"], "a2ad8ff1e32691f817b71dbc7cb80791e2c13b4f67bdae7356264f7fa4822b73");
//!
//! let verifier = Verifier::new(acme, secret);
//! assert_eq!(verifier.verify(&headers, "on")?.bytes(), "on");
//! let rejection = verifier.verify(&headers, "off").unwrap_err();
//! assert_eq!(rejection.kind(), RejectionKind::SignatureMismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Lists
//!
//! Some providers send several signatures, one for each secret while they rotate. The first 16 entries of such a list
//! are considered, of any kind, unless the page of the scheme says fewer. A longer list costs nothing more.

mod adyen;
mod asana;
mod basic_auth;
mod bitbucket;
mod box_com;
mod calendly;
#[cfg(feature = "p256")]
mod circle;
mod claim;
mod cloudflare_stream;
mod coinbase_commerce;
#[cfg(feature = "p256")]
mod der;
#[cfg(feature = "ed25519")]
mod discord;
mod dropbox;
mod elevenlabs;
mod encoding;
mod flutterwave;
mod form;
mod gitea;
mod github;
mod gitlab;
mod hex;
mod hmac_scheme;
mod hubspot;
mod id;
#[cfg(feature = "sha1")]
mod intercom;
mod json;
mod knowrithm;
mod lemon_squeezy;
mod line;
mod linear;
mod mailgun;
mod meta;
mod microsoft_graph;
mod mux;
mod notion;
mod okta;
mod only_value;
mod paddle;
mod pagerduty;
#[cfg(feature = "sha512")]
mod paystack;
mod provider;
mod quickbooks;
mod razorpay;
mod sanity;
#[cfg(feature = "p256")]
mod sendgrid;
mod sentry;
mod shopify;
#[cfg(feature = "sign")]
mod signing;
mod slack;
mod square;
mod standard_webhooks;
#[cfg(feature = "ed25519")]
mod standard_webhooks_v1a;
mod stripe;
mod telegram;
mod timestamp;
mod token;
#[cfg(feature = "sha1")]
mod trello;
#[cfg(feature = "sha1")]
mod twilio;
mod twitch;
mod typeform;
#[cfg(feature = "sha1")]
mod vercel;
mod woocommerce;
mod x_com;
mod xero;
mod zendesk;
mod zoom;

use http::StatusCode;

pub use self::adyen::Adyen;
pub use self::asana::Asana;
pub use self::basic_auth::BasicAuth;
pub use self::bitbucket::Bitbucket;
pub use self::box_com::BoxCom;
pub use self::calendly::Calendly;
#[cfg(feature = "p256")]
pub use self::circle::Circle;
pub use self::claim::SignatureClaim;
pub(crate) use self::claim::{Claim, Signed};
pub use self::cloudflare_stream::CloudflareStream;
pub use self::coinbase_commerce::CoinbaseCommerce;
#[cfg(feature = "ed25519")]
pub use self::discord::Discord;
pub use self::dropbox::Dropbox;
pub use self::elevenlabs::ElevenLabs;
pub use self::encoding::Encoding;
pub use self::flutterwave::Flutterwave;
pub use self::gitea::Gitea;
pub use self::github::GitHub;
pub use self::gitlab::GitLab;
pub use self::hmac_scheme::{HmacScheme, Part, Separator};
pub use self::hubspot::HubSpot;
pub(crate) use self::id::SchemeId;
#[cfg(feature = "sha1")]
pub use self::intercom::Intercom;
pub use self::knowrithm::Knowrithm;
pub use self::lemon_squeezy::LemonSqueezy;
pub use self::line::Line;
pub use self::linear::Linear;
pub use self::mailgun::Mailgun;
pub use self::meta::Meta;
pub use self::microsoft_graph::MicrosoftGraph;
pub use self::mux::Mux;
pub use self::notion::Notion;
pub use self::okta::Okta;
pub use self::only_value::only_value;
pub use self::paddle::Paddle;
pub use self::pagerduty::PagerDuty;
#[cfg(feature = "sha512")]
pub use self::paystack::Paystack;
pub use self::provider::Provider;
use self::provider::provider;
pub use self::quickbooks::QuickBooks;
pub use self::razorpay::Razorpay;
pub use self::sanity::Sanity;
#[cfg(feature = "p256")]
pub use self::sendgrid::SendGrid;
pub use self::sentry::Sentry;
pub use self::shopify::Shopify;
#[cfg(feature = "sign")]
pub use self::signing::{SigningScheme, Unsigned};
pub use self::slack::Slack;
pub use self::square::Square;
pub use self::standard_webhooks::StandardWebhooks;
#[cfg(feature = "ed25519")]
pub use self::standard_webhooks_v1a::StandardWebhooksV1a;
pub use self::stripe::Stripe;
pub use self::telegram::Telegram;
pub use self::timestamp::{TimestampFormat, only_timestamp};
pub use self::token::TokenScheme;
#[cfg(feature = "sha1")]
pub use self::trello::Trello;
#[cfg(feature = "sha1")]
pub use self::twilio::Twilio;
pub use self::twitch::Twitch;
pub use self::typeform::Typeform;
#[cfg(feature = "sha1")]
pub use self::vercel::Vercel;
pub use self::woocommerce::WooCommerce;
pub use self::x_com::XCom;
pub use self::xero::Xero;
pub use self::zendesk::Zendesk;
pub use self::zoom::Zoom;
use crate::error::ConfigError;
pub use crate::head::Head;
use crate::identity::DeliveryIdentity;
pub use crate::mac::{Algorithm, Signature};
use crate::rejection::{Rejection, RejectionKind};
use crate::secret::Secret;

/// How many entries of a list of signatures are considered.
const MAX_ENTRIES: usize = 16;

/// How a provider signs: the receiver's side.
///
/// See [the module](self#a-scheme-of-your-own) for an example.
pub trait Scheme: Send + Sync + 'static {
    /// The kind of secret that it takes: [`SigningSecret`](crate::SigningSecret) when the bytes of the secret key the
    /// MAC as they are, [`DecodedSecret`](crate::DecodedSecret) when they must be decoded before, a
    /// [`Token`](crate::Token), or a public key.
    type Secret: Secret;

    /// The name of the scheme in logs and in the [keys](crate::VerifiedBody::delivery_key) of its deliveries, in
    /// `snake_case`. It must stay the same: with another name, a retry of a stored delivery counts as a new one. Two
    /// schemes with one name share their keys where no [owner](crate::Secrets::owner) is set.
    fn name(&self) -> &'static str;

    /// The status of the answer to a request with a wrong signature, from 400 to 499; 403 by default. A provider that
    /// demands another one has it here, and [`Verifier::refuse_with`](crate::Verifier::refuse_with) changes it.
    fn refusal(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    /// The largest body that the provider says it sends, in bytes. A verifier of the scheme admits it by default:
    /// [`Verifier::max_body`](crate::Verifier::max_body). `None`, which is the default, where it does not say so, or
    /// says less than 2 MiB. Larger values are treated as 1 GiB.
    fn max_body(&self) -> Option<usize> {
        None
    }

    /// What tells a delivery of this provider from others, and a retry from another delivery: by default the id that
    /// it signs, or the body where it signs none.
    /// [`Verifier::delivery_identity`](crate::Verifier::delivery_identity) changes it.
    fn delivery_identity(&self) -> DeliveryIdentity {
        DeliveryIdentity::signed_id()
    }

    /// Whether the scheme can be used: called once, where a verifier or a signer is made, which panics with the error.
    /// A scheme that lacks something, such as its public URL, is found at the start and not at the first request. By
    /// default it can.
    ///
    /// # Errors
    ///
    /// When something is missing or contradicts itself.
    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }

    /// Judges the head of a request, before its body is read.
    ///
    /// The result must depend on the scheme and the head alone: after a lookup of secrets the head is judged again.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] that names the missing or malformed header. Use a kind with the status 403: the peer sees the
    /// status of the kind.
    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection>;

    /// Judges the whole body, for a scheme that has its signature there, or makes the signed bytes of it. It is called
    /// with the same head after [`read`](Self::read) has returned [`SignatureClaim::in_body`], and never otherwise;
    /// with a [`SecretSource`](crate::SecretSource) a second time after the lookup. The result must depend on the
    /// scheme, the head and the body alone. By default it refuses.
    ///
    /// The body has at most [`max_body`](crate::Verifier::max_body) bytes, and nothing about it is known to be true:
    /// bound what is made of it. The claim says what is signed by
    /// [`signed_instead_of_body`](SignatureClaim::signed_instead_of_body), or it is the body itself.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), made by [`Rejection::in_body`]. [`Rejection::with_source`] tells the operator what is
    /// wrong with the body.
    fn read_body<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        let _ = (head, body);
        Err(Rejection::in_body(RejectionKind::MissingSignature))
    }
}

/// Panics with the error of a scheme that cannot be used.
#[track_caller]
pub(crate) fn assert_usable(scheme: &impl Scheme) {
    if let Err(error) = scheme.check() {
        panic!("{error}");
    }
    assert_refusal(scheme.refusal());
}

/// Panics when this is no status of a refusal: the provider would take the webhook for received, or send it again.
#[track_caller]
pub(crate) const fn assert_refusal(status: StatusCode) {
    let is_refusal = status.as_u16() >= 400 && status.as_u16() <= 499;
    assert!(is_refusal, "a refusal has a status from 400 to 499");
}
