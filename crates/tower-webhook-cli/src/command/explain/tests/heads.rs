use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use http::HeaderValue;

use super::*;
use crate::command::explain::form::{Form, hex};
use crate::command::explain::macs::{self, Written};

/// The value of the signature header: the text before the MAC, the MAC as text, its bytes.
struct Value {
    before: String,
    mac: String,
    bytes: Vec<u8>,
    prefix: String,
}

fn value(case: &Case, form: &Form) -> Value {
    let text = case.head.headers[&form.header].to_str().unwrap().to_owned();
    let mac = macs::find(text.as_bytes(), |length| length == form.length).remove(0);
    Value {
        before: text[..mac.start].to_owned(),
        mac: text[mac.start..mac.end].to_owned(),
        bytes: mac.bytes,
        prefix: form.prefix().to_owned(),
    }
}

/// What an accident makes of the header, where it can happen.
fn rows(form: &Form, value: &Value) -> Vec<(&'static str, Vec<String>)> {
    let Value {
        before,
        mac,
        bytes,
        prefix,
    } = value;
    let whole = format!("{before}{mac}");
    let mut rows = vec![
        ("signature_quoted", vec![format!("\"{whole}\"")]),
        ("signature_quoted", vec![format!("{before}'{mac}'")]),
        ("signature_spaces", vec![format!("{before} {mac}")]),
        ("signature_twice", vec![whole.clone(), whole.clone()]),
    ];
    if form.written == Written::Hex {
        let upper = mac.to_uppercase();
        rows.push(("signature_upper_case", vec![format!("{before}{upper}")]));
        rows.push((
            "signature_base64_for_hex",
            vec![format!("{before}{}", STANDARD.encode(bytes))],
        ));
        rows.push((
            "signature_base64_for_hex",
            vec![format!("{before}{}", STANDARD.encode(mac))],
        ));
    } else {
        rows.push(("signature_hex_for_base64", vec![format!("{before}{}", hex(bytes))]));
        rows.push((
            "signature_hex_for_base64",
            vec![format!("{before}{}", STANDARD.encode(hex(bytes)))],
        ));
        let unpadded = whole.trim_end_matches('=').to_owned();
        let other_alphabet = match form.written {
            Written::Base64Url => STANDARD.encode(bytes),
            _ => URL_SAFE_NO_PAD.encode(bytes),
        };
        if unpadded != whole {
            rows.push(("signature_unpadded", vec![unpadded]));
        }
        if mac.contains(['+', '/', '-', '_']) {
            rows.push(("signature_base64_url", vec![format!("{before}{other_alphabet}")]));
        }
        let percent = mac.replace('=', "%3D").replace('+', "%2B").replace('/', "%2F");
        if percent != *mac {
            rows.push(("signature_percent_encoded", vec![format!("{before}{percent}")]));
        }
    }
    if !prefix.is_empty() {
        let without = before.strip_suffix(&**prefix).unwrap();
        rows.push(("signature_prefix_missing", vec![format!("{without}{mac}")]));
        rows.push((
            "signature_prefix_doubled",
            vec![format!("{without}{prefix}{prefix}{mac}")],
        ));
        rows.push(("signature_prefix_other", vec![format!("{without}hash:{mac}")]));
    }
    rows
}

#[test]
fn what_happened_to_a_header_is_named_first_for_every_scheme() {
    let (mut url_safe, mut seen) = (false, 0);
    for (about, scheme) in schemes() {
        let form = Form::of(&scheme).unwrap();
        // Bodies until one has a MAC with a character of its own in either alphabet.
        for body in 0..8 {
            let case = signed_body(&scheme, format!("{{\"n\":{body}}}"));
            for (name, values) in rows(&form, &value(&case, &form)) {
                url_safe |= name == "signature_base64_url";
                let mut head = http::request::Parts::clone(&case.head);
                head.headers.remove(&form.header);
                for value in &values {
                    head.headers.append(&form.header, value.parse().unwrap());
                }
                let case = case.with_head(head);
                // Some schemes are lenient: it is no accident for them.
                if case.verify().is_err() {
                    seen += 1;
                    assert_named(&case, name, &format!("{about}: {values:?}"));
                }
            }
        }
    }
    assert!(url_safe && seen > KNOWN.len() * 8 * 5, "{seen}");
}

