//! Several signatures in one header: any of the first few may be the right one.

use tower_webhook::Rejection::SignatureMismatch;

use super::super::case::Case;
use super::super::provider::Provider;
use super::{event, malformed};
use crate::support::EVENT;

/// How many entries of a list are considered, whatever they are.
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
    // A time takes a place in Stripe's list.
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
        accepted("the right one of a list comes first", list(&[&right, &wrong])),
        accepted("the right one of a list comes last", list(&[&wrong, &right])),
        accepted(
            "the right one of a list is among wrong ones",
            list(&[&wrong, &wrong, &right, &wrong]),
        ),
        accepted("the right one of a list is there twice", list(&[&right, &right])),
        accepted("the right one of a list is the last considered", right_at(places - 1)),
        mismatch("the right one of a list is the first not considered", right_at(places)),
        mismatch("none of a list is right", list(&[&wrong, &wrong, &wrong])),
        mismatch("thousands in a list, and the last is right", right_at(80)),
        accepted(
            "entries of other versions in a list",
            format!("{start}{many_others}{end}"),
        ),
        mismatch(
            "the right one of a list behind many of other versions",
            format!("{start}{}{end}", many_others.repeat(4)),
        ),
        malformed(of, "one of a list is malformed", list(&[&right, "0"])),
        malformed(of, "one of a list is empty", list(&["", &right])),
    ];
    if of == Provider::Stripe {
        let time = of.prefix().replace(",v1=", "");
        cases.extend([
            accepted("the time of a list comes last", format!("v1={right},{time}")),
            accepted(
                "the time of a list is among the others",
                format!("v1={wrong},{time},v1={right}"),
            ),
            accepted("a list that ends in a comma", format!("{}{right},", of.prefix())),
            malformed(of, "blanks in a list", format!("{time}, v1={right}")),
        ]);
    } else {
        cases.extend([
            accepted("a list with blanks around", format!("  v1,{wrong}   v1,{right} ")),
            malformed(of, "a list with tabs", format!("v1,{wrong}\tv1,{right}")),
        ]);
    }
    cases
}
