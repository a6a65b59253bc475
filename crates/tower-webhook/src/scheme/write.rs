//! The sender's side of a scheme: MACs into headers.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::Encoding;

/// What a sender signs besides the body, where its scheme has it.
pub(crate) struct Stamp<'a> {
    /// Seconds since the Unix epoch.
    pub(crate) timestamp: i64,
    pub(crate) id: &'a str,
}

/// Makes the MAC of these bytes and the body after them.
pub(crate) type MacOf<'a> = &'a dyn Fn(&[&[u8]]) -> [u8; 32];

/// Writes the headers that a [`Scheme`](super::Scheme) reads.
pub(crate) trait Write: Send + Sync {
    fn write(&self, stamp: &Stamp<'_>, mac: MacOf<'_>) -> HeaderMap;
}

pub(super) fn one_header(name: &HeaderName, prefix: &str, encoding: Encoding, mac: &[u8; 32]) -> HeaderMap {
    headers([(name, format!("{prefix}{}", encoding.encode(mac)))])
}

pub(super) fn headers<'a>(headers: impl IntoIterator<Item = (&'a HeaderName, String)>) -> HeaderMap {
    let value = |text: String| HeaderValue::try_from(text).expect("what a scheme writes is visible ASCII");
    headers
        .into_iter()
        .map(|(name, text)| (name.clone(), value(text)))
        .collect()
}
