//! Signatures under secrets that everybody knows.

use super::super::draft::Draft;
use super::super::row::{Group, Row};
use super::{Once, REFUSED, Sender};

const fn row(name: &'static str, sent: &'static str, make: fn(&Sender) -> Option<Draft>, why: &'static str) -> Row {
    let once = Once { name, sent, make, why };
    once.row(Group::Secret, REFUSED)
}

const UNSET: &str = "a secret that was not set must stop the receiver: everybody can sign with it";

/// A secret, and a private key for the schemes that take one.
const OTHERS: [&str; 2] = [
    "whsec_YW5vdGhlciBzZWNyZXQgdGhhbiB0aGUgcmlnaHQgb25l",
    "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
];

pub(super) const ROWS: &[Row] = &[
    row(
        "another-secret",
        "an event signed with another secret",
        |sender| {
            let mut signed = OTHERS
                .iter()
                .filter_map(|other| sender.sign_under(other, sender.event()));
            Some(signed.next()?.draft())
        },
        "only the provider has the secret",
    ),
    row(
        "empty-secret",
        "an event signed with an empty secret",
        |sender| Some(sender.sign_without_secret(sender.event())?.draft()),
        UNSET,
    ),
    row(
        "secret-null",
        "an event signed with the secret `null`",
        |sender| Some(sender.sign_under("null", sender.event())?.draft()),
        UNSET,
    ),
    row(
        "secret-undefined",
        "an event signed with the secret `undefined`",
        |sender| Some(sender.sign_under("undefined", sender.event())?.draft()),
        UNSET,
    ),
    row(
        "secret-none",
        "an event signed with the secret `None`",
        |sender| Some(sender.sign_under("None", sender.event())?.draft()),
        UNSET,
    ),
];
