//! The quick reader: block maps and lists with one-line scalars, in one pass over the bytes.
//! It never guesses: at anything outside that subset it stops, and says so.
use std::borrow::Cow;

use super::{Node, Pair, Room, Stop, Value, flow, scalar};
use crate::limits::{MAX_DEPTH, MAX_DOCUMENTS};

/// Every document of `text`.
pub(super) fn read(text: &str, room: Room) -> Result<Vec<Node<'_>>, Stop> {
    if !is_plain_text(text) {
        return Err(Stop::Outside);
    }
    let mut reader = Reader {
        text,
        at: 0,
        line: 1,
        column: 0,
        room,
    };
    let mut documents = Vec::new();
    reader.next_line_from_here();
    loop {
        let marked = reader.document_marker()?;
        if reader.at_end() && !marked {
            if documents.is_empty() {
                documents.push(Node {
                    line: 1,
                    value: Value::Null,
                });
            }
            return Ok(documents);
        }
        if documents.len() > MAX_DOCUMENTS {
            return Ok(documents);
        }
        let line = reader.line;
        let node = if reader.at_end() || reader.stands_at_marker() {
            Node {
                line,
                value: Value::Null,
            }
        } else {
            reader.node(0)?
        };
        documents.push(node);
        if !reader.at_end() && !reader.stands_at_marker() {
            return Err(Stop::Outside);
        }
    }
}

/// True when every character is one that YAML passes through on a line: no tabs, no control characters,
/// no line ends but `\n` and `\r\n`, no byte order mark further in.
fn is_plain_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut wide = false;
    let mut controls = 0usize;
    for &byte in bytes {
        wide |= byte >= 0x80;
        controls += usize::from((byte < 0x20 && byte != b'\n') || byte == 0x7f);
    }
    if controls > 0 {
        let ends = memchr::memchr_iter(b'\r', bytes)
            .filter(|&at| bytes.get(at + 1) == Some(&b'\n'))
            .count();
        if ends != controls {
            return false;
        }
    }
    !wide
        || !text.chars().any(|c| {
            matches!(
                c,
                '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            )
        })
}

/// Always stands at the first character of a line that says something, or behind the last one; only
/// inside [`Reader::pair`] and the like does it stand further in.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    /// Blanks before `at` on its line, counting `- ` and `? ` of compact collections as blanks.
    column: usize,
    room: Room,
}

