//! Several signatures in one header: any of those that are considered may be the right one.

use tower_webhook::RejectionKind::{MalformedTimestamp, MissingTimestamp, SignatureMismatch};

use super::super::case::Case;
use super::super::provider::Provider;
use super::{event, malformed};
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    let Some(separator) = of.separator() else {
        return Vec::new();
    };
    let (right, wrong) = (of.mac(EVENT), of.mac("another"));
    let list = |macs: &[&str]| of.prefix() + &macs.join(&separator);
    let accepted = |name: &'static str, value: String| {
        Case::accepts(of, name, EVENT, move || of.headed(&value, event())).uncopied()
    };
    let mismatch = |name: &'static str, value: String| {
        Case::refuses(of, name, SignatureMismatch, move || of.headed(&value, event())).polled(2)
    };
    // The time may be an entry of the list.
    let places = of.considered() - usize::from(of.time_key().is_some());
    let right_at = |place: usize| {
        let mut macs = vec![wrong.as_str(); place];
        macs.push(&right);
        list(&macs)
    };
    let mark = &separator[..1];
    let other = match of {
        Provider::StandardWebhooksV1a => "v1,x",
        _ if of.trims_entries() => "v9=x",
        _ => "v1a,x",
    };
    let many_others = format!("{mark}{other}").repeat(of.considered() / 3);
    let (start, end) = (of.prefix() + &wrong, format!("{separator}{right}"));
    let mut cases = vec![
        accepted("a list whose first signature is right", list(&[&right, &wrong])),
        accepted("a list whose last signature is right", list(&[&wrong, &right])),
        accepted(
            "a list with the right signature among wrong ones",
            list(&[&wrong, &wrong, &right, &wrong]),
        ),
        accepted("a list with the right signature twice", list(&[&right, &right])),
        accepted("a list whose last considered entry is right", right_at(places - 1)),
        mismatch(
            "a list whose first entry that is not considered is right",
            right_at(places),
        ),
        mismatch("a list without the right signature", list(&[&wrong, &wrong, &wrong])),
        mismatch("a list whose 81st signature is right", right_at(80)),
        accepted(
            "a list with entries of other versions",
            format!("{start}{many_others}{end}"),
        ),
        mismatch(
            "a list with the right signature after too many entries of other versions",
            format!("{start}{}{end}", many_others.repeat(4)),
        ),
        malformed(of, "a list with a malformed signature", list(&[&right, "0"])),
        malformed(of, "a list with an empty signature", list(&["", &right])),
    ];
    if of.trims_entries() {
        cases.extend(trimmed(of));
    } else {
        let key = &separator[1..];
        cases.extend([
            accepted(
                "a list with blanks around its entries",
                format!(" {key}{wrong}  {key}{right} "),
            ),
            malformed(of, "a list with a version alone", key.trim_end_matches(',')),
            malformed(of, "a list with a tab", format!("{key}{wrong}\t{key}{right}")),
        ]);
    }
    if of.time_key().is_some() {
        cases.extend(timed(of));
    }
    cases
}

/// Lists whose entries may have white space around them.
fn trimmed(of: Provider) -> Vec<Case> {
    let separator = of.separator().unwrap();
    let (mark, key) = separator.split_at(1);
    let (right, wrong, start) = (of.mac(EVENT), of.mac("another"), start(of));
    let accepted = |name: &'static str, value: String| {
        Case::accepts(of, name, EVENT, move || of.headed(&value, event())).uncopied()
    };
    vec![
        accepted(
            "a list that ends in a separator",
            format!("{}{right}{mark}", of.prefix()),
        ),
        accepted("a list that a proxy re-joined", format!("{start} {key}{right}")),
        accepted(
            "a list with tabs and blanks around its entries",
            format!(" \t{start}\t {key}{wrong} {mark}\t{key}{right}\t "),
        ),
        malformed(of, "a list with a blank in an entry", format!("{start}{key} {right}")),
        malformed(of, "a list of another version alone", format!("{start}v9={right}")),
    ]
}

/// Lists with the time in an entry.
fn timed(of: Provider) -> Vec<Case> {
    let separator = of.separator().unwrap();
    let (mark, key) = separator.split_at(1);
    let (right, wrong) = (of.mac(EVENT), of.mac("another"));
    let accepted = |name: &'static str, value: String| {
        Case::accepts(of, name, EVENT, move || of.headed(&value, event())).uncopied()
    };
    let time = of.prefix().replace(&separator, "");
    vec![
        accepted("a list that ends in the time", format!("{key}{right}{mark}{time}")),
        accepted(
            "a list with the time between signatures",
            format!("{key}{wrong}{mark}{time}{mark}{key}{right}"),
        ),
        malformed(of, "a list with the time alone", &time),
        Case::refuses(of, "a list with another separator", MalformedTimestamp, {
            let value = format!("{time}{}{key}{right}", if mark == "," { ";" } else { "," });
            move || of.headed(&value, event())
        }),
        Case::refuses(of, "a list with the time in upper case", MissingTimestamp, {
            let value = format!("{}{separator}{right}", time.to_uppercase());
            move || of.headed(&value, event())
        }),
    ]
}

/// The entry with the time and a mark, where there is one.
fn start(of: Provider) -> String {
    let prefix = of.prefix();
    prefix.strip_suffix(&of.separator().unwrap()[1..]).unwrap().to_owned()
}
