//! What a verified signature says besides that it is right: by which secret, of which owner, for which delivery.

use std::sync::Arc;

use http::HeaderValue;

use crate::delivery_key::DeliveryKey;
use crate::identity::Mark;

/// The label and the owner of the secret that signed, and what tells the delivery from others besides its body, as far
/// as there are any.
///
/// One pointer, null in the common case: it travels with every verified body.
#[derive(Clone, Default)]
pub(crate) struct Origin(Option<Arc<Known>>);

#[derive(Clone, Default)]
struct Known {
    label: Option<Arc<str>>,
    owner: Option<Arc<str>>,
    mark: Mark<'static>,
}

impl Origin {
    pub(crate) fn new(label: Option<Arc<str>>) -> Self {
        match label {
            None => Self::default(),
            label => Self::default().with(|known| known.label = label),
        }
    }

    /// The same for a secret of this owner.
    pub(crate) fn with_owner(&self, owner: Option<&Arc<str>>) -> Self {
        if owner.is_none() && self.owner().is_none() {
            return self.clone();
        }
        self.with(|known| known.owner = owner.cloned())
    }

    /// The same for a delivery of which the head of its request says this.
    #[inline]
    pub(crate) fn with_mark(&self, mark: &Mark<'_>) -> Self {
        match mark {
            Mark::None => self.clone(),
            mark => self.with(|known| known.mark = mark.to_static()),
        }
    }

    pub(crate) fn label(&self) -> Option<&str> {
        self.0.as_ref()?.label.as_deref()
    }

    pub(crate) fn owner(&self) -> Option<&str> {
        self.0.as_ref()?.owner.as_deref()
    }

    pub(crate) fn delivery_id(&self) -> Option<&[u8]> {
        self.0.as_ref()?.mark.id().map(HeaderValue::as_bytes)
    }

    /// The key of the delivery by this scheme with this body.
    pub(crate) fn delivery_key(&self, scheme: &str, body: &[u8]) -> DeliveryKey {
        let mark = self.0.as_ref().map_or(&Mark::None, |known| &known.mark);
        mark.key(body).among(scheme, self.owner())
    }

    #[cold]
    fn with(&self, change: impl FnOnce(&mut Known)) -> Self {
        let mut known = self.0.as_deref().cloned().unwrap_or_default();
        change(&mut known);
        Self(Some(Arc::new(known)))
    }
}
