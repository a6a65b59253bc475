//! The signed time: it occurs once, in one form, and near to now. It is judged before the body is read.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tower_webhook::RejectionKind::{
    self, MalformedTimestamp, MissingTimestamp, SignatureMismatch, TimestampInFuture, TimestampTooOld,
};
use tower_webhook::scheme::TimestampFormat;
use tower_webhook::test::TestBody;

use super::super::case::Case;
use super::super::provider::{ID, NOW, Provider, clock, instant, request};
use super::super::secrets::AT_THE_CLIENT;
use super::event;
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    if !of.signs_time() {
        return Vec::new();
    }
    [window(of), forms(of), numbers(of), tolerances(of), clocks(of)]
        .into_iter()
        .flatten()
        .collect()
}

fn window(of: Provider) -> Vec<Case> {
    vec![
        accepted(of, "signed at the earliest time in the window", NOW - 300),
        accepted(of, "signed at the latest time in the window", NOW + 300),
        refused(of, "signed one second before the window", NOW - 301, TimestampTooOld),
        refused(of, "signed one second after the window", NOW + 301, TimestampInFuture),
        refused(of, "signed at time 0", 0, TimestampTooOld),
        refused(of, "signed at the largest time", i64::MAX, TimestampInFuture),
        Case::refuses(of, "another time than the signed one", SignatureMismatch, move || {
            request(with_time(of, of.time_text(NOW - 1)), event())
        })
        .polled(2),
        Case::refuses(of, "too old, and too long", TimestampTooOld, move || {
            let mut request = request(signed_at(of, 0), event());
            let length = HeaderValue::from(3 * 1024 * 1024);
            request.headers_mut().insert("content-length", length);
            request
        })
        .unsendable("hyper's client sends the length of the body alone"),
    ]
}

const NO_NUMBERS: [&str; 22] = [
    "",
    "00",
    "05",
    "1a",
    "+5",
    "-5",
    "-1",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "99999999999999999999999999999999999999999",
    "01700000000",
    "1700000000.0",
    "1700000000.",
    "1.7e9",
    "0x6553F100",
    "1_700_000_000",
    "1700000000000000000000",
    "17000 00000",
    "now",
    "Tue, 14 Nov 2023 22:13:20 GMT",
    "２",
];

const NO_DATES: [&str; 8] = [
    "",
    "1700000000",
    "2023-11-14",
    "2023-11-14T22:13:20",
    "2023-11-14 22:13:20Z",
    "2023-11-14t22:13:20z",
    "2023-11-31T22:13:20Z",
    "2023-11-14T22:13:20+24:00",
];

fn forms(of: Provider) -> Vec<Case> {
    let forms = if of.time_unit() == TimestampFormat::Rfc3339 {
        &NO_DATES[..]
    } else {
        &NO_NUMBERS
    };
    let now = of.time_text(NOW);
    let with_blanks = [format!(" {now}"), format!("{now} ")];
    // Commas separate the entries of a list. White space at the end of an entry is skipped.
    let is_whole = |text: &String| of.time_key().is_none() || !(text.contains(',') || text.ends_with(' '));
    let texts = forms.iter().copied().map(str::to_owned).chain(with_blanks);
    texts
        .filter(is_whole)
        .map(|text| {
            // A time in a list is not at an end of its header.
            let is_stripped = text.trim() != text && of.time_key().is_none();
            let name = format!("the time as '{text}'");
            let case = Case::refuses(of, name.escape_default().to_string(), MalformedTimestamp, move || {
                request(with_time(of, &text), event())
            });
            if is_stripped { case.stripped_by_http1() } else { case }
        })
        .collect()
}

fn numbers(of: Provider) -> Vec<Case> {
    let doubled = |name, second: String| {
        Case::refuses(of, name, MalformedTimestamp, move || {
            let mut headers = of.sign(EVENT);
            match of.names() {
                [signature, None, _] => {
                    let signature = signature.unwrap();
                    let (mark, key) = (&of.separator().unwrap()[..1], of.time_key().unwrap());
                    let value = format!("{}{mark}{key}{second}", headers[&signature].to_str().unwrap());
                    headers.insert(signature, value.parse().unwrap());
                }
                [_, Some(time), _] => {
                    headers.append(time, second.parse().unwrap());
                }
            }
            request(headers, event())
        })
    };
    vec![
        Case::refuses(of, "the time is missing", MissingTimestamp, move || {
            let mut headers = of.sign(EVENT);
            match of.names() {
                [Some(signature), None, _] => {
                    let value = format!("{}{}", &of.separator().unwrap()[1..], of.mac(EVENT));
                    headers.insert(signature, value.parse().unwrap());
                }
                [_, time, _] => {
                    headers.remove(time.unwrap());
                }
            }
            request(headers, event())
        }),
        doubled("two times, both right", of.time_text(NOW)),
        doubled("two times, the first right", of.time_text(NOW - 1)),
    ]
}

