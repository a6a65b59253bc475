//! Which rows are carried out, and what they cost at most.

use std::time::Duration;

use http::Uri;

use super::battery::{FIRST, rows};
use super::draft::{Draft, Framing};
use super::effects;
use super::row::{Cost, Expect, Probe, Row};
use super::sender::Sender;
use crate::outcome::{Failure, Result};
use crate::scheme::Kind;
use crate::term::Plain;

pub(super) struct Plan {
    /// The first is [`FIRST`].
    pub(super) rows: Vec<&'static Row>,
    pub(super) at_most: Cost,
    pub(super) time: Duration,
}

/// The rows that were chosen by name or group: `only` these, or all, without those in `skip`. [`FIRST`] is always one.
///
/// # Errors
///
/// A failure of usage when a name is unknown.
pub(super) fn chosen(only: &[String], skip: &[String]) -> Result<Vec<&'static Row>> {
    let names = |name: &str, row: &Row| row.name == name || row.group.name() == name;
    for name in only.iter().chain(skip) {
        if !rows().any(|row| names(name, row)) {
            return Err(Failure::usage(format_args!(
                "no row and no group is named {}: --list shows them",
                Plain(name)
            )));
        }
    }
    let is_in = |list: &[String], row: &Row| list.iter().any(|name| names(name, row));
    let rows = rows().filter(|row| row.name == FIRST || ((only.is_empty() || is_in(only, row)) && !is_in(skip, row)));
    Ok(rows.collect())
}

impl Plan {
    /// Leaves out the rows that do not apply to the scheme. `page` is that of `--effects`.
    pub(super) fn new(rows: Vec<&'static Row>, sender: &Sender, page: Option<&Uri>, time: Duration) -> Self {
        let mut plan = Self {
            rows: Vec::new(),
            at_most: Cost::default(),
            time,
        };
        let read_page = |times| page.map_or(Cost::default(), |page| Cost::of(times, &effects::draft(), page));
        for row in rows {
            let draft = match row.probe {
                Probe::Once(make) => match make(sender) {
                    Some(draft) if applies(row, &draft, sender) => draft,
                    _ => continue,
                },
                // Whoever verifies with a public key compares no MACs.
                Probe::Timing { .. } if sender.kind() == Kind::KeyPair => continue,
                Probe::Timing { .. } if sender.signed_event().mac().is_empty() => continue,
                Probe::Repeat { effects: true, .. } if page.is_none() => {
                    plan.rows.push(row);
                    continue;
                }
                Probe::Repeat { .. } | Probe::Timing { .. } => sender.signed_event().draft(),
            };
            plan.at_most += row.cost(&draft, sender.url());
            if let Probe::Repeat { effects: true, .. } = row.probe {
                let tries = row.most_tries();
                // Each try is preceded by an event of its own, whose effect is waited for.
                plan.at_most += Cost::of(tries, &draft, sender.url());
                plan.at_most += read_page(tries * effects::most_reads(time));
            }
            plan.rows.push(row);
        }
        plan.at_most += read_page(if plan.counts_effects() {
            effects::most_reads_at_start()
        } else {
            1
        });
        plan
    }

    /// Whether there is a row that counts effects.
    pub(super) fn counts_effects(&self) -> bool {
        let counts = |row: &&Row| matches!(row.probe, Probe::Repeat { effects: true, .. });
        self.rows.iter().any(counts)
    }
}

