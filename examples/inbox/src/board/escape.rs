//! Text of senders, made fit to be shown: nothing in it hides, reorders or ends the text around it.

/// Escapes text for HTML, and makes its control, bidirectional and invisible characters visible, as in `\u{202e}`.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.extend(other.escape_debug()),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_html_become_entities() {
        assert_eq!(
            html(r#"<b a="1" c='&'>"#),
            "&lt;b a=&quot;1&quot; c=&#39;&amp;&#39;&gt;"
        );
    }

    #[test]
    fn characters_that_hide_or_reorder_text_are_shown_as_their_numbers() {
        let bidirectional = ['\u{61c}', '\u{200e}', '\u{200f}'].into_iter();
        let bidirectional = bidirectional
            .chain('\u{202a}'..='\u{202e}')
            .chain('\u{2066}'..='\u{2069}');
        let invisible = [
            '\u{200b}',
            '\u{200d}',
            '\u{2028}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{e0041}',
        ];
        let control = ('\0'..=' ').chain('\u{7f}'..='\u{9f}').filter(|char| char.is_control());
        for char in bidirectional.chain(invisible).chain(control) {
            let shown = html(&format!("a{char}b"));
            assert!(shown.starts_with("a\\") && shown.ends_with('b'), "{shown:?}");
            assert!(shown.bytes().all(|byte| byte.is_ascii_graphic()), "{shown:?}");
        }
        assert_eq!(html("\u{202e}gpj.exe\n\x1b[31m"), r"\u{202e}gpj.exe\n\u{1b}[31m");
    }

    #[test]
    fn letters_of_any_language_stay() {
        for text in ["lead.created", "Grüße, naïve", "客户.创建", "عميل", "ליד", "🎉"] {
            assert_eq!(html(text), text);
        }
    }
}
