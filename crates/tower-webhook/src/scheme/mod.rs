//! Schemes: how providers sign, one provider a file.
//!
//! A scheme is a value that goes into [`Verifier::new`](crate::Verifier::new),
//! [`Signer::new`](crate::sign::Signer::new) and [`RequestBuilder::new`](crate::test::RequestBuilder::new):
//!
//! | scheme | signed besides the body | secret |
//! |---|---|---|
//! | [`Knowrithm`] | | as it is |
//! | [`GitHub`] | | as it is |
//! | [`Stripe`] | the time | as it is, `whsec_` included |
//! | [`Slack`] | the time | as it is |
//! | [`Shopify`] | | as it is |
//! | [`StandardWebhooks`], and Svix | an id and the time | [decoded](crate::SigningSecret::from_whsec) |
//! | [`HmacSha256Scheme`]: one header, a prefix and a MAC | | as it is |
//!
//! A [`Scheme`] reads the [`Head`] of a request, and sees neither body nor secret. It returns a [`SignatureHeader`]:
//! the MACs that the sender claims, the bytes that are signed before and after the body, and the time of signing.
//!
//! # A scheme of your own
//!
//! A scheme whose header is a prefix and the HMAC-SHA256 of the body is data: [`HmacSha256Scheme`]. Any other is an
//! `impl Scheme`. With `impl SigningScheme` beside it, it also signs and is tested like the schemes of this crate:
//!
//! ```
//! use http::HeaderMap;
//! use http::header::HeaderName;
//! use tower_webhook::scheme::{Encoding, Head, Scheme, SignatureHeader, SigningScheme, Unsigned, only_value};
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
//!     fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureHeader<'a>, Rejection> {
//!         let value = only_value(head.headers(), &MAC)?;
//!         let mac = Encoding::Hex.decode(value.as_bytes()).ok_or(RejectionKind::MalformedSignature)?;
//!         Ok(SignatureHeader::new(mac).signed_before_body([self.channel.as_bytes(), b"\n"]))
//!     }
//! }
//!
//! impl SigningScheme for Acme {
//!     fn signature_header(&self) -> &HeaderName {
//!         &MAC
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
//! are considered, of any kind. A longer list costs nothing more.

mod encoding;
mod github;
mod header;
mod hex;
mod hmac_sha256;
mod knowrithm;
mod only_value;
mod shopify;
#[cfg(feature = "sign")]
mod signing;
mod slack;
mod standard_webhooks;
mod stripe;
mod timestamp;

pub use self::encoding::Encoding;
pub use self::github::GitHub;
pub(crate) use self::header::Claim;
pub use self::header::SignatureHeader;
pub use self::hmac_sha256::HmacSha256Scheme;
pub use self::knowrithm::Knowrithm;
pub use self::only_value::only_value;
pub use self::shopify::Shopify;
#[cfg(feature = "sign")]
pub use self::signing::{SigningScheme, Unsigned};
pub use self::slack::Slack;
pub use self::standard_webhooks::StandardWebhooks;
pub use self::stripe::Stripe;
pub use self::timestamp::only_timestamp;
pub use crate::head::Head;
use crate::rejection::Rejection;
use crate::secret::Secret;

/// How many entries of a list of signatures are considered.
const MAX_ENTRIES: usize = 16;

/// How a provider signs: the receiver's side.
///
/// See [the module](self#a-scheme-of-your-own) for an example.
pub trait Scheme: Send + Sync + 'static {
    /// The kind of secret that it takes: [`SigningSecret`](crate::SigningSecret) when the bytes of the secret key the
    /// MAC as they are, [`DecodedSecret`](crate::DecodedSecret) when they must be decoded before.
    type Secret: Secret;

    /// The name of the scheme in logs, in `snake_case`.
    fn name(&self) -> &'static str;

    /// Judges the head of a request, before its body is read.
    ///
    /// The result must depend on the scheme and the head alone: after a look-up of secrets the head is judged again.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] that names the missing or malformed header. Use a kind with the status 403: the peer sees the
    /// status of the kind.
    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureHeader<'a>, Rejection>;
}
