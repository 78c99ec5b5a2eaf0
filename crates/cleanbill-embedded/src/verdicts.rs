//! The verdict log in a folder: JSON lines in numbered segments, the newest read first.
//! It keeps judgements as the text they came in and does not read them.
//!
//! A call to `append` is one write under a lock, and every line of it says how many follow. A segment
//! that ends in the middle of a call was left by a process that died: readers pass those lines over, and
//! the next writer begins a new segment, so that no later line is ever taken for a missing one.
use std::{
    borrow::Cow,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use cleanbill_model::{PackageName, Timestamp, Version};
use cleanbill_ports::{VerdictLog, VerdictLogError, VerdictRecord};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::files::make_folder;

/// A segment larger than this is followed by another.
pub const SEGMENT_BYTES: u64 = 8 * 1024 * 1024;
/// Segments kept; with [`SEGMENT_BYTES`] about 256 MiB, years of a developer's runs.
pub const SEGMENTS: usize = 32;
/// Largest call taken: fifty times the largest audit seen.
pub const MAX_APPEND_BYTES: u64 = 64 * 1024 * 1024;
/// Largest segment read; writers never make a larger one.
const MAX_READ_BYTES: u64 = SEGMENT_BYTES + MAX_APPEND_BYTES;
/// How far back the last line is looked for, to tell whether its call is whole: nearly every line fits the
/// first, and none that is longer than the last counts as whole.
const TAILS_BYTES: [u64; 2] = [64 * 1024, 4 * 1024 * 1024];
/// Hexadecimal digits of a line's checksum: damage is chance, not an adversary.
const SUM_DIGITS: usize = 16;
const SUM_FIELD: &str = ",\"sum\":\"";
const SUM_END: &str = "\"}";

/// [`VerdictLog`] in one folder; several processes may use it at once.
#[derive(Clone, Debug)]
pub struct FileVerdictLog {
    folder: PathBuf,
    segment_bytes: u64,
    segments: usize,
}

/// One line, but for its checksum.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    v: u32,
    name: PackageName,
    version: Version,
    decided: Timestamp,
    /// Lines of the same call that follow.
    follow: usize,
    #[serde(borrow)]
    judgement: Cow<'a, str>,
}

