//! The signed time: left out of what is signed, added to it, in another unit, or missing.

use http::header::DATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tower_webhook::RejectionKind;

use super::case::{Case, Trial, Trials, none};
use super::form::{Form, TimeIn};
use super::macs::{self, Found};
use super::scratch::scratch;

/// More times than a head has.
const MAX_TIMES: usize = 8;

/// The times in a text, as digits, outside of its MACs.
pub(super) fn in_text(text: &[u8], macs: &[Found]) -> Vec<String> {
    let mut times = Vec::new();
    let mut at = 0;
    for digits in text.chunk_by(|one, next| one.is_ascii_digit() == next.is_ascii_digit()) {
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

/// The times in the head: those in the signature header, then headers that are digits alone.
pub(super) fn in_head(case: &Case) -> Vec<String> {
    let header = case.scheme.signature_header();
    let values = case.head.headers.get_all(header).iter();
    let in_signature =
        values.flat_map(|value| in_text(value.as_bytes(), &macs::find(value.as_bytes(), macs::is_length)));
    let others = case.head.headers.iter().filter(|(name, _)| *name != header);
    let alone = others.filter_map(|(_, value)| is_time(value.as_bytes()).then(|| value.to_str().ok())?);
    let mut times: Vec<_> = in_signature.chain(alone.map(str::to_owned)).collect();
    times.dedup();
    times.truncate(MAX_TIMES);
    times
}

/// The sender signed less than the scheme says: the body, or the time and the body.
pub(super) fn left_out(case: &Case) -> Trials<'_> {
    let Some(form) = Form::of(&case.scheme).filter(Form::signs_time) else {
        return none();
    };
    let alone = scratch(
        case,
        case.body.to_vec(),
        "sign the time too: the sender signed the body alone",
    );
    if form.id.is_none() {
        return alone;
    }
    let without_id = in_head(case).into_iter().flat_map(move |time| {
        let message = [time.as_bytes(), b".", &case.body].concat();
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
    let joined = |time: &str, body: &[u8]| {
        let time = time.as_bytes();
        [
            [time, b".", body].concat(),
            [time, b":", body].concat(),
            [b"v0:", time, b":", body].concat(),
            [time, body].concat(),
            [body, time].concat(),
            [time, b"\n", body].concat(),
        ]
    };
    let messages = in_head(case)
        .into_iter()
        .flat_map(move |time| joined(&time, &case.body));
    Box::new(
        messages
            .flat_map(move |message| scratch(case, message, "sign the body alone: the sender signed the time with it")),
    )
}

/// The time in the head is in milliseconds, and the signed one in seconds, or the reverse.
pub(super) fn unit(case: &Case) -> Trials<'_> {
    let other_unit = |time: &String| match time.len() {
        12.. => time[..time.len() - 3].to_owned(),
        _ => format!("{time}000"),
    };
    let times = in_head(case).iter().map(other_unit).collect();
    with_times(
        case,
        times,
        "write the time in the unit that was signed: seconds, not milliseconds",
    )
}

/// The header of the time is missing: other times in the head may be the signed one.
pub(super) fn missing(case: &Case) -> Trials<'_> {
    match case.judge() {
        Err(rejection) if rejection.kind() == RejectionKind::MissingTimestamp => {}
        _ => return none(),
    }
    let mut times = in_head(case);
    if let Some(date) = case
        .head
        .headers
        .get(DATE)
        .and_then(|date| seconds(date.to_str().ok()?))
    {
        times.extend((date - 2..=date + 2).rev().map(|time| time.to_string()));
    }
    with_times(case, times, "pass on the header of the time, which was signed")
}

/// The time in the head is a date, or a number that is no whole one.
pub(super) fn as_date(case: &Case) -> Trials<'_> {
    let Some(TimeIn::Header(name)) = Form::of(&case.scheme).map(|form| form.time) else {
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
        if is_number {
            Some(whole.to_owned())
        } else {
            seconds(text).map(|time| time.to_string())
        }
    });
    with_times(
        case,
        times.collect(),
        "write the time as whole seconds since 1970, in digits alone",
    )
}

/// The seconds since the Unix epoch of a date in the form of RFC 3339 or RFC 2822.
fn seconds(text: &str) -> Option<i64> {
    let parsed = text.parse::<Timestamp>().ok();
    let parsed = parsed.or_else(|| rfc2822::DateTimeParser::new().parse_timestamp(text).ok());
    parsed.map(Timestamp::as_second)
}

/// The case with each of these times in the place of the time.
fn with_times<'a>(case: &'a Case, times: Vec<String>, change: &'static str) -> Trials<'a> {
    let Some(form) = Form::of(&case.scheme).filter(Form::signs_time) else {
        return none();
    };
    let values = case.head.headers.get_all(&form.header).iter();
    let macs: Vec<_> = values
        .flat_map(|value| macs::find(value.as_bytes(), |length| length == form.length))
        .collect();
    let times = times.into_iter().take(MAX_TIMES);
    Box::new(times.flat_map(move |time| {
        let heads = macs
            .iter()
            .filter_map(|mac| form.write(&case.head, &mac.bytes, Some(&time)));
        let cases = heads.map(|head| case.with_head(head));
        cases.map(|case| Trial::new(change, case)).collect::<Vec<_>>()
    }))
}
