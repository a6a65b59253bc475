use std::time::{Duration, UNIX_EPOCH};

use http::request::Parts;
use tower_webhook::scheme::Algorithm;

use super::*;
use crate::command::explain::form::{Form, TimeIn, Unit, hex};
use crate::command::explain::{explain, macs, scratch};
use crate::moment::Times;

/// The MAC of a message, by a scheme that signs the body alone.
fn mac(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let scheme: Scheme = any(HmacScheme::new("own", HeaderName::from_static("x-mac")).algorithm(algorithm));
    let headers = scheme.signer(&secret(KEY)).unwrap().headers(message);
    macs::find(headers["x-mac"].as_bytes(), macs::is_length).remove(0).bytes
}

fn algorithm(form: &Form) -> Algorithm {
    match form.length {
        20 => Algorithm::HmacSha1,
        32 => Algorithm::HmacSha256,
        _ => Algorithm::HmacSha512,
    }
}

/// The case with this MAC.
fn showing(case: &Case, form: &Form, mac: &[u8]) -> Case {
    case.with_head(form.write(&case.head, mac, Some(&form.unit.write(NOW))).unwrap())
}

/// The case with the MAC of another message.
fn claiming(case: &Case, message: &[u8]) -> Case {
    let form = Form::of(&case.scheme).unwrap();
    showing(case, &form, &mac(algorithm(&form), message))
}

/// The schemes that sign a time.
fn timed() -> impl Iterator<Item = (&'static str, Scheme, Form)> {
    let forms = schemes().into_iter().map(|(about, scheme)| {
        let form = Form::of(&scheme).unwrap();
        (about, scheme, form)
    });
    forms.filter(|(_, _, form)| form.signs_time())
}

#[test]
fn a_time_that_the_sender_left_out_is_named() {
    for (about, scheme, form) in timed() {
        let case = signed_body(&scheme, BODY);
        assert_named(&claiming(&case, BODY.as_bytes()), "time_left_out", about);
        if form.id.is_some() {
            let message = format!("{}.{BODY}", form.unit.write(NOW));
            assert_named(&claiming(&case, message.as_bytes()), "time_left_out", about);
        }
    }
}

#[test]
fn a_time_that_the_sender_added_is_named() {
    for (about, scheme) in schemes() {
        if Form::of(&scheme).unwrap().signs_time() {
            continue;
        }
        for message in [
            format!("{NOW}.{BODY}"),
            format!("v0:{NOW}:{BODY}"),
            format!("{BODY}{NOW}"),
        ] {
            let case = claiming(&signed_body(&scheme, BODY), message.as_bytes());
            let case = case.with_header(&HeaderName::from_static("x-time"), NOW.into());
            assert_named(&case, "time_added", about);
        }
    }
}

#[test]
fn a_time_in_another_unit_than_was_signed_is_named() {
    for (about, scheme, form) in timed() {
        let (name, time) = match form.unit {
            Unit::Seconds => ("time_in_milliseconds", format!("{NOW}123")),
            Unit::Milliseconds => ("time_in_seconds", NOW.to_string()),
            Unit::Rfc3339 => continue,
        };
        let case = signed_body(&scheme, BODY);
        let text = case.head.headers[&form.header].to_str().unwrap();
        let mac = macs::find(text.as_bytes(), |length| length == form.length).remove(0);
        let head = form.write(&case.head, &mac.bytes, Some(&time));
        assert_named(&case.with_head(head.unwrap()), name, about);
    }
}

#[test]
fn a_time_that_is_missing_or_in_another_form_is_read_from_elsewhere() {
    for (about, scheme, form) in timed() {
        let TimeIn::Header(name) = form.time else { continue };
        let case = signed_body(&scheme, BODY);
        let mut without = Parts::clone(&case.head);
        without.headers.remove(&name);
        let mut dated = without.clone();
        dated
            .headers
            .insert("date", "Tue, 14 Nov 2023 22:13:21 GMT".parse().unwrap());
        assert_named(&case.with_head(dated), "time_missing", about);
        let time = form.unit.write(NOW);
        without.headers.insert("x-other-time", time.parse().unwrap());
        assert_named(&case.with_head(without), "time_missing", about);
        let date = "Tue, 14 Nov 2023 22:13:20 GMT".to_owned();
        let others = match form.unit {
            Unit::Rfc3339 => vec![NOW.to_string(), format!("{NOW}000"), date],
            _ => vec![
                "2023-11-14T22:13:20Z".to_owned(),
                format!("{time}.25"),
                format!("+{time}"),
                date,
            ],
        };
        for text in others {
            assert_named(&case.with_header(&name, text.parse().unwrap()), "time_as_date", about);
        }
    }
}

