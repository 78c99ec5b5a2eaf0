//! The cache on disk: one file a packument, tarballs by content, written whole or not at all.
//! It knows files and checksums; what is fresh, and what is in the bytes, is decided elsewhere.
//!
//! A file is one line of JSON (length, SHA-256, the registry's validators) and then the bytes. A file
//! whose bytes do not fit its line counts as missing. The file's modification time is the last moment
//! the registry confirmed it, so that a 304 costs no rewriting. Tarballs keep the line in a file of its
//! own, and the bytes under their SHA-256.
use std::{
    fs::{self, DirBuilder, File, FileTimes, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::limits::{MAX_HEADER_BYTES, MAX_VALIDATOR_BYTES};

pub(crate) const PACKUMENTS: &str = "packuments-v1";
pub(crate) const TARBALL_INDEX: &str = "tarballs-v1/index";
pub(crate) const TARBALL_CONTENT: &str = "tarballs-v1/content";
pub(crate) const TEMPORARY: &str = ".part-";

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Packument,
    Tarball,
}

/// Where one thing is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub kind: Kind,
    hex: String,
}

impl Key {
    /// `variant` keeps condensed documents of one make apart from others; `authorised` keeps what was
    /// asked with credentials apart from what was not.
    pub(crate) fn new(kind: Kind, url: &str, variant: &str, authorised: bool) -> Self {
        let mut hasher = Sha256::new();
        for part in [url, variant, if authorised { "authorised" } else { "anonymous" }] {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        Self {
            kind,
            hex: hex(&hasher.finalize()),
        }
    }
}

/// What a registry calls the state of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

impl Validators {
    pub(crate) fn new(etag: Option<&str>, last_modified: Option<&str>) -> Self {
        let kept = |value: Option<&str>| {
            value
                .filter(|text| text.len() <= MAX_VALIDATOR_BYTES)
                .map(str::to_owned)
        };
        Self {
            etag: kept(etag),
            last_modified: kept(last_modified),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    v: u32,
    length: u64,
    sha256: String,
    #[serde(flatten)]
    validators: Validators,
    fetched: u64,
}

/// What is known of a kept thing before its bytes are read.
#[derive(Debug)]
pub(crate) struct Held {
    header: Header,
    /// When the registry last confirmed it.
    pub checked: SystemTime,
    body: File,
}

impl Held {
    pub(crate) fn validators(&self) -> &Validators {
        &self.header.validators
    }

    pub(crate) fn fetched(&self) -> SystemTime {
        UNIX_EPOCH + std::time::Duration::from_millis(self.header.fetched)
    }

    pub(crate) fn length(&self) -> u64 {
        self.header.length
    }

    /// The bytes, where they are what was written.
    pub(crate) fn read(mut self) -> Option<Arc<[u8]>> {
        let length = usize::try_from(self.header.length).ok()?;
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, length).collect();
        self.body.read_exact(Arc::get_mut(&mut bytes)?).ok()?;
        let ended = self.body.read(&mut [0]).ok()? == 0;
        (ended && hex(&Sha256::digest(&bytes)) == self.header.sha256).then_some(bytes)
    }
}

/// The cache.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Opens what is kept under `key`, at most `limit` bytes of it. Anything unreadable is missing.
    pub(crate) fn open(&self, key: &Key, limit: u64) -> Option<Held> {
        let mut file = File::open(self.path(key)).ok()?;
        let metadata = file.metadata().ok()?;
        let checked = metadata.modified().ok()?;
        let header = read_header(&mut file)?;
        if header.v != 1 || header.length > limit {
            return None;
        }
        let body = match key.kind {
            Kind::Packument => file,
            Kind::Tarball => File::open(self.content(&header.sha256)?).ok()?,
        };
        Some(Held {
            header,
            checked,
            body,
        })
    }

    /// Keeps `bytes`: afterwards all of them are there, or what was there before.
    pub(crate) fn write(
        &self,
        key: &Key,
        validators: &Validators,
        bytes: &[u8],
        now: SystemTime,
    ) -> io::Result<()> {
        let sha256 = hex(&Sha256::digest(bytes));
        let fetched = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis());
        let header = Header {
            v: 1,
            length: bytes.len() as u64,
            sha256,
            validators: validators.clone(),
            fetched: u64::try_from(fetched).unwrap_or(u64::MAX),
        };
        let mut line = serde_json::to_vec(&header)?;
        line.push(b'\n');
        match key.kind {
            Kind::Packument => write_whole(&self.path(key), &[&line, bytes]),
            Kind::Tarball => {
                let content = self.content(&header.sha256).ok_or(io::ErrorKind::InvalidInput)?;
                write_whole(&content, &[bytes])?;
                write_whole(&self.path(key), &[&line])
            }
        }
    }

    /// Notes that the registry confirmed what is kept.
    pub(crate) fn confirm(&self, key: &Key, now: SystemTime) -> io::Result<()> {
        OpenOptions::new()
            .append(true)
            .open(self.path(key))?
            .set_times(FileTimes::new().set_modified(now))
    }

    fn path(&self, key: &Key) -> PathBuf {
        let part = match key.kind {
            Kind::Packument => PACKUMENTS,
            Kind::Tarball => TARBALL_INDEX,
        };
        sharded(&self.folder.join(part), &key.hex)
    }

    fn content(&self, sha256: &str) -> Option<PathBuf> {
        let is_digest = sha256.len() == 64
            && sha256
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_digest.then(|| sharded(&self.folder.join(TARBALL_CONTENT), sha256))
    }
}

fn sharded(folder: &Path, hex: &str) -> PathBuf {
    let (shard, rest) = hex.split_at_checked(2).unwrap_or(("00", hex));
    folder.join(shard).join(rest)
}

/// Reads the first line and leaves the file at the byte behind it.
fn read_header(file: &mut File) -> Option<Header> {
    use std::io::{Seek as _, SeekFrom};
    let mut start = [0; 1024];
    let mut line = Vec::new();
    loop {
        let read = file.read(&mut start).ok().filter(|read| *read > 0)?;
        let piece = start.get(..read)?;
        if let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            line.extend_from_slice(piece.get(..end)?);
            file.seek(SeekFrom::Start(line.len() as u64 + 1)).ok()?;
            return serde_json::from_slice(&line).ok();
        }
        line.extend_from_slice(piece);
        if line.len() > MAX_HEADER_BYTES {
            return None;
        }
    }
}

/// A file under a passing name that goes away unless it is put in its place.
struct Temporary {
    path: PathBuf,
    placed: bool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.placed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn write_whole(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    make_folder(folder)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.subsec_nanos());
    let name = format!("{TEMPORARY}{}-{count}-{nanos}", std::process::id());
    let mut temporary = Temporary {
        path: folder.join(name),
        placed: false,
    };
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&temporary.path)?;
    for part in parts {
        file.write_all(part)?;
    }
    drop(file);
    fs::rename(&temporary.path, path)?;
    temporary.placed = true;
    Ok(())
}

/// Makes a folder that only its owner can look into: private documents are kept here too.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from));
        }
    }
    text
}
