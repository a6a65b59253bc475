//! The kinds of secret that schemes take, both sides of which are made from one text.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::time::SystemTime;

use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{
    CustomPublicKey, DecodedSecret, Ed25519PrivateKey, Ed25519PublicKey, P256PrivateKey, P256PublicKey, Secret,
    SecretsHandle, SigningSecret, Token,
};

use super::own_key;
use super::supply::Handle;
use crate::support::SIGNATURE;

/// A kind of secret, both sides of which can be made from a [`SigningSecret`].
pub(crate) trait Kind: Secret {
    /// The sender's side.
    fn private(secret: &SigningSecret) -> Self::SigningKey;
    /// The receiver's side.
    fn public(secret: &SigningSecret) -> Self;
    fn labelled(self, label: &'static str) -> Self;
    fn until(self, last: SystemTime) -> Self;
    fn handle(handle: &Handle) -> &SecretsHandle<Self>;
}

/// Makes a type a [`Kind`]: by the sender's side of a secret, the receiver's side, and the field of the handle.
macro_rules! kind {
    ($kind:ty, |$secret:ident| $private:expr, $public:expr, $handle:ident) => {
        impl Kind for $kind {
            fn private($secret: &SigningSecret) -> Self::SigningKey {
                $private
            }

            fn public($secret: &SigningSecret) -> Self {
                $public
            }

            fn labelled(self, label: &'static str) -> Self {
                self.label(label)
            }

            fn until(self, last: SystemTime) -> Self {
                self.not_after(last)
            }

            fn handle(handle: &Handle) -> &SecretsHandle<Self> {
                &handle.$handle
            }
        }
    };
}

kind!(SigningSecret, |secret| secret.clone(), secret.clone(), plain);
kind!(DecodedSecret, |secret| decoded(secret), decoded(secret), decoded);
kind!(Token, |secret| secret.clone().into(), secret.clone().into(), tokens);
kind!(
    Ed25519PublicKey,
    |secret| keys(secret).ed25519,
    keys(secret).ed25519.public_key(),
    ed25519
);
kind!(
    P256PublicKey,
    |secret| keys(secret).p256,
    keys(secret).p256.public_key(),
    p256
);

kind!(
    CustomPublicKey,
    |secret| own_key::private(secret),
    own_key::public(secret),
    own
);

fn decoded(secret: &SigningSecret) -> DecodedSecret {
    secret.clone().decode_whsec().unwrap()
}

/// The private keys that belong to a secret.
#[derive(Clone)]
struct Keys {
    ed25519: Ed25519PrivateKey,
    p256: P256PrivateKey,
}

/// Keys whose seed is a MAC under the secret. Without optimisation they take long to make, so they are kept.
fn keys(secret: &SigningSecret) -> Keys {
    static KEPT: LazyLock<Mutex<HashMap<String, Keys>>> = LazyLock::new(Mutex::default);

    let headers = Signer::new(Knowrithm, secret).headers("a seed");
    let seed = headers[SIGNATURE].to_str().unwrap().trim_start_matches("sha256=");
    let mut kept = KEPT.lock().unwrap();
    let keys = kept.entry(seed.to_owned()).or_insert_with_key(|seed| Keys {
        ed25519: Ed25519PrivateKey::new(seed).unwrap(),
        p256: P256PrivateKey::new(seed).unwrap(),
    });
    keys.clone()
}
