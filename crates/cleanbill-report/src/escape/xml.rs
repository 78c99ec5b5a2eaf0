//! For XML: characters that XML 1.0 cannot carry at all, or that deceive, are spelt out. Markup itself
//! is left to the XML writer, which escapes every text and attribute it is given.
use std::borrow::Cow;

/// Text of one line.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    super::visible(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_carry_is_spelt_out() {
        assert_eq!(line("a\0\u{1b}b\u{fffe}"), "a\\u{0}\\u{1b}b\\u{fffe}");
    }
}
