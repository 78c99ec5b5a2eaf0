//! The index of a newer pnpm store: one database whose keys are a digest, a tab, and name and version.
//! It is read as bytes and not as a database: nothing is locked or written, and what was taken out is found as well.
use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use cleanbill_intel::Reach;
use cleanbill_model::Integrity;

use crate::{
    Sighting, Source, Watch,
    read::{release, seen, written},
};

/// Largest index read, in bytes; a store of 100,000 packages has one of some 300 MB.
const MAX_STORE_INDEX_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Bytes read at a time.
const PIECE: usize = 1024 * 1024;
/// Bytes kept from piece to piece: longer than any key, so that none is cut in two.
const OVERLAP: usize = 1024;
/// Longest digest and longest name with version looked at, in bytes.
const MAX_PART: usize = OVERLAP / 2 - 1;

/// Keys read, and the bad releases among them.
pub(crate) fn store_index(watch: &Watch, path: &Path, shown: &str) -> io::Result<(u64, Vec<Sighting>)> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() > MAX_STORE_INDEX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has more than {MAX_STORE_INDEX_BYTES} bytes"),
        ));
    }
    let told = seen(
        Reach::Fetched,
        Source::Cache,
        shown,
        "pnpm's store lists its files, or did until it was cleaned",
        written(path),
    );
    let (mut keys, mut found) = (BTreeSet::new(), Vec::new());
    let (mut buffer, mut count) = (Vec::with_capacity(PIECE + OVERLAP), 0_u64);
    loop {
        let kept = buffer.len();
        let read = file.by_ref().take(PIECE as u64).read_to_end(&mut buffer)?;
        // What stands near the end may be cut: it is looked at with the next piece, or now if there is none.
        let until = if read < PIECE {
            buffer.len()
        } else {
            buffer.len().saturating_sub(OVERLAP / 2)
        };
        let from = kept.saturating_sub(OVERLAP / 2);
        for at in memchr::memchr_iter(b'\t', &buffer).filter(|at| (from..until).contains(at)) {
            let Some((digest, name, version)) = key(&buffer, at) else {
                continue;
            };
            count += 1;
            let mut here = release(watch, name, version, &told);
            if let Ok(integrity) = Integrity::parse(digest) {
                for (campaign, label) in watch.by_digest(&integrity) {
                    if !here.iter().any(|seen| seen.campaign == campaign) {
                        here.push(Sighting {
                            campaign,
                            note: format!("pnpm's store lists bytes with the digest of {label}"),
                            ..told.clone()
                        });
                    }
                }
            }
            if !here.is_empty() && keys.insert(format!("{digest}\t{name}@{version}")) {
                found.extend(here);
            }
        }
        if read < PIECE {
            return Ok((count, found));
        }
        let cut = buffer.len().saturating_sub(OVERLAP);
        buffer.drain(..cut);
    }
}

/// Digest, name and version around a tab.
fn key(bytes: &[u8], at: usize) -> Option<(&str, &str, &str)> {
    let before = bytes.get(at.saturating_sub(MAX_PART)..at)?;
    let is_digest = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-".contains(byte);
    let start = before
        .iter()
        .rposition(|byte| !is_digest(byte))
        .map_or(0, |at| at + 1);
    let digest = std::str::from_utf8(before.get(start..)?).ok()?;
    // What stands before a key is the length of its record, which may look like a letter.
    let digest = digest.get(digest.find("sha")?..)?;
    let after = bytes.get(at + 1..(at + 1 + MAX_PART).min(bytes.len()))?;
    let is_id = |byte: &u8| byte.is_ascii_alphanumeric() || b"@/._-+~".contains(byte);
    let end = after.iter().position(|byte| !is_id(byte)).unwrap_or(after.len());
    let id = std::str::from_utf8(after.get(..end)?).ok()?;
    let split = id.get(1..)?.find('@')? + 1;
    Some((digest, id.get(..split)?, id.get(split + 1..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_stands_around_its_tab() {
        let bytes = b"\x81\x0a7sha512-AA+/==\t@scope/left@1.0.1-rc.1\xd4r@";
        let at = bytes.iter().position(|byte| *byte == b'\t').unwrap();
        assert_eq!(
            key(bytes, at),
            Some(("sha512-AA+/==", "@scope/left", "1.0.1-rc.1"))
        );
        assert_eq!(key(b"git+ssh\tbuilt", 7), None);
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_key_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for at in 0..=bytes.len() {
                let _ = key(&bytes, at);
            }
        }
    }
}