fn tolerances(of: Provider) -> Vec<Case> {
    const MONTH: i64 = 30 * 24 * 3600;
    let within = move |seconds| move || of.verifier().tolerance(Duration::from_secs(seconds));
    vec![
        accepted(of, "an hour old, with a tolerance of an hour", NOW - 3600).by(within(3600)),
        refused(
            of,
            "more than an hour old, with a tolerance of an hour",
            NOW - 3601,
            TimestampTooOld,
        )
        .by(within(3600)),
        accepted(of, "signed now, with a tolerance of zero", NOW).by(within(0)),
        refused(of, "one second old, with a tolerance of zero", NOW - 1, TimestampTooOld).by(within(0)),
        refused(
            of,
            "one second ahead, with a tolerance of zero",
            NOW + 1,
            TimestampInFuture,
        )
        .by(within(0)),
        accepted(of, "30 days old, with the largest tolerance", NOW - MONTH).by(within(MONTH.unsigned_abs())),
        refused(
            of,
            "the largest time, with the largest tolerance",
            i64::MAX,
            TimestampInFuture,
        )
        .by(within(MONTH.unsigned_abs())),
        accepted(of, "the largest time, with any time accepted", i64::MAX)
            .by(move || of.verifier().insecure_any_timestamp()),
        accepted(of, "time 0, with any time accepted", 0).by(move || of.verifier().insecure_any_timestamp()),
        Case::refuses(
            of,
            "not a number, with any time accepted",
            MalformedTimestamp,
            move || request(with_time(of, "now"), event()),
        )
        .by(move || of.verifier().insecure_any_timestamp()),
        Case::refuses(
            of,
            "another time than the signed one, with any time accepted",
            SignatureMismatch,
            move || request(with_time(of, of.time_text(0)), event()),
        )
        .by(move || of.verifier().insecure_any_timestamp())
        .polled(2),
    ]
}

/// The clock is read in whole seconds, before the body is read and at its end.
fn clocks(of: Provider) -> Vec<Case> {
    let clock = clock();
    let almost = instant(NOW) + Duration::from_millis(999);
    let verifier = || {
        let clock = clock.clone();
        move || {
            clock.set(instant(NOW));
            of.verifier().clock(clock.clone())
        }
    };
    let advancing = |time| {
        let clock = clock.clone();
        move || {
            let clock = clock.clone();
            let (first, second) = EVENT.split_at(10);
            let later = async move { clock.advance(Duration::from_secs(1)) };
            request(
                signed_at(of, time),
                TestBody::new().frame(first).wait_for(later).frame(second),
            )
        }
    };
    vec![
        accepted(of, "signed 300.999 s ago", NOW - 300).by(move || of.verifier().clock(move || almost)),
        refused(of, "signed 301 s ago by another clock", NOW - 300, TimestampTooOld)
            .by(move || of.verifier().clock(move || instant(NOW + 1))),
        Case::accepts(
            of,
            "still in the window at the end of the body",
            EVENT,
            advancing(NOW - 299),
        )
        .by(verifier())
        .unsendable(AT_THE_CLIENT),
        Case::refuses(
            of,
            "the window passes before the end of the body",
            TimestampTooOld,
            advancing(NOW - 300),
        )
        .by(verifier())
        .polled(3)
        .unsendable(AT_THE_CLIENT),
    ]
}

fn accepted(of: Provider, name: &'static str, time: i64) -> Case {
    Case::accepts(of, name, EVENT, move || request(signed_at(of, time), event())).uncopied()
}

fn refused(of: Provider, name: &'static str, time: i64, kind: RejectionKind) -> Case {
    Case::refuses(of, name, kind, move || request(signed_at(of, time), event()))
}

fn signed_at(of: Provider, time: i64) -> HeaderMap {
    of.sign_at(time, ID, &of.secret(), EVENT)
}

/// The right headers with this text in place of the time.
fn with_time(of: Provider, text: impl AsRef<str>) -> HeaderMap {
    let mut headers = of.sign(EVENT);
    let (name, value) = match of.names() {
        [signature, None, _] => {
            let (key, separator) = (of.time_key().unwrap(), of.separator().unwrap());
            (signature, format!("{key}{}{separator}{}", text.as_ref(), of.mac(EVENT)))
        }
        [_, time, _] => (time, text.as_ref().to_owned()),
    };
    let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
    headers.insert(name.unwrap(), value);
    headers
}
