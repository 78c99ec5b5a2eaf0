//! The line grammar of a Yarn 1 lockfile: keys at the margin, fields below, maps of fields below those.
//! It knows what a field is called, not what its value means.
use super::Text;
use crate::{
    ParseLockfileError,
    limits::{MAX_EDGES, MAX_ENTRIES},
    text::malformed,
};

/// A file, line by line understood.
pub(super) struct Parsed<'a> {
    /// What stands behind `# yarn lockfile v`, where that comment is.
    pub(super) version: Option<&'a str>,
    pub(super) entries: Vec<Entry<'a>>,
}

/// One entry as written.
#[derive(Default)]
pub(super) struct Entry<'a> {
    pub(super) line: u32,
    /// The whole key line without its colon.
    pub(super) key: &'a str,
    pub(super) patterns: Vec<Text<'a>>,
    pub(super) name: Option<Text<'a>>,
    pub(super) version: Option<Text<'a>>,
    pub(super) resolved: Option<Text<'a>>,
    pub(super) integrity: Option<Text<'a>>,
    pub(super) asks: Vec<(Section, Text<'a>, Text<'a>)>,
    /// Fields that stand there twice; the first one counts.
    pub(super) repeated: Vec<Text<'a>>,
}

/// Which map of an entry a request stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Section {
    Dependencies,
    Optional,
}

const VERSION_COMMENT: &str = "# yarn lockfile v";

/// Reads every line of `text`.
pub(super) fn read(text: &str, mut room: Room) -> Result<Parsed<'_>, ParseLockfileError> {
    let mut parsed = Parsed {
        version: None,
        entries: Vec::new(),
    };
    let mut open: Option<Entry<'_>> = None;
    let mut section = None;
    for line in (Lines {
        rest: text,
        number: 0,
    }) {
        match line.indent {
            _ if line.text.starts_with('#') => {
                parsed.version = parsed
                    .version
                    .or_else(|| line.text.strip_prefix(VERSION_COMMENT).map(str::trim_end));
            }
            _ if line.text.starts_with('\t') => return Err(line.refuse(0, "a tab where blanks belong")),
            0 => {
                room.entry()?;
                let next = line.entry(&mut room)?;
                parsed.entries.extend(open.replace(next));
                section = None;
            }
            2 => {
                let entry = open
                    .as_mut()
                    .ok_or_else(|| line.refuse(0, "a field before the first entry"))?;
                section = line.field(entry, &mut room)?;
            }
            4 => {
                let entry = open
                    .as_mut()
                    .ok_or_else(|| line.refuse(0, "a field before the first entry"))?;
                let (name, value) = line.two()?;
                if let Some(section) = section {
                    room.word()?;
                    entry.asks.push((section, name, value));
                }
            }
            indent if indent % 2 == 0 && open.is_some() => {}
            _ => return Err(line.refuse(0, "an indentation that is no multiple of two blanks")),
        }
    }
    parsed.entries.extend(open);
    Ok(parsed)
}

/// The patterns of a key as [`Entry::key`] keeps it; none where it has been cut.
pub(super) fn patterns(key: &str) -> Vec<Text<'_>> {
    let line = Line {
        number: 0,
        indent: 0,
        text: key,
    };
    let mut words = Words { line: &line, at: 0 };
    let mut patterns = Vec::new();
    while let Ok(pattern) = words.key() {
        patterns.push(pattern);
        words.blanks();
        if words.take() != Some(b',') {
            break;
        }
        words.blanks();
    }
    patterns
}

/// How much may still come. Patterns, requests and repeated fields share the bound of edges: a line of two
/// bytes would else take many times that in memory.
pub(super) struct Room {
    pub(super) entries: usize,
    pub(super) words: usize,
}

impl Room {
    pub(super) const FULL: Self = Self {
        entries: MAX_ENTRIES,
        words: MAX_EDGES,
    };

    fn entry(&mut self) -> Result<(), ParseLockfileError> {
        let limit = ParseLockfileError::Limit {
            limit: "MAX_ENTRIES",
            allowed: MAX_ENTRIES,
        };
        self.entries = self.entries.checked_sub(1).ok_or(limit)?;
        Ok(())
    }

    fn word(&mut self) -> Result<(), ParseLockfileError> {
        let limit = ParseLockfileError::Limit {
            limit: "MAX_EDGES",
            allowed: MAX_EDGES,
        };
        self.words = self.words.checked_sub(1).ok_or(limit)?;
        Ok(())
    }
}

/// A line that is not blank.
struct Line<'a> {
    number: u32,
    indent: usize,
    /// Without indentation and line end.
    text: &'a str,
}

struct Lines<'a> {
    rest: &'a str,
    number: u32,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;
    fn next(&mut self) -> Option<Line<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            self.number = self.number.saturating_add(1);
            let end = memchr::memchr(b'\n', self.rest.as_bytes());
            let (line, rest) = match end {
                Some(end) => (self.rest.get(..end)?, self.rest.get(end + 1..)?),
                None => (self.rest, ""),
            };
            self.rest = rest;
            let line = line.strip_suffix('\r').unwrap_or(line);
            let indent = line.bytes().take_while(|&byte| byte == b' ').count();
            let text = line.get(indent..)?;
            if !text.is_empty() {
                return Some(Line {
                    number: self.number,
                    indent,
                    text,
                });
            }
        }
    }
}

