use super::*;

fn string(text: &str) -> Option<String> {
    Some(Json::parse(text.as_bytes())?.string()?.into_owned())
}

#[test]
fn what_serde_json_refuses_is_refused_and_what_it_accepts_is_accepted() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "{}",
        " [ ] ",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{'a':1}",
        "nul",
        "null",
        "nullx",
        "true",
        "True",
        "-",
        "-1",
        "-0",
        "01",
        "1.",
        ".5",
        "1.5",
        "1e",
        "1e+",
        "1E-5",
        "+1",
        "0x1",
        "1 1",
        "\"",
        "\"a",
        "\"a\"b",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\\u0041\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ud83dabc\"",
        "\"a\nb\"",
        "\"\t\"",
        "\"\u{7f}\u{e9}\u{1f600}\"",
        "\u{feff}{}",
        "{}\0",
        "[[[]]]",
        "[{]}",
        "{\"a\":[1,{\"b\":null}],\"c\":\"d\"}",
        "/**/1",
        "NaN",
        "\u{a0}1",
        "\u{c}1",
        "\"\\u00e\u{e9}1\"",
    ] {
        let expected: Result<serde_json::Value, _> = serde_json::from_str(text);
        assert_eq!(Json::parse(text.as_bytes()).is_some(), expected.is_ok(), "{text:?}");
        if let Ok(serde_json::Value::String(expected)) = expected {
            assert_eq!(string(text), Some(expected), "{text:?}");
        }
    }
    assert!(Json::parse(b"\"\xff\"").is_none());
}

#[test]
fn arrays_and_objects_are_at_most_64_deep() {
    for (open, inner, close, depth, is_read) in [
        ("[", "1", "]", 64, true),
        ("[", "1", "]", 65, false),
        ("{\"a\":", "1", "}", 64, true),
        ("{\"a\":", "1", "}", 65, false),
        ("[", "", "", 1_000_000, false),
    ] {
        let text = open.repeat(depth) + inner + &close.repeat(depth);
        assert_eq!(Json::parse(text.as_bytes()).is_some(), is_read, "{open} {depth}");
    }
}

#[test]
fn a_member_is_found_by_its_decoded_name_and_must_be_the_only_one() {
    let members = |text: &'static str| {
        let [a, b] = Json::parse(text.as_bytes())?.members(["a", "b"])?;
        Some((a.map(|a| a.0), b.map(|b| b.0)))
    };
    for (text, wanted) in [
        ("{}", Some((None, None))),
        (r#"{"b":[1, 2],"c":3}"#, Some((None, Some("[1, 2]")))),
        (r#" { "\u0061" : "x" , "A":1 } "#, Some((Some("\"x\""), None))),
        (r#"{"c":1,"c":2,"a":3}"#, Some((Some("3"), None))),
        (r#"{"c":{"a":1}}"#, Some((None, None))),
        (r#"{"a":1,"a":1}"#, None),
        (r#"{"a":1,"\u0061":null}"#, None),
        (r#"["a","b"]"#, None),
        (r#""a""#, None),
    ] {
        assert_eq!(members(text), wanted, "{text}");
    }
}

#[test]
fn elements_are_those_of_an_array_and_few() {
    let elements = |text: &'static str| {
        let elements = Json::parse(text.as_bytes())?.elements::<2>()?;
        Some(elements.into_iter().map(|element| element.0).collect::<Vec<_>>())
    };
    assert_eq!(elements(" [ 1 , {\"a\" : [] } ] "), Some(vec!["1", "{\"a\" : [] }"]));
    assert_eq!(elements("[]"), Some(vec![]));
    assert_eq!(elements("[1,2,3]"), None);
    assert_eq!(elements("{}"), None);
}

#[test]
fn a_whole_number_is_its_digits() {
    let number = |text: &'static str| Json::parse(text.as_bytes())?.whole_number();
    for text in ["0", "1000", "-5", "123456789012345678901234567890"] {
        assert_eq!(number(text), Some(text));
    }
    for text in ["-0", "1.0", "1e3", "\"1\"", "null", "[1]"] {
        assert_eq!(number(text), None, "{text}");
    }
}
