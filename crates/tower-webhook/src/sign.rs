//! The sender's side: signs bodies as a provider would, for tests, demonstrations and senders.

use std::fmt;

use http::{HeaderMap, Request};

use crate::mac::KeyedMac;
use crate::scheme::{Scheme, knowrithm};
use crate::secret::SigningSecret;

/// Signs bodies so that the [`Verifier`](crate::Verifier) of the same scheme and secret accepts them.
///
/// ```
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("whk_demo")?;
/// let headers = Signer::knowrithm(&secret).headers("{}");
///
/// assert!(Verifier::knowrithm(secret).verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    scheme: &'static Scheme,
    key: KeyedMac,
}

impl Signer {
    /// Signs as Knowrithm does: `X-Knowrithm-Signature: sha256=` and 64 lower-case hex digits.
    #[must_use]
    pub fn knowrithm(secret: &SigningSecret) -> Self {
        Self {
            scheme: &knowrithm::SCHEME,
            key: KeyedMac::new(secret),
        }
    }

    /// The headers that sign this body.
    #[must_use]
    pub fn headers(&self, body: impl AsRef<[u8]>) -> HeaderMap {
        let mut mac = self.key.start();
        mac.update(body.as_ref());
        let value = (self.scheme.write)(&mac.finish());
        HeaderMap::from_iter([(self.scheme.header.clone(), value)])
    }

    /// Signs a request: its body's [`headers`](Self::headers) replace what it had of them.
    #[must_use]
    pub fn sign<B: AsRef<[u8]>>(&self, mut request: Request<B>) -> Request<B> {
        let headers = self.headers(request.body());
        request.headers_mut().extend(headers);
        request
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("scheme", &self.scheme.name)
            .finish_non_exhaustive()
    }
}
