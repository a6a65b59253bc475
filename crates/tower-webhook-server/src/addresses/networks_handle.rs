//! Lists of networks that are replaced without a restart.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use super::Networks;

/// A list of networks that can be replaced while requests are served.
///
/// Clones share the list. A request is judged by the list that is current when the request begins.
///
/// ```
/// use tower_webhook_server::addresses::{AllowAddresses, Networks, NetworksHandle};
///
/// let handle = NetworksHandle::new(Networks::new(["192.0.2.0/24"])?);
/// let layer = AllowAddresses::new(handle.clone());
/// # drop(layer);
///
/// // When the new list is read from a file, an error of `text.parse()?` leaves the old one in use.
/// handle.replace(Networks::new(["198.51.100.0/24"])?);
/// assert!(handle.current().contains("198.51.100.7".parse()?));
/// assert!(!handle.current().contains("192.0.2.7".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct NetworksHandle(Arc<RwLock<Networks>>);

impl NetworksHandle {
    /// A handle with these networks.
    #[must_use]
    pub fn new(networks: Networks) -> Self {
        Self(Arc::new(RwLock::new(networks)))
    }

    /// Uses these networks, and these alone, from the next request on.
    pub fn replace(&self, networks: Networks) {
        // The lock is only poisoned by a panic while it is held, and nothing here panics.
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = networks;
    }

    /// The networks in use.
    #[must_use]
    pub fn current(&self) -> Networks {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(address)
    }
}

impl From<Networks> for NetworksHandle {
    fn from(networks: Networks) -> Self {
        Self::new(networks)
    }
}

/// Prints the networks in use.
impl fmt::Debug for NetworksHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NetworksHandle").field(&self.current()).finish()
    }
}
