//! Several signatures in one header: any of the first 16 entries may be the right one.

use tower_webhook::RejectionKind::{MissingTimestamp, SignatureMismatch};

use super::super::case::Case;
use super::super::provider::Provider;
use super::{event, malformed};
use crate::support::EVENT;

/// How many entries of a list are considered, of any kind.
const CONSIDERED: usize = 16;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    let Some(separator) = of.separator() else {
        return Vec::new();
    };
    let (right, wrong) = (of.mac(EVENT), of.mac("another"));
    let list = move |macs: &[&str]| of.prefix() + &macs.join(separator);
    let accepted = |name: &'static str, value: String| {
        Case::accepts(of, name, EVENT, move || of.headed(&value, event())).uncopied()
    };
    let mismatch = |name: &'static str, value: String| {
        Case::refuses(of, name, SignatureMismatch, move || of.headed(&value, event())).polled(2)
    };
    // The time is an entry of Stripe's list.
    let places = if of == Provider::Stripe {
        CONSIDERED - 1
    } else {
        CONSIDERED
    };
    let right_at = |place: usize| {
        let mut macs = vec![wrong.as_str(); place];
        macs.push(&right);
        list(&macs)
    };
    let many_others = (if of == Provider::Stripe { ",v0=x" } else { " v1a,x" }).repeat(5);
    let (start, end) = (of.prefix() + &wrong, format!("{separator}{right}"));
    let mut cases = vec![
        accepted("a list whose first signature is right", list(&[&right, &wrong])),
        accepted("a list whose last signature is right", list(&[&wrong, &right])),
        accepted(
            "a list with the right signature among wrong ones",
            list(&[&wrong, &wrong, &right, &wrong]),
        ),
        accepted("a list with the right signature twice", list(&[&right, &right])),
        accepted("a list whose 16th entry is right", right_at(places - 1)),
        mismatch("a list whose 17th entry is right", right_at(places)),
        mismatch("a list without the right signature", list(&[&wrong, &wrong, &wrong])),
        mismatch("a list whose 81st signature is right", right_at(80)),
        accepted(
            "a list with entries of other versions",
            format!("{start}{many_others}{end}"),
        ),
        mismatch(
            "a list with the right signature after 20 entries of other versions",
            format!("{start}{}{end}", many_others.repeat(4)),
        ),
        malformed(of, "a list with a malformed signature", list(&[&right, "0"])),
        malformed(of, "a list with an empty signature", list(&["", &right])),
    ];
    if of == Provider::Stripe {
        let time = of.prefix().replace(",v1=", "");
        cases.extend([
            accepted("a list that ends in the time", format!("v1={right},{time}")),
            accepted(
                "a list with the time between signatures",
                format!("v1={wrong},{time},v1={right}"),
            ),
            accepted("a list that ends in a comma", format!("{}{right},", of.prefix())),
            malformed(of, "a list with a blank", format!("{time}, v1={right}")),
            malformed(of, "a list with the time alone", &time),
            malformed(
                of,
                "a list with the time and another version",
                format!("{time},v0={right}"),
            ),
            Case::refuses(of, "a list with the time in upper case", MissingTimestamp, {
                let value = format!("{},v1={right}", time.to_uppercase());
                move || of.headed(&value, event())
            }),
        ]);
    } else {
        cases.extend([
            accepted(
                "a list with blanks around its entries",
                format!("  v1,{wrong}   v1,{right} "),
            ),
            malformed(of, "a list with a version alone", "v1"),
            malformed(of, "a list with a tab", format!("v1,{wrong}\tv1,{right}")),
        ]);
    }
    cases
}
