//! JavaScript strings: text with a cached sixteen-bit view where an index needs one.
//! It knows no value besides the string; unpaired surrogates become the replacement character.
use std::cell::OnceCell;

/// First code point of the private plane used for parts of a string that are not known.
const HOLE_BASE: u32 = 0xF_0000;
/// Last code point of that plane.
const HOLE_LAST: u32 = 0xF_FFFD;

/// A string; unknown parts stand in it as one private-use character each.
#[derive(Debug)]
pub struct JsStr {
    text: Box<str>,
    ascii: bool,
    holes: bool,
    wide: OnceCell<Box<[u16]>>,
}

impl JsStr {
    /// From text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        let text = text.into();
        let ascii = text.is_ascii();
        let holes = !ascii && text.chars().any(is_hole);
        Self {
            text,
            ascii,
            holes,
            wide: OnceCell::new(),
        }
    }

    /// From sixteen-bit units.
    pub fn from_wide(units: &[u16]) -> Self {
        Self::new(String::from_utf16_lossy(units))
    }

    /// From bytes read as Latin-1.
    pub fn from_latin1(bytes: &[u8]) -> Self {
        Self::new(bytes.iter().map(|b| char::from(*b)).collect::<String>())
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Some part of it is unknown.
    pub fn has_holes(&self) -> bool {
        self.holes
    }

    /// Bytes of storage, the cost of copying it.
    pub fn weight(&self) -> usize {
        self.text.len()
    }

    fn wide(&self) -> &[u16] {
        self.wide.get_or_init(|| self.text.encode_utf16().collect())
    }

    /// Length in sixteen-bit units.
    pub fn len(&self) -> usize {
        if self.ascii {
            self.text.len()
        } else {
            self.wide().len()
        }
    }

    /// The unit at `ix`.
    pub fn unit(&self, ix: usize) -> Option<u16> {
        if self.ascii {
            self.text.as_bytes().get(ix).map(|b| u16::from(*b))
        } else {
            self.wide().get(ix).copied()
        }
    }

    /// Units `from..to`, clamped.
    pub fn slice(&self, from: usize, to: usize) -> JsStr {
        let to = to.min(self.len());
        let from = from.min(to);
        if self.ascii {
            JsStr::new(self.text.get(from..to).unwrap_or_default())
        } else {
            JsStr::from_wide(self.wide().get(from..to).unwrap_or_default())
        }
    }

    /// Low bytes of every unit, as `latin1` writes them.
    pub fn latin1(&self) -> Vec<u8> {
        self.text.encode_utf16().map(|u| (u & 0xff) as u8).collect()
    }
}

/// The character that stands for an unknown part.
pub fn hole(ix: u32) -> char {
    char::from_u32((HOLE_BASE + ix).min(HOLE_LAST)).unwrap_or('\u{FFFD}')
}

/// True for such a character.
pub fn is_hole(c: char) -> bool {
    (HOLE_BASE..=HOLE_LAST).contains(&u32::from(c))
}

/// Holes with a name, in the order of their numbers.
const NAMED: [&str; 11] = [
    "{home}",
    "{tmp}",
    "{cwd}",
    "{package}",
    "{node}",
    "{random}",
    "{time}",
    "{appdata}",
    "{argv}",
    "{script}",
    "{entry}",
];

/// The hole of the user's home directory and its named kin.
pub const HOME: u32 = 0;
pub const TMP: u32 = 1;
pub const CWD: u32 = 2;
pub const PACKAGE: u32 = 3;
pub const NODE: u32 = 4;
pub const RANDOM: u32 = 5;
pub const TIME: u32 = 6;
pub const APPDATA: u32 = 7;
/// The name of any entry of a listed folder.
pub const LISTED: u32 = 10;
/// First number free for nameless holes.
pub const FIRST_FREE: u32 = 16;

/// The text as people see it, holes written out.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hole(c) {
            let ix = (u32::from(c) - HOLE_BASE) as usize;
            out.push_str(NAMED.get(ix).copied().unwrap_or("{…}"));
        } else {
            out.push(c);
        }
    }
    out
}
