//! What a sender claims: its signatures, and the bytes that are signed besides the body.

use std::borrow::Cow;
use std::fmt;

use http::HeaderValue;

use super::MAX_ENTRIES;
use crate::head::Head;
use crate::identity::{DeliveryIdentity, Mark};
use crate::mac::{self, Signature};

/// The claim of a request's head: its signatures, and the bytes that are signed besides the body.
///
/// A [`Scheme`](super::Scheme) makes it from a head whose form it has judged. Whether a signature is right is known
/// once the body is there.
#[must_use]
pub struct SignatureClaim<'a> {
    pub(crate) claim: Claim<'a>,
    pub(crate) signed: Signed<'a>,
}

/// What is signed, but for the bytes after the body.
pub(crate) enum Signed<'a> {
    /// The body alone.
    Body,
    /// These parts, then the body.
    After([&'a [u8]; MAX_PARTS]),
    /// These bytes, in place of the body.
    Instead(Cow<'a, [u8]>),
    /// What the scheme reads from the whole body, for which it needs this head again.
    InBody(Head<'a>),
}

/// What is needed at the end of the body.
pub(crate) struct Claim<'a> {
    pub(crate) signature: Signature,
    pub(crate) others: Vec<Signature>,
    pub(crate) after: Cow<'a, [u8]>,
    pub(crate) timestamp: Option<i64>,
    pub(crate) mark: Mark<'a>,
}

const MAX_PARTS: usize = 4;

impl<'a> SignatureClaim<'a> {
    /// Claims that this is the signature of the body: 32 bytes are its HMAC-SHA256. The algorithm must fit the kind of
    /// secret that the scheme takes: a secret makes no signature of another one.
    #[inline]
    pub fn new(signature: impl Into<Signature>) -> Self {
        let claim = Claim {
            signature: signature.into(),
            others: Vec::new(),
            after: Cow::Borrowed(b""),
            timestamp: None,
            mark: Mark::None,
        };
        Self {
            claim,
            signed: Signed::Body,
        }
    }

    /// Adds another signature: the request is genuine if any of them is right. It allocates, and each MAC is compared
    /// in constant time. One of another algorithm than the first is not checked.
    ///
    /// A claim has at most 16 signatures. Those that are added to a full one are dropped, so a stranger who sends many
    /// costs no more.
    pub fn or(mut self, signature: impl Into<Signature>) -> Self {
        if self.claim.others.len() + 1 < MAX_ENTRIES {
            self.claim.others.push(signature.into());
        }
        self
    }

    /// Sets the bytes that are signed before the body, joined: most often an id, a timestamp, and their separators.
    /// More than four parts do not compile.
    ///
    /// The parts may come from the head of the request or from the scheme. Choose separators that no part can contain:
    /// the joined bytes do not show where they were.
    ///
    /// A claim signs the body with what is around it, or bytes [instead](Self::signed_instead_of_body), or it is
    /// [in the body](Self::in_body): the last of these methods counts.
    pub fn signed_before_body<const N: usize>(mut self, parts: [&'a [u8]; N]) -> Self {
        const { assert!(N <= MAX_PARTS, "a claim has room for four parts") };
        let mut all: [&[u8]; MAX_PARTS] = [b""; MAX_PARTS];
        all[..N].copy_from_slice(&parts);
        self.signed = Signed::After(all);
        self
    }

    /// Claims that this is the [`Token`](crate::Token) of the receiver. Nothing is signed, and the body is not hashed.
    ///
    /// Both are compared in a time that does not depend on the receiver's.
    pub fn token(shown: &[u8]) -> Self {
        Self::new(mac::token_claim(shown)).signed_instead_of_body(&b""[..])
    }

    /// Claims nothing yet: the signature is in the body, or the signed bytes are made of it. Once the whole body is
    /// there, [`Scheme::read_body`](super::Scheme::read_body) has the claim; it is given this head again.
    pub fn in_body(head: Head<'a>) -> Self {
        Self {
            signed: Signed::InBody(head),
            // Never compared.
            ..Self::new([0; 32])
        }
    }

    /// Sets the bytes that are signed in place of the body. Unless they are made of the whole body, whoever sees one
    /// request can then send it with another one: use it only where the provider signs nothing else. They
    /// [identify](crate::DeliveryIdentity#who-chooses-a-key) the delivery, so that such a one is no new delivery.
    pub fn signed_instead_of_body(mut self, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        self.signed = Signed::Instead(bytes.into());
        self
    }

    /// Sets the bytes that are signed after the body, such as a timestamp. Bytes that are borrowed are copied if the
    /// body has to be waited for.
    pub fn signed_after_body(mut self, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        self.claim.after = bytes.into();
        self
    }

    /// Sets the time of signing, in seconds since the Unix epoch. The verifier judges it by its
    /// [`tolerance`](crate::Verifier::tolerance). [`only_timestamp`](super::only_timestamp) reads it from a header.
    pub fn timestamp(mut self, seconds: i64) -> Self {
        self.claim.timestamp = Some(seconds);
        self
    }

    /// Sets the id of the delivery, from which its [key](crate::VerifiedBody::delivery_key) is made. It must be among
    /// the signed bytes.
    pub fn delivery_id(mut self, id: &'a HeaderValue) -> Self {
        self.claim.mark = Mark::Id(Cow::Borrowed(id));
        self
    }

    /// Sets the id of the delivery, as [`delivery_id`](Self::delivery_id) does, for one that is in the body.
    pub fn owned_delivery_id(mut self, id: HeaderValue) -> Self {
        self.claim.mark = Mark::Id(Cow::Owned(id));
        self
    }

    /// Whether the signatures are claimed in the body, as [`in_body`](Self::in_body) says.
    #[must_use]
    pub fn is_in_body(&self) -> bool {
        matches!(self.signed, Signed::InBody(_))
    }

    /// What is needed at the end of the body, without borrows from the head of the request.
    ///
    /// Bytes that are signed in place of the body identify the delivery, where nothing else was chosen: whoever has
    /// seen the request can send it with another body.
    pub(crate) fn to_static(&self) -> Claim<'static> {
        let mut claim = self.claim.to_static();
        if let (Mark::None, Some(message)) = (&claim.mark, self.message()) {
            claim.mark = Mark::of_message(&message);
        }
        claim
    }

    /// Lets this identify the delivery.
    pub(crate) fn identified_by(mut self, identity: &'a DeliveryIdentity, head: Head<'a>) -> Self {
        let id = self.claim.mark.id().cloned();
        self.claim.mark = match self.message() {
            // The rest of the body is anybody's choice, so nothing in it can identify the delivery.
            Some(message) => identity.of_message(id, &message, head.headers()),
            None => identity.read(id, head.headers(), |value| self.signs(value)),
        };
        self
    }

    /// All bytes that are signed in place of the body; `None` where the body is signed, or nothing is.
    fn message(&self) -> Option<Cow<'_, [u8]>> {
        let Signed::Instead(message) = &self.signed else {
            return None;
        };
        let whole = match &*self.claim.after {
            [] => Cow::Borrowed(&**message),
            after => [message, after].concat().into(),
        };
        (!whole.is_empty()).then_some(whole)
    }

    /// Whether this value of a header is one of the parts before the body, or all that is signed after it: these bytes
    /// of the request, and not others that are equal.
    fn signs(&self, value: &[u8]) -> bool {
        let is_it = |part: &[u8]| std::ptr::eq(part, value);
        let is_in_front = match &self.signed {
            Signed::After(parts) => parts.iter().any(|part| is_it(part)),
            Signed::Body | Signed::InBody(_) | Signed::Instead(_) => false,
        };
        is_in_front || is_it(&self.claim.after)
    }
}

/// Prints neither the signatures nor what is signed: both may be worth keeping from a log.
impl fmt::Debug for SignatureClaim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureClaim")
            .field("signature", &self.claim.signature)
            .field("timestamp", &self.claim.timestamp)
            .finish_non_exhaustive()
    }
}

impl Claim<'_> {
    #[inline]
    fn to_static(&self) -> Claim<'static> {
        Claim {
            signature: self.signature.clone(),
            others: self.others.clone(),
            after: Cow::Owned(self.after.to_vec()),
            timestamp: self.timestamp,
            mark: self.mark.to_static(),
        }
    }
}