/// A row of a forgery does not apply when the scheme admits what is sent, and a genuine one not when the scheme refuses
/// it: the library is as strict as the scheme.
fn applies(row: &Row, draft: &Draft, sender: &Sender) -> bool {
    let body = match draft.framing {
        Framing::Length | Framing::Chunks(_) => Some(draft.body.clone()),
        // The receiver sees the part that was announced.
        Framing::Claim(length) => usize::try_from(length)
            .ok()
            .filter(|length| *length <= draft.body.len())
            .map(|length| draft.body.slice(..length)),
        Framing::Flood { .. } => None,
    };
    let is_genuine = body.is_some_and(|body| sender.accepts(&Draft::new(draft.headers.clone(), body)));
    match row.expect {
        Expect::Refused(_) => !is_genuine,
        // Nothing can be said without the first one.
        Expect::Accepted(_) => is_genuine || row.name == FIRST,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::Group;
    use super::*;
    use crate::scheme::KNOWN;

    fn plan(scheme: &str) -> Plan {
        let known = KNOWN.iter().find(|known| known.name == scheme).unwrap();
        let chosen = known.chosen();
        let secret = chosen.scheme.kind().sample();
        let sender = Sender::new(chosen, secret, Uri::from_static("http://h/"), None).unwrap();
        let time = Duration::from_secs(120);
        let page = Uri::from_static("http://h/effects");
        Plan::new(rows().collect(), &sender, Some(&page), time)
    }

    fn left_out(scheme: &str) -> Vec<&'static str> {
        let plan = plan(scheme);
        let is_in = |row: &&Row| plan.rows.iter().any(|other| other.name == row.name);
        rows().filter(|row| !is_in(row)).map(|row| row.name).collect()
    }

    #[test]
    fn rows_that_do_not_apply_to_a_scheme_are_left_out_and_no_others() {
        const TIME: [&str; 4] = ["stale-time", "rather-stale-time", "future-time", "changed-time"];
        let untimed = |others: &[&'static str]| [others, &TIME].concat();
        assert_eq!(
            left_out("knowrithm"),
            untimed(&["unpadded", "changed-id"].map(|name| name)).as_slice()
        );
        assert_eq!(left_out("github"), left_out("knowrithm"));
        assert_eq!(left_out("slack"), ["unpadded", "changed-id"]);
        let of_x = [&["odd-spacing", "upper-case", "changed-id"][..], &TIME].concat();
        assert_eq!(left_out("x"), of_x);
        let without_prefix = ["blank-before-mac", "no-prefix", "prefix-in-upper-case", "other-prefix"];
        let of_shopify = [&["upper-case"][..], &without_prefix, &["changed-id"], &TIME].concat();
        assert_eq!(left_out("shopify"), of_shopify);
    }

    #[test]
    fn x_alone_leaves_out_a_genuine_row_as_its_events_begin_with_a_brace() {
        let genuine: Vec<_> = rows().filter(|row| row.group == Group::Genuine).collect();
        for known in KNOWN {
            let left_out = left_out(known.name);
            let lost = genuine
                .iter()
                .map(|row| row.name)
                .filter(|name| left_out.contains(name));
            let wanted = (known.name == "x").then_some("odd-spacing");
            assert!(lost.eq(wanted), "{}: {left_out:?}", known.name);
        }
    }

    #[test]
    fn of_a_key_pair_and_of_a_token_the_rows_that_make_no_sense_are_left_out() {
        let of_unset = ["empty-secret", "secret-null", "secret-undefined", "secret-none"];
        let of_ed25519 = [
            &[
                "names-the-mac",
                "unpadded",
                "blank-before-mac",
                "no-prefix",
                "prefix-in-upper-case",
                "other-prefix",
            ][..],
            &["changed-id"],
            &of_unset,
            &["timing"],
        ];
        assert_eq!(left_out("discord"), of_ed25519.concat());
        let of_p256 = [
            "upper-case",
            "blank-before-mac",
            "no-prefix",
            "prefix-in-upper-case",
            "other-prefix",
        ];
        let left_out_of_p256 = left_out("sendgrid");
        assert!(
            of_p256
                .iter()
                .chain(&of_unset)
                .all(|row| left_out_of_p256.contains(row))
        );

        let of_changes = [
            "another-body",
            "changed-first-byte",
            "changed-middle-byte",
            "changed-last-byte",
            "appended",
            "cut-off",
            "changed-id",
            "reserialised-compact",
            "reserialised-spaced",
            "stale-time",
            "rather-stale-time",
            "future-time",
            "changed-time",
            "length-too-small",
        ];
        for name in ["gitlab", "basic"] {
            let left_out = left_out(name);
            assert!(
                of_changes.iter().all(|row| left_out.contains(row)),
                "{name}: {left_out:?}"
            );
            for kept in [
                "missing",
                "zeros",
                "truncated",
                "wrong-last-digit",
                "in-the-json",
                "oversized",
                "timing",
            ] {
                assert!(!left_out.contains(&kept), "{name}: {kept}");
            }
        }
    }

    #[test]
    fn of_a_signature_in_the_body_the_rows_about_what_is_signed_are_kept() {
        const KEPT: [&str; 19] = [
            "missing",
            "empty",
            "malformed",
            "zeros",
            "wrong-last-digit",
            "truncated",
            "non-ascii-header",
            "only-non-ascii",
            "another-provider",
            "names-the-mac",
            "quoted",
            "too-long",
            "doubled",
            "doubled-right-last",
            "another-secret",
            "empty-secret",
            "not-json",
            "oversized",
            "timing",
        ];
        for (name, more) in [
            ("adyen", &["another-body", "unpadded", "unknown-event"][..]),
            (
                "mailgun",
                &["upper-case", "changed-id", "stale-time", "changed-time", "secret-null"],
            ),
            ("microsoft-graph", &["secret-null", "unknown-event"]),
        ] {
            let left_out = left_out(name);
            let lost: Vec<_> = KEPT.iter().chain(more).filter(|row| left_out.contains(row)).collect();
            assert!(lost.is_empty(), "{name}: {lost:?}");
            for row in ["in-the-json", "no-prefix", "changed-first-byte", "reserialised-spaced"] {
                assert!(left_out.contains(&row), "{name}: {row}");
            }
        }
        // Neither the event nor a time is signed.
        let graph = left_out("microsoft-graph");
        assert!(
            ["another-body", "stale-time", "changed-id"]
                .iter()
                .all(|row| graph.contains(row))
        );
    }

    #[test]
    fn the_cost_is_bounded() {
        for known in KNOWN {
            let plan = plan(known.name);
            assert!(plan.at_most.requests < 700, "{}: {}", known.name, plan.at_most.requests);
            assert!(
                plan.at_most.bytes < 70 * 1024 * 1024,
                "{}: {}",
                known.name,
                plan.at_most.bytes
            );
        }
    }

    #[test]
    fn rows_are_chosen_by_name_or_group_and_the_first_is_always_there() {
        let names = |only: &[&str], skip: &[&str]| {
            let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
            let rows = chosen(&owned(only), &owned(skip));
            rows.map(|rows| rows.iter().map(|row| row.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["missing", "null"], &[]).unwrap(), ["valid", "missing", "null"]);
        assert_eq!(
            names(&["delivery"], &["acts-once", "acts-once-in-a-race", "valid"])
                .unwrap()
                .len(),
            3
        );
        assert!(names(&[], &["timing"]).unwrap().len() > 50);
        assert!(names(&[], &["nothing"]).is_err());
    }
}
