//! Flow collections on one line, such as `{integrity: sha512-…}` and `[x64, arm64]`.
//! It knows nothing of blocks, and refuses what spans lines.
use std::borrow::Cow;

use super::{Node, Pair, Room, Stop, Value, scalar};
use crate::limits::MAX_DEPTH;

/// A collection at the start of `text`, and the bytes it takes.
pub(super) fn read<'a>(
    text: &'a str,
    line: u32,
    depth: usize,
    room: &mut Room,
) -> Result<(Value<'a>, usize), Stop> {
    let mut flow = Flow {
        text,
        at: 0,
        line,
        room,
    };
    let value = flow.value(depth)?;
    Ok((value, flow.at))
}

struct Flow<'a, 'c> {
    text: &'a str,
    at: usize,
    line: u32,
    room: &'c mut Room,
}

impl<'a> Flow<'a, '_> {
    fn value(&mut self, depth: usize) -> Result<Value<'a>, Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::Deep);
        }
        self.room.take()?;
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'\'' | b'"') => Ok(Value::Text(self.quoted()?)),
            _ => Ok(scalar::plain_value(self.plain()?)),
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value<'a>, Stop> {
        let mut pairs = Vec::new();
        self.at += 1;
        loop {
            self.blanks();
            if self.eat(b'}') {
                return Ok(Value::Map(pairs));
            }
            let key = match self.peek() {
                Some(b'\'' | b'"') => self.quoted()?,
                _ => Cow::Borrowed(self.plain()?),
            };
            if key.len() > scalar::MAX_SIMPLE_KEY || !self.eat(b':') || !self.eat(b' ') {
                return Err(Stop::Outside);
            }
            self.blanks();
            let value = self.value(depth + 1)?;
            pairs.push(Pair {
                key,
                line: self.line,
                node: Node {
                    line: self.line,
                    value,
                },
            });
            self.blanks();
            if !self.eat(b',') && self.peek() != Some(b'}') {
                return Err(Stop::Outside);
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Stop> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.blanks();
            if self.eat(b']') {
                return Ok(Value::List(items));
            }
            let value = self.value(depth + 1)?;
            items.push(Node {
                line: self.line,
                value,
            });
            self.blanks();
            if !self.eat(b',') && self.peek() != Some(b']') {
                return Err(Stop::Outside);
            }
        }
    }

    fn quoted(&mut self) -> Result<Cow<'a, str>, Stop> {
        let (value, taken) = scalar::quoted(self.rest())?;
        self.at += taken;
        Ok(value)
    }

    /// A plain scalar up to `,`, a closing bracket, or the `: ` of a key.
    fn plain(&mut self) -> Result<&'a str, Stop> {
        let rest = self.rest();
        if !scalar::starts_plain(rest) || rest.starts_with([':', '?']) {
            return Err(Stop::Outside);
        }
        let bytes = rest.as_bytes();
        let mut end = 0;
        while let Some(&byte) = bytes.get(end) {
            match byte {
                b',' | b'}' | b']' => break,
                b':' => match bytes.get(end + 1) {
                    Some(b' ') => break,
                    Some(b',' | b'?' | b'[' | b']' | b'{' | b'}') | None => return Err(Stop::Outside),
                    Some(_) => end += 1,
                },
                b'{' | b'[' | b'?' | b'#' => return Err(Stop::Outside),
                _ => end += 1,
            }
        }
        let text = rest.get(..end).ok_or(Stop::Outside)?;
        self.at += end;
        Ok(text.trim_end_matches(' '))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn blanks(&mut self) {
        while self.eat(b' ') {}
    }
}
