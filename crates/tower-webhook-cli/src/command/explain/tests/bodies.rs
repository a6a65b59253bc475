use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::*;

const JSON: &str = r#"{"b":"Zoë & <x> / y","a":[1,2.5,{"c":null}],"b":true}"#;

/// An accident, what was signed, and what is held.
fn rows() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let mut rows: Vec<(&'static str, Vec<u8>, Vec<u8>)> = Vec::new();
    let mut row = |name, signed: &[u8], held: &[u8]| rows.push((name, signed.to_vec(), held.to_vec()));
    row("trailing_newline", b"{}\n", b"{}");
    row("trailing_newline", b"{}", b"{}\n");
    row("trailing_newline", b"{}\r\n", b"{}");
    row("trailing_newline", b"{}", b"{}\r\n");
    row("line_breaks", b"{\r\n\"a\": 1\r\n}", b"{\n\"a\": 1\n}");
    row("line_breaks", b"a\nb\n\nc", b"a\r\nb\r\n\r\nc");
    row("line_breaks", b"abc", b"a\nb\r\nc");
    row("line_breaks", b"{\n  \"a\": 1\n}", b"{\r\n  \"a\": 1\r\n}");
    row("surrounding_space", b"x", b" x\t");
    row("surrounding_space", b"{\"a\":1}", b" {\"a\":1}");
    row("surrounding_space", b"{\"a\":1}", b"{\"a\":1} ");
    row("surrounding_space", b"{\"a\":1}", b"{\"a\":1}\n\n");
    row("surrounding_space", b"{\"a\": 1}\n\n", b"{\"a\": 1}");
    row("surrounding_space", b"x\n\n", b"x");
    row("nul", b"x\0", b"x");
    row("nul", b"x", b"x\0\0\0");
    row("bom", b"{}", b"\xef\xbb\xbf{}");
    row("bom", b"\xef\xbb\xbf{}", b"{}");
    row("latin1", "Zoë".as_bytes(), "ZoÃ«".as_bytes());
    row("latin1", "3 €".as_bytes(), "3 â‚¬".as_bytes());
    row("latin1", "Zoë".as_bytes(), b"Zo\xeb");
    row("latin1", "ZoÃ«".as_bytes(), "Zoë".as_bytes());
    row("utf16", b"\xff\xfe{\0}\0", b"{}");
    row("utf16", b"{}", b"\xff\xfe{\0}\0");
    row("utf16", b"{}", b"\0{\0}");
    row("placeholder_body", b"", b"{\"a\":1}");
    row("placeholder_body", b"[object Object]", b"{\"a\":1}");
    rows.extend(json_rows());
    rows.extend(wrapped_rows());
    rows
}

