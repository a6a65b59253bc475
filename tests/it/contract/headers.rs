//! The headers of a scheme: exactly one of each, in exactly one form. Others are refused before the body is read.

mod base64;
mod form;
mod hex;
mod lists;
mod number;
mod others;
mod standard_webhooks;
mod timestamps;
mod tokens;

use tower_webhook::RejectionKind::MalformedSignature;
use tower_webhook::test::TestBody;

use super::case::Case;
use super::provider::Provider;
use crate::support::EVENT;

pub(crate) fn cases(of: Provider) -> Vec<Case> {
    if of.shows_token() {
        return number::cases(of).into_iter().chain(tokens::cases(of)).collect();
    }
    [
        number::cases(of),
        form::cases(of),
        hex::cases(of),
        base64::cases(of),
        timestamps::cases(of),
        lists::cases(of),
        standard_webhooks::cases(of),
        others::cases(of),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A header with this value is malformed.
fn malformed(of: Provider, name: impl Into<String>, value: impl AsRef<[u8]>) -> Case {
    let value = value.as_ref().to_vec();
    Case::refuses(of, name, MalformedSignature, move || of.headed(&value, event()))
}

fn event() -> TestBody {
    TestBody::one(EVENT)
}
