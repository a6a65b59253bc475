//! What the tests of the schemes share.

use http::HeaderMap;

use super::{Scheme, SignatureHeader};
use crate::head::Head;
use crate::rejection::RejectionKind;

pub(super) fn header(name: &str, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
}

/// The MACs that a scheme reads, in hex.
pub(super) fn macs(scheme: &impl Scheme, headers: &HeaderMap) -> Result<Vec<String>, RejectionKind> {
    let hex = |mac: &[u8; 32]| mac.map(|byte| format!("{byte:02x}")).concat();
    match scheme.read(Head::from(headers)) {
        Ok(SignatureHeader { claim, .. }) => Ok([&claim.mac].into_iter().chain(&claim.others).map(hex).collect()),
        Err(rejection) => Err(rejection.kind()),
    }
}
