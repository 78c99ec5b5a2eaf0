//! For HTML, in element text and in quoted attributes alike. The templates use it for every value they
//! print, by `askama.toml`; it knows nothing of URLs, and no value of a package becomes one.
use std::fmt;

/// The escaper the page templates name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Html;

impl askama::filters::Escaper for Html {
    fn write_escaped_str<W: fmt::Write>(&self, mut destination: W, text: &str) -> fmt::Result {
        for c in text.chars() {
            self.write_escaped_char(&mut destination, c)?;
        }
        Ok(())
    }

    fn write_escaped_char<W: fmt::Write>(&self, mut destination: W, c: char) -> fmt::Result {
        match c {
            '&' => destination.write_str("&amp;"),
            '<' => destination.write_str("&lt;"),
            '>' => destination.write_str("&gt;"),
            '"' => destination.write_str("&quot;"),
            '\'' => destination.write_str("&#39;"),
            '\n' => destination.write_str("\\n"),
            '\r' => destination.write_str("\\r"),
            '\t' => destination.write_str("\\t"),
            c if super::deceives(c) => write!(destination, "\\u{{{:x}}}", u32::from(c)),
            c => destination.write_char(c),
        }
    }
}

/// The text, escaped.
#[must_use]
pub fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 16);
    // Writing into a String does not fail.
    let _ = askama::filters::Escaper::write_escaped_str(&Html, &mut out, raw);
    out
}

/// The text as markup of our own: escaped, and what stands between two backticks as code.
#[must_use]
pub fn ticked(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 32);
    let mut rest = raw;
    while let Some((before, (code, after))) = rest
        .split_once('`')
        .and_then(|(before, from)| Some((before, from.split_once('`')?)))
    {
        out.push_str(&text(before));
        out.push_str("<code>");
        out.push_str(&text(code));
        out.push_str("</code>");
        rest = after;
    }
    out.push_str(&text(rest));
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::{deceives, hostile};

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            text("<b a='1'>&\u{202e}"),
            "&lt;b a=&#39;1&#39;&gt;&amp;\\u{202e}"
        );
    }

    #[test]
    fn backticks_make_code_and_a_lone_one_stays() {
        assert_eq!(ticked("see `a<b` or `"), "see <code>a&lt;b</code> or `");
    }

    proptest! {
        #[test]
        fn backticks_open_nothing_but_code(raw in hostile::text()) {
            let out = ticked(&raw).replace("<code>", "").replace("</code>", "");
            prop_assert!(!out.contains(['<', '>', '"', '\'']));
        }

        #[test]
        fn no_text_becomes_markup(raw in hostile::text()) {
            let out = text(&raw);
            prop_assert!(!out.contains(['<', '>', '"', '\'']));
            prop_assert!(!out.chars().any(deceives));
        }
    }
}
