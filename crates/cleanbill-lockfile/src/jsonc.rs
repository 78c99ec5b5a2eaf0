//! JSON with comments and trailing commas as plain JSON, byte for byte in the same place.
//! It blanks out what JSON does not have and checks nothing else: that is left to the JSON reader.
use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3, memmem};

/// The text with comments and trailing commas as blanks; offsets and lines stay as they are.
///
/// A comma is trailing when a bracket closes behind it and a value stands before it, so `[,]` and `[1,,]`
/// stay the errors they are. A comment that is cut off swallows the rest.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    // The last comma after which only blanks and comments have come.
    let mut comma: Option<usize> = None;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                comma = None;
                at = string_end(bytes, at + 1);
            }
            b'/' if matches!(bytes.get(at + 1), Some(b'/' | b'*')) => {
                let end = comment_end(bytes, at);
                blank(out.get_or_insert_with(|| bytes.to_vec()), at, end);
                at = end;
            }
            b',' => {
                // Behind an opening bracket or another comma there is no value to end.
                comma = if comma.is_none() && has_value_before(out.as_deref().unwrap_or(bytes), at) {
                    Some(at)
                } else {
                    None
                };
                at += 1;
            }
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    blank(out.get_or_insert_with(|| bytes.to_vec()), comma, comma + 1);
                }
                at += 1;
            }
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            _ => {
                comma = None;
                at += 1;
            }
        }
    }
    // Whole characters are blanked, never parts of one, so that the text stays UTF-8.
    match out.map(String::from_utf8) {
        Some(Ok(plain)) => Cow::Owned(plain),
        _ => Cow::Borrowed(text),
    }
}

/// The offset behind the closing quote.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(found) = memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// The offset behind a comment that begins at `from`.
fn comment_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from + 2..).unwrap_or_default();
    let length = if bytes.get(from + 1) == Some(&b'/') {
        memchr(b'\n', rest)
    } else {
        memmem::find(rest, b"*/").map(|end| end + 2)
    };
    length.map_or(bytes.len(), |length| from + 2 + length)
}

fn has_value_before(bytes: &[u8], at: usize) -> bool {
    let before = bytes
        .get(..at)
        .unwrap_or_default()
        .iter()
        .rev()
        .find(|byte| !byte.is_ascii_whitespace());
    !matches!(before, None | Some(b'[' | b'{' | b',' | b':'))
}

/// Overwrites with blanks, save for line ends.
fn blank(out: &mut [u8], from: usize, to: usize) {
    let Some(mut rest) = out.get_mut(from..to) else {
        return;
    };
    while !rest.is_empty() {
        let stop = memchr3(b'\n', b'\r', b'\n', rest).unwrap_or(rest.len());
        let (head, tail) = rest.split_at_mut(stop);
        head.fill(b' ');
        rest = tail.get_mut(1..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use jsonc_parser::{ParseOptions, parse_to_value};
    use proptest::prelude::*;

    use super::*;

    fn reads(text: &str) -> Option<serde_json::Value> {
        serde_json::from_str(&plain(text)).ok()
    }

    #[test]
    fn comments_and_trailing_commas_go_and_places_stay() {
        let text = "{ // one\r\n \"a\": [1, 2,], /* two\n */ \"b\": \"x,] // not\", // é\n }";
        let plain = plain(text);
        assert_eq!(plain.len(), text.len());
        assert_eq!(plain.find("\"b\""), text.find("\"b\""));
        assert_eq!(plain.lines().count(), text.lines().count());
        assert_eq!(
            reads(text),
            Some(serde_json::json!({"a": [1, 2], "b": "x,] // not"}))
        );
    }

    #[test]
    fn a_comma_without_a_value_stays_an_error() {
        for text in [
            "[,]",
            "[1,,]",
            "[1,,2]",
            "{,}",
            "[1/**/,/**/,]",
            "[/**/,]",
            "{\"a\":,}",
            ",",
            "[1,",
        ] {
            assert_eq!(reads(text), None, "{text}");
        }
    }

    #[test]
    fn plain_json_is_not_copied() {
        assert!(matches!(plain("{\"a\": [1, \"/*\", {}]}"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_cut_off_ends() {
        for text in ["\"", "\"\\", "/", "/*", "//", "[1, /*", "\"a\\\""] {
            assert_eq!(plain(text).len(), text.len());
            assert_eq!(reads(text), None, "{text}");
        }
    }

    proptest! {
        /// A reader written by others must agree on what is JSON with comments and on what it says.
        #[test]
        fn another_reader_agrees(pieces in prop::collection::vec(
            prop::sample::select(vec![
                "{", "}", "[", "]", ",", ":", "\"a\"", "1", "true", " ", "\n", "/*c*/", "//d\n", "\"/*\"", "\"\\\"\"", "[1,", "{\"k\":",
            ]), 0..24)) {
            let text = pieces.concat();
            let options = ParseOptions {
                allow_comments: true,
                allow_trailing_commas: true,
                allow_loose_object_property_names: false,
                allow_missing_commas: false,
                allow_single_quoted_strings: false,
                allow_hexadecimal_numbers: false,
                allow_unary_plus_numbers: false,
                ..ParseOptions::default()
            };
            let theirs = parse_to_value(&text, &options).ok().flatten().is_some();
            prop_assert_eq!(reads(&text).is_some(), theirs, "{}", text);
        }
    }
}
