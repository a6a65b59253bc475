//! The claim of a well-formed signature header.

use std::borrow::Cow;

use http::HeaderValue;

/// The claim of a request's head: its MACs, and the bytes that are signed besides the body.
///
/// A [`Scheme`](super::Scheme) makes it from a head whose form it has judged. Whether a MAC is right is known once the
/// body is there.
#[derive(Debug)]
#[must_use]
pub struct SignatureHeader<'a> {
    pub(crate) claim: Claim<'a>,
    pub(crate) before: Option<[&'a [u8]; MAX_PARTS]>,
}

/// What is needed at the end of the body.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) mac: [u8; 32],
    pub(crate) others: Vec<[u8; 32]>,
    pub(crate) after: Cow<'a, [u8]>,
    pub(crate) timestamp: Option<i64>,
    pub(crate) delivery_id: Option<Cow<'a, HeaderValue>>,
}

const MAX_PARTS: usize = 4;

impl<'a> SignatureHeader<'a> {
    /// Claims that this is the MAC of the body.
    #[inline]
    pub fn new(mac: [u8; 32]) -> Self {
        let claim = Claim {
            mac,
            others: Vec::new(),
            after: Cow::Borrowed(b""),
            timestamp: None,
            delivery_id: None,
        };
        Self { claim, before: None }
    }

    /// Adds another MAC: the request is genuine if any of them is right. It allocates, and each MAC is compared in
    /// constant time; the scheme has to limit how many it adds.
    pub fn or(mut self, mac: [u8; 32]) -> Self {
        self.claim.others.push(mac);
        self
    }

    /// Sets the bytes that are signed before the body, joined: most often an id, a timestamp, and their separators.
    /// More than four parts do not compile.
    ///
    /// The parts may come from the head of the request or from the scheme. Choose separators that no part can contain:
    /// the joined bytes do not show where they were.
    pub fn signed_before_body<const N: usize>(mut self, parts: [&'a [u8]; N]) -> Self {
        const { assert!(N <= MAX_PARTS, "a signature header has room for four parts") };
        let mut all: [&[u8]; MAX_PARTS] = [b""; MAX_PARTS];
        all[..N].copy_from_slice(&parts);
        self.before = Some(all);
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
        self.claim.delivery_id = Some(Cow::Borrowed(id));
        self
    }
}

impl Claim<'_> {
    /// The claim without borrows from the head of the request.
    #[inline]
    pub(crate) fn to_static(&self) -> Claim<'static> {
        Claim {
            mac: self.mac,
            others: self.others.clone(),
            after: Cow::Owned(self.after.to_vec()),
            timestamp: self.timestamp,
            delivery_id: self.delivery_id.as_deref().map(|id| Cow::Owned(id.clone())),
        }
    }
}
