//! Secrets described before the kind that a scheme takes is known, and verifiers of either supply.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response};
use tower_webhook::scheme::Scheme;
use tower_webhook::{
    CustomPublicKey, DecodedSecret, Ed25519PublicKey, KnownSecrets, P256PublicKey, PerRequest, SecretSupply, Secrets,
    SecretsHandle, SigningSecret, Token, Verifier,
};

use super::entrance::{Calls, Entrance};
use super::kind::Kind;
use super::provider::{Provider, named_secret};
use super::sources::Source;
use crate::support::body::WatchedBody;

/// A secret in a set.
#[derive(Clone)]
pub(crate) struct Member {
    secret: SigningSecret,
    label: Option<&'static str>,
    last: Option<SystemTime>,
}

/// The secret of this name.
pub(crate) fn member(name: &'static str) -> Member {
    named_secret(name).into()
}

/// The secret of this name, labelled with the name.
pub(crate) fn labelled(name: &'static str) -> Member {
    member(name).label(name)
}

impl Member {
    pub(crate) fn label(mut self, label: &'static str) -> Self {
        self.label = Some(label);
        self
    }

    pub(crate) fn not_after(mut self, last: SystemTime) -> Self {
        self.last = Some(last);
        self
    }

    fn secret<K: Kind>(&self) -> K {
        let secret = K::public(&self.secret);
        let secret = match self.label {
            Some(label) => secret.labelled(label),
            None => secret,
        };
        match self.last {
            Some(last) => secret.until(last),
            None => secret,
        }
    }
}

/// A label or an expiry of the secret itself counts only where it is not made into a key.
impl From<SigningSecret> for Member {
    fn from(secret: SigningSecret) -> Self {
        Self {
            secret,
            label: None,
            last: None,
        }
    }
}

/// A set of secrets, for schemes of any kind.
#[derive(Clone)]
pub(crate) struct Set {
    primary: Member,
    others: Vec<Member>,
    owner: Option<String>,
}

impl Set {
    pub(crate) fn new(primary: impl Into<Member>) -> Self {
        Self {
            primary: primary.into(),
            others: Vec::new(),
            owner: None,
        }
    }

    pub(crate) fn and(mut self, other: impl Into<Member>) -> Self {
        self.others.push(other.into());
        self
    }

    pub(crate) fn owner(mut self, name: &str) -> Self {
        self.owner = Some(name.to_owned());
        self
    }

    pub(crate) fn secrets<K: Kind>(&self) -> Secrets<K> {
        let primary = Secrets::new(self.primary.secret());
        let secrets = self
            .others
            .iter()
            .fold(primary, |set, other| set.and(other.secret::<K>()));
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

impl From<Member> for Set {
    fn from(member: Member) -> Self {
        Self::new(member)
    }
}

/// A handle for schemes of any kind. Its secrets are in the form that every kind can be made from.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    pub(super) plain: SecretsHandle,
    pub(super) decoded: SecretsHandle<DecodedSecret>,
    pub(super) tokens: SecretsHandle<Token>,
    pub(super) ed25519: SecretsHandle<Ed25519PublicKey>,
    pub(super) p256: SecretsHandle<P256PublicKey>,
    pub(super) own: SecretsHandle<CustomPublicKey>,
}

impl Handle {
    pub(crate) fn new(secrets: impl Into<Set>) -> Self {
        let secrets = secrets.into();
        Self {
            plain: SecretsHandle::new(secrets.secrets()),
            decoded: SecretsHandle::new(secrets.secrets()),
            tokens: SecretsHandle::new(secrets.secrets()),
            ed25519: SecretsHandle::new(secrets.secrets()),
            p256: SecretsHandle::new(secrets.secrets()),
            own: SecretsHandle::new(secrets.secrets()),
        }
    }

    pub(crate) fn replace(&self, secrets: impl Into<Set>) {
        let secrets = secrets.into();
        self.plain.replace(secrets.secrets());
        self.decoded.replace(secrets.secrets());
        self.tokens.replace(secrets.secrets());
        self.ed25519.replace(secrets.secrets());
        self.p256.replace(secrets.secrets());
        self.own.replace(secrets.secrets());
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
