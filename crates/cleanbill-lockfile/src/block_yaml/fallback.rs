//! The slow reader: `yaml_serde` for whatever the quick one does not take, bounded beforehand.
//! It gets no places from the library, so it looks for each key's line afterwards.
use std::{borrow::Cow, cell::RefCell, fmt};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Node, Pair, Room, Value, too_deep, too_many_documents, too_many_nodes};
use crate::{
    ParseLockfileError,
    limits::{MAX_DEPTH, MAX_DOCUMENTS, MAX_GENERAL_YAML_BYTES},
    text::{malformed, narrow},
};

/// Every document of `text`.
pub(super) fn read(text: &str, room: Room) -> Result<Vec<Node<'_>>, ParseLockfileError> {
    if text.len() > MAX_GENERAL_YAML_BYTES {
        return Err(ParseLockfileError::Limit {
            limit: "MAX_GENERAL_YAML_BYTES",
            allowed: MAX_GENERAL_YAML_BYTES,
        });
    }
    refuse_aliases(text)?;
    refuse_deep_flow(text)?;
    let room = RefCell::new(room);
    let mut documents = Vec::new();
    for document in yaml_serde::Deserializer::from_str(text) {
        if documents.len() >= MAX_DOCUMENTS {
            return Err(too_many_documents());
        }
        let node = Seed {
            depth: 0,
            room: &room,
        }
        .deserialize(document)
        .map_err(|error| refused(&error))?;
        documents.push(node);
    }
    let mut places = Places::of(text);
    places.give_all(&mut documents);
    Ok(documents)
}

fn refused(error: &yaml_serde::Error) -> ParseLockfileError {
    let text = error.to_string();
    if text.contains(TOO_DEEP) || text.contains("recursion limit") {
        return too_deep();
    }
    if text.contains(TOO_MANY) {
        return too_many_nodes();
    }
    let (line, column) = error
        .location()
        .map_or((1, 1), |at| (at.line().max(1), at.column().max(1)));
    malformed(narrow(line), narrow(column), text)
}

/// Refuses a text that both names a node (`&name`) and repeats it (`*name`): no package manager writes
/// that, and nested repeats make a small file stand for a huge tree.
fn refuse_aliases(text: &str) -> Result<(), ParseLockfileError> {
    let names = marked(text, b'&')
        .map(|(_, name)| name)
        .collect::<std::collections::HashSet<_>>();
    match marked(text, b'*').find(|(_, name)| names.contains(name)) {
        None => Ok(()),
        Some((at, _)) => {
            let (line, column) = place_of(text, at);
            Err(malformed(
                line,
                column,
                "a YAML alias stands here, which no package manager writes",
            ))
        }
    }
}

/// Every place where `mark` could open an anchor or an alias, with the name behind it.
fn marked(text: &str, mark: u8) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(mark, bytes).filter_map(move |at| {
        let opens = at == 0
            || bytes
                .get(at - 1)
                .is_some_and(|before| before.is_ascii_whitespace() || b"[{,:?-".contains(before));
        let rest = text.get(at + 1..)?;
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(rest.len());
        (opens && end > 0).then(|| (at, rest.get(..end).unwrap_or_default()))
    })
}

/// Refuses brackets nested beyond the limit before the library sees them: its time grows with the
/// square of that depth. Quotes are not looked at, which only ever counts too much.
fn refuse_deep_flow(text: &str) -> Result<(), ParseLockfileError> {
    let mut depth = 0usize;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
    }
    Ok(())
}

fn place_of(text: &str, at: usize) -> (u32, u32) {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let line = memchr::memchr_iter(b'\n', before).count();
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    (
        narrow(line).saturating_add(1),
        narrow(at - start).saturating_add(1),
    )
}

const TOO_DEEP: &str = "nested too deep";
const TOO_MANY: &str = "too many nodes";

/// Reads a node of any kind, without a line.
#[derive(Clone, Copy)]
struct Seed<'c> {
    depth: usize,
    room: &'c RefCell<Room>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(D::Error::custom(TOO_DEEP));
        }
        self.room
            .borrow_mut()
            .take()
            .map_err(|_| D::Error::custom(TOO_MANY))?;
        deserializer.deserialize_any(self)
    }
}

impl Seed<'_> {
    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }
}