fn json_rows() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let compact = JSON.to_owned();
    let spaced = r#"{"b": "Zoë & <x> / y", "a": [1, 2.5, {"c": null}], "b": true}"#.to_owned();
    let indented = |indent: &str| {
        let text =
            "{\n>\"b\": \"Zoë & <x> / y\",\n>\"a\": [\n>>1,\n>>2.5,\n>>{\n>>>\"c\": null\n>>}\n>],\n>\"b\": true\n}";
        text.replace('>', "\u{1}")
            .replace("<x\u{1}", "<x>")
            .replace('\u{1}', indent)
    };
    let jackson = "{\n  \"b\" : \"Zoë & <x> / y\",\n  \"a\" : [ 1, 2.5, {\n    \"c\" : null\n  } ],\n  \"b\" : true\n}";
    let mut rows = vec![
        ("json_spaced", spaced.clone(), compact.clone()),
        ("json_spaced", format!("{spaced}\n"), compact.clone()),
        ("json_compact", compact.clone(), spaced.clone()),
        ("json_compact", format!("{compact}\n"), indented("  ")),
        ("json_indented", jackson.to_owned(), compact.clone()),
        (
            "json_sorted_keys",
            r#"{"a":1,"b":{"c":2,"d":3}}"#.into(),
            r#"{"b":{"d":3,"c":2},"a":1}"#.into(),
        ),
        (
            "json_sorted_keys",
            r#"{"b": 1, "aa": 2}"#.into(),
            r#"{"aa": 2, "b": 1}"#.into(),
        ),
    ];
    for indent in ["  ", "    ", "\t"] {
        rows.push(("json_indented", indented(indent), compact.clone()));
        rows.push(("json_indented", indented(indent) + "\n", spaced.clone()));
    }
    let name = "json_escapes";
    for (signed, held) in [
        (r#"{"a":"Zo\u00eb"}"#, r#"{"a":"Zoë"}"#),
        (r#"{"a":"Zo\u00EB"}"#, r#"{"a":"Zoë"}"#),
        (r#"{"a":"\ud83d\ude00"}"#, r#"{"a":"😀"}"#),
        (r#"{"a":"Zoë"}"#, r#"{"a":"Zo\u00eb"}"#),
        (r#"{"a":"b\/c"}"#, r#"{"a":"b/c"}"#),
        (r#"{"a":"b\/\u00eb"}"#, r#"{"a":"b/ë"}"#),
        (r#"{"a":"b/c"}"#, r#"{"a":"b\/c"}"#),
        (r#"{"a":"\u003cb\u003e \u0026"}"#, r#"{"a":"<b> &"}"#),
        (r#"{"a":"<b>"}"#, r#"{"a":"\u003cb\u003e"}"#),
        (r#"{"a":"\u0022\u0027\u002B"}"#, r#"{"a":"\"'+"}"#),
    ] {
        rows.push((name, signed.into(), held.into()));
    }
    let name = "json_numbers";
    for (signed, held) in [
        (r#"{"a":1.0}"#, r#"{"a":1}"#),
        (r#"{"a":1}"#, r#"{"a":1.0}"#),
        (r#"{"a":1.50,"b":2}"#, r#"{"a":1.5,"b":2}"#),
        (r#"{"a":1.5}"#, r#"{"a":1.500}"#),
        (r#"{"a":1e3}"#, r#"{"a":1000}"#),
        (r#"{"a":1000.0,"b":3}"#, r#"{"a":1e3,"b":3}"#),
        (r#"{"a":7,"b":10.0,"c":12}"#, r#"{"a":7,"b":10,"c":12}"#),
        (r#"{"a": 1.0}"#, r#"{"a": 1}"#),
    ] {
        rows.push((name, signed.into(), held.into()));
    }
    // As Python writes what JavaScript wrote.
    let python = r#"{"b": "Zo\u00eb & <x> / y", "a": [1, 2.5, {"c": null}], "b": true}"#;
    rows.push(("json_by_another_program", python.to_owned(), compact.clone()));
    rows.push(("json_by_another_program", compact, python.to_owned()));
    rows.into_iter()
        .map(|(name, signed, held)| (name, signed.into_bytes(), held.into_bytes()))
        .collect()
}

fn wrapped_rows() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let gzip = |body: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(body.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(BODY.as_bytes()).unwrap();
    let base64 = STANDARD.encode(BODY);
    let chunked = format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len());
    let string = serde_json::to_string(BODY).unwrap();
    let encoded = "%7B%22event%22%3A%22lead.created%22%2C%22data%22%3A%7B%22name%22%3A%22Zo%C3%AB%22%7D%7D";
    let event = format!("{{\"path\":\"/hook\",\"body\":{string},\"isBase64Encoded\":false}}");
    let lambda = format!("{{\"body\":\"{base64}\",\"isBase64Encoded\":true}}");
    let inner = format!("{{\"id\":7,\"payload\": {BODY} ,\"x\":1}}");
    let python = format!("b'{}'", BODY.replace('ë', "\\xc3\\xab"));
    vec![
        ("base64_coded_body", BODY.into(), base64.clone().into()),
        ("base64_coded_body", BODY.into(), format!("\"{base64}\"\n").into()),
        ("base64_decoded_body", base64.into(), BODY.into()),
        ("gzip", BODY.into(), gzip(BODY)),
        ("gzip", BODY.into(), zlib.finish().unwrap()),
        ("chunked_framing", BODY.into(), chunked.into()),
        ("json_as_string", BODY.into(), string.clone().into()),
        ("json_as_string", string.into(), BODY.into()),
        ("json_in_form", BODY.into(), format!("payload={encoded}").into()),
        ("json_in_form", format!("payload={encoded}").into(), BODY.into()),
        (
            "json_in_form",
            b"data=%7B%22a%22%3A%22b+c%22%7D".into(),
            b"{\"a\":\"b c\"}".into(),
        ),
        ("json_in_form", b"payload=%7b%22a%22%3a1%7d".into(), b"{\"a\":1}".into()),
        (
            "form_as_json",
            b"a=b+c&d=1%2F2".into(),
            b"{\"a\": \"b c\", \"d\": \"1/2\"}".into(),
        ),
        (
            "form_as_json",
            b"{\"a\":\"b c\",\"d\":\"\"}".into(),
            b"a=b%20c&d=".into(),
        ),
        ("form_reencoded", b"a=b+c&d=%7e".into(), b"a=b%20c&d=~".into()),
        ("form_reencoded", b"a=2&b=1%2F2".into(), b"b=1%2F2&a=2".into()),
        ("percent_coded_body", b"{\"a\":1}".into(), b"%7B%22a%22%3A1%7D".into()),
        ("envelope", BODY.into(), event.into()),
        ("envelope", BODY.into(), lambda.into()),
        ("envelope", BODY.into(), inner.into()),
        ("python_bytes", BODY.into(), python.into()),
    ]
}

#[test]
fn what_happened_to_a_body_is_named_first_for_every_scheme() {
    for (about, scheme) in schemes() {
        // X signs objects alone.
        let is_sent = |signed: &[u8]| about != "x" || signed.starts_with(b"{");
        for (name, signed, held) in rows().into_iter().filter(|(_, signed, _)| is_sent(signed)) {
            let case = signed_body(&scheme, &signed).with_body(held.clone());
            assert_named(&case, name, &format!("{about}: {}", String::from_utf8_lossy(&held)));
        }
    }
}

#[test]
fn the_name_of_a_member_is_as_it_is_until_it_is_printed() {
    let scheme = named("github");
    let envelope = serde_json::json!({ "a\\b\u{1b}\"": BODY }).to_string();
    let case = signed_body(&scheme, BODY).with_body(envelope);
    let Finding::Explained { changes, .. } = Search::new(case.body.len()).run(&case) else {
        panic!("it is explained");
    };
    let expected = "take the member `a\\b\u{1b}\"` of the body alone";
    assert_eq!(changes[0].change.text, expected);
}

#[test]
fn bytes_beyond_the_announced_length_are_cut() {
    for (about, scheme) in schemes() {
        let case = signed_body(&scheme, BODY).with_body(format!("{BODY}GET / HTTP/1.1"));
        let length = BODY.len().to_string().parse().unwrap();
        let case = case.with_header(&http::header::CONTENT_LENGTH, length);
        assert_named(&case, "beyond_length", about);
    }
}

#[test]
fn two_usual_accidents_at_once_are_named_both() {
    for (about, scheme) in schemes() {
        let gzip = rows().into_iter().find(|(name, ..)| *name == "gzip").unwrap().2;
        for (names, held) in [
            (["base64_coded_body", "gzip"], STANDARD.encode(gzip).into_bytes()),
            (
                ["base64_coded_body", "trailing_newline"],
                STANDARD.encode(format!("{BODY}\n")).into_bytes(),
            ),
            (["trailing_newline", "bom"], format!("\u{feff}{BODY}\n").into_bytes()),
        ] {
            let case = signed_body(&scheme, BODY).with_body(held);
            assert_eq!(explained(&case), names, "{about}");
        }
    }
}
