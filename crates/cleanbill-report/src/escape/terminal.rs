//! For a terminal or a log: nothing moves the cursor, changes a colour, turns text round or starts a
//! line of its own. It knows nothing of colours; those are laid on afterwards, around escaped text.
use std::borrow::Cow;

use super::visible;

/// Text for one line. CI systems read commands out of logs, so a `::` that could begin a line and a
/// `##[` anywhere are broken up with a visible backslash.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    let seen = visible(text);
    if !is_command_like(&seen) {
        return seen;
    }
    let mut out = String::with_capacity(seen.len() + 4);
    let mut before = ' ';
    let mut rest = seen.as_ref();
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("##[") {
            out.push_str("##\\[");
            (rest, before) = (rest.get(3..).unwrap_or_default(), '[');
        } else if before.is_whitespace() && rest.starts_with("::") {
            out.push_str(":\\:");
            (rest, before) = (rest.get(2..).unwrap_or_default(), ':');
        } else {
            out.push(c);
            (rest, before) = (rest.get(c.len_utf8()..).unwrap_or_default(), c);
        }
    }
    Cow::Owned(out)
}

fn is_command_like(text: &str) -> bool {
    text.contains("##[") || (text.contains("::") && (text.starts_with("::") || starts_a_word(text)))
}

fn starts_a_word(text: &str) -> bool {
    text.match_indices("::").any(|(at, _)| {
        text.get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(char::is_whitespace)
    })
}

/// Text of several lines, each escaped by [`line()`]; a tab becomes four blanks, as in a code frame.
#[must_use]
pub fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, source) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let source = source.strip_suffix('\r').unwrap_or(source);
        out.push_str(&line(&source.replace('\t', "    ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::{deceives, hostile};

    #[test]
    fn a_workflow_command_is_broken_up_and_a_path_is_not() {
        assert_eq!(line("::add-mask::x"), ":\\:add-mask::x");
        assert_eq!(line("see ::x"), "see :\\:x");
        assert_eq!(line("a ##[error]x"), "a ##\\[error]x");
        assert!(matches!(line("std::path"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_block_keeps_its_lines_and_nothing_else() {
        assert_eq!(block("a\r\n\tb\u{1b}[0m\n"), "a\n    b\\u{1b}[0m\n");
    }

    proptest! {
        #[test]
        fn no_text_controls_the_terminal(text in hostile::text()) {
            let out = line(&text);
            prop_assert!(!out.chars().any(deceives), "{out:?}");
            prop_assert!(!out.contains("##["));
            prop_assert!(out.split_whitespace().all(|word| !word.starts_with("::")));
        }
    }
}
