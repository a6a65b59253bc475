//! Which scheme it is: in logs by its name, in code by its type.

use std::any::TypeId;

use super::Scheme;

/// The name and the type of a scheme.
#[derive(Clone, Copy)]
pub(crate) struct SchemeId {
    pub(crate) name: &'static str,
    of: TypeId,
}

impl SchemeId {
    pub(crate) fn new<S: Scheme>(scheme: &S) -> Self {
        Self {
            name: scheme.name(),
            of: TypeId::of::<S>(),
        }
    }

    pub(crate) fn is<S: Scheme>(self) -> bool {
        self.of == TypeId::of::<S>()
    }
}
