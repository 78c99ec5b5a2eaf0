//! A tarball, unpacked in memory within limits and hashed: every file npm would write, and what is wrong.
//! It writes nothing, follows no link, and does not know what a file means.
//!
//! Where readers differ, this one sees what npm's sees: a header with a bad checksum is skipped and the
//! next one looked for, a path that occurs twice keeps its last contents.
use std::{collections::HashMap, io::Read};

use cleanbill_model::{Algorithm, Defect, Integrity, Untrusted};
use sha1::Sha1;
use sha2::{Digest as _, Sha512};

use crate::{
    archive_path::landing,
    flaws::Flaws,
    gzip::Unpacker,
    limits,
    tar_header::{self, BLOCK, Block, Entry, Extension, Kind},
};

/// Caps on one tarball.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries of any kind.
    pub entries: usize,
    /// Bytes once unpacked.
    pub total_bytes: u64,
    /// Times the packed size it may grow to.
    pub ratio: u64,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Directories above a file.
    pub depth: usize,
    /// Bytes of one path.
    pub path_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: limits::MAX_ARCHIVE_ENTRIES,
            total_bytes: limits::MAX_UNPACKED_BYTES,
            ratio: limits::MAX_UNPACK_RATIO,
            file_bytes: limits::MAX_FILE_BYTES,
            depth: limits::MAX_PATH_DEPTH,
            path_bytes: limits::MAX_PATH_BYTES,
        }
    }
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveFile {
    /// Its path below the package's root, with `/` between its parts.
    pub path: String,
    /// Its contents.
    pub bytes: Vec<u8>,
    /// Permission bits as the archive has them.
    pub mode: u32,
}

/// What a tarball holds.
#[derive(Clone, Debug)]
pub struct Unpacked {
    /// Its files, sorted by path.
    pub files: Vec<ArchiveFile>,
    /// What is wrong with it.
    pub defects: Vec<Defect>,
    /// SHA-512 and SHA-1 of the packed bytes.
    pub integrity: Option<Integrity>,
    /// The first limit that kept something from being seen.
    pub truncated: Option<&'static str>,
}

impl Unpacked {
    /// The file of that path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&ArchiveFile> {
        let at = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()?;
        self.files.get(at)
    }
}

/// Unpacks a tarball.
#[must_use]
pub fn unpack(bytes: &[u8], limits: &Limits) -> Unpacked {
    let mut archive = Archive {
        stream: Unpacker::new(bytes, limits),
        limits: *limits,
        files: HashMap::new(),
        folded: HashMap::new(),
        flaws: Flaws::default(),
        truncated: None,
    };
    archive.walk();
    let Archive {
        stream,
        files,
        flaws,
        truncated,
        ..
    } = archive;
    let truncated = truncated.or(stream.truncated);
    let mut defects = stream.flaws.finish();
    defects.extend(flaws.finish());
    let mut files: Vec<_> = files
        .into_iter()
        .map(|(path, (bytes, mode))| ArchiveFile { path, bytes, mode })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Unpacked {
        files,
        defects,
        integrity: integrity(bytes),
        truncated,
    }
}

/// SHA-512 and SHA-1 of the packed bytes, the two that registries send.
#[must_use]
pub fn integrity(bytes: &[u8]) -> Option<Integrity> {
    let strong = Integrity::from_digest(Algorithm::Sha512, Sha512::digest(bytes).as_slice())?;
    let weak = Integrity::from_digest(Algorithm::Sha1, Sha1::digest(bytes).as_slice())?;
    Some(strong.merged(&weak))
}

struct Archive<'a> {
    stream: Unpacker<'a>,
    limits: Limits,
    files: HashMap<String, (Vec<u8>, u32)>,
    /// Paths without case, to the spelling seen first.
    folded: HashMap<String, String>,
    flaws: Flaws,
    truncated: Option<&'static str>,
}

