//! A body as people read it: JSON with one member a line, otherwise text, and never more than a limit.

use std::fmt::Write;

use serde::de::IgnoredAny;

use crate::term::{Plain, PlainJson};

/// Deeper levels are not indented further, so that a stranger cannot have a short body fill the screen with blanks.
const MAX_INDENT: usize = 16;

/// The text of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pretty {
    /// Characters that steer a terminal are escapes, apart from the line breaks between lines.
    pub(super) text: String,
    /// Whether the end is left out.
    pub(super) is_cut: bool,
}

/// The text of a body, or `None` when the body is no text. At most about `limit` bytes of text are made.
pub(super) fn pretty(body: &[u8], limit: usize) -> Option<Pretty> {
    let text = std::str::from_utf8(body).ok().or_else(|| {
        // A body that was cut may end within a letter.
        let error = std::str::from_utf8(body).err()?;
        let is_cut = error.error_len().is_none() && error.valid_up_to() > 0;
        is_cut.then(|| std::str::from_utf8(&body[..error.valid_up_to()]).ok())?
    })?;
    if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return Some(json(text, limit));
    }
    Some(lines(text, limit))
}

/// Valid JSON, with its numbers, escapes, order and repeated members as they were written.
fn json(json: &str, limit: usize) -> Pretty {
    let mut out = Out::new(limit);
    let mut depth = 0;
    let mut letters = json.chars().filter(OutsideOfStrings::default().keeps()).peekable();
    let mut inside = OutsideOfStrings::default();
    while let Some(letter) = letters.next() {
        let is_syntax = !inside.is_string(letter);
        match letter {
            '{' | '[' if is_syntax => {
                out.push(letter);
                if let Some(end) = letters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    out.line(depth);
                }
            }
            '}' | ']' if is_syntax => {
                depth -= 1;
                out.line(depth);
                out.push(letter);
            }
            ',' if is_syntax => {
                out.push(letter);
                out.line(depth);
            }
            ':' if is_syntax => out.text.push_str(": "),
            _ => out.escaped(letter),
        }
        if out.is_full() {
            break;
        }
    }
    let is_cut = letters.next().is_some();
    Pretty { text: out.text, is_cut }
}

fn lines(text: &str, limit: usize) -> Pretty {
    let mut out = Out::new(limit);
    let mut letters = text.strip_suffix('\n').unwrap_or(text).chars();
    while !out.is_full() {
        match letters.next() {
            Some('\n') => out.text.push('\n'),
            Some(letter) => {
                let _ = write!(out.text, "{}", Plain(letter.encode_utf8(&mut [0; 4])));
            }
            None => break,
        }
    }
    let is_cut = letters.next().is_some();
    Pretty { text: out.text, is_cut }
}

struct Out {
    text: String,
    limit: usize,
}

impl Out {
    fn new(limit: usize) -> Self {
        let text = String::new();
        Self { text, limit }
    }

    fn push(&mut self, letter: char) {
        self.text.push(letter);
    }

    fn escaped(&mut self, letter: char) {
        let _ = write!(self.text, "{}", PlainJson(letter.encode_utf8(&mut [0; 4])));
    }

    fn line(&mut self, depth: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", depth.min(MAX_INDENT)));
    }

    fn is_full(&self) -> bool {
        self.text.len() >= self.limit
    }
}

/// Knows at each letter of valid JSON whether it belongs to a string.
#[derive(Default)]
struct OutsideOfStrings {
    within: bool,
    escaped: bool,
}

impl OutsideOfStrings {
    /// Whether the next letter belongs to a string. Its quotation marks do.
    fn is_string(&mut self, letter: char) -> bool {
        let was_within = self.within;
        match letter {
            _ if self.escaped => self.escaped = false,
            '\\' if self.within => self.escaped = true,
            '"' => self.within = !self.within,
            _ => {}
        }
        was_within || self.within
    }

    /// A filter that leaves out the white space between tokens.
    fn keeps(mut self) -> impl FnMut(&char) -> bool {
        move |&letter| self.is_string(letter) || !matches!(letter, ' ' | '\n' | '\r' | '\t')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(body: &str) -> String {
        let pretty = pretty(body.as_bytes(), usize::MAX).unwrap();
        assert!(!pretty.is_cut);
        pretty.text
    }

    #[test]
    fn json_has_a_member_a_line_and_is_otherwise_as_it_was_written() {
        let json = r#"{"b":[1e400,18446744073709551617, {} , [ ]],"a":"x, \"{y}\": \\","a":"\u00e9é"}"#;
        let expected = r#"{
  "b": [
    1e400,
    18446744073709551617,
    {},
    []
  ],
  "a": "x, \"{y}\": \\",
  "a": "\u00e9é"
}"#;
        assert_eq!(whole(json), expected);
        assert_eq!(whole(expected), expected);
        assert_eq!(whole(" 17\n"), "17");
    }

    #[test]
    fn nothing_of_a_body_steers_the_terminal() {
        assert_eq!(
            whole("{\"\u{9b}2J\":\"\u{202e}\"}"),
            "{\n  \"\\u009b2J\": \"\\u202e\"\n}"
        );
        assert_eq!(whole("a=\u{1b}[2J\r\nb=\\\n"), "a=\\u{1b}[2J\\r\nb=\\\\");
    }

    #[test]
    fn a_long_body_is_cut_and_costs_no_more_than_its_limit() {
        for body in [format!("[{}1]", "1,".repeat(1 << 20)), "é".repeat(1 << 20)] {
            let pretty = pretty(body.as_bytes(), 8192).unwrap();
            assert!(pretty.is_cut);
            assert!((8192..8300).contains(&pretty.text.len()), "{}", pretty.text.len());
        }
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(whole(&deep).lines().all(|line| line.len() <= 33));
    }

    #[test]
    fn bytes_that_are_no_text_have_no_text() {
        assert_eq!(pretty(b"\xff\xfe", 100), None);
        assert_eq!(pretty(b"a\xffb", 100), None);
        assert_eq!(pretty("aé".as_bytes().split_last().unwrap().1, 100).unwrap().text, "a");
        assert_eq!(whole(""), "");
    }
}
