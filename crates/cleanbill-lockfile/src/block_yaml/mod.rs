//! YAML as lockfiles are written: a borrowed tree with the line of every key.
//! It knows no lockfile format, and takes no anchors: an alias can stand for a billion nodes.
//!
//! Two readers make the same tree. The quick one reads the block subset that package managers write and
//! gives up at anything else; then the slow one asks `yaml_serde`, and finds the lines afterwards.
mod fallback;
mod flow;
mod quick;
mod scalar;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::HashMap};

use crate::{
    ParseLockfileError,
    limits::{MAX_DEPTH, MAX_DOCUMENTS, MAX_NODES},
};

/// One node: what stands there, and on which line (from 1).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'a> {
    pub line: u32,
    pub value: Value<'a>,
}

/// What a node holds. Numbers and booleans stay the text they are: a version `5.4` is no number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Map(Vec<Pair<'a>>),
}

/// One key and its value, in file order; a key may occur twice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pair<'a> {
    pub key: Cow<'a, str>,
    pub line: u32,
    pub node: Node<'a>,
}

impl<'a> Node<'a> {
    /// The value of the first pair with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.pairs()
            .iter()
            .find(|pair| pair.key == key)
            .map(|pair| &pair.node)
    }

    /// The pairs of a map; nothing for any other node.
    pub(crate) fn pairs(&self) -> &[Pair<'a>] {
        match &self.value {
            Value::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// The items of a list; nothing for any other node.
    pub(crate) fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// True for the scalar `true`.
    pub(crate) fn is_true(&self) -> bool {
        self.text() == Some("true")
    }

    /// What it is, for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// Calls `found` for every key that a map holds twice, at any depth.
    pub(crate) fn each_duplicate(&self, found: &mut impl FnMut(&Pair<'a>)) {
        match &self.value {
            Value::Map(pairs) => {
                duplicates_in(pairs, found);
                for pair in pairs {
                    pair.node.each_duplicate(found);
                }
            }
            Value::List(items) => {
                for item in items {
                    item.each_duplicate(found);
                }
            }
            Value::Null | Value::Text(_) => {}
        }
    }
}

/// A map made ready for many lookups.
pub(crate) enum Index<'n, 'a> {
    Few(&'n [Pair<'a>]),
    Many(HashMap<&'n str, &'n Node<'a>>),
}

impl<'n, 'a> Index<'n, 'a> {
    /// Of a node that may be missing or no map.
    pub(crate) fn of(node: Option<&'n Node<'a>>) -> Self {
        let pairs = node.map(Node::pairs).unwrap_or_default();
        if pairs.len() <= FEW_PAIRS {
            return Self::Few(pairs);
        }
        // Reversed, so that the first of two equal keys stays.
        Self::Many(pairs.iter().rev().map(|pair| (&*pair.key, &pair.node)).collect())
    }

    /// The value of the first pair with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node<'a>> {
        match self {
            Self::Few(pairs) => pairs.iter().find(|pair| pair.key == key).map(|pair| &pair.node),
            Self::Many(map) => map.get(key).copied(),
        }
    }
}

/// Below this many pairs comparing each with each is cheaper than hashing.
const FEW_PAIRS: usize = 12;

fn duplicates_in<'a>(pairs: &[Pair<'a>], found: &mut impl FnMut(&Pair<'a>)) {
    if pairs.len() <= FEW_PAIRS {
        for (at, pair) in pairs.iter().enumerate() {
            if pairs.iter().take(at).any(|before| before.key == pair.key) {
                found(pair);
            }
        }
        return;
    }
    let mut seen = std::collections::HashSet::with_capacity(pairs.len());
    for pair in pairs {
        if !seen.insert(&*pair.key) {
            found(pair);
        }
    }
}

/// Why the quick reader stopped.
#[derive(Debug)]
enum Stop {
    /// Something outside its subset; the slow reader decides.
    Outside,
    /// Nested deeper than [`MAX_DEPTH`].
    Deep,
    /// More than [`MAX_NODES`].
    Many,
}

/// How many nodes may still come.
#[derive(Debug)]
struct Room(usize);

impl Room {
    fn take(&mut self) -> Result<(), Stop> {
        self.0 = self.0.checked_sub(1).ok_or(Stop::Many)?;
        Ok(())
    }
}

/// Reads every document of `text`.
///
/// # Errors
/// When the text is no YAML, uses anchors with aliases, nests too deep, or holds too many documents.
pub(crate) fn read(text: &str) -> Result<Vec<Node<'_>>, ParseLockfileError> {
    let documents = match quick::read(text, Room(MAX_NODES)) {
        Ok(documents) => documents,
        Err(Stop::Deep) => return Err(too_deep()),
        Err(Stop::Many) => return Err(too_many_nodes()),
        Err(Stop::Outside) => fallback::read(text, Room(MAX_NODES))?,
    };
    if documents.len() > MAX_DOCUMENTS {
        return Err(too_many_documents());
    }
    Ok(documents)
}

fn too_deep() -> ParseLockfileError {
    ParseLockfileError::Limit {
        limit: "MAX_DEPTH",
        allowed: MAX_DEPTH,
    }
}

fn too_many_nodes() -> ParseLockfileError {
    ParseLockfileError::Limit {
        limit: "MAX_NODES",
        allowed: MAX_NODES,
    }
}

fn too_many_documents() -> ParseLockfileError {
    ParseLockfileError::Limit {
        limit: "MAX_DOCUMENTS",
        allowed: MAX_DOCUMENTS,
    }
}
