//! For a command someone will copy into a shell: one word stays one word, whatever is in it.
//! POSIX quoting; it knows nothing of the command itself.
use std::borrow::Cow;

/// The word, quoted where a shell would read anything into it.
#[must_use]
pub fn word(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@/._-+^=:,".contains(c);
    let seen = super::visible(text);
    if !seen.is_empty() && seen.chars().all(plain) && !seen.starts_with(['-', '=']) {
        return seen;
    }
    // A leading dash would be read as a flag even inside quotes; a space keeps it a word that fails.
    let seen = if seen.starts_with('-') {
        Cow::Owned(format!(" {seen}"))
    } else {
        seen
    };
    Cow::Owned(format!("'{}'", seen.replace('\'', "'\\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_left_alone_and_anything_else_is_quoted() {
        assert_eq!(word("@scope/left@^1.2.3"), "@scope/left@^1.2.3");
        assert_eq!(word("a'b$(id)"), "'a'\\''b$(id)'");
        assert_eq!(word("--prefix"), "' --prefix'");
        assert_eq!(word(""), "''");
    }
}
