//! The MAC of a challenge under the secret that signs the webhooks.

use http::HeaderName;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::{Encoding, HmacScheme};
use tower_webhook::sign::Signer;

use crate::challenge::Challenge;

static HEADER: HeaderName = HeaderName::from_static("mac");

/// Computes the HMAC-SHA256 of challenges, as the signer of a scheme whose body is the challenge.
pub(crate) struct TokenMac(Signer);

impl TokenMac {
    pub(crate) fn new(secret: &SigningSecret, prefix: &'static str, encoding: Encoding) -> Self {
        let scheme = HmacScheme::new("token_mac", HEADER.clone())
            .prefix(prefix)
            .encoding(encoding);
        // An id, so that none is drawn for each request.
        Self(Signer::new(scheme, secret).id("none"))
    }

    /// The MAC of a challenge that was made [to be signed](Challenge::to_be_signed).
    pub(crate) fn of(&self, token: &Challenge) -> String {
        let headers = self.0.headers(token.as_str());
        let mac = headers[&HEADER]
            .to_str()
            .expect("a MAC in hex or base64 is visible ASCII");
        mac.to_owned()
    }
}
