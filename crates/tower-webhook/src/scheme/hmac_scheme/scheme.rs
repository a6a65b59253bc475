//! The data as a scheme.

#[cfg(feature = "sign")]
use http::HeaderMap;
use http::StatusCode;
#[cfg(feature = "sign")]
use http::header::HeaderName;

use super::HmacScheme;
use crate::error::ConfigError;
use crate::identity::DeliveryIdentity;
use crate::rejection::Rejection;
use crate::scheme::{Head, Scheme, SignatureClaim};
#[cfg(feature = "sign")]
use crate::scheme::{SigningScheme, Unsigned};
use crate::secret::Secret;

impl<K: Secret> Scheme for HmacScheme<K> {
    type Secret = K;

    fn name(&self) -> &'static str {
        self.name
    }

    fn refusal(&self) -> StatusCode {
        self.refusal
    }

    fn max_body(&self) -> Option<usize> {
        self.max_body
    }

    fn delivery_identity(&self) -> DeliveryIdentity {
        self.identity.clone()
    }

    fn check(&self) -> Result<(), ConfigError> {
        match self.fault() {
            Some(fault) => Err(ConfigError::scheme(self.name, fault)),
            None => Ok(()),
        }
    }

    #[inline]
    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        self.read_head(head)
    }
}

#[cfg(feature = "sign")]
impl<K: Secret> SigningScheme for HmacScheme<K> {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&self.header)
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        self.write(request)
    }
}
