//! JSON in other words: the same value in other bytes.

/// Compact JSON with these texts after each comma and colon: as Python's `json` writes it, for example.
pub(super) fn spaced(json: &str, comma: &str, colon: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut in_string, mut escaped) = (false, false);
    for letter in json.chars() {
        out.push(letter);
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            ',' if !in_string => out.push_str(comma),
            ':' if !in_string => out.push_str(colon),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_put_between_tokens_alone() {
        let json = r#"{"a:,\"":"x,\\","b":[1,2]}"#;
        assert_eq!(spaced(json, " ", " "), r#"{"a:,\"": "x,\\", "b": [1, 2]}"#);
        assert_eq!(spaced(json, "", ""), json);
    }
}