impl Archive<'_> {
    fn walk(&mut self) {
        let (mut next, mut global) = (Extension::default(), Extension::default());
        let (mut entries, mut zeros, mut skipped) = (0_usize, 0_usize, 0_usize);
        while let Some(block) = self.block() {
            let entry = match tar_header::read(&block) {
                Block::Zero => {
                    zeros += 1;
                    if zeros == 2 {
                        break;
                    }
                    continue;
                }
                Block::Invalid => {
                    zeros = 0;
                    skipped += 1;
                    continue;
                }
                Block::Entry(entry) => entry,
            };
            zeros = 0;
            entries += 1;
            if entries > self.limits.entries {
                self.limit(
                    "limit-archive-entries",
                    "",
                    "the tarball has more entries than the limit",
                );
                break;
            }
            match entry.kind {
                Kind::Extended | Kind::Global | Kind::LongPath | Kind::LongLink => {
                    let Some(contents) = self.extended(&entry) else {
                        continue;
                    };
                    match entry.kind {
                        Kind::Global => global.read(&contents),
                        Kind::LongPath => next.path = Some(tar_header::long_name(&contents)),
                        Kind::LongLink => next.link = Some(tar_header::long_name(&contents)),
                        _ => next.read(&contents),
                    }
                }
                _ => self.entry(entry, std::mem::take(&mut next).or(&global)),
            }
        }
        if skipped > 0 {
            let note = format!(
                "{skipped} blocks that should be headers are not, and were skipped as npm does; some tools stop there"
            );
            self.flaws.push("header-checksum", String::new, note);
        }
        if zeros == 2 {
            self.look_behind_the_end();
        }
    }

    fn entry(&mut self, entry: Entry, extension: Extension) {
        let path = extension.path.unwrap_or(entry.path);
        let link = extension.link.unwrap_or(entry.link);
        let size = if entry.kind == Kind::Directory {
            0
        } else {
            extension.size.unwrap_or(entry.size)
        };
        let shown = Untrusted::clipped(&String::from_utf8_lossy(&path), limits::MAX_QUOTED_CHARS)
            .raw()
            .to_owned();
        if entry.kind == Kind::File && !link.is_empty() {
            // npm takes such an entry for broken and reads on right behind its header.
            return self.flaws.push(
                "link-on-file",
                || shown,
                "a file that names a link target; clients disagree on what it is",
            );
        }
        match entry.kind {
            Kind::Directory => return,
            Kind::Link => {
                let target = Untrusted::clipped(&String::from_utf8_lossy(&link), limits::MAX_QUOTED_CHARS);
                self.flaws.push(
                    "entry-link",
                    || shown,
                    format!("a link to {:?}; it is left out", target.raw()),
                );
                return self.skip(size);
            }
            Kind::File => {}
            _ => {
                self.flaws.push(
                    "entry-not-a-file",
                    || shown,
                    "neither a file nor a directory; it is left out",
                );
                return self.skip(size);
            }
        }
        let landing = match landing(&path, &self.limits) {
            Ok(landing) => landing,
            Err((code, note)) => {
                if code.starts_with("limit-") {
                    self.truncated.get_or_insert(code);
                }
                self.flaws
                    .push(code, || shown, format!("{note}; the entry is left out"));
                return self.skip(size);
            }
        };
        if size > self.limits.file_bytes {
            self.limit(
                "limit-file-bytes",
                &shown,
                "the file is larger than the limit; it is left out",
            );
            return self.skip(size);
        }
        if landing.odd {
            self.flaws.push(
                "path-odd",
                || shown.clone(),
                format!("the path is another spelling of {:?}", landing.path),
            );
        }
        let Some(contents) = self.contents(size) else {
            return self.limit(
                "limit-memory",
                &shown,
                "the file is larger than the memory left for it; it is left out",
            );
        };
        if contents.len() as u64 != size {
            self.flaws.push(
                "archive-cut",
                || shown.clone(),
                "the tarball ends within this file",
            );
        }
        self.keep(landing.path, contents, entry.mode, &shown);
    }

    fn keep(&mut self, path: String, contents: Vec<u8>, mode: u32, shown: &str) {
        let spelling = self
            .folded
            .entry(path.to_lowercase())
            .or_insert_with(|| path.clone());
        if *spelling != path {
            let note =
                format!("differs from {spelling:?} by case only; some systems write one over the other");
            self.flaws.push("path-case", || shown.to_owned(), note);
        }
        if self.files.insert(path, (contents, mode)).is_some() {
            self.flaws.push(
                "path-twice",
                || shown.to_owned(),
                "the path occurs more than once; the last one counts",
            );
        }
    }

    fn extended(&mut self, entry: &Entry) -> Option<Vec<u8>> {
        if entry.size > limits::MAX_EXTENDED_HEADER_BYTES {
            self.flaws.push(
                "limit-extended-header",
                String::new,
                "an extended header is larger than the limit; clients pass over it",
            );
            self.skip(entry.size);
            return None;
        }
        self.contents(entry.size)
    }

    /// Entries behind the end mark are seen by no client; somebody put them there all the same.
    fn look_behind_the_end(&mut self) {
        while let Some(block) = self.block() {
            if matches!(tar_header::read(&block), Block::Entry(_)) {
                return self.flaws.push(
                    "archive-after-end",
                    String::new,
                    "entries stand behind the end of the archive; clients do not read them",
                );
            }
        }
    }

    fn limit(&mut self, name: &'static str, place: &str, note: &str) {
        self.truncated.get_or_insert(name);
        self.flaws.push(name, || place.to_owned(), note);
    }

    /// The next whole block; `None` at the end.
    fn block(&mut self) -> Option<[u8; BLOCK]> {
        let mut block = [0; BLOCK];
        self.stream.read_exact(&mut block).ok()?;
        Some(block)
    }

    /// Contents and the padding behind them; `None`, and passed over, where there is no room for them. A vector that
    /// grew as it read would ask for twice the size, and its failure would leave us in the middle of the file.
    fn contents(&mut self, size: u64) -> Option<Vec<u8>> {
        let mut contents = Vec::new();
        let room = usize::try_from(size).is_ok_and(|size| contents.try_reserve_exact(size).is_ok());
        if !room {
            self.skip(size);
            return None;
        }
        // The stream never fails; what it cannot give is missing from the contents.
        let _ = (&mut self.stream).take(size).read_to_end(&mut contents);
        contents.shrink_to_fit();
        self.pass(padding(size));
        Some(contents)
    }

    fn skip(&mut self, size: u64) {
        self.pass(size.saturating_add(padding(size)));
    }

    fn pass(&mut self, count: u64) {
        let _ = std::io::copy(&mut (&mut self.stream).take(count), &mut std::io::sink());
    }
}

fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK as u64) - size
}
