//! Tolerant JSON: values are split and kept as raw text, and each is read on its own, so that one bad
//! field spoils nothing else. It knows no field by name.
//!
//! Strings and keys are read as bytes, since `JSON.parse` accepts lone surrogates that a Rust string cannot
//! hold. Splitting does not recurse, so nesting depth is no concern.
use std::{borrow::Cow, fmt};

use serde::de::{self, Deserialize, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// What a value is, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,
}

impl Kind {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Text => "text",
            Self::Array => "a list",
            Self::Object => "an object",
        }
    }
}

pub(crate) fn kind(raw: &RawValue) -> Kind {
    match raw.get().as_bytes().first() {
        Some(b'n') => Kind::Null,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'"') => Kind::Text,
        Some(b'[') => Kind::Array,
        Some(b'{') => Kind::Object,
        _ => Kind::Number,
    }
}

/// A decoded string.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    pub(crate) text: Cow<'a, str>,
    /// True when it held a lone surrogate, which now stands as U+FFFD.
    pub(crate) replaced: bool,
}

/// The string a raw value holds; `None` when it holds something else.
pub(crate) fn text(raw: &RawValue) -> Option<Text<'_>> {
    let quoted = raw.get();
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Text {
            text: Cow::Borrowed(inner),
            replaced: false,
        });
    }
    serde_json::from_str(quoted).ok()
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(TextBytes)
    }
}

/// Takes the bytes of a string, in which a lone surrogate is three bytes that are no UTF-8.
struct TextBytes;

impl<'de> Visitor<'de> for TextBytes {
    type Value = Text<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }
    fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Text<'de>, E> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Text {
                text: Cow::Borrowed(text),
                replaced: false,
            }),
            Err(_) => self.visit_bytes(bytes),
        }
    }
    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Text<'de>, E> {
        let text = String::from_utf8_lossy(bytes);
        Ok(Text {
            replaced: matches!(text, Cow::Owned(_)),
            text: Cow::Owned(text.into_owned()),
        })
    }
}

/// Calls `each` with every key and value of an object, in order, duplicates included.
/// False when the value is no object.
pub(crate) fn members<'a>(raw: &'a RawValue, each: impl FnMut(Text<'a>, &'a RawValue)) -> bool {
    if kind(raw) != Kind::Object {
        return false;
    }
    serde_json::Deserializer::from_str(raw.get())
        .deserialize_map(Members(each))
        .is_ok()
}

struct Members<F>(F);

impl<'de, F: FnMut(Text<'de>, &'de RawValue)> Visitor<'de> for Members<F> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key()? {
            (self.0)(key, map.next_value()?);
        }
        Ok(())
    }
}

/// Calls `each` with the value of every member whose name is listed, and the name's place in the list.
/// False when the value is no object.
pub(crate) fn pick<'a>(raw: &'a RawValue, names: &[&str], each: impl FnMut(usize, &'a RawValue)) -> bool {
    if kind(raw) != Kind::Object {
        return false;
    }
    serde_json::Deserializer::from_str(raw.get())
        .deserialize_map(Picker { names, each })
        .is_ok()
}

struct Picker<'n, F> {
    names: &'n [&'n str],
    each: F,
}

impl<'de, F: FnMut(usize, &'de RawValue)> Visitor<'de> for Picker<'_, F> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match self.names.iter().position(|name| *name == key.text) {
                Some(at) => (self.each)(at, map.next_value()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Calls `each` with every element of a list, in order. False when the value is no list.
pub(crate) fn items<'a>(raw: &'a RawValue, each: impl FnMut(&'a RawValue)) -> bool {
    if kind(raw) != Kind::Array {
        return false;
    }
    serde_json::Deserializer::from_str(raw.get())
        .deserialize_seq(Items(each))
        .is_ok()
}

struct Items<F>(F);

impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Items<F> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(item) = list.next_element()? {
            (self.0)(item);
        }
        Ok(())
    }
}

