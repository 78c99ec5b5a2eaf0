//! Scalars on one line: plain, in single quotes, in double quotes.
//! It knows neither maps nor lists, and refuses what spans lines.
use std::borrow::Cow;

use super::{Stop, Value};

/// Longest key that may stand before a `:` on its line, as YAML has it; longer ones take `? `.
pub(super) const MAX_SIMPLE_KEY: usize = 1024;

/// A quoted scalar at the start of `text`, and the bytes it takes.
pub(super) fn quoted(text: &str) -> Result<(Cow<'_, str>, usize), Stop> {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'\'') => single(text),
        Some(b'"') => double(text),
        _ => Err(Stop::Outside),
    }
}

/// `'it''s'`: a doubled quote is a quote, nothing else is special.
fn single(text: &str) -> Result<(Cow<'_, str>, usize), Stop> {
    let bytes = text.as_bytes();
    let mut at = 1;
    let mut doubled = false;
    loop {
        let rest = bytes.get(at..).ok_or(Stop::Outside)?;
        at += memchr::memchr(b'\'', rest).ok_or(Stop::Outside)?;
        if bytes.get(at + 1) != Some(&b'\'') {
            break;
        }
        doubled = true;
        at += 2;
    }
    let inner = text.get(1..at).ok_or(Stop::Outside)?;
    let value = if doubled {
        Cow::Owned(inner.replace("''", "'"))
    } else {
        Cow::Borrowed(inner)
    };
    Ok((value, at + 1))
}

/// `"a \"b\""`: with the escapes that are one letter; any other is for the slow reader.
fn double(text: &str) -> Result<(Cow<'_, str>, usize), Stop> {
    let bytes = text.as_bytes();
    let mut at = 1;
    let mut escaped = false;
    loop {
        let rest = bytes.get(at..).ok_or(Stop::Outside)?;
        at += memchr::memchr2(b'"', b'\\', rest).ok_or(Stop::Outside)?;
        if bytes.get(at) == Some(&b'"') {
            break;
        }
        if !matches!(bytes.get(at + 1), Some(b'"' | b'\\' | b'/' | b'n' | b't' | b'r')) {
            return Err(Stop::Outside);
        }
        escaped = true;
        at += 2;
    }
    let inner = text.get(1..at).ok_or(Stop::Outside)?;
    Ok((
        if escaped {
            Cow::Owned(unescaped(inner))
        } else {
            Cow::Borrowed(inner)
        },
        at + 1,
    ))
}

/// Puts the character that is meant for each escape that [`double`] lets pass.
fn unescaped(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        out.extend(match character {
            '\\' => characters.next().map(|letter| match letter {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            }),
            other => Some(other),
        });
    }
    out
}

/// True when a plain scalar may start with `text` (the next byte decides for `-`, `?` and `:`).
pub(super) fn starts_plain(text: &str) -> bool {
    match text.as_bytes() {
        [] => false,
        [b'-' | b'?' | b':', next, ..] => !matches!(next, b' ' | b',' | b'[' | b']' | b'{' | b'}'),
        [b'-' | b'?' | b':'] => false,
        [first, ..] => !b",[]{}#&*!|>'\"%@` ".contains(first),
    }
}

/// A plain scalar at the start of `text`, a value to the end of its line or to a comment.
pub(super) fn plain(text: &str) -> Result<Value<'_>, Stop> {
    let text = memchr::memmem::find(text.as_bytes(), b" #")
        .and_then(|at| text.get(..at))
        .unwrap_or(text);
    let text = text.trim_end_matches(' ');
    if !starts_plain(text) || text.ends_with(':') {
        return Err(Stop::Outside);
    }
    let bytes = text.as_bytes();
    let is_key = memchr::memchr_iter(b':', bytes).any(|at| bytes.get(at + 1) == Some(&b' '));
    if is_key {
        Err(Stop::Outside)
    } else {
        Ok(plain_value(text))
    }
}

/// The value of plain text: null in its spellings, else the text.
pub(super) fn plain_value(text: &str) -> Value<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => Value::Text(Cow::Borrowed(text)),
    }
}
