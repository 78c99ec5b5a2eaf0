//! For GitHub's workflow commands, by the runner's own rules for data and for properties.
//! It knows one line at a time; a package's text never breaks it.
use super::visible;

/// The message of a command. Our own line breaks may be asked for with `\n` *after* escaping the parts.
#[must_use]
pub fn data(text: &str) -> String {
    visible(text).replace('%', "%25")
}

/// A property of a command, such as `file` or `title`.
#[must_use]
pub fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::{deceives, hostile};

    #[test]
    fn a_percent_sign_stays_one_and_a_line_break_is_seen() {
        assert_eq!(data("100%0A\n::error::x"), "100%250A\\n::error::x");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }

    proptest! {
        #[test]
        fn no_text_starts_a_command_or_a_property(text in hostile::text()) {
            prop_assert!(!data(&text).chars().any(deceives));
            prop_assert!(!data(&text).contains("%0A") && !data(&text).contains("%0a"));
            prop_assert!(!property(&text).contains([':', ',', '\n', '\r']));
        }
    }
}