fn node(value: Value<'_>) -> Node<'_> {
    Node { line: 0, value }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar, a list or a map")
    }
    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(node(Value::Text(Cow::Borrowed(if flag {
            "true"
        } else {
            "false"
        }))))
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(node(Value::Text(Cow::Owned(number.to_string()))))
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(node(Value::Text(Cow::Owned(number.to_string()))))
    }
    fn visit_i128<E: Error>(self, number: i128) -> Result<Self::Value, E> {
        Ok(node(Value::Text(Cow::Owned(number.to_string()))))
    }
    fn visit_u128<E: Error>(self, number: u128) -> Result<Self::Value, E> {
        Ok(node(Value::Text(Cow::Owned(number.to_string()))))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        // The spelling is lost here, so `1.10` becomes `1.1`; `{:?}` at least keeps the `.0` of `9.0`.
        Ok(node(Value::Text(Cow::Owned(format!("{number:?}")))))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(node(Value::Text(Cow::Borrowed(text))))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(node(Value::Text(Cow::Owned(text.to_owned()))))
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(node(Value::Null))
    }
    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(node(Value::Null))
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.deeper())? {
            list.push(item);
        }
        Ok(node(Value::List(list)))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            let value = map.next_value_seed(self.deeper())?;
            pairs.push(Pair {
                key,
                line: 0,
                node: value,
            });
        }
        Ok(node(Value::Map(pairs)))
    }
    fn visit_enum<A: serde::de::EnumAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::custom(
            "a YAML tag stands here, which no package manager writes",
        ))
    }
}

/// A key as the text it is written as: asked for as text, the library hands a number over unread.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key of one scalar")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Finds keys in the text, level by level: the keys of one map stand one below the other, at one column.
struct Places<'a> {
    lines: Vec<&'a str>,
    /// Lines it may still look at. A key that stands nowhere as written (an escape, a flow map) costs a
    /// search of its map's lines; the budget keeps the whole search linear, and later keys get a near line.
    budget: usize,
}

/// How many times the file may be looked through.
const SEARCHES: usize = 16;

/// Lines of the text, counted from 0, behind the first and before the second.
type Between = (usize, usize);

impl<'a> Places<'a> {
    fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let budget = lines.len().saturating_mul(SEARCHES);
        Self { lines, budget }
    }

    /// Gives each document the lines between its first key and that of the next.
    fn give_all(&mut self, documents: &mut [Node<'_>]) {
        let mut from = 0;
        for document in documents {
            from = self.give(document, (from, self.lines.len()), 1, None);
        }
    }

    /// Gives lines to a node that is written within `between`; answers where its last key stands.
    fn give(&mut self, node: &mut Node<'_>, between: Between, line: u32, above: Option<usize>) -> usize {
        node.line = line;
        match &mut node.value {
            Value::Map(pairs) => self.give_map(pairs, between, line, above),
            Value::List(items) => {
                for item in items {
                    self.give(item, (between.0, between.0), line, above);
                }
                between.0
            }
            Value::Null | Value::Text(_) => between.0,
        }
    }

    fn give_map(
        &mut self,
        pairs: &mut [Pair<'_>],
        between: Between,
        line: u32,
        above: Option<usize>,
    ) -> usize {
        let (mut next, end) = between;
        let mut column = None;
        let mut starts = Vec::with_capacity(pairs.len());
        for pair in &mut *pairs {
            let found = self.find(&pair.key, (next, end), above, column);
            if let Some((at, found_column)) = found {
                (next, column) = (at + 1, Some(found_column));
            }
            pair.line = found.map_or(line, |(at, _)| narrow(at).saturating_add(1));
            starts.push(found.map(|(at, _)| at));
        }
        let mut until = end;
        let mut last = between.0;
        for (pair, start) in pairs.iter_mut().zip(starts).rev() {
            let inner = start.map_or((end, end), |start| (start + 1, until));
            let inside = self.give(&mut pair.node, inner, pair.line, column);
            last = last.max(if start.is_some() { inside } else { last });
            until = start.unwrap_or(until);
        }
        last.max(next)
    }

    /// The next line within `between` that opens with `key`, deeper than `above` and at `column` where
    /// that is known; and the column of the key.
    fn find(
        &mut self,
        key: &str,
        between: Between,
        above: Option<usize>,
        column: Option<usize>,
    ) -> Option<(usize, usize)> {
        let lines = self.lines.get(between.0..between.1).unwrap_or_default();
        let found = lines.iter().take(self.budget).enumerate().find_map(|(at, line)| {
            let found = opens_with(line, key)?;
            let fits = column.map_or(above.is_none_or(|above| found > above), |column| column == found);
            fits.then_some((between.0 + at, found))
        });
        self.budget = self
            .budget
            .saturating_sub(found.map_or(lines.len(), |(at, _)| at + 1 - between.0));
        found
    }
}

/// The column of `key`, where `line` opens with it; a key behind `? ` has the column of that mark.
fn opens_with(line: &str, key: &str) -> Option<usize> {
    let marked = line.trim_start_matches([' ', '-', ':', '\t']);
    let behind = marked
        .strip_prefix("? ")
        .unwrap_or(marked)
        .trim_start_matches(' ');
    let bare = behind.trim_start_matches(['"', '\'']);
    let rest = bare.strip_prefix(key)?;
    let ends = rest.is_empty() || rest.starts_with([':', '"', '\'', ' ']);
    ends.then_some(line.len() - marked.len())
}
