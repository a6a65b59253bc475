//! What the providers share that show a token.

/// Makes a type a scheme that is the [`TokenScheme`](super::TokenScheme) of a method of its own:
/// `token_provider!(GitLab)` takes that of `GitLab::token_scheme`.
macro_rules! token_provider {
    ($provider:ty) => {
        impl $crate::scheme::Scheme for $provider {
            type Secret = $crate::secret::Token;

            fn name(&self) -> &'static str {
                self.token_scheme().name()
            }

            fn refusal(&self) -> http::StatusCode {
                self.token_scheme().refusal()
            }

            fn max_body(&self) -> Option<usize> {
                self.token_scheme().max_body()
            }

            fn delivery_identity(&self) -> $crate::identity::DeliveryIdentity {
                self.token_scheme().delivery_identity()
            }

            fn read<'a>(
                &'a self,
                head: $crate::scheme::Head<'a>,
            ) -> Result<$crate::scheme::SignatureClaim<'a>, $crate::rejection::Rejection> {
                self.token_scheme().read(head)
            }
        }

        #[cfg(feature = "sign")]
        impl $crate::scheme::SigningScheme for $provider {
            fn signature_header(&self) -> Option<&http::header::HeaderName> {
                self.token_scheme().signature_header()
            }

            fn sign(&self, request: &$crate::scheme::Unsigned<'_>) -> http::HeaderMap {
                self.token_scheme().sign(request)
            }
        }
    };
}

pub(super) use token_provider;
