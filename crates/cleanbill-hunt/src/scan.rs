//! A quick search of a lockfile's bytes for bad releases, piece by piece, each distinct piece searched once.
//! It rules out and never finds: what it cannot rule out is read by the format's own parser.
use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{Arc, Mutex},
};

use memchr::{memchr_iter, memmem};

use crate::limits::MAX_PIECES;

/// Where the text of one piece ends: after a line of at most this many bytes, which closes an entry in every
/// format as its package manager writes it (`    },`, or nothing).
const CLOSING_LINE: usize = 6;
/// A piece is cut here at the latest, at the next line: it bounds what one change makes new.
const MAX_PIECE_BYTES: usize = 64 * 1024;
/// The memory is parted so that threads seldom wait for one another.
const SHARDS: usize = 64;

/// How a format puts an entry together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// Strict JSON: a name and its version stand in one object, or in its key.
    Json,
    /// Lines set in by spaces: a name and its version stand in one entry, which ends where a line stands further out.
    Block,
    /// Anything else: a name and its version may stand anywhere.
    Text,
}

/// What one piece of text says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Names that occur in it, by their number.
    pub(crate) names: Vec<u32>,
    /// Bad versions that occur in it, by their number.
    pub(crate) versions: Vec<u32>,
    /// It holds a bad digest, or hides its words behind escapes.
    pub(crate) any: bool,
    /// Every entry that begins in it ends in it, and none reaches into it.
    pub(crate) whole: bool,
}

impl Piece {
    /// True where it neither says anything nor could together with others.
    fn silent(&self) -> bool {
        self.names.is_empty() && self.versions.is_empty() && !self.any
    }
}

/// How a piece of lines set in by spaces meets its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edges {
    /// How far its first line is set in.
    first: u16,
    /// How far the line furthest out is.
    least: u16,
    /// It begins like an entry, and nothing in it reaches over lines but by being set in.
    plain: bool,
}

impl Edges {
    /// True where no entry of the piece before reaches into this one; at the start of a text there is none.
    pub(crate) fn part_from(self, before: Option<Self>) -> bool {
        self.plain && before.is_none_or(|before| before.plain && self.first <= before.least)
    }

    /// The edges of a piece.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut edges: Option<Self> = None;
        for line in bytes.split(|byte| *byte == b'\n') {
            let set_in = line.iter().take_while(|byte| **byte == b' ').count();
            let Some(begin) = line.get(set_in).filter(|byte| **byte != b'\r') else {
                continue;
            };
            let Ok(set_in) = u16::try_from(set_in) else {
                return Self::default();
            };
            let count = |sign: u8| line.iter().filter(|byte| **byte == sign).count();
            let plain = count(b'{') == count(b'}')
                && count(b'[') == count(b']')
                && count(b'"').is_multiple_of(2)
                && !line.contains(&b'\t')
                && ![b"<<<<<<<".as_slice(), b"=======", b">>>>>>>", b"|||||||"]
                    .iter()
                    .any(|mark| line.starts_with(mark));
            match &mut edges {
                None => {
                    let like_an_entry = begin.is_ascii_alphanumeric() || b"\"'/@._~".contains(begin);
                    edges = Some(Self {
                        first: set_in,
                        least: set_in,
                        plain: plain && like_an_entry,
                    });
                }
                Some(edges) => {
                    edges.least = edges.least.min(set_in);
                    edges.plain &= plain;
                }
            }
        }
        edges.unwrap_or_default()
    }
}

/// Pieces searched before, by a keyed hash of 64 bits: nobody who writes a lockfile can make two pieces meet.
#[derive(Debug)]
pub(crate) struct Memory {
    keys: RandomState,
    shards: Vec<Mutex<HashMap<u64, Known>>>,
}

/// What is remembered of a piece; mostly, that it says nothing.
type Known = (Option<Arc<Piece>>, Edges);

impl Default for Memory {
    fn default() -> Self {
        Self {
            keys: RandomState::new(),
            shards: std::iter::repeat_with(Mutex::default).take(SHARDS).collect(),
        }
    }
}

impl Memory {
    /// What a piece says, searched where it is new, and its edges. `None` where it says nothing.
    pub(crate) fn recall(&self, shape: Shape, bytes: &[u8], search: impl FnOnce(&[u8]) -> Piece) -> Known {
        let key = self.keys.hash_one((shape, bytes));
        let shard = usize::try_from(key).unwrap_or(0) % SHARDS;
        let shard = self.shards.get(shard);
        if let Some(Ok(known)) = shard.map(Mutex::lock)
            && let Some(piece) = known.get(&key)
        {
            return piece.clone();
        }
        let piece = search(bytes);
        let edges = if shape == Shape::Block {
            Edges::of(bytes)
        } else {
            Edges::default()
        };
        let piece = ((!piece.silent()).then(|| Arc::new(piece)), edges);
        if let Some(Ok(mut known)) = shard.map(Mutex::lock) {
            // Starting anew is cheaper than knowing which pieces are old.
            if known.len() >= MAX_PIECES / SHARDS {
                known.clear();
            }
            known.insert(key, piece.clone());
        }
        piece
    }
}

/// Cuts a text into pieces that an edit elsewhere leaves as they are.
pub(crate) fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut lines = memchr_iter(b'\n', bytes);
    let (mut start, mut line) = (0_usize, 0_usize);
    std::iter::from_fn(move || {
        for end in lines.by_ref() {
            let next = end + 1;
            let text = bytes.get(line..end).unwrap_or_default();
            line = next;
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if text.len() <= CLOSING_LINE || next - start >= MAX_PIECE_BYTES {
                let piece = bytes.get(start..next);
                start = next;
                return piece;
            }
        }
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty());
        start = bytes.len();
        rest
    })
}

