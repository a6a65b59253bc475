//! What a well-formed signature header says.

use http::HeaderValue;

/// What the headers of a request claim: its MACs, and what is signed besides the body.
///
/// A [`Scheme`](super::Scheme) makes it of headers whose form it has judged; whether a MAC is right is found out once
/// the body is there.
#[derive(Debug)]
#[must_use]
// Aligned, so that a move copies whole words. Next to the one byte of a `Rejection` in a `Result` the MAC would be moved
// in pieces that overlap, for which the processor waits.
#[repr(align(8))]
pub struct SignatureHeader<'h> {
    pub(crate) mac: [u8; 32],
    pub(crate) others: Vec<[u8; 32]>,
    pub(crate) signed_before_body: Option<[&'h [u8]; 4]>,
    pub(crate) timestamp: Option<i64>,
    pub(crate) delivery_id: Option<&'h HeaderValue>,
}

impl<'h> SignatureHeader<'h> {
    /// The claim that the body alone has this MAC.
    #[inline]
    pub fn new(mac: [u8; 32]) -> Self {
        Self {
            mac,
            others: Vec::new(),
            signed_before_body: None,
            timestamp: None,
            delivery_id: None,
        }
    }

    /// Another MAC: the request is genuine if any of them is right. It allocates, and each is compared in constant
    /// time; a scheme bounds how many it takes.
    pub fn or(mut self, mac: [u8; 32]) -> Self {
        self.others.push(mac);
        self
    }

    /// The bytes that are signed before the body, joined; most often an id, a time, and what separates them. More than four
    /// parts do not compile.
    ///
    /// The separators should be such that no part can hold them: of what is joined, nobody sees where it was.
    pub fn signed_before_body<const N: usize>(mut self, parts: [&'h [u8]; N]) -> Self {
        const { assert!(N <= 4, "a header has a place for four parts") };
        let mut all: [&[u8]; 4] = [b""; 4];
        all[..N].copy_from_slice(&parts);
        self.signed_before_body = Some(all);
        self
    }

    /// When the request was signed, in seconds since the Unix epoch; to be judged by the verifier's
    /// [`tolerance`](crate::Verifier::tolerance). [`only_timestamp`](super::only_timestamp) reads it.
    pub fn timestamp(mut self, seconds: i64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    /// The id of the delivery, which must be among what is signed: it becomes the
    /// [key of the delivery](crate::VerifiedBody::delivery_key).
    pub fn delivery_id(mut self, id: &'h HeaderValue) -> Self {
        self.delivery_id = Some(id);
        self
    }

    /// The MACs and the time, without what is of the headers themselves.
    pub(crate) fn without_borrows(&self) -> SignatureHeader<'static> {
        SignatureHeader {
            others: self.others.clone(),
            timestamp: self.timestamp,
            ..SignatureHeader::new(self.mac)
        }
    }
}