impl<'a> Reader<'a> {
    fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// What is left of the line, without its end.
    fn rest(&self) -> &'a str {
        let bytes = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
        let end = if end > 0 && bytes.get(end - 1) == Some(&b'\r') {
            end - 1
        } else {
            end
        };
        self.text.get(self.at..self.at + end).unwrap_or_default()
    }

    /// Skips the rest of this line and goes to the next that says something.
    fn next_line(&mut self) {
        self.skip_line();
        self.next_line_from_here();
    }

    fn skip_line(&mut self) {
        let bytes = self.text.as_bytes().get(self.at..).unwrap_or_default();
        match memchr::memchr(b'\n', bytes) {
            Some(end) => {
                self.at += end + 1;
                self.line = self.line.saturating_add(1);
            }
            None => self.at = self.text.len(),
        }
    }

    /// From the start of a line, passes over blank lines and comments.
    fn next_line_from_here(&mut self) {
        loop {
            let bytes = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let blanks = bytes.iter().take_while(|&&byte| byte == b' ').count();
            match bytes.get(blanks) {
                None => self.at = self.text.len(),
                Some(b'\n' | b'\r' | b'#') => {
                    self.skip_line();
                    if !self.at_end() {
                        continue;
                    }
                }
                Some(_) => {
                    self.at += blanks;
                    self.column = blanks;
                    return;
                }
            }
            self.column = 0;
            return;
        }
    }

    fn stands_at_marker(&self) -> bool {
        self.column == 0 && matches!(self.rest().split(' ').next(), Some("---" | "..."))
    }

    /// Takes a `---` that opens a document; what stands behind it on its line is for the slow reader.
    fn document_marker(&mut self) -> Result<bool, Stop> {
        if self.column != 0 || self.at_end() {
            return Ok(false);
        }
        let rest = self.rest();
        if rest.starts_with('%') || rest.starts_with("...") {
            return Err(Stop::Outside);
        }
        if !self.stands_at_marker() {
            return Ok(false);
        }
        if rest.trim_end_matches(' ') != "---" {
            return Err(Stop::Outside);
        }
        self.next_line();
        Ok(true)
    }

    /// The node that starts here, in block style.
    fn node(&mut self, depth: usize) -> Result<Node<'a>, Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::Deep);
        }
        let rest = self.rest();
        let (line, column) = (self.line, self.column);
        if is_item(rest) {
            let value = self.list(column, depth)?;
            return Ok(Node { line, value });
        }
        if rest.starts_with("? ") || key(rest).is_ok() {
            let value = self.map(column, depth)?;
            return Ok(Node { line, value });
        }
        let value = self.inline(rest, column, depth)?;
        Ok(Node { line, value })
    }

    fn map(&mut self, column: usize, depth: usize) -> Result<Value<'a>, Stop> {
        let mut pairs = Vec::new();
        while !self.at_end() && self.column == column && !self.stands_at_marker() {
            if is_item(self.rest()) {
                return Err(Stop::Outside);
            }
            pairs.push(self.pair(column, depth)?);
        }
        if !self.at_end() && self.column > column {
            return Err(Stop::Outside);
        }
        Ok(Value::Map(pairs))
    }

    fn pair(&mut self, column: usize, depth: usize) -> Result<Pair<'a>, Stop> {
        self.room.take()?;
        if self.rest().starts_with("? ") {
            return self.explicit_pair(column, depth);
        }
        let line = self.line;
        let (key, taken) = key(self.rest())?;
        self.at += taken;
        let node = self.value_after_colon(column, depth)?;
        Ok(Pair { key, line, node })
    }

    /// `? key` on one line and `: value` on the next, as emitters write keys too long for one line.
    fn explicit_pair(&mut self, column: usize, depth: usize) -> Result<Pair<'a>, Stop> {
        let line = self.line;
        self.at += 2;
        let rest = self.rest();
        let key = match rest.as_bytes().first() {
            Some(b'\'' | b'"') => {
                let (key, taken) = scalar::quoted(rest)?;
                ends(rest.get(taken..).unwrap_or_default())?;
                key
            }
            _ => match scalar::plain(rest)? {
                Value::Text(key) => key,
                _ => return Err(Stop::Outside),
            },
        };
        self.next_line();
        if self.at_end() || self.column != column {
            return Err(Stop::Outside);
        }
        match self.rest() {
            ":" => {
                self.at += 1;
                let node = self.value_after_colon(column, depth)?;
                Ok(Pair { key, line, node })
            }
            rest if rest.starts_with(": ") => {
                self.at += 2;
                self.column += 2;
                let node = self.compact(depth)?;
                Ok(Pair { key, line, node })
            }
            _ => Err(Stop::Outside),
        }
    }

    /// A node that starts on the line of its `- ` or `: `.
    fn compact(&mut self, depth: usize) -> Result<Node<'a>, Stop> {
        let rest = self.rest();
        if rest.starts_with(' ') || rest.starts_with('#') || rest.is_empty() {
            return Err(Stop::Outside);
        }
        self.node(depth + 1)
    }

    fn value_after_colon(&mut self, column: usize, depth: usize) -> Result<Node<'a>, Stop> {
        let line = self.line;
        let rest = self.rest();
        let value = rest.trim_start_matches(' ');
        if !value.is_empty() && !value.starts_with('#') {
            self.at += rest.len() - value.len();
            let value = self.inline(value, column, depth)?;
            return Ok(Node { line, value });
        }
        self.next_line();
        let nested = !self.at_end() && !self.stands_at_marker();
        if nested && (self.column > column || (self.column == column && is_item(self.rest()))) {
            return self.node(depth + 1);
        }
        Ok(Node {
            line,
            value: Value::Null,
        })
    }

    /// A value on its key's line; `column` is the key's.
    fn inline(&mut self, text: &'a str, column: usize, depth: usize) -> Result<Value<'a>, Stop> {
        let value = match text.as_bytes().first() {
            Some(b'|' | b'>') => return self.block_scalar(text, column),
            Some(b'{' | b'[') => {
                let (value, taken) = flow::read(text, self.line, depth + 1, &mut self.room)?;
                ends(text.get(taken..).unwrap_or_default())?;
                value
            }
            Some(b'\'' | b'"') => {
                let (value, taken) = scalar::quoted(text)?;
                ends(text.get(taken..).unwrap_or_default())?;
                Value::Text(value)
            }
            _ => scalar::plain(text)?,
        };
        self.next_line();
        // Deeper than its key means that the scalar goes on there.
        if !self.at_end() && self.column > column {
            Err(Stop::Outside)
        } else {
            Ok(value)
        }
    }

    /// `|` keeps line ends, `>` folds them into blanks; deprecation notices are written so.
    fn block_scalar(&mut self, header: &str, column: usize) -> Result<Value<'a>, Stop> {
        let (folded, keep_end) = match header.trim_end_matches(' ') {
            "|" => (false, true),
            "|-" => (false, false),
            ">" => (true, true),
            ">-" => (true, false),
            _ => return Err(Stop::Outside),
        };
        self.skip_line();
        let mut text = String::new();
        let (mut indent, mut blank_lines) = (0, 0);
        while !self.at_end() {
            let line = self.rest();
            let blanks = line.bytes().take_while(|&byte| byte == b' ').count();
            let content = line.get(blanks..).unwrap_or_default();
            if content.is_empty() {
                if blanks > 0 {
                    return Err(Stop::Outside);
                }
                blank_lines += 1;
                self.skip_line();
                continue;
            }
            if blanks <= column {
                break;
            }
            if indent == 0 {
                if blank_lines > 0 {
                    return Err(Stop::Outside);
                }
                indent = blanks;
            }
            if blanks < indent || (folded && blanks > indent) {
                return Err(Stop::Outside);
            }
            join(&mut text, folded, blank_lines);
            blank_lines = 0;
            text.push_str(line.get(indent..).unwrap_or_default());
            self.skip_line();
        }
        if indent == 0 {
            return Err(Stop::Outside);
        }
        if keep_end {
            // The last line of a file may have no end to keep.
            if self.at_end() && !self.text.ends_with('\n') {
                return Err(Stop::Outside);
            }
            text.push('\n');
        }
        self.next_line_from_here();
        if !self.at_end() && self.column > column {
            Err(Stop::Outside)
        } else {
            Ok(Value::Text(Cow::Owned(text)))
        }
    }

    fn list(&mut self, column: usize, depth: usize) -> Result<Value<'a>, Stop> {
        let mut items = Vec::new();
        while !self.at_end() && self.column == column && !self.stands_at_marker() && is_item(self.rest()) {
            if !self.rest().starts_with("- ") {
                return Err(Stop::Outside);
            }
            self.room.take()?;
            self.at += 2;
            self.column += 2;
            items.push(self.compact(depth)?);
        }
        if !self.at_end() && self.column > column {
            Err(Stop::Outside)
        } else {
            Ok(Value::List(items))
        }
    }
}