#[test]
fn spaces_that_were_plus_are_restored() {
    let scheme = named("shopify");
    let bodies = (0..100).map(|body| signed_body(&scheme, body.to_string()));
    let form = Form::of(&scheme).unwrap();
    let mut with_plus = bodies.filter(|case| value(case, &form).mac.contains('+'));
    let case = with_plus.next().unwrap();
    let text = value(&case, &form).mac.replace('+', " ");
    assert_named(
        &case.with_header(&form.header, text.parse().unwrap()),
        "signature_percent_encoded",
        &text,
    );
}

#[test]
fn a_header_under_another_name_is_found() {
    for (about, scheme) in schemes() {
        let case = signed_body(&scheme, BODY);
        let mut head = http::request::Parts::clone(&case.head);
        let value = head.headers.remove(scheme.signature_header().unwrap()).unwrap();
        head.headers.insert("x-gateway-copy", value);
        assert_named(&case.with_head(head), "signature_header_renamed", about);
    }
}

#[test]
fn the_header_of_another_provider_is_named_with_its_scheme() {
    let mut seen = 0;
    for (about, scheme) in schemes() {
        for (other, held) in schemes().into_iter().filter(|(name, _)| !name.starts_with("own")) {
            let same_key = scheme.kind() == held.kind();
            if held.signature_header() == scheme.signature_header() || about.starts_with("own") || !same_key {
                continue;
            }
            let case = signed_body(&scheme, BODY);
            if case.with_scheme(Arc::clone(&held)).judge().is_ok() {
                continue;
            }
            seen += 1;
            assert_named(
                &case.with_scheme(held),
                "other_provider",
                &format!("{about} as {other}"),
            );
        }
    }
    assert!(seen > 10);
}

#[test]
fn the_recipe_of_another_provider_under_this_header_is_named() {
    let mut seen = 0;
    for (about, scheme) in schemes() {
        for (other, recipe) in schemes() {
            let (form, of_recipe) = (Form::of(&scheme).unwrap(), Form::of(&recipe).unwrap());
            let same_key = scheme.kind() == recipe.kind();
            let is_other = form.header != of_recipe.header && of_recipe.signs_time() && form.signs_time();
            let same_form = form.length == of_recipe.length && form.unit == of_recipe.unit;
            if !same_key || !is_other || !same_form || of_recipe.id.is_some() {
                continue;
            }
            let case = signed_body(&recipe, BODY);
            let mac = value(&case, &of_recipe).bytes;
            let time = form.unit.write(NOW);
            let mut head = form.write(&case.head, &mac, Some(&time)).unwrap();
            head.headers.remove(&of_recipe.header);
            head.headers
                .extend(form.id.clone().map(|name| (name, HeaderValue::from_static("msg_1"))));
            let case = case.with_head(head).with_scheme(scheme.clone());
            // Many schemes sign the same.
            if case.verify().is_ok() {
                continue;
            }
            seen += 1;
            let names = explained(&case);
            // Some sign what this one does but for the id.
            let is_named = names == ["other_recipe"] || form.id.is_some() && names == ["time_left_out"];
            assert!(is_named, "{other} under the header of {about}: {names:?}");
        }
    }
    assert!(seen > 10);
}

#[test]
fn a_damaged_header_and_a_damaged_body_or_secret_are_named_both() {
    for (about, scheme) in schemes() {
        let form = Form::of(&scheme).unwrap();
        let case = signed_body(&scheme, BODY);
        let quoted = format!("\"{}\"", case.head.headers[&form.header].to_str().unwrap());
        let case = case.with_header(&form.header, quoted.parse().unwrap());
        let body = case.with_body(format!("{BODY}\n"));
        assert_eq!(explained(&body), ["signature_quoted", "trailing_newline"], "{about}");
        let damaged = [case.secrets[0].expose(), b" "].concat();
        let secret = case.with_secrets([secret(damaged)]);
        assert_eq!(
            explained(&secret),
            ["signature_quoted", "secret_white_space"],
            "{about}"
        );
    }
}
