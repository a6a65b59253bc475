//! Signature headers in another form than the scheme prescribes: rewritten in the right one, then verified.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::case::Case;
use super::form::{Form, TimeIn};
use super::macs::{self, Found, Written};
use super::time;
use super::trial::{Trial, Trials, at_sender, none};

/// What differs from the prescribed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    Twice,
    Quoted,
    Spaces,
    UpperCase,
    Base64ForHex,
    HexForBase64,
    Base64Url,
    Unpadded,
    PercentEncoded,
    PrefixMissing,
    PrefixDoubled,
    PrefixOther,
}

/// The header in the prescribed form, when it has this difference.
pub(super) fn repair(case: &Case, difference: Difference) -> Trials<'_> {
    // A header that is well formed is not written in another way.
    let Some(form) = Form::of(&case.scheme).filter(|_| case.judge().is_err()) else {
        return none();
    };
    let values = case.head.headers.get_all(&form.header);
    let has_several = values.iter().nth(1).is_some();
    // Made for one value at a time: a stranger may have sent thousands.
    let affordable = values.iter().take_while(|_| !case.budget.is_spent());
    let mut left = macs::MAX_OF_HEAD;
    Box::new(affordable.flat_map(move |value| {
        let mut trials = Vec::new();
        for text in readings(value.as_bytes()) {
            let is_decoded = matches!(text, Cow::Owned(_));
            let mut found = macs::find(&text, |length| length == form.length);
            // Only a space within a MAC was a `+`.
            let is_kept = text.len() != value.len();
            found.retain(|mac| !is_decoded || is_kept || value.as_bytes()[mac.start..mac.end].contains(&b' '));
            found.truncate(left);
            left -= found.len();
            let several = has_several || found.len() > 1;
            for mac in &found {
                let mut differences = compare(&form, &text, mac);
                differences.extend(several.then_some(Difference::Twice));
                differences.extend(is_decoded.then_some(Difference::PercentEncoded));
                if differences.contains(&difference) {
                    trials.extend(written(case, &form, mac, &time::in_text(&text, &found)));
                }
            }
        }
        trials
    }))
}

/// The header as it is, percent-decoded, and with the spaces that a reader of forms made of `+`.
fn readings(value: &[u8]) -> Vec<Cow<'_, [u8]>> {
    let mut readings = vec![Cow::Borrowed(value)];
    if value.contains(&b'%') {
        readings.push(Cow::Owned(percent_decode(value).collect()));
    }
    if value.contains(&b' ') {
        let plus = |byte: &u8| if *byte == b' ' { b'+' } else { *byte };
        readings.push(Cow::Owned(value.iter().map(plus).collect()));
    }
    readings
}

/// The case with this MAC in the prescribed form, if the scheme then reads it.
fn written(case: &Case, form: &Form, mac: &Found, times: &[String]) -> Vec<Trial> {
    let times: Vec<_> = match form.time {
        TimeIn::Signature => times.iter().map(|time| Some(&**time)).collect(),
        _ => vec![None],
    };
    let heads = times
        .into_iter()
        .filter_map(|time| form.write(&case.head, &mac.bytes, time));
    let cases = heads.map(|head| case.with_head(head));
    let readable = cases.filter(|case| case.judge().is_ok());
    readable
        .map(|case| Trial::new(at_sender(format!("write the header as {}", form.describe())), case))
        .collect()
}

fn compare(form: &Form, text: &[u8], mac: &Found) -> Vec<Difference> {
    let mut differences = Vec::new();
    let (before, after) = (&text[..mac.start], &text[mac.end..]);
    let around = || before.iter().chain(after);
    if around().any(|byte| is_quote(*byte)) {
        differences.push(Difference::Quoted);
    }
    let prescribed = form.prefix().bytes().filter(u8::is_ascii_whitespace).count();
    if around().filter(|byte| byte.is_ascii_whitespace()).count() > prescribed {
        differences.push(Difference::Spaces);
    }
    let is_of_either_alphabet = mac.written == Written::Unpadded && !macs::shows_alphabet(&text[mac.start..mac.end]);
    let is_as_prescribed = form.written == Written::Base64Url && is_of_either_alphabet;
    if mac.written != form.written && !is_as_prescribed {
        differences.push(match (form.written, mac.written) {
            (_, Written::UpperHex) if form.written == Written::Hex => Difference::UpperCase,
            (Written::Hex | Written::UpperHex, _) => Difference::Base64ForHex,
            (_, Written::Hex | Written::UpperHex | Written::Base64OfHex) => Difference::HexForBase64,
            (_, Written::Unpadded) => Difference::Unpadded,
            _ => Difference::Base64Url,
        });
    }
    differences.extend(compare_prefix(form, before));
    differences
}

fn compare_prefix(form: &Form, before: &[u8]) -> Option<Difference> {
    let is_of_prefix = |byte: &u8| !is_quote(*byte) && !byte.is_ascii_whitespace();
    let before: Vec<u8> = before.iter().copied().filter(is_of_prefix).collect();
    let wanted: Vec<u8> = form.prefix().bytes().filter(is_of_prefix).collect();
    let wanted = &*wanted;
    let is_separator = |byte: &u8| matches!(byte, b',' | b';');
    let prefix = match form.time {
        TimeIn::Signature => before.rsplit(is_separator).next().unwrap_or_default(),
        _ => &before,
    };
    if prefix == wanted {
        return None;
    }
    Some(match prefix.is_empty() {
        true => Difference::PrefixMissing,
        false if !wanted.is_empty() && prefix == [wanted, wanted].concat() => Difference::PrefixDoubled,
        // The second one of a list that was joined.
        false if prefix.ends_with(wanted) && prefix.contains(&b',') => return None,
        false => Difference::PrefixOther,
    })
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}
