//! One 512-byte header of a tar archive, read as leniently as npm's own reader does.
//! It knows nothing of the entry's contents or where it would be written.
use tar::{EntryType, Header, PaxExtensions};

/// Bytes of a header, and the unit in which contents are padded.
pub(crate) const BLOCK: usize = 512;

/// What a block is.
pub(crate) enum Block {
    /// All zero: two of them end the archive.
    Zero,
    /// Its checksum is not that of its bytes.
    Invalid,
    Entry(Entry),
}

/// An entry's header.
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) path: Vec<u8>,
    pub(crate) link: Vec<u8>,
    /// Bytes of contents that follow.
    pub(crate) size: u64,
    pub(crate) mode: u32,
}

/// What an entry is to npm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Link,
    /// Extended header for the next entry.
    Extended,
    /// Extended header for all that follow.
    Global,
    LongPath,
    LongLink,
    /// Devices, pipes, and types npm does not write.
    Other,
}

pub(crate) fn read(block: &[u8; BLOCK]) -> Block {
    if block.iter().all(|byte| *byte == 0) {
        return Block::Zero;
    }
    if number(field(block, 148, 8)) != Some(checksum(block)) {
        return Block::Invalid;
    }
    let header = Header::from_byte_slice(block);
    let path = header.path_bytes().into_owned();
    let kind = match header.entry_type() {
        // An old archiver writes a directory as an empty file with a slash behind its name.
        EntryType::Regular | EntryType::Continuous if path.ends_with(b"/") => Kind::Directory,
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::Directory => Kind::Directory,
        EntryType::Link | EntryType::Symlink => Kind::Link,
        EntryType::XHeader => Kind::Extended,
        EntryType::XGlobalHeader => Kind::Global,
        EntryType::GNULongName => Kind::LongPath,
        EntryType::GNULongLink => Kind::LongLink,
        _ => Kind::Other,
    };
    let size = if kind == Kind::Directory {
        0
    } else {
        number(field(block, 124, 12)).unwrap_or(0)
    };
    let mode = u32::try_from(number(field(block, 100, 8)).unwrap_or(0) & 0o7777).unwrap_or(0);
    let link = header
        .link_name_bytes()
        .map(|link| link.into_owned())
        .unwrap_or_default();
    Block::Entry(Entry {
        kind,
        path,
        link,
        size,
        mode,
    })
}

fn field(block: &[u8; BLOCK], from: usize, length: usize) -> &[u8] {
    block.get(from..from + length).unwrap_or_default()
}

/// The sum of all bytes, the checksum's own counted as blanks.
fn checksum(block: &[u8; BLOCK]) -> u64 {
    block
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            if (148..156).contains(&at) {
                32
            } else {
                u64::from(*byte)
            }
        })
        .sum()
}

/// A number in octal digits, up to what is none, or in base 256 where the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((0x80, rest)) => rest.iter().try_fold(0_u64, |sum, byte| {
            sum.checked_mul(256)?.checked_add(u64::from(*byte))
        }),
        Some((first, _)) if first & 0x80 != 0 => None,
        _ => {
            let digits = field
                .trim_ascii_start()
                .iter()
                .take_while(|byte| (b'0'..=b'7').contains(byte));
            let mut any = false;
            let sum = digits.fold(0_u64, |sum, byte| {
                any = true;
                sum * 8 + u64::from(byte - b'0')
            });
            any.then_some(sum)
        }
    }
}

/// What extended headers say of the entries behind them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extension {
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) link: Option<Vec<u8>>,
    pub(crate) size: Option<u64>,
}

impl Extension {
    /// Takes over what the contents of an extended header say; unreadable records are passed over, as npm
    /// does.
    pub(crate) fn read(&mut self, contents: &[u8]) {
        // Line by line, since the library stops at an empty one and npm does not.
        let records = contents
            .split(|byte| *byte == b'\n')
            .flat_map(|line| PaxExtensions::new(line).flatten());
        for record in records {
            let value = record.value_bytes();
            match record.key_bytes() {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => {
                    self.size = std::str::from_utf8(value)
                        .ok()
                        .and_then(|text| text.parse().ok())
                        .or(self.size)
                }
                _ => {}
            }
        }
    }

    /// This one, and for what it does not say the other.
    pub(crate) fn or(self, other: &Self) -> Self {
        Self {
            path: self.path.or_else(|| other.path.clone()),
            link: self.link.or_else(|| other.link.clone()),
            size: self.size.or(other.size),
        }
    }
}

/// A long name's contents, up to the first zero byte.
pub(crate) fn long_name(contents: &[u8]) -> Vec<u8> {
    contents
        .split(|byte| *byte == 0)
        .next()
        .unwrap_or_default()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_leniently_as_npm_reads_them() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"  644 \0\0"), Some(0o644));
        assert_eq!(number(b"644zzz\0\0"), Some(0o644));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\x00"), Some(256));
        assert_eq!(number(b"\xff\xff"), None);
        assert_eq!(number(b"\0\0\0"), None);
        assert_eq!(number(&[0x80, 255, 255, 255, 255, 255, 255, 255, 255, 255]), None);
    }

    #[test]
    fn unreadable_records_spoil_no_others() {
        let mut extension = Extension::default();
        extension.read(b"99 path=bad\n\n12 path=abc\n9 size=7\n");
        assert_eq!(
            (extension.path.as_deref(), extension.size),
            (Some(&b"abc"[..]), Some(7))
        );
    }
}
