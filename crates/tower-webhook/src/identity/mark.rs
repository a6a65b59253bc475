//! What the head of a request says about the identity of its delivery.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};

use super::DeliveryIdentity;
use super::scan::Scan;
use crate::delivery_key::DeliveryKey;

/// It takes no more room than the id alone: it travels with every claim.
#[derive(Clone, Debug, Default)]
pub(crate) enum Mark<'a> {
    /// Nothing: the body identifies the delivery.
    #[default]
    None,
    /// The id that the scheme signs.
    Id(Cow<'a, HeaderValue>),
    /// What the receiver or the scheme chose, to be made of these headers once the signature has proved right: what a
    /// stranger sends costs nothing.
    Choice(&'a DeliveryIdentity, &'a HeaderMap),
    /// What was chosen.
    Chosen(Arc<Chosen>),
}

#[derive(Debug)]
pub(crate) struct Chosen {
    /// The id that the scheme signs, be it a part of the key or not.
    pub(super) id: Option<HeaderValue>,
    pub(super) by: By,
    /// The hash of the added headers.
    pub(super) headers: Option<[u8; 32]>,
}

#[derive(Debug)]
pub(super) enum By {
    Known(DeliveryKey),
    Body,
    /// The value at this place of the body, or else the body.
    Pointer(&'static str),
}

impl Mark<'_> {
    /// Of a delivery that is identified by the bytes that are signed in place of its body.
    pub(crate) fn of_message(message: &[u8]) -> Self {
        let by = By::Known(DeliveryKey::of_message(message));
        let (id, headers) = (None, None);
        Mark::Chosen(Arc::new(Chosen { id, by, headers }))
    }

    /// The id that the scheme signs.
    pub(crate) fn id(&self) -> Option<&HeaderValue> {
        match self {
            Mark::None | Mark::Choice(_, _) => None,
            Mark::Id(id) => Some(id),
            Mark::Chosen(chosen) => chosen.id.as_ref(),
        }
    }

    /// The key of the delivery with this body.
    pub(crate) fn key(&self, body: &[u8]) -> DeliveryKey {
        match self {
            Mark::None => DeliveryKey::of_body(body),
            Mark::Id(id) => DeliveryKey::of_id(id.as_bytes()),
            Mark::Choice(identity, headers) => identity.choose(None, headers, |_| false).key(body),
            Mark::Chosen(chosen) => chosen.with_headers(match chosen.by {
                By::Known(key) => key,
                By::Body => DeliveryKey::of_body(body),
                By::Pointer(pointer) => {
                    let mut scan = Scan::new(pointer);
                    scan.update(body);
                    let found = scan.finish();
                    found.map_or_else(|| DeliveryKey::of_body(body), |found| found.key(pointer))
                }
            }),
        }
    }

    #[inline]
    pub(crate) fn to_static(&self) -> Mark<'static> {
        match self {
            Mark::None => Mark::None,
            Mark::Id(id) => Mark::Id(Cow::Owned(HeaderValue::clone(id))),
            Mark::Choice(identity, headers) => identity.choose(None, headers, |_| false),
            Mark::Chosen(chosen) => Mark::Chosen(Arc::clone(chosen)),
        }
    }
}

impl Chosen {
    pub(super) fn with_headers(&self, key: DeliveryKey) -> DeliveryKey {
        match &self.headers {
            Some(digest) => key.with_headers(digest),
            None => key,
        }
    }
}
