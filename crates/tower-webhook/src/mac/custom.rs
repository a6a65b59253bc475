//! Public keys of algorithms that the crate does not have: code of the user checks their signatures.

use std::sync::Arc;

/// A public key of an algorithm that this crate does not have, such as RSA. A
/// [`CustomPublicKey`](crate::CustomPublicKey) is made of it.
pub trait CustomKey: Send + Sync + 'static {
    /// What is kept of a message while it arrives: the state of a hash. The [budget](crate::Budget) does not count it,
    /// so a message that is kept as a whole takes memory of which the verifier knows nothing.
    type Message: Send + Sync + 'static;

    /// The message before its first byte.
    fn start(&self) -> Self::Message;

    /// Adds the next bytes of the message.
    ///
    /// The bytes are those that the scheme says are signed, in pieces of any length. A body that is among them is no
    /// longer than [`max_body`](crate::Verifier::max_body).
    fn update(&self, message: &mut Self::Message, bytes: &[u8]);

    /// Whether this is the signature of the message. It is called once for each signature that the sender claims, of
    /// which there are at most 16; and that for each key of the [set](crate::Secrets), expired ones included, unless
    /// the primary one fits.
    ///
    /// The signature is of any length, and any bytes: it must not panic. Where the key is a secret, the signature must
    /// be compared in constant time, as by the crate `subtle`.
    fn verify(&self, message: &Self::Message, signature: &[u8]) -> bool;
}

/// A key of any type; none where nobody's key is known.
#[derive(Clone)]
pub(crate) struct PublicKey(Option<Arc<dyn ErasedKey>>);

impl PublicKey {
    pub(crate) fn new(key: impl CustomKey) -> Self {
        Self(Some(Arc::new(key)))
    }

    /// A key that is there where nobody's key is known. It checks nothing.
    pub(crate) fn decoy() -> Self {
        Self(None)
    }

    /// Starts a message for this key; `None` for the decoy.
    pub(super) fn start(&self) -> Option<Running> {
        let key = self.0.clone()?;
        Some(key.begin())
    }
}

/// The message so far, and the key that may have signed it.
pub(crate) type Running = Box<dyn ErasedMessage>;

trait ErasedKey: Send + Sync {
    fn begin(self: Arc<Self>) -> Running;
}

impl<K: CustomKey> ErasedKey for K {
    fn begin(self: Arc<Self>) -> Running {
        let message = self.start();
        Box::new(OfKey { key: self, message })
    }
}

pub(crate) trait ErasedMessage: Send + Sync {
    fn update(&mut self, chunk: &[u8]);
    fn verify(&self, signature: &[u8]) -> bool;
}

struct OfKey<K: CustomKey> {
    key: Arc<K>,
    message: K::Message,
}

impl<K: CustomKey> ErasedMessage for OfKey<K> {
    fn update(&mut self, chunk: &[u8]) {
        self.key.update(&mut self.message, chunk);
    }

    fn verify(&self, signature: &[u8]) -> bool {
        self.key.verify(&self.message, signature)
    }
}

/// What signs as the holder of a private key does.
#[cfg(feature = "sign")]
#[derive(Clone)]
pub(crate) struct PrivateKey(Arc<Sign>);

#[cfg(feature = "sign")]
type Sign = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

#[cfg(feature = "sign")]
impl PrivateKey {
    pub(crate) fn new(sign: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self(Arc::new(sign))
    }

    pub(super) fn sign(&self, message: &super::Message<'_>) -> Box<[u8]> {
        let mut joined = Vec::new();
        message(&mut |part| joined.extend_from_slice(part));
        (self.0)(&joined).into()
    }
}
