//! Secrets described before the kind that a scheme takes is known, and verifiers of either supply.

use bytes::Bytes;
use http::{Request, Response};
use tower_webhook::scheme::Scheme;
use tower_webhook::{
    DecodedSecret, KnownSecrets, PerRequest, Secret, SecretSupply, Secrets, SecretsHandle, SigningSecret, Token,
    Verifier,
};

use super::entrance::{Calls, Entrance};
use super::provider::Provider;
use super::sources::Source;
use crate::support::body::WatchedBody;

/// A kind of secret that can be made from a [`SigningSecret`], and signs itself.
pub(crate) trait Kind: Secret<Private = Self> {
    fn of(secret: &SigningSecret) -> Self;
    fn handle(handle: &Handle) -> &SecretsHandle<Self>;
}

impl Kind for SigningSecret {
    fn of(secret: &SigningSecret) -> Self {
        secret.clone()
    }

    fn handle(handle: &Handle) -> &SecretsHandle<Self> {
        &handle.plain
    }
}

impl Kind for DecodedSecret {
    fn of(secret: &SigningSecret) -> Self {
        secret.clone().decode_whsec().unwrap()
    }

    fn handle(handle: &Handle) -> &SecretsHandle<Self> {
        &handle.decoded
    }
}

impl Kind for Token {
    fn of(secret: &SigningSecret) -> Self {
        secret.clone().into()
    }

    fn handle(handle: &Handle) -> &SecretsHandle<Self> {
        &handle.tokens
    }
}

/// A set of secrets, for schemes of either kind.
#[derive(Clone)]
pub(crate) struct Set {
    primary: SigningSecret,
    others: Vec<SigningSecret>,
    owner: Option<String>,
}

impl Set {
    pub(crate) fn new(primary: SigningSecret) -> Self {
        Self {
            primary,
            others: Vec::new(),
            owner: None,
        }
    }

    pub(crate) fn and(mut self, other: SigningSecret) -> Self {
        self.others.push(other);
        self
    }

    pub(crate) fn owner(mut self, name: &str) -> Self {
        self.owner = Some(name.to_owned());
        self
    }

    pub(crate) fn secrets<K: Kind>(&self) -> Secrets<K> {
        let primary = Secrets::new(K::of(&self.primary));
        let secrets = self.others.iter().fold(primary, |set, other| set.and(K::of(other)));
        match &self.owner {
            Some(owner) => secrets.owner(owner.as_str()),
            None => secrets,
        }
    }
}

impl From<SigningSecret> for Set {
    fn from(secret: SigningSecret) -> Self {
        Self::new(secret)
    }
}

/// A handle for schemes of either kind. Its secrets are in the form that both kinds can be made from.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    plain: SecretsHandle,
    decoded: SecretsHandle<DecodedSecret>,
    tokens: SecretsHandle<Token>,
}

impl Handle {
    pub(crate) fn new(secrets: impl Into<Set>) -> Self {
        let secrets = secrets.into();
        Self {
            plain: SecretsHandle::new(secrets.secrets()),
            decoded: SecretsHandle::new(secrets.secrets()),
            tokens: SecretsHandle::new(secrets.secrets()),
        }
    }

    pub(crate) fn replace(&self, secrets: impl Into<Set>) {
        let secrets = secrets.into();
        self.plain.replace(secrets.secrets());
        self.decoded.replace(secrets.secrets());
        self.tokens.replace(secrets.secrets());
    }
}

/// Gives a verifier of any scheme its secrets.
pub(crate) trait Supply {
    type Of: SecretSupply;

    fn verifier<S: Scheme<Secret: Kind>>(self, scheme: S) -> Verifier<Self::Of>;
}

impl<T: Into<Set>> Supply for T {
    type Of = KnownSecrets;

    fn verifier<S: Scheme<Secret: Kind>>(self, scheme: S) -> Verifier {
        Verifier::new(scheme, self.into().secrets::<S::Secret>())
    }
}

impl Supply for &Handle {
    type Of = KnownSecrets;

    fn verifier<S: Scheme<Secret: Kind>>(self, scheme: S) -> Verifier {
        Verifier::new(scheme, S::Secret::handle(self).clone())
    }
}

impl Supply for &Source {
    type Of = PerRequest;

    fn verifier<S: Scheme<Secret: Kind>>(self, scheme: S) -> Verifier<PerRequest> {
        Verifier::per_request(scheme, self.clone())
    }
}

/// A verifier of either supply.
pub(crate) enum Checker {
    Known(Verifier),
    PerRequest(Verifier<PerRequest>),
}

impl Checker {
    pub(crate) async fn send(
        self,
        of: Provider,
        request: Request<WatchedBody>,
        through: Entrance,
        calls: Calls,
    ) -> Response<Bytes> {
        match self {
            Self::Known(verifier) => through.send(of, verifier, request, calls).await,
            Self::PerRequest(verifier) => through.send(of, verifier, request, calls).await,
        }
    }
}

impl From<Verifier> for Checker {
    fn from(verifier: Verifier) -> Self {
        Self::Known(verifier)
    }
}

impl From<Verifier<PerRequest>> for Checker {
    fn from(verifier: Verifier<PerRequest>) -> Self {
        Self::PerRequest(verifier)
    }
}