/// What the report says in JSON.
fn report(case: &Case, now: i64) -> serde_json::Value {
    let now = UNIX_EPOCH + Duration::from_secs(now.unsigned_abs());
    serde_json::to_value(explain(case, &Times::at(now))).unwrap()
}

#[test]
fn a_right_signature_with_a_wrong_time_is_explained_by_the_time() {
    for (about, scheme, form) in timed() {
        let case = signed_body(&scheme, BODY);
        assert_eq!(report(&case, NOW)["genuine"], true, "{about}");
        assert_eq!(report(&case, NOW + 301)["time"]["accident"], "time_stale", "{about}");
        assert_eq!(
            report(&case, NOW - 301)["time"]["accident"],
            "time_in_future",
            "{about}"
        );
        // A clock that goes ahead, behind a proxy that adds a time of its own.
        let mut head = Parts::clone(&case.head);
        let headers = head.headers.drain().filter_map(|(name, value)| Some((name?, value)));
        let other = (
            HeaderName::from_static("x-request-start"),
            "1700000000123".parse().unwrap(),
        );
        head.headers = [other].into_iter().chain(headers.collect::<Vec<_>>()).collect();
        assert_eq!(
            report(&case.with_head(head), NOW - 3600)["time"]["accident"],
            "time_in_future",
            "{about}"
        );
        // The time in the other unit, and signed so.
        let (name, time) = match form.unit {
            Unit::Seconds => ("time_in_milliseconds", NOW * 1000),
            Unit::Milliseconds => ("time_in_seconds", NOW / 1000),
            Unit::Rfc3339 => continue,
        };
        let signer = scheme.signer(&case.secrets[0]).unwrap().timestamp(time).id("msg_1");
        let mut head = Parts::clone(&case.head);
        let request = Request::post("/").body(BODY.as_bytes().to_vec()).unwrap();
        head.headers.extend(signer.sign(request).into_parts().0.headers);
        assert!(head.headers.contains_key(&form.header));
        let report = report(&case.with_head(head), NOW);
        assert_eq!(report["time"]["accident"], name, "{about}");
        assert_eq!(
            (&report["genuine"], &report["explained"]),
            (&false.into(), &true.into()),
            "{about}"
        );
    }
}

#[test]
fn an_explained_request_may_be_stale_besides() {
    for (about, scheme, _) in timed() {
        let case = signed_body(&scheme, BODY).with_body(format!("{BODY}\n"));
        let report = report(&case, NOW + 3600);
        assert_eq!(report["accident"], "trailing_newline", "{about}");
        assert_eq!(report["time"]["accident"], "time_stale", "{about}");
    }
}

#[test]
fn an_older_secret_of_the_set_is_named() {
    for (about, scheme) in schemes() {
        let case = signed_body(&scheme, BODY);
        let newer = SecretText::new(keyed(&scheme, "newer").expose().to_vec(), "file new".to_owned()).unwrap();
        let case = case.with_secrets([newer, case.secrets[0].clone()]);
        let report = report(&case, NOW);
        assert_eq!(
            (&report["accident"], &report["genuine"]),
            (&"older_secret".into(), &true.into()),
            "{about}"
        );
    }
}

/// What a scheme signs for the body of a case, among all that schemes sign.
fn message(case: &Case, form: &Form) -> Vec<u8> {
    let mut right = scratch::messages(case, form).filter(|message| claiming(case, message).verify().is_ok());
    let message = right.next();
    message.expect("`scratch::messages` has what each scheme signs").into()
}

#[test]
fn another_hash_is_named_in_the_header_of_the_scheme_or_in_an_older_one() {
    use Algorithm::{HmacSha1, HmacSha256, HmacSha384, HmacSha512};

    // What Twilio signs is made of the parsed body.
    for (about, scheme) in schemes().into_iter().filter(|(name, _)| *name != "twilio") {
        let form = Form::of(&scheme).unwrap();
        let case = signed_body(&scheme, BODY);
        let message = message(&case, &form);
        for other in [HmacSha1, HmacSha256, HmacSha384, HmacSha512] {
            if other == algorithm(&form) {
                continue;
            }
            let mac = mac(other, &message);
            assert_named(&showing(&case, &form, &mac), "other_hash", about);

            if form.time != TimeIn::Signature {
                let mut head = Parts::clone(&case.head);
                head.headers.remove(&form.header);
                let older = format!("hash={}", hex(&mac)).parse().unwrap();
                head.headers.insert("x-older", older);
                assert_named(&case.with_head(head), "other_hash", about);
            }
        }
    }
}
