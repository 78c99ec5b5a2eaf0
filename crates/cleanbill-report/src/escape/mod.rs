//! One escaper a destination, each taking text as it came and giving text that place cannot misread.
//! None of them decides whether the text is true, or hides it: what is dangerous is shown, spelt out.
use std::{borrow::Cow, fmt::Write as _};

pub mod github;
pub mod html;
pub mod json;
pub mod sarif;
pub mod shell;
pub mod terminal;
pub mod xml;

/// True for a character that a reader cannot see, or that makes them see something else: controls,
/// direction overrides, zero-width and filler characters, line separators, tags, variation selectors.
#[must_use]
pub fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The text with every deceiving character spelt out: `\n`, `\u{202e}`. Ordinary text is not copied.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(deceives) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if deceives(c) => {
                // Writing into a String does not fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
pub(crate) mod hostile {
    //! Strings an attacker would try, and a generator that mixes them.
    use proptest::prelude::*;

    pub(crate) const SPECIMENS: &[&str] = &[
        "\u{1b}[2J\u{1b}[H",
        "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}",
        "\u{9b}31m",
        "\u{7f}",
        "a\r\nb",
        "\n::error::x",
        "::stop-commands::t",
        "##[group]x",
        "%0A::set-env name=A::b",
        "%0a",
        "\u{202e}gpj.exe",
        "\u{2066}x\u{2069}",
        "\u{200b}",
        "\u{feff}",
        "\u{2028}",
        "\u{2029}",
        "\u{e0041}",
        "\u{fe01}",
        "<script>alert(1)</script>",
        "</script><img src=x onerror=alert(1)>",
        "\"'><svg/onload=1>",
        "]]>",
        "<!--",
        "&#x1b;",
        "[click](https://evil.example)",
        "{0}",
        "\\",
        "$(id)",
        "`id`",
        "'; id; '",
        "{{7*7}}",
        "{% x %}",
        "\0",
        "",
        "javascript:alert(1)",
        "ordinary text",
        "naïve — “quoted” 日本語 🦀",
    ];

    pub(crate) fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            3 => prop::sample::select(SPECIMENS).prop_map(str::to_owned),
            1 => any::<String>(),
        ];
        prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_borrowed_as_it_is() {
        assert!(matches!(visible("naïve 日本語 🦀 — ok"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_cannot_be_seen_is_spelt_out() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\nd"), "a\\u{1b}[31mb\\u{202e}c\\nd");
    }
}