impl<'a> Line<'a> {
    fn refuse(&self, at: usize, reason: &str) -> ParseLockfileError {
        malformed(
            self.number,
            crate::text::narrow(self.indent + at).saturating_add(1),
            reason,
        )
    }

    /// `pattern, "pattern":`
    fn entry(&self, room: &mut Room) -> Result<Entry<'a>, ParseLockfileError> {
        let mut words = Words { line: self, at: 0 };
        let mut patterns = Vec::with_capacity(2);
        loop {
            room.word()?;
            patterns.push(words.key()?);
            words.blanks();
            match words.take() {
                Some(b',') => words.blanks(),
                Some(b':') => break,
                _ => return Err(self.refuse(words.at, "an entry's key without `:` at its end")),
            }
        }
        words.end()?;
        let key = self.text.trim_end().strip_suffix(':').unwrap_or(self.text);
        Ok(Entry {
            line: self.number,
            key,
            patterns,
            ..Entry::default()
        })
    }

    /// `field value` or `section:`; says which section the lines below belong to.
    fn field(&self, entry: &mut Entry<'a>, room: &mut Room) -> Result<Option<Section>, ParseLockfileError> {
        if self.text.trim_end().ends_with(':') && !self.text.contains(' ') {
            return Ok(match self.text.trim_end() {
                "dependencies:" => Some(Section::Dependencies),
                "optionalDependencies:" => Some(Section::Optional),
                _ => None,
            });
        }
        let (field, value) = self.two()?;
        let place = match &*field {
            "version" => &mut entry.version,
            "resolved" => &mut entry.resolved,
            "integrity" => &mut entry.integrity,
            "name" => &mut entry.name,
            _ => return Ok(None),
        };
        if place.is_some() {
            room.word()?;
            entry.repeated.push(field);
        } else {
            *place = Some(value);
        }
        Ok(None)
    }

    /// `word value`
    fn two(&self) -> Result<(Text<'a>, Text<'a>), ParseLockfileError> {
        let mut words = Words { line: self, at: 0 };
        let first = words.word()?;
        let before = words.at;
        words.blanks();
        if words.at == before {
            return Err(self.refuse(words.at, "a field without a value"));
        }
        let second = words.value()?;
        words.end()?;
        Ok((first, second))
    }
}

/// The words of one line.
struct Words<'l, 'a> {
    line: &'l Line<'a>,
    at: usize,
}

impl<'a> Words<'_, 'a> {
    fn rest(&self) -> &'a str {
        self.line.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.rest().bytes().next();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn blanks(&mut self) {
        self.at += self.rest().bytes().take_while(|&byte| byte == b' ').count();
    }

    fn end(&mut self) -> Result<(), ParseLockfileError> {
        self.blanks();
        match self.rest().bytes().next() {
            None | Some(b'#') => Ok(()),
            Some(_) => Err(self.line.refuse(self.at, "more than one value on a line")),
        }
    }

    /// A pattern of a key: quoted, or up to `,` or `:`.
    fn key(&mut self) -> Result<Text<'a>, ParseLockfileError> {
        self.quoted_or(|byte| matches!(byte, b',' | b':' | b' '))
    }

    /// A field's name: quoted, or up to a blank.
    fn word(&mut self) -> Result<Text<'a>, ParseLockfileError> {
        self.quoted_or(|byte| byte == b' ')
    }

    /// A value: quoted, or the rest of the line.
    fn value(&mut self) -> Result<Text<'a>, ParseLockfileError> {
        self.quoted_or(|_| false)
    }

    fn quoted_or(&mut self, ends: impl Fn(u8) -> bool) -> Result<Text<'a>, ParseLockfileError> {
        let rest = self.rest();
        if rest.starts_with('"') {
            return self.quoted();
        }
        let end = rest.bytes().position(ends).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        self.at += end;
        let word = word.trim_end_matches(' ');
        if word.is_empty() {
            return Err(self.line.refuse(self.at, "nothing where a word belongs"));
        }
        Ok(Text::Borrowed(word))
    }

    /// A text in double quotes, escaped as in JSON.
    fn quoted(&mut self) -> Result<Text<'a>, ParseLockfileError> {
        let bytes = self.rest().as_bytes();
        let mut end = 1;
        let mut escaped = false;
        loop {
            let rest = bytes.get(end..).unwrap_or_default();
            let found = memchr::memchr2(b'"', b'\\', rest)
                .ok_or_else(|| self.line.refuse(self.at, "a quote that is not closed"))?;
            end += found;
            if bytes.get(end) == Some(&b'"') {
                break;
            }
            escaped = true;
            end += 2;
        }
        let whole = self.rest().get(..=end).unwrap_or_default();
        let text = if escaped {
            let text: String = serde_json::from_str(whole)
                .map_err(|_| self.line.refuse(self.at, "a quoted text with a bad escape"))?;
            Text::Owned(text)
        } else {
            Text::Borrowed(whole.get(1..end).unwrap_or_default())
        };
        self.at += end + 1;
        Ok(text)
    }
}
