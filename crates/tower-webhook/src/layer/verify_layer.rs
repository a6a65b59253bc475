//! The layer: it makes the services.

use http::Response;
use http::request::Parts;
use tower_layer::Layer;

use super::{EmptyResponse, Verify};
use crate::rejection::Rejection;
use crate::supply::{SecretSupply, Supply};
use crate::verifier::Verifier;

/// A [`Layer`] that lets only verified webhooks through to a service; see [the module](crate::layer).
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifyLayer<F = EmptyResponse> {
    verifier: Verifier<Supply>,
    on_reject: F,
}

impl VerifyLayer {
    /// A layer that answers a refused request with an empty body and the [status of the rejection](Rejection::status).
    pub fn new<S: SecretSupply>(verifier: Verifier<S>) -> Self {
        Self {
            verifier: verifier.erase(),
            on_reject: EmptyResponse,
        }
    }
}

impl<F> VerifyLayer<F> {
    /// Replaces the answer to a refused request. The layer inserts the [`Rejection`] into the extensions of the answer
    /// in any case.
    ///
    /// The closure is given the rejection and the head of the request. The peer can read everything that the closure
    /// puts into the answer: a reason helps a forger, and nobody else.
    ///
    /// ```
    /// use http::Response;
    /// use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
    ///
    /// let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
    /// let layer = VerifyLayer::new(verifier).on_reject(|rejection, head| {
    ///     eprintln!("{} {}: {rejection}", head.method, head.uri);
    ///     let mut response = Response::new(String::from("refused"));
    ///     *response.status_mut() = rejection.status();
    ///     response
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
