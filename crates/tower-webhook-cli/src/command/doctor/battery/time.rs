//! The signed time, for schemes that sign one.

use super::super::draft::Draft;
use super::super::row::{Expect, Group, Row};
use super::super::sender::{A_DAY, now};
use super::super::signed::Signed;
use super::{Once, REFUSED, STRICT, Sender};

const fn row(
    name: &'static str,
    sent: &'static str,
    expect: Expect,
    make: fn(&Sender) -> Option<Draft>,
    why: &'static str,
) -> Row {
    let once = Once { name, sent, make, why };
    once.row(Group::Time, expect)
}

pub(super) const ROWS: &[Row] = &[
    row(
        "stale-time",
        "an event that was signed a day ago",
        REFUSED,
        |sender| Some(signed_at(sender, now() - A_DAY)?.draft()),
        "whoever records one request can send it again forever",
    ),
    row(
        "rather-stale-time",
        "an event that was signed 20 minutes ago",
        STRICT,
        |sender| Some(signed_at(sender, now() - 20 * 60)?.draft()),
        "providers recommend 5 minutes: the longer the window, the longer a replay works",
    ),
    row(
        "future-time",
        "an event that was signed a day ahead",
        STRICT,
        |sender| Some(signed_at(sender, now() + A_DAY)?.draft()),
        "a time ahead makes a replay work until it has passed",
    ),
    row(
        "changed-time",
        "a stale event whose time was changed to now",
        REFUSED,
        |sender| {
            let stale = signed_at(sender, now() - A_DAY)?;
            sender.sign_again_at(now(), &stale)?.with_mac_of(&stale)
        },
        "a time that the signature does not cover proves nothing",
    ),
];

fn signed_at(sender: &Sender, seconds: i64) -> Option<Signed> {
    sender.signs_time().then(|| sender.sign_at(seconds, sender.event()))?
}