/// The members of a document, with those of one object inside it already split.
#[derive(Debug, Default)]
pub(crate) struct Split<'a> {
    /// The document's own members, the inner object's excepted when `inner` is set.
    pub(crate) outer: Vec<(&'a RawValue, &'a RawValue)>,
    /// The members of the inner object; of the last one, where the key is repeated.
    pub(crate) inner: Option<Vec<(&'a RawValue, &'a RawValue)>>,
    /// Times the inner key occurred.
    pub(crate) inner_seen: usize,
    /// True when the inner object had more than `limit` members.
    pub(crate) cut: bool,
}

/// Splits a document in one pass, going one level deeper under `inner`.
/// Where the value under `inner` is no object, it stands among the outer members.
pub(crate) fn split<'a>(
    text: &'a str,
    inner: &'static str,
    limit: usize,
) -> Result<Split<'a>, serde_json::Error> {
    let run = |deep: bool| {
        let mut found = Split::default();
        let mut json = serde_json::Deserializer::from_str(text);
        json.deserialize_map(Document {
            found: &mut found,
            inner: deep.then_some(inner),
            limit,
        })?;
        json.end()?;
        Ok(found)
    };
    // Only an inner value of another type, or a broken document, comes to the second reading.
    run(true).or_else(|_: serde_json::Error| run(false))
}

struct Document<'s, 'a> {
    found: &'s mut Split<'a>,
    inner: Option<&'static str>,
    limit: usize,
}

impl<'de> Visitor<'de> for Document<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<&'de RawValue>()? {
            if self.inner.is_some() && text(key).is_some_and(|key| Some(&*key.text) == self.inner) {
                let (inner, cut) = map.next_value_seed(Inner { limit: self.limit })?;
                self.found.inner = Some(inner);
                self.found.cut = cut;
                self.found.inner_seen += 1;
            } else {
                self.found.outer.push((key, map.next_value()?));
            }
        }
        Ok(())
    }
}

struct Inner {
    limit: usize,
}

impl<'de> de::DeserializeSeed<'de> for Inner {
    type Value = (Vec<(&'de RawValue, &'de RawValue)>, bool);
    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Inner {
    type Value = (Vec<(&'de RawValue, &'de RawValue)>, bool);
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while found.len() < self.limit {
            match map.next_entry()? {
                Some(entry) => found.push(entry),
                None => return Ok((found, false)),
            }
        }
        let mut cut = false;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            cut = true;
        }
        Ok((found, cut))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_lone_surrogate_is_replaced_and_told() {
        let found = text(raw(r#""a\ud800b""#)).unwrap();
        assert!(found.replaced && found.text.starts_with('a') && found.text.ends_with('b'));
        let found = text(raw(r#""\ud83d\ude00\n""#)).unwrap();
        assert_eq!((&*found.text, found.replaced), ("😀\n", false));
        assert!(text(raw("5")).is_none());
    }

    #[test]
    fn keys_and_values_no_typed_reader_takes_are_split_all_the_same() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let json = format!(r#"{{"\ud800":1e999,"b":{deep},"b":"\udfff"}}"#);
        let mut seen = 0;
        assert!(members(raw(&json), |_, _| seen += 1));
        assert_eq!(seen, 3);
    }

    #[test]
    fn the_inner_object_is_split_in_the_same_pass_and_the_last_one_counts() {
        let found = split(r#"{"a":1,"v":{"x":1,"y":2},"v":{"z":3}}"#, "v", 10).unwrap();
        assert_eq!(
            (found.outer.len(), found.inner.unwrap().len(), found.inner_seen),
            (1, 1, 2)
        );
        let found = split(r#"{"a":1,"v":7}"#, "v", 10).unwrap();
        assert!(found.inner.is_none() && found.outer.len() == 2);
        let found = split(r#"{"v":{"x":1,"y":2,"z":3}}"#, "v", 2).unwrap();
        assert!(found.cut && found.inner.unwrap().len() == 2);
        assert!(split(r#"{"v":{}} x"#, "v", 2).is_err());
        assert!(split("[]", "v", 2).is_err());
    }
}
