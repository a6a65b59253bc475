//! The extractors: both read the extensions that the layer inserted, and leave the body alone.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use axum_core::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;
use tower_webhook::VerifiedBody;
use tower_webhook::scheme::{Knowrithm, Scheme};

use crate::rejection::{InvalidJson, MissingVerifyLayer, VerifiedJsonRejection};

/// The body of the request, verified by the scheme `S`.
///
/// It is extracted from the request's head, so it may stand anywhere among a handler's arguments, and beside
/// [`VerifiedJson`]. It is a [`VerifiedBody`] by [`Deref`].
///
/// A handler names the scheme that it serves; without a name it is [`Knowrithm`]. So the webhooks of another provider
/// do not get in when the layer of this route was forgotten under a layer around the whole router.
/// `Extension<VerifiedBody>` takes those of any scheme.
///
/// Two providers of one type of scheme, such as `HmacScheme`, are not told apart: compare
/// [`VerifiedBody::scheme`], or give each an `impl Scheme` of its own.
///
/// ```
/// use axum::routing::{MethodRouter, post};
/// use tower_webhook::scheme::GitHub;
/// use tower_webhook_axum::Verified;
///
/// async fn receive(body: Verified<GitHub>) -> String {
///     format!("{} bytes, every one of them signed by GitHub", body.bytes().len())
/// }
///
/// let route: MethodRouter = post(receive);
/// ```
///
/// # Errors
///
/// [`MissingVerifyLayer`], a 500, when no `VerifyLayer` of this scheme stands in front of the handler.
pub struct Verified<S = Knowrithm> {
    body: VerifiedBody,
    scheme: PhantomData<fn() -> S>,
}

impl<S> Verified<S> {
    /// The body, with its proof.
    #[must_use]
    pub fn into_inner(self) -> VerifiedBody {
        self.body
    }
}

impl<S> Deref for Verified<S> {
    type Target = VerifiedBody;

    fn deref(&self) -> &VerifiedBody {
        &self.body
    }
}

impl<S> Clone for Verified<S> {
    fn clone(&self) -> Self {
        Self {
            body: self.body.clone(),
            scheme: PhantomData,
        }
    }
}

impl<S> fmt::Debug for Verified<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verified").field(&self.body).finish()
    }
}

impl<State: Sync, S: Scheme> FromRequestParts<State> for Verified<S> {
    type Rejection = MissingVerifyLayer;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, MissingVerifyLayer> {
        Ok(Self {
            body: verified::<S>(parts)?.clone(),
            scheme: PhantomData,
        })
    }
}

/// The body of the request, verified by the scheme `S` and parsed as JSON, whatever its Content-Type.
///
/// It is read from the request's head, so it may stand anywhere among a handler's arguments, and beside [`Verified`].
/// It is a `T` by [`Deref`]. `T` owns what it holds; for Knowrithm's webhooks it is `Event`, of the crate
/// `knowrithm-events`. As for [`Verified`], a handler names the scheme that it serves; without a name it is
/// [`Knowrithm`].
///
/// # Errors
///
/// [`MissingVerifyLayer`], a 500, when no `VerifyLayer` of this scheme stands in front of the handler; [`InvalidJson`],
/// a 400, when the body is not JSON or not a `T`.
pub struct VerifiedJson<T, S = Knowrithm> {
    value: T,
    scheme: PhantomData<fn() -> S>,
}

impl<T, S> VerifiedJson<T, S> {
    /// A value to call a handler with in a test. It proves nothing.
    pub fn new(value: T) -> Self {
        Self {
            value,
            scheme: PhantomData,
        }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T, S> Deref for VerifiedJson<T, S> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Clone, S> Clone for VerifiedJson<T, S> {
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}

impl<T: fmt::Debug, S> fmt::Debug for VerifiedJson<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifiedJson").field(&self.value).finish()
    }
}

impl<State: Sync, T: DeserializeOwned, S: Scheme> FromRequestParts<State> for VerifiedJson<T, S> {
    type Rejection = VerifiedJsonRejection;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, VerifiedJsonRejection> {
        let body = verified::<S>(parts)?;
        Ok(Self::new(InvalidJson::or_parse(body.bytes())?))
    }
}

fn verified<S: Scheme>(parts: &Parts) -> Result<&VerifiedBody, MissingVerifyLayer> {
    match parts.extensions.get::<VerifiedBody>() {
        Some(body) if body.is_by::<S>() => Ok(body),
        other => Err(MissingVerifyLayer::new::<S>(other.map(VerifiedBody::scheme))),
    }
}

#[cfg(test)]
mod tests;
