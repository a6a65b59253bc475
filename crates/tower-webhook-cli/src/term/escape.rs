//! Text of strangers, written so that it cannot steer the terminal.

use std::fmt::{self, Write};

/// Text in which control characters, and characters that change the direction of text or cannot be seen, are written
/// as escapes. A backslash is doubled, so that no text can pretend to be an escape.
pub(crate) struct Plain<'a>(pub(crate) &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                _ if steers(letter) => write!(f, "{}", letter.escape_unicode())?,
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// Bytes as [`Plain`] text; bytes that are not UTF-8 are written as `\xff`.
pub(crate) struct PlainBytes<'a>(pub(crate) &'a [u8]);

impl fmt::Display for PlainBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            Plain(chunk.valid()).fmt(f)?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// JSON in which the characters that [`Plain`] escapes are written as JSON escapes. In valid JSON on one line they are
/// within strings alone, so it stays the same JSON.
pub(crate) struct PlainJson<'a>(pub(crate) &'a str);

impl fmt::Display for PlainJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            if steers(letter) {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(f, "\\u{unit:04x}")?;
                }
            } else {
                f.write_char(letter)?;
            }
        }
        Ok(())
    }
}

/// Whether a terminal acts on the character, or shows nothing for it: controls of C0 and C1, the format characters of
/// Unicode's `Bidi_Control` and `Default_Ignorable_Code_Point`, separators of lines, tags, and private use.
pub(crate) fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        let hostile = "a\u{1b}[2Jb\u{9b}31mc\u{202e}d\r\n\t\u{7}\u{200b}\\e";
        let shown = Plain(hostile).to_string();
        assert_eq!(shown, r"a\u{1b}[2Jb\u{9b}31mc\u{202e}d\r\n\t\u{7}\u{200b}\\e");
    }

    #[test]
    fn readable_text_stays_as_it_is() {
        for text in ["Zoë paid 3 €", "日本語", "{\"a\": [1, true]}", ""] {
            assert_eq!(Plain(text).to_string(), text);
        }
    }

    #[test]
    fn json_stays_the_same_json_when_its_letters_are_escaped() {
        let hostile = "a\u{9b}31m\u{202e}\u{e0001}\u{7f}é\\";
        let json = serde_json::to_string(hostile).unwrap();
        let shown = PlainJson(&json).to_string();
        assert_eq!(shown, r#""a\u009b31m\u202e\udb40\udc01\u007fé\\""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), hostile);
    }

    #[test]
    fn bytes_that_are_no_text_are_written_in_hex() {
        assert_eq!(PlainBytes(b"ok \xff\xfe \xc3\xa9").to_string(), r"ok \xff\xfe é");
    }
}
