//! Collects advisories and writes them as one index, whole or not at all.
//! It decides nothing about them but which of two records of the same id is kept.
use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use cleanbill_model::{Advisory, AdvisoryKind, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{
    bytes::{Writer, check, mix},
    layout::{Header, SLOT_BYTES, Summary, bucket_bits},
    record,
};

/// Advisories on their way into an index. They are held in their written form, so that 310,000 of them
/// take the size of the index and not that of their parsed shapes.
#[derive(Default)]
pub struct Builder {
    arena: Vec<u8>,
    entries: Vec<Entry>,
}

/// Where one advisory lies in the arena: its name, its id, then the written record.
struct Entry {
    start: usize,
    name_end: usize,
    id_end: usize,
    end: usize,
    malicious: bool,
    modified: i64,
}

/// A record that gave way to a newer one of the same id and package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The id.
    pub id: String,
    /// The package.
    pub name: String,
}

/// A finished index, still in memory.
pub struct Built {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What its header says.
    pub summary: Summary,
    /// Records that gave way.
    pub dropped: Vec<Dropped>,
}

/// One name's slot.
struct Slot {
    key: u64,
    start: u64,
    length: u32,
    check: u32,
}

impl Builder {
    /// Adds one advisory of a record last changed at `modified`.
    pub fn add(&mut self, advisory: &Advisory, modified: Option<Timestamp>) {
        let start = self.arena.len();
        self.arena.extend_from_slice(advisory.name.as_str().as_bytes());
        let name_end = self.arena.len();
        self.arena.extend_from_slice(advisory.id.raw().as_bytes());
        let id_end = self.arena.len();
        let mut out = Writer {
            bytes: std::mem::take(&mut self.arena),
        };
        record::write(&mut out, advisory);
        self.arena = out.bytes;
        self.entries.push(Entry {
            start,
            name_end,
            id_end,
            end: self.arena.len(),
            malicious: advisory.kind == AdvisoryKind::Malicious,
            modified: modified.map_or(i64::MIN, Timestamp::as_millis),
        });
    }

    /// Advisories added so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True before the first.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sorts, groups and writes. The same advisories in any order give the same bytes.
    ///
    /// # Errors
    /// When a part grows beyond what the layout can count.
    pub fn build(mut self, synced: Timestamp) -> io::Result<Built> {
        let mut entries = std::mem::take(&mut self.entries);
        let part = |from: usize, to: usize| self.arena.get(from..to).unwrap_or_default();
        entries.sort_unstable_by(|a, b| {
            let (name_a, name_b) = (part(a.start, a.name_end), part(b.start, b.name_end));
            let ids = || part(a.name_end, a.id_end).cmp(part(b.name_end, b.id_end));
            let bodies = || part(a.id_end, a.end).cmp(part(b.id_end, b.end));
            // The newest of one id comes first and stays.
            name_a
                .cmp(name_b)
                .then_with(ids)
                .then(b.modified.cmp(&a.modified))
                .then_with(bodies)
        });
        let mut dropped = Vec::new();
        entries.dedup_by(|later, kept| {
            let same = part(later.start, later.id_end) == part(kept.start, kept.id_end)
                && later.name_end - later.start == kept.name_end - kept.start;
            if same {
                dropped.push(Dropped {
                    id: String::from_utf8_lossy(part(later.name_end, later.id_end)).into_owned(),
                    name: String::from_utf8_lossy(part(later.start, later.name_end)).into_owned(),
                });
            }
            same
        });
        let mut digest = Sha256::new();
        entries
            .iter()
            .for_each(|entry| digest.update(part(entry.start, entry.end)));
        let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = digest.finalize().into();
        // The seed follows from the whole content, so nobody can choose names that crowd one bucket.
        let seed = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let malicious = entries.iter().filter(|entry| entry.malicious).count() as u64;
        let (groups, mut slots) = write_groups(&entries, &part, seed)?;
        slots.sort_unstable_by_key(|slot| (slot.key, slot.start));
        let summary = Summary {
            synced,
            malicious,
            vulnerable: entries.len() as u64 - malicious,
            names: slots.len() as u64,
        };
        drop(entries);
        drop(self);
        let bytes = assemble(summary, seed, &slots, groups)?;
        Ok(Built {
            bytes,
            summary,
            dropped,
        })
    }
}

fn write_groups<'a>(
    entries: &[Entry],
    part: &impl Fn(usize, usize) -> &'a [u8],
    seed: u64,
) -> io::Result<(Vec<u8>, Vec<Slot>)> {
    let mut out = Writer::default();
    let mut slots = Vec::new();
    for group in entries.chunk_by(|a, b| part(a.start, a.name_end) == part(b.start, b.name_end)) {
        let Some(first) = group.first() else { continue };
        let name = part(first.start, first.name_end);
        let start = out.bytes.len();
        out.blob(name);
        out.number(group.len() as u64);
        for entry in group {
            out.bytes.extend_from_slice(part(entry.id_end, entry.end));
        }
        let written = out.bytes.get(start..).unwrap_or_default();
        slots.push(Slot {
            key: mix(seed, name),
            start: start as u64,
            length: u32::try_from(written.len())
                .map_err(|_| io::Error::other("one name has too many advisories"))?,
            check: check(seed, written),
        });
    }
    Ok((out.bytes, slots))
}

fn assemble(summary: Summary, seed: u64, slots: &[Slot], groups: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut header = Header {
        summary,
        seed,
        bucket_bits: bucket_bits(slots.len()),
        groups_bytes: groups.len() as u64,
        body: [0; 32],
    };
    let parts = header
        .parts()
        .ok_or_else(|| io::Error::other("index grows too large"))?;
    let mut slot_bytes = Vec::with_capacity(slots.len() * SLOT_BYTES);
    for slot in slots {
        slot_bytes.extend_from_slice(&slot.key.to_le_bytes());
        slot_bytes.extend_from_slice(&slot.start.to_le_bytes());
        slot_bytes.extend_from_slice(&slot.length.to_le_bytes());
        slot_bytes.extend_from_slice(&slot.check.to_le_bytes());
    }
    let mut file = Vec::with_capacity(parts.end);
    file.extend_from_slice(&header.write());
    let buckets = 1_usize << header.bucket_bits;
    let mut at = 0;
    for bucket in 0..=buckets {
        let first = at;
        while slots
            .get(at)
            .is_some_and(|slot| bucket < buckets && header.bucket(slot.key) == bucket)
        {
            at += 1;
        }
        let held = slot_bytes
            .get(first * SLOT_BYTES..at * SLOT_BYTES)
            .unwrap_or_default();
        let first = u32::try_from(first).map_err(|_| io::Error::other("index holds too many names"))?;
        file.extend_from_slice(&first.to_le_bytes());
        file.extend_from_slice(&check(seed ^ bucket as u64, held).to_le_bytes());
    }
    file.extend_from_slice(&slot_bytes);
    drop(slot_bytes);
    file.extend_from_slice(&groups);
    drop(groups);
    header.body = Sha256::digest(file.get(parts.buckets..).unwrap_or_default()).into();
    if let Some(start) = file.get_mut(..parts.buckets) {
        start.copy_from_slice(&header.write());
    }
    Ok(file)
}

impl Built {
    /// Writes the index beside `path` and renames it there, so that readers see the old one or the new one.
    ///
    /// # Errors
    /// When the disk refuses; the old index then stands.
    pub fn store(&self, path: &Path) -> io::Result<()> {
        write_whole(path, &self.bytes)
    }
}

/// Writes a file whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The rename itself must survive a power cut; a file system that cannot sync a folder is no reason to fail.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}
