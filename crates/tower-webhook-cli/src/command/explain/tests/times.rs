use std::time::{Duration, UNIX_EPOCH};

use http::request::Parts;

use super::*;
use crate::command::explain::form::{Form, TimeIn};
use crate::command::explain::{explain, macs};

/// The MAC of a message under a key, by a scheme that signs the body alone.
fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let scheme: Scheme = Arc::new(HmacScheme::new(HeaderName::from_static("x-mac")));
    let headers = scheme.signer(&secret(key)).unwrap().headers(message);
    macs::find(headers["x-mac"].as_bytes(), |length| length == 32)
        .remove(0)
        .bytes
}

/// The case with the MAC of another message.
fn claiming(case: &Case, message: &[u8]) -> Case {
    let form = Form::of(&case.scheme).unwrap();
    let mac = mac(KEY.as_bytes(), message);
    case.with_head(form.write(&case.head, &mac, Some(&NOW.to_string())).unwrap())
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
            let message = format!("{NOW}.{BODY}");
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
        let case = signed_body(&scheme, BODY);
        let text = case.head.headers[&form.header].to_str().unwrap();
        let mac = macs::find(text.as_bytes(), |length| length == 32).remove(0);
        let head = form.write(&case.head, &mac.bytes, Some(&format!("{NOW}123")));
        assert_named(&case.with_head(head.unwrap()), "time_in_milliseconds", about);
    }
}

#[test]
fn a_time_that_is_missing_or_a_date_is_read_from_elsewhere() {
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
        without.headers.insert("x-other-time", NOW.into());
        assert_named(&case.with_head(without), "time_missing", about);
        for text in [
            "2023-11-14T22:13:20Z",
            "1700000000.25",
            "+1700000000",
            "Tue, 14 Nov 2023 22:13:20 GMT",
        ] {
            assert_named(&case.with_header(&name, text.parse().unwrap()), "time_as_date", about);
        }
    }
}

/// What the report says in JSON.
fn report(case: &Case, now: i64) -> serde_json::Value {
    let now = UNIX_EPOCH + Duration::from_secs(now.unsigned_abs());
    serde_json::to_value(explain(case, now)).unwrap()
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
        // Milliseconds that were signed as such.
        let signer = scheme
            .signer(&case.secrets[0])
            .unwrap()
            .timestamp(NOW * 1000)
            .id("msg_1");
        let mut head = Parts::clone(&case.head);
        head.headers.extend(signer.headers(BODY));
        assert!(head.headers.contains_key(&form.header));
        let report = report(&case.with_head(head), NOW);
        assert_eq!(report["time"]["accident"], "time_in_milliseconds", "{about}");
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
        assert_eq!(report(&case, NOW)["accident"], "older_secret", "{about}");
    }
}

#[test]
fn another_hash_is_named_in_the_header_of_the_scheme_or_in_an_older_one() {
    use tower_webhook::scheme::Algorithm::{HmacSha1, HmacSha384, HmacSha512};

    for (about, scheme) in schemes() {
        let form = Form::of(&scheme).unwrap();
        let case = signed_body(&scheme, BODY);
        let message = match (&form.id, form.signs_time()) {
            (Some(_), _) => format!("msg_1.{NOW}.{BODY}"),
            (None, true) => format!("{NOW}.{BODY}"),
            (None, false) => BODY.to_owned(),
        };
        for algorithm in [HmacSha1, HmacSha384, HmacSha512] {
            let other = HmacScheme::new(HeaderName::from_static("x-mac")).algorithm(algorithm);
            let other: Scheme = Arc::new(other);
            let headers = other.signer(&secret(KEY)).unwrap().headers(&message);
            let digits = headers["x-mac"].to_str().unwrap();
            let time = if form.time == TimeIn::Signature {
                format!("t={NOW},")
            } else {
                String::new()
            };
            let value = format!("{time}{}{digits}", form.prefix()).parse().unwrap();
            assert_named(&case.with_header(&form.header, value), "other_hash", about);

            if form.time != TimeIn::Signature {
                let mut head = Parts::clone(&case.head);
                head.headers.remove(&form.header);
                head.headers
                    .insert("x-older", format!("hash={digits}").parse().unwrap());
                assert_named(&case.with_head(head), "other_hash", about);
            }
        }
    }
}
