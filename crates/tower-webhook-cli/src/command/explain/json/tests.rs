use super::*;

fn written(text: &str, style: Style) -> String {
    let json = Json::parse(text.as_bytes(), &Budget::unlimited()).unwrap();
    let written = style.write(&json, 10_000, &Budget::unlimited());
    String::from_utf8(written.unwrap()).unwrap()
}

#[test]
fn compact_json_keeps_every_text_and_every_member() {
    let text = " { \"b\" : [ 1.0 , -2E+3 , \"\\u00e9\\/\" ] ,\n\"a\":{ } , \"b\" : [ ] } ";
    let compact = "{\"b\":[1.0,-2E+3,\"\\u00e9\\/\"],\"a\":{},\"b\":[]}";
    assert_eq!(written(text, Style::COMPACT), compact);
}

#[test]
fn an_indent_is_that_of_common_programs() {
    let indented = Style {
        spacing: Spacing::Indented("  "),
        ..Style::COMPACT
    };
    let text = "{\n  \"a\": [\n    1,\n    {\n      \"b\": {}\n    },\n    []\n  ]\n}";
    assert_eq!(written("{\"a\":[1,{\"b\":{}},[]]}", indented), text);
    let jackson = Style {
        spacing: Spacing::Jackson,
        ..Style::COMPACT
    };
    let text = "{\n  \"a\" : [ 1, {\n    \"b\" : { }\n  }, [ ] ]\n}";
    assert_eq!(written("{\"a\":[1,{\"b\":{}},[]]}", jackson), text);
}

#[test]
fn what_is_no_json_is_not_parsed() {
    for text in [
        "",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "[1 2]",
        "nul",
        "01x",
        "\"a",
        "{} {}",
        "[\"\\",
        "{\"a\":1,}",
        "'a'",
    ] {
        assert!(Json::parse(text.as_bytes(), &Budget::unlimited()).is_none(), "{text}");
    }
    assert!(Json::parse(b"[\"\xff\"]", &Budget::unlimited()).is_none());
}

#[test]
fn escapes_are_decoded_and_halves_of_characters_are_not() {
    for (text, decoded) in [
        (r#""\u00e9\n\/\"\\\ud83d\ude00""#, Some("é\n/\"\\😀")),
        (r#""\ud83d""#, None),
        (r#""\ud83d\u0041""#, None),
        (r#""\ude00""#, None),
        (r#""\u00g9""#, None),
        (r#""\u+0e9""#, None),
        (r#""\q""#, None),
    ] {
        assert_eq!(decode(text).as_deref(), decoded, "{text}");
    }
}

#[test]
fn a_text_that_costs_too_much_is_not_parsed_to_its_end() {
    let text = format!("[{}0]", "1,".repeat(1 << 20));
    let (whole, small) = (Budget::unlimited(), Budget::new(1 << 18));
    assert!(Json::parse(text.as_bytes(), &whole).is_some());
    assert!(whole.spent() >= text.len() as u64, "{}", whole.spent());
    assert!(Json::parse(text.as_bytes(), &small).is_none());
    assert!(small.spent() <= 1 << 20, "{}", small.spent());
}

#[test]
fn a_text_that_grows_too_long_is_not_written_to_its_end() {
    let indented = Style {
        spacing: Spacing::Indented("    "),
        ..Style::COMPACT
    };
    let text = format!("{}{}1{}", "[".repeat(100), "1,".repeat(5_000), "]".repeat(100));
    let json = Json::parse(text.as_bytes(), &Budget::unlimited()).unwrap();
    let (whole, cut) = (Budget::unlimited(), Budget::unlimited());
    assert!(indented.write(&json, usize::MAX, &whole).is_some());
    assert!(indented.write(&json, 50_000, &cut).is_none());
    assert!(cut.spent() * 4 < whole.spent(), "{} of {}", cut.spent(), whole.spent());
}
