//! From bytes to text that a grammar can read: UTF-8, no byte order mark, no unresolved merge.
//! It knows no lockfile format.
use crate::ParseLockfileError;

/// The text of a lockfile, without its byte order mark.
///
/// # Errors
/// When the bytes are not UTF-8, or version control left conflict markers in them.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, ParseLockfileError> {
    let text = std::str::from_utf8(bytes).map_err(|error| ParseLockfileError::NotUtf8 {
        offset: error.valid_up_to(),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match conflict_line(text) {
        Some(line) => Err(malformed(line, 1, "an unresolved merge conflict stands here")),
        None => Ok(text),
    }
}

/// A [`ParseLockfileError::Malformed`].
pub(crate) fn malformed(line: u32, column: u32, reason: impl Into<String>) -> ParseLockfileError {
    ParseLockfileError::Malformed {
        line,
        column,
        reason: reason.into(),
    }
}

/// A count of lines or columns as the model keeps it; files beyond `u32` are refused long before.
pub(crate) fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// At most `limit` bytes of `text`, cut between characters.
pub(crate) fn clipped(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// The line of the first `<<<<<<<` that opens a line.
fn conflict_line(text: &str) -> Option<u32> {
    const MARKER: &[u8] = b"<<<<<<< ";
    let bytes = text.as_bytes();
    let at = memchr::memmem::find_iter(bytes, MARKER)
        .find(|&at| at == 0 || bytes.get(at.wrapping_sub(1)) == Some(&b'\n'))?;
    let before = bytes.get(..at).unwrap_or_default();
    Some(narrow(memchr::memchr_iter(b'\n', before).count()).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(text_of("\u{feff}a".as_bytes()), Ok("a"));
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_place() {
        assert_eq!(text_of(b"ab\xff"), Err(ParseLockfileError::NotUtf8 { offset: 2 }));
    }

    #[test]
    fn a_merge_conflict_is_named_by_line() {
        let refused = text_of(b"a:\n<<<<<<< HEAD\nb:\n").unwrap_err();
        assert!(
            matches!(refused, ParseLockfileError::Malformed { line: 2, .. }),
            "{refused:?}"
        );
        assert!(text_of(b"a <<<<<<< b\n").is_ok());
    }

    #[test]
    fn clipping_never_cuts_a_character() {
        assert_eq!(clipped("aéb", 2), "a");
        assert_eq!(clipped("aéb", 3), "aé");
    }
}
