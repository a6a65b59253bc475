//! The signed time: left out of what is signed, added to it, in another unit, or missing.

use std::time::Duration;

use http::header::DATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tower_webhook::RejectionKind;

use super::accident;
use super::case::Case;
use super::form::{Form, TimeIn, Unit};
use super::macs;
use super::scratch::scratch;
use super::search::Found;
use super::trial::{Change, Trial, Trials, at_receiver, at_sender, joined, none};

/// More times than a head has.
const MAX_TIMES: usize = 8;

/// The times in a text, as digits, outside of its MACs: the first ones.
pub(super) fn in_text(text: &[u8], macs: &[macs::Found]) -> Vec<String> {
    let mut times = Vec::new();
    let mut at = 0;
    for digits in text.chunk_by(|one, next| one.is_ascii_digit() == next.is_ascii_digit()) {
        if times.len() == MAX_TIMES {
            break;
        }
        let start = at;
        at += digits.len();
        let is_in_mac = macs.iter().any(|mac| mac.start < at && start < mac.end);
        if is_time(digits) && !is_in_mac {
            times.push(String::from_utf8_lossy(digits).into_owned());
        }
    }
    times
}

/// Seconds or milliseconds since the Unix epoch, of this century.
fn is_time(digits: &[u8]) -> bool {
    (9..=14).contains(&digits.len()) && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit)
}

/// A date as RFC 3339 has it.
fn is_date(text: &str) -> bool {
    text.len() < 40 && text.starts_with(|first: char| first.is_ascii_digit()) && text.parse::<Timestamp>().is_ok()
}

/// The times in the head: those in the signature header, then headers that are digits, or a date, alone.
pub(super) fn in_head(case: &Case) -> Vec<String> {
    let header = case.scheme.signature_header();
    let values = header.into_iter().flat_map(|name| case.head.headers.get_all(name));
    let in_signature =
        values.flat_map(|value| in_text(value.as_bytes(), &macs::find(value.as_bytes(), macs::is_length)));
    let others = case.head.headers.iter().filter(|(name, _)| Some(*name) != header);
    let texts = others.filter_map(|(_, value)| value.to_str().ok());
    let alone = texts.filter(|text| is_time(text.as_bytes()) || is_date(text));
    let mut times = Vec::new();
    for time in in_signature.chain(alone.map(str::to_owned)) {
        if times.len() == MAX_TIMES {
            break;
        }
        if !times.contains(&time) {
            times.push(time);
        }
    }
    times
}

/// The sender signed less than the scheme says: the body, or the time and the body.
pub(super) fn left_out(case: &Case) -> Trials<'_> {
    let Some(form) = Form::of(&case.scheme).filter(Form::signs_time) else {
        return none();
    };
    let alone = scratch(
        case,
        case.body.clone(),
        "sign the time too: the sender signed the body alone",
    );
    if form.id.is_none() {
        return alone;
    }
    let without_id = in_head(case).into_iter().flat_map(move |time| {
        let message = joined([time.as_bytes(), b".", &case.body].into_iter());
        scratch(
            case,
            message,
            "sign the id too: the sender signed the time and the body alone",
        )
    });
    Box::new(alone.chain(without_id))
}

/// The sender signed a time that the scheme does not sign.
pub(super) fn added(case: &Case) -> Trials<'_> {
    if Form::of(&case.scheme).is_none_or(|form| form.signs_time()) {
        return none();
    }
    let around = |time: String| {
        let before = |text: String| (text, String::new());
        [
            before(format!("{time}.")),
            before(format!("{time}:")),
            before(format!("v0:{time}:")),
            before(time.clone()),
            before(format!("{time}\n")),
            (String::new(), time),
        ]
    };
    let all = in_head(case).into_iter().flat_map(around);
    let affordable = all.take_while(|_| !case.budget.is_spent());
    Box::new(affordable.flat_map(move |(before, after)| {
        let message = joined([before.as_bytes(), &case.body, after.as_bytes()].into_iter());
        scratch(case, message, "sign the body alone: the sender signed the time with it")
    }))
}

/// The time in the head is in milliseconds, and the signed one in seconds.
pub(super) fn in_milliseconds(case: &Case) -> Trials<'_> {
    let seconds = in_digits(case).filter(|time| time.len() > 11);
    let seconds = seconds.map(|time| time[..time.len() - 3].to_owned()).collect();
    with_times(case, seconds, at_sender("write the time in seconds, not milliseconds"))
}

/// The time in the head is in seconds, and the signed one in milliseconds.
pub(super) fn in_seconds(case: &Case) -> Trials<'_> {
    let milliseconds = in_digits(case).filter(|time| time.len() < 12);
    let milliseconds = milliseconds.map(|time| format!("{time}000")).collect();
    with_times(
        case,
        milliseconds,
        at_sender("write the time in milliseconds, not seconds"),
    )
}

