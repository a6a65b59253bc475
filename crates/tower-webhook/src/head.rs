//! The part of a request that a scheme may read.

use std::fmt;

use http::request::Parts;
use http::{HeaderMap, Method, Request, Uri};

/// The head of a request: its headers and, where they are known, its method and URI.
///
/// It is made from a `&HeaderMap`, a `&Parts` or a `&Request`. Most schemes need the headers alone; a scheme that signs
/// the method or the URI refuses a head without them.
///
/// ```
/// use http::{HeaderMap, Request};
/// use tower_webhook::scheme::Head;
///
/// let request = Request::post("/webhooks?tenant=acme").body(())?;
/// assert_eq!(Head::from(&request).uri().unwrap().query(), Some("tenant=acme"));
///
/// let headers = HeaderMap::new();
/// assert_eq!(Head::from(&headers).method(), None);
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Head<'a> {
    headers: &'a HeaderMap,
    target: Option<(&'a Method, &'a Uri)>,
}

impl<'a> Head<'a> {
    /// The headers.
    #[must_use]
    pub fn headers(self) -> &'a HeaderMap {
        self.headers
    }

    /// The method; `None` when the head was made from headers alone.
    #[must_use]
    pub fn method(self) -> Option<&'a Method> {
        self.target.map(|(method, _)| method)
    }

    /// The URI as the server received it; `None` when the head was made from headers alone.
    ///
    /// Behind a proxy it may differ from the URI that the sender signed.
    #[must_use]
    pub fn uri(self) -> Option<&'a Uri> {
        self.target.map(|(_, uri)| uri)
    }
}

/// A head that outlives its request, for a scheme that reads it again once the whole body is there.
pub(crate) struct OwnedHead {
    headers: HeaderMap,
    target: Option<(Method, Uri)>,
}

impl OwnedHead {
    pub(crate) fn as_head(&self) -> Head<'_> {
        Head {
            headers: &self.headers,
            target: self.target.as_ref().map(|(method, uri)| (method, uri)),
        }
    }
}

impl From<Head<'_>> for OwnedHead {
    fn from(head: Head<'_>) -> Self {
        Self {
            headers: head.headers.clone(),
            target: head.target.map(|(method, uri)| (method.clone(), uri.clone())),
        }
    }
}

impl<'a> From<&'a HeaderMap> for Head<'a> {
    fn from(headers: &'a HeaderMap) -> Self {
        Self { headers, target: None }
    }
}

impl<'a> From<&'a Parts> for Head<'a> {
    fn from(parts: &'a Parts) -> Self {
        Self {
            headers: &parts.headers,
            target: Some((&parts.method, &parts.uri)),
        }
    }
}

impl<'a, B> From<&'a Request<B>> for Head<'a> {
    fn from(request: &'a Request<B>) -> Self {
        Self {
            headers: request.headers(),
            target: Some((request.method(), request.uri())),
        }
    }
}

/// Prints no header: some hold credentials.
impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("method", &self.method())
            .field("uri", &self.uri())
            .finish_non_exhaustive()
    }
}
