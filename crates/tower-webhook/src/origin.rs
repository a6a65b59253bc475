//! What is known of a signature besides that it is right: whose it is, and of which delivery.

use std::sync::Arc;

use http::HeaderValue;

/// The label of the secret that signed, and the id that it signed, as far as there are such.
///
/// It is one pointer, and most often none. It goes along with every body, and of two words that were just written the move
/// stalls the processor.
#[derive(Clone, Default)]
pub(crate) struct Origin(Option<Arc<Known>>);

struct Known {
    label: Option<Arc<str>>,
    delivery_id: Option<HeaderValue>,
}

impl Origin {
    /// That of what the secret with this label signs.
    pub(crate) fn of_secret(label: Option<Arc<str>>) -> Self {
        let known = |label| Known {
            label: Some(label),
            delivery_id: None,
        };
        Self(label.map(known).map(Arc::new))
    }

    /// The same, of a delivery with this id.
    #[inline]
    pub(crate) fn of_delivery(&self, id: Option<&HeaderValue>) -> Self {
        match id {
            None => self.clone(),
            Some(id) => self.with_id(id),
        }
    }

    pub(crate) fn label(&self) -> Option<&str> {
        self.0.as_ref()?.label.as_deref()
    }

    pub(crate) fn delivery_id(&self) -> Option<&[u8]> {
        self.0.as_ref()?.delivery_id.as_ref().map(HeaderValue::as_bytes)
    }

    #[cold]
    fn with_id(&self, id: &HeaderValue) -> Self {
        let label = self.0.as_ref().and_then(|known| known.label.clone());
        Self(Some(Arc::new(Known {
            label,
            delivery_id: Some(id.clone()),
        })))
    }
}
