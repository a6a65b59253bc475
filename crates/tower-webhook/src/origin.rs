//! What is known of a signature besides that it is right: whose it is, by which secret, and of which delivery.

use std::sync::Arc;

use http::HeaderValue;

/// The label and the owner of the secret that signed, and the id that it signed, as far as there are such.
///
/// It is one pointer, and most often none. It goes along with every body, and of two words that were just written the move
/// stalls the processor.
#[derive(Clone, Default)]
pub(crate) struct Origin(Option<Arc<Known>>);

#[derive(Clone, Default)]
struct Known {
    label: Option<Arc<str>>,
    owner: Option<Arc<str>>,
    delivery_id: Option<HeaderValue>,
}

impl Origin {
    /// That of what the secret with this label signs.
    pub(crate) fn of_secret(label: Option<Arc<str>>) -> Self {
        match label {
            None => Self::default(),
            label => Self::default().with(|known| known.label = label),
        }
    }

    /// The same, of a secret of this owner.
    pub(crate) fn of_owner(&self, owner: Arc<str>) -> Self {
        self.with(|known| known.owner = Some(owner))
    }

    /// The same, of a delivery with this id.
    #[inline]
    pub(crate) fn of_delivery(&self, id: Option<&HeaderValue>) -> Self {
        match id {
            None => self.clone(),
            Some(id) => self.with(|known| known.delivery_id = Some(id.clone())),
        }
    }

    pub(crate) fn label(&self) -> Option<&str> {
        self.0.as_ref()?.label.as_deref()
    }

    pub(crate) fn owner(&self) -> Option<&str> {
        self.0.as_ref()?.owner.as_deref()
    }

    pub(crate) fn delivery_id(&self) -> Option<&[u8]> {
        self.0.as_ref()?.delivery_id.as_ref().map(HeaderValue::as_bytes)
    }

    #[cold]
    fn with(&self, change: impl FnOnce(&mut Known)) -> Self {
        let mut known = self.0.as_deref().cloned().unwrap_or_default();
        change(&mut known);
        Self(Some(Arc::new(known)))
    }
}