/// True where escapes can spell a letter, a sign or a break of line that the search does not see.
pub(crate) fn hides_words(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, b"\\").any(|at| {
        matches!(
            bytes.get(at + 1),
            None | Some(b'u' | b'x' | b'U' | b'/' | b'\n' | b'\r')
        )
    })
}

/// True when a piece of JSON is a row of members whose values are objects or lists, all closed: then no name in
/// it has its version elsewhere. Anything that JSON has no place for makes it false.
pub(crate) fn closed(bytes: &[u8]) -> bool {
    #[derive(PartialEq)]
    enum Next {
        Key,
        Colon,
        Value,
        Comma,
    }
    let (mut next, mut depth, mut at) = (Next::Key, 0_usize, 0_usize);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'"' => {
                let Some(length) = string(bytes.get(at..).unwrap_or_default()) else {
                    return false;
                };
                at += length;
                if depth == 0 {
                    if next != Next::Key {
                        return false;
                    }
                    next = Next::Colon;
                }
            }
            b'{' | b'[' => {
                if depth == 0 && next != Next::Value {
                    return false;
                }
                depth += 1;
            }
            b'}' | b']' => {
                if depth == 0 {
                    return false;
                }
                depth -= 1;
                next = Next::Comma;
            }
            _ if depth > 0 => {
                if !(byte.is_ascii_alphanumeric() || b":,+-.".contains(byte)) {
                    return false;
                }
            }
            b':' if next == Next::Colon => next = Next::Value,
            b',' if next == Next::Comma => next = Next::Key,
            _ => return false,
        }
    }
    depth == 0 && (next == Next::Key || next == Next::Comma)
}

/// The length of a JSON string behind its opening quote, with the closing one; `None` where its line ends first.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_the_whole_and_an_edit_changes_one() {
        let text = "{\n  \"packages\": {\n    \"a\": {\n      \"version\": \"1.0.0\"\n    },\n    \"b\": {\n      \"version\": \"1.0.0\"\n    }\n  }\n}\n";
        let parts: Vec<&[u8]> = pieces(text.as_bytes()).collect();
        assert_eq!(parts.concat(), text.as_bytes());
        let longer = text.replacen("\"1.0.0\"", "\"1.0.0\",\n      \"dev\": true", 1);
        let others: Vec<&[u8]> = pieces(longer.as_bytes()).collect();
        let differ = others.iter().filter(|part| !parts.contains(*part)).count();
        assert_eq!(differ, 1);
        assert!(pieces(b"").next().is_none());
        assert_eq!(pieces(b"no end of line").collect::<Vec<_>>(), [b"no end of line"]);
    }

    #[test]
    fn only_rows_of_whole_members_are_closed() {
        let is = |text: &str| closed(text.as_bytes());
        assert!(is(
            "    \"a\": {\n      \"version\": \"1.0.0\",\n      \"bin\": {\"a\": \"x\"}\n    },\n"
        ));
        assert!(is("\"a\": {}, \"b\": [1, true]\n"));
        assert!(is(""));
        for open in [
            "\"a\": {",
            "}",
            "\"version\": \"1.0.0\",\n",
            "\"a\": 1,\n",
            "{\"a\": {}}",
            ", \"a\": {}",
            "\"a\" \"b\": {}",
            "\"a\": {\n<<<<<<< ours\n}\n",
            "\"a\": {\"b\n\": 1}",
            "\"a\": {} \"b\": {}",
            "\"a\": {'b': 1}",
            "\"a",
            "\"a\": {\"\\",
        ] {
            assert!(!is(open), "{open}");
        }
    }

    #[test]
    fn an_entry_that_goes_on_after_a_blank_line_is_seen_to() {
        let part = |text: &str| {
            let mut before: Option<Edges> = None;
            pieces(text.as_bytes())
                .map(|piece| {
                    let edges = Edges::of(piece);
                    let part = edges.part_from(before);
                    before = Some(edges);
                    part
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(
            part("left@^1.0.0:\n  version \"1.0.0\"\n\nright@^1.0.0:\n  version \"1.0.1\"\n"),
            [true, true]
        );
        assert_eq!(part("left@^1.0.0:\n\n  version \"1.0.1\"\n"), [true, false]);
        assert_eq!(
            part("left@^1.0.0:\n\n# words\n  version \"1.0.1\"\n"),
            [true, false]
        );
        assert_eq!(
            part("packages:\n\n  left@1.0.0:\n    a: 1\n\n  right@1.0.1:\n    a: 1\n"),
            [true, false, true]
        );
        for tied in [
            "{left:\n\nversion: 1.0.1}\n",
            "left@1:\n<<<<<<< ours\n\nversion: 1.0.1\n",
        ] {
            assert!(!part(tied).contains(&true), "{tied}");
        }
    }

    #[test]
    fn escapes_that_can_spell_a_name_are_seen_and_others_pass() {
        for hiding in [r"\u006c", r"\x6c", r"@a\/b", "le\\\nft", "\\"] {
            assert!(hides_words(hiding.as_bytes()), "{hiding}");
        }
        for plain in [r#"say \"no\""#, r"a\nb", "plain"] {
            assert!(!hides_words(plain.as_bytes()), "{plain}");
        }
    }
}