fn in_digits(case: &Case) -> impl Iterator<Item = String> {
    in_head(case).into_iter().filter(|time| is_time(time.as_bytes()))
}

/// What happened to the time of a request whose signature is right.
pub(super) fn explain(case: &Case, fault: RejectionKind, tolerance: Duration) -> Found {
    let seconds = tolerance.as_secs();
    let is_long = |time: String| time.len() > 11;
    let signed = Form::of(&case.scheme).and_then(|form| Some((form.unit, is_long(signed(case, &form)?))));
    let (name, change) = match (fault, signed) {
        (RejectionKind::TimestampInFuture, Some((Unit::Seconds, true))) => (
            "time_in_milliseconds",
            at_sender("sign the time in seconds, not milliseconds"),
        ),
        (RejectionKind::TimestampTooOld, Some((Unit::Milliseconds, false))) => (
            "time_in_seconds",
            at_sender("sign the time in milliseconds, not seconds"),
        ),
        (RejectionKind::TimestampInFuture, _) => {
            let text = format!("compare the clocks: the signed time is more than {seconds} s in the future");
            ("time_in_future", at_receiver(text))
        }
        _ => {
            let text = format!("verify within {seconds} s of the signed time, or name that time with --at");
            ("time_stale", at_receiver(text))
        }
    };
    Found {
        accident: accident::named(name),
        change,
    }
}

/// The time in its place, as digits.
fn signed(case: &Case, form: &Form) -> Option<String> {
    let name = match &form.time {
        TimeIn::Nowhere => return None,
        TimeIn::Signature => &form.header,
        TimeIn::Header(name) => name,
    };
    let value = case.head.headers.get(name)?.as_bytes();
    let times = in_text(value, &macs::find(value, macs::is_length));
    times.into_iter().next()
}

/// The header of the time is missing: other times in the head may be the signed one.
pub(super) fn missing(case: &Case) -> Trials<'_> {
    match case.judge() {
        Err(rejection) if rejection.kind() == RejectionKind::MissingTimestamp => {}
        _ => return none(),
    }
    let unit = Form::of(&case.scheme).map_or(Unit::Seconds, |form| form.unit);
    let mut times = in_head(case);
    if let Some(date) = case
        .head
        .headers
        .get(DATE)
        .and_then(|date| seconds(date.to_str().ok()?))
    {
        times.extend((date - 2..=date + 2).rev().map(|time| unit.write(time)));
    }
    with_times(
        case,
        times,
        at_receiver("pass on the header of the time, which was signed"),
    )
}

/// The time in the head is a date where the scheme has a number, or a number that is no whole one, or the reverse.
pub(super) fn as_date(case: &Case) -> Trials<'_> {
    let Some(form) = Form::of(&case.scheme) else {
        return none();
    };
    let TimeIn::Header(name) = &form.time else {
        return none();
    };
    match case.judge() {
        Err(rejection) if rejection.kind() == RejectionKind::MalformedTimestamp => {}
        _ => return none(),
    }
    let values = case.head.headers.get_all(name).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let times = texts.filter_map(|text| {
        let text = text.trim().trim_matches(['"', '\'']);
        let whole = text
            .trim_start_matches(['+', '0'])
            .split('.')
            .next()
            .unwrap_or_default();
        let is_number = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
        match (is_number, form.unit) {
            (true, Unit::Rfc3339) => Some(form.unit.write(whole.get(..10)?.parse().ok()?)),
            (true, _) => Some(whole.to_owned()),
            (false, _) => seconds(text).map(|time| form.unit.write(time)),
        }
    });
    let change = format!("write the time as {}", form.unit.describe());
    with_times(case, times.collect(), at_sender(change))
}

/// The seconds since the Unix epoch of a date in the form of RFC 3339 or RFC 2822.
fn seconds(text: &str) -> Option<i64> {
    let parsed = text.parse::<Timestamp>().ok();
    let parsed = parsed.or_else(|| rfc2822::DateTimeParser::new().parse_timestamp(text).ok());
    parsed.map(Timestamp::as_second)
}

/// The case with each of these times in the place of the time.
fn with_times(case: &Case, times: Vec<String>, change: Change) -> Trials<'_> {
    let Some(form) = Form::of(&case.scheme).filter(Form::signs_time) else {
        return none();
    };
    let values = case.head.headers.get_all(&form.header);
    let macs: Vec<_> = macs::find_all(values, |length| length == form.length).collect();
    let pairs = times.into_iter().take(MAX_TIMES).flat_map(move |time| {
        let macs = macs.clone().into_iter();
        macs.map(move |mac| (mac, time.clone()))
    });
    Box::new(pairs.filter_map(move |(mac, time)| {
        let head = form.write(&case.head, &mac.bytes, Some(&time))?;
        Some(Trial::new(change.clone(), case.with_head(head)))
    }))
}