impl FileVerdictLog {
    /// A log below `folder`, which is made when first written to.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into().join("verdicts-v1"),
            segment_bytes: SEGMENT_BYTES,
            segments: SEGMENTS,
        }
    }

    /// The same with other bounds: `segments` of about `segment_bytes` each, one at least.
    #[must_use]
    pub fn bounded(mut self, segment_bytes: u64, segments: usize) -> Self {
        (self.segment_bytes, self.segments) = (segment_bytes.min(SEGMENT_BYTES), segments.max(1));
        self
    }

    /// Numbers of the segments, oldest first.
    fn numbers(&self) -> io::Result<Vec<u64>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut numbers: Vec<u64> = entries
            .filter_map(|entry| {
                entry
                    .ok()?
                    .file_name()
                    .to_str()?
                    .strip_suffix(".jsonl")?
                    .parse()
                    .ok()
            })
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn segment(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:08}.jsonl"))
    }

    fn write(&self, lines: &[u8]) -> io::Result<()> {
        make_folder(&self.folder)?;
        let lock = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join("lock"))?;
        lock.lock()?;
        let numbers = self.numbers()?;
        let mut number = numbers.last().copied().unwrap_or(1);
        if !takes_more(&self.segment(number), self.segment_bytes)? {
            number = number.saturating_add(1);
        }
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.segment(number))?;
        let before = file.metadata()?.len();
        if let Err(error) = file.write_all(lines) {
            let _ = file.set_len(before);
            return Err(error);
        }
        let others: Vec<u64> = numbers.into_iter().filter(|other| *other != number).collect();
        let surplus = (others.len() + 1).saturating_sub(self.segments);
        for old in others.iter().take(surplus) {
            let _ = fs::remove_file(self.segment(*old));
        }
        Ok(())
    }

    fn find(&self, name: &PackageName, version: Option<&Version>) -> io::Result<Option<VerdictRecord>> {
        for number in self.numbers()?.into_iter().rev() {
            let mut bytes = Vec::new();
            match File::open(self.segment(number)) {
                Ok(file) => file.take(MAX_READ_BYTES).read_to_end(&mut bytes)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if let Some(found) = find_in(&bytes, name, version) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn failed(&self, source: io::Error) -> VerdictLogError {
        VerdictLogError::Io {
            path: self.folder.display().to_string(),
            source,
        }
    }
}

impl VerdictLog for FileVerdictLog {
    fn append(&self, records: &[VerdictRecord]) -> Result<(), VerdictLogError> {
        if records.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for (at, record) in records.iter().enumerate() {
            write_line(&mut lines, record, records.len() - at - 1).map_err(|source| self.failed(source))?;
        }
        let found = lines.len() as u64;
        if found > MAX_APPEND_BYTES {
            return Err(VerdictLogError::TooLarge {
                found,
                limit: MAX_APPEND_BYTES,
            });
        }
        self.write(&lines).map_err(|source| self.failed(source))
    }

    fn last(
        &self,
        name: &PackageName,
        version: Option<&Version>,
    ) -> Result<Option<VerdictRecord>, VerdictLogError> {
        self.find(name, version).map_err(|source| self.failed(source))
    }
}

/// True while the segment has room and ends where a call ends.
fn takes_more(segment: &Path, segment_bytes: u64) -> io::Result<bool> {
    let mut file = match File::open(segment) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    if length == 0 || length >= segment_bytes {
        return Ok(length == 0);
    }
    for reach in TAILS_BYTES {
        file.seek(SeekFrom::Start(length.saturating_sub(reach)))?;
        let mut tail = Vec::new();
        (&mut file).take(reach).read_to_end(&mut tail)?;
        let Some(tail) = tail.strip_suffix(b"\n") else {
            return Ok(false);
        };
        let start = match memchr::memrchr(b'\n', tail) {
            Some(newline) => newline + 1,
            None if length <= reach => 0,
            None => continue,
        };
        return Ok(tail
            .get(start..)
            .and_then(read_line)
            .is_some_and(|line| line.follow == 0));
    }
    Ok(false)
}

fn write_line(lines: &mut Vec<u8>, record: &VerdictRecord, follow: usize) -> io::Result<()> {
    let line = Line {
        v: 1,
        name: record.name.clone(),
        version: record.version.clone(),
        decided: record.decided,
        follow,
        judgement: Cow::Borrowed(&record.json),
    };
    let start = lines.len();
    serde_json::to_writer(&mut *lines, &line)?;
    lines.pop();
    let sum = sum_of(lines.get(start..).unwrap_or_default());
    lines.extend_from_slice(SUM_FIELD.as_bytes());
    lines.extend_from_slice(sum.as_bytes());
    lines.extend_from_slice(SUM_END.as_bytes());
    lines.push(b'\n');
    Ok(())
}

/// The line, where its checksum fits.
fn read_line(bytes: &[u8]) -> Option<Line<'_>> {
    let (rest, sum) = bytes
        .strip_suffix(SUM_END.as_bytes())?
        .split_last_chunk::<SUM_DIGITS>()?;
    let covered = rest.strip_suffix(SUM_FIELD.as_bytes())?;
    if sum_of(covered).as_bytes() != sum {
        return None;
    }
    serde_json::from_slice::<Line<'_>>(bytes)
        .ok()
        .filter(|line| line.v == 1)
}

fn sum_of(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    format!("{:016x}", u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// The last whole line on `name` in a segment. Quotes inside a judgement are escaped there, so the
/// needle is found in the line's own field alone.
fn find_in(bytes: &[u8], name: &PackageName, version: Option<&Version>) -> Option<VerdictRecord> {
    let needle = format!("\"name\":\"{name}\"");
    let mut end = bytes.len();
    let finder = memchr::memmem::FinderRev::new(needle.as_bytes());
    while let Some(at) = finder.rfind(bytes.get(..end)?) {
        end = at;
        let start = memchr::memrchr(b'\n', bytes.get(..at)?).map_or(0, |newline| newline + 1);
        let Some(length) = memchr::memchr(b'\n', bytes.get(at..)?) else {
            continue;
        };
        let Some(line) = bytes.get(start..at + length).and_then(read_line) else {
            continue;
        };
        let wanted = line.name == *name && version.is_none_or(|version| line.version == *version);
        if wanted && is_whole(bytes.get(at + length + 1..)?, line.follow) {
            let (name, version, decided, json) = (line.name, line.version, line.decided, line.judgement);
            return Some(VerdictRecord {
                name,
                version,
                decided,
                json: json.into_owned(),
            });
        }
    }
    None
}

/// True when a call of which `follow` lines are still to come is all there, `rest` being what follows in
/// the segment. Either that many lines are there, damaged or not, or the end of some call is: nothing is
/// ever written behind half a call.
fn is_whole(rest: &[u8], follow: usize) -> bool {
    if follow == 0 || memchr::memchr_iter(b'\n', rest).nth(follow - 1).is_some() {
        return true;
    }
    let ended = rest
        .get(..memchr::memrchr(b'\n', rest).unwrap_or(0))
        .unwrap_or_default();
    ended
        .split(|byte| *byte == b'\n')
        .filter_map(read_line)
        .any(|line| line.follow == 0)
}
