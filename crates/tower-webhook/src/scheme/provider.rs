//! What the providers share whose scheme is a constant.

/// Makes a type an [`HmacProvider`](super::HmacProvider): `hmac_provider!(GitHub, SCHEME)` says that the scheme of
/// `GitHub` is the static `SCHEME`.
macro_rules! hmac_provider {
    ($provider:ty, $scheme:ident) => {
        impl $crate::scheme::HmacProvider for $provider {
            type Secret = $crate::secret::SigningSecret;

            #[inline]
            fn hmac_scheme(&self) -> &HmacScheme {
                &$scheme
            }
        }
    };
}

pub(super) use hmac_provider;