/// Puts what stands between two lines of a block scalar.
fn join(text: &mut String, folded: bool, blank_lines: usize) {
    if text.is_empty() {
        return;
    }
    match (folded, blank_lines) {
        (true, 0) => text.push(' '),
        (true, _) => text.extend(std::iter::repeat_n('\n', blank_lines)),
        (false, _) => text.extend(std::iter::repeat_n('\n', blank_lines + 1)),
    }
}

fn is_item(rest: &str) -> bool {
    rest == "-" || rest.starts_with("- ")
}

/// Nothing but blanks or a comment may follow a value.
fn ends(rest: &str) -> Result<(), Stop> {
    let bare = rest.trim_start_matches(' ');
    let comment = bare.starts_with('#') && bare.len() < rest.len();
    if bare.is_empty() || comment {
        Ok(())
    } else {
        Err(Stop::Outside)
    }
}

/// A simple key at the start of `rest`, and the bytes it takes with its colon.
fn key(rest: &str) -> Result<(Cow<'_, str>, usize), Stop> {
    let (key, end) = match rest.as_bytes().first() {
        Some(b'\'' | b'"') => scalar::quoted(rest)?,
        _ => plain_key(rest)?,
    };
    let bytes = rest.as_bytes();
    let colon = bytes.get(end) == Some(&b':') && matches!(bytes.get(end + 1), None | Some(b' '));
    if !colon || end > scalar::MAX_SIMPLE_KEY {
        Err(Stop::Outside)
    } else {
        Ok((key, end + 1))
    }
}

fn plain_key(rest: &str) -> Result<(Cow<'_, str>, usize), Stop> {
    if !scalar::starts_plain(rest) {
        return Err(Stop::Outside);
    }
    let bytes = rest.as_bytes();
    let end = memchr::memchr_iter(b':', bytes)
        .find(|&at| matches!(bytes.get(at + 1), None | Some(b' ')))
        .ok_or(Stop::Outside)?;
    let key = rest.get(..end).ok_or(Stop::Outside)?;
    if key.ends_with(' ') || key.contains(" #") {
        return Err(Stop::Outside);
    }
    Ok((Cow::Borrowed(key), end))
}
