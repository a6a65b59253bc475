//! Where a verifier takes its secrets from: known before there is a request, or looked up for each request.

use std::fmt;
use std::sync::Arc;

use crate::secret::Secret;
use crate::secrets::Secrets;
use crate::secrets_handle::{SecretsHandle, SharedSet};
use crate::set::Set;
#[cfg(feature = "layer")]
use crate::source::LookUp;

/// What [`Verifier::new`](crate::Verifier::new) takes for its secrets: one secret, a set of [`Secrets`], or a
/// [`SecretsHandle`] whose set can be replaced. `K` is the kind of secret that the scheme takes.
///
/// The trait is sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold secrets of the kind `{K}`, which the scheme takes",
    label = "secrets of another kind",
    note = "a scheme that takes a `DecodedSecret` needs `DecodedSecret::from_whsec(text)?` or `.decode_whsec()?`"
)]
pub trait IntoSecrets<K>: sealed::Sealed<K> {}

mod sealed {
    use super::KnownSecrets;

    pub trait Sealed<K> {
        fn into_known(self) -> KnownSecrets;
    }
}

impl<K: Secret> IntoSecrets<K> for K {}
impl<K: Secret> IntoSecrets<K> for Secrets<K> {}
impl<K: Secret> IntoSecrets<K> for SecretsHandle<K> {}

impl<K: Secret> sealed::Sealed<K> for K {
    fn into_known(self) -> KnownSecrets {
        Secrets::new(self).into_known()
    }
}

impl<K: Secret> sealed::Sealed<K> for Secrets<K> {
    fn into_known(self) -> KnownSecrets {
        KnownSecrets(Known::Fixed(self.set))
    }
}

impl<K: Secret> sealed::Sealed<K> for SecretsHandle<K> {
    fn into_known(self) -> KnownSecrets {
        KnownSecrets(Known::Shared(self.shared))
    }
}

/// The secrets of a [`Verifier`](crate::Verifier) that are known before there is a request.
#[derive(Clone)]
pub struct KnownSecrets(Known);

#[derive(Clone)]
enum Known {
    Fixed(Arc<Set>),
    Shared(SharedSet),
}

impl KnownSecrets {
    /// Calls `act` with the set for a request that begins now. A set that nobody can replace is not cloned.
    #[inline]
    pub(crate) fn with_current<T>(&self, act: impl FnOnce(&Arc<Set>) -> T) -> T {
        match &self.0 {
            Known::Fixed(set) => act(set),
            Known::Shared(shared) => act(&shared.current()),
        }
    }

    /// The set for a request that begins now.
    pub(crate) fn current(&self) -> Arc<Set> {
        self.with_current(Arc::clone)
    }
}

/// Prints the labels of the secrets in use.
impl fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Secrets::<()>::of(self.current()).fmt(f)
    }
}

/// The secrets of a [`Verifier`](crate::Verifier) that are looked up for each request; made by
/// [`Verifier::per_request`](crate::Verifier::per_request).
#[cfg(feature = "layer")]
#[derive(Clone)]
pub struct PerRequest(pub(crate) Arc<dyn LookUp>);

#[cfg(feature = "layer")]
impl fmt::Debug for PerRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerRequest(..)")
    }
}

/// Where a [`Verifier`](crate::Verifier) of requests takes its secrets from: [`KnownSecrets`] or [`PerRequest`]. The
/// trait is sealed.
#[cfg(feature = "layer")]
pub trait SecretSupply: supplied::Sealed + Clone + fmt::Debug + Send + Sync + 'static {}

#[cfg(feature = "layer")]
impl SecretSupply for KnownSecrets {}
#[cfg(feature = "layer")]
impl SecretSupply for PerRequest {}

#[cfg(feature = "layer")]
mod supplied {
    pub trait Sealed {}

    impl Sealed for super::KnownSecrets {}
    impl Sealed for super::PerRequest {}
}

/// A supply of either kind.
#[cfg(feature = "layer")]
#[derive(Clone)]
pub(crate) enum Supply {
    Known(KnownSecrets),
    PerRequest(PerRequest),
}

/// Prints what the supply itself prints.
#[cfg(feature = "layer")]
impl fmt::Debug for Supply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(secrets) => secrets.fmt(f),
            Self::PerRequest(secrets) => secrets.fmt(f),
        }
    }
}
