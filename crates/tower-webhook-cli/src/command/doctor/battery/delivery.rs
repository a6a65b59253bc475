//! The same delivery several times, and how long refusals take.

use super::super::row::{Expect, Group, Probe, Row};
use super::ACCEPTED;

/// How many duplicates come at the same time.
const CROWD: u32 = 50;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "duplicate",
        group: Group::Delivery,
        sent: "a signed event twice",
        probe: Probe::Repeat {
            times: 2,
            at_once: false,
            effects: false,
        },
        expect: ACCEPTED,
        why: "providers send an event again when an answer was lost; a refusal makes them go on",
    },
    Row {
        name: "concurrent-duplicates",
        group: Group::Delivery,
        sent: "a signed event 50 times at once",
        probe: Probe::Repeat {
            times: CROWD,
            at_once: true,
            effects: false,
        },
        expect: ACCEPTED,
        why: "duplicates may overlap; two that race for a key must both be answered",
    },
    Row {
        name: "acts-once",
        group: Group::Delivery,
        sent: "a signed event twice; its effects are counted",
        probe: Probe::Repeat {
            times: 2,
            at_once: false,
            effects: true,
        },
        expect: Expect::OneEffect,
        why: "an event that is delivered twice must not ship, charge or mail twice",
    },
    Row {
        name: "acts-once-in-a-race",
        group: Group::Delivery,
        sent: "a signed event 50 times at once; its effects are counted",
        probe: Probe::Repeat {
            times: CROWD,
            at_once: true,
            effects: true,
        },
        expect: Expect::OneEffect,
        why: "a lookup before an insert lets two duplicates through: use a unique key",
    },
    Row {
        name: "timing",
        group: Group::Timing,
        sent: "MACs that are wrong in the first or in the last digit",
        probe: Probe::Timing { pairs: 20 },
        expect: Expect::Nothing,
        why: "a comparison that stops at the first difference tells a stranger how much was right",
    },
];
