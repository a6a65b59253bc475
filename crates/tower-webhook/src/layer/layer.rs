//! The layer: it makes the services.

use http::Response;
use http::request::Parts;
use tower_layer::Layer;

use super::{EmptyResponse, Verify};
use crate::rejection::Rejection;
use crate::verifier::Verifier;

/// A [`Layer`] that lets only verified webhooks through to a service; see the [module page](super).
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifyLayer<F = EmptyResponse> {
    verifier: Verifier,
    on_reject: F,
}

impl VerifyLayer {
    /// Makes a layer that refuses with an empty body, the [status of the rejection](Rejection::status), and the
    /// [`Rejection`] in the response's extensions.
    pub fn new(verifier: Verifier) -> Self {
        Self {
            verifier,
            on_reject: EmptyResponse,
        }
    }
}

impl<F> VerifyLayer<F> {
    /// Replaces the answer to a refused request.
    ///
    /// The closure gets the reason and the head of the request. Whatever it makes of the reason, the peer can read:
    /// to tell a stranger what was wrong with a signature helps nobody else.
    ///
    /// ```
    /// use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
    ///
    /// let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
    /// let layer = VerifyLayer::new(verifier).on_reject(|rejection, parts| {
    ///     eprintln!("{} {}: {}", parts.method, parts.uri, rejection.code());
    ///     rejection.clone().into_response::<String>()
    /// });
    /// # let _ = layer;
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    pub fn on_reject<G, R>(self, on_reject: G) -> VerifyLayer<G>
    where
        G: Fn(&Rejection, &Parts) -> Response<R> + Clone,
    {
        VerifyLayer {
            verifier: self.verifier,
            on_reject,
        }
    }
}

impl<S, F: Clone> Layer<S> for VerifyLayer<F> {
    type Service = Verify<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        Verify::with_on_reject(inner, self.verifier.clone(), self.on_reject.clone())
    }
}
