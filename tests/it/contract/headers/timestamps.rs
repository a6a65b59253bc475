//! The signed time: it occurs once, in one form, and near to now. It is judged before the body is read.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tower_webhook::RejectionKind::{
    self, MalformedTimestamp, MissingTimestamp, SignatureMismatch, TimestampInFuture, TimestampTooOld,
};
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
            request(with_time(of, (NOW - 1).to_string()), event())
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

fn forms(of: Provider) -> Vec<Case> {
    [
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
        " 1700000000",
        "1700000000 ",
        "now",
        "Tue, 14 Nov 2023 22:13:20 GMT",
        "２",
    ]
    // Commas separate the entries of Stripe's header.
    .iter()
    .filter(|text| of != Provider::Stripe || !text.contains(','))
    .map(|text| {
        let name = format!("the time as '{text}'");
        let case = Case::refuses(of, name.escape_default().to_string(), MalformedTimestamp, move || {
            request(with_time(of, text), event())
        });
        // Stripe's time is not at an end of its header.
        if text.trim() == *text || of == Provider::Stripe {
            case
        } else {
            case.stripped_by_http1()
        }
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
                    let value = format!("{},t={second}", headers[&signature].to_str().unwrap());
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
                    let value = format!("v1={}", of.mac(EVENT));
                    headers.insert(signature, value.parse().unwrap());
                }
                [_, time, _] => {
                    headers.remove(time.unwrap());
                }
            }
            request(headers, event())
        }),
        doubled("two times, both right", NOW.to_string()),
        doubled("two times, the first right", (NOW - 1).to_string()),
    ]
}

fn tolerances(of: Provider) -> Vec<Case> {
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
        accepted(of, "the largest time, with the largest tolerance", i64::MAX).by(within(u64::MAX)),
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
            move || request(with_time(of, "0"), event()),
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
        [signature, None, _] => (signature, format!("t={},v1={}", text.as_ref(), of.mac(EVENT))),
        [_, time, _] => (time, text.as_ref().to_owned()),
    };
    let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
    headers.insert(name.unwrap(), value);
    headers
}
