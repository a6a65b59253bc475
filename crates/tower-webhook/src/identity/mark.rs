//! What the head of a request says about the identity of its delivery.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderValue;

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
    /// What the receiver or the scheme chose.
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
    /// The id that the scheme signs.
    pub(crate) fn id(&self) -> Option<&HeaderValue> {
        match self {
            Mark::None => None,
            Mark::Id(id) => Some(id),
            Mark::Chosen(chosen) => chosen.id.as_ref(),
        }
    }

    /// The key of the delivery with this body.
    pub(crate) fn key(&self, body: &[u8]) -> DeliveryKey {
        match self {
            Mark::None => DeliveryKey::of_body(body),
            Mark::Id(id) => DeliveryKey::of_id(id.as_bytes()),
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
