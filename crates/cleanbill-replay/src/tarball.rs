//! Builds tarballs as a registry holds them: gzip, the `package/` prefix, the same bytes every time.
//! It also writes what no honest tool would, to order, and never judges it.
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

/// The moment npm writes into every entry (1985-10-26T08:15:00Z), so that equal files give equal bytes.
pub const ENTRY_MTIME: u64 = 499_162_500;

/// Builds one tarball; entries are sorted by path unless they were added raw.
#[derive(Clone, Debug, Default)]
pub struct TarballBuilder {
    files: Vec<(String, Vec<u8>, u32)>,
    raw: Vec<RawEntry>,
}

#[derive(Clone, Debug)]
struct RawEntry {
    path: Vec<u8>,
    kind: EntryType,
    link: Vec<u8>,
    content: Vec<u8>,
    size: u64,
}

impl TarballBuilder {
    /// Nothing in it yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A plain file at `package/<path>`.
    #[must_use]
    pub fn file(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.files
            .push((format!("package/{path}"), content.as_ref().to_vec(), 0o644));
        self
    }

    /// An executable file at `package/<path>`.
    #[must_use]
    pub fn executable(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.files
            .push((format!("package/{path}"), content.as_ref().to_vec(), 0o755));
        self
    }

    /// A file whose path is written exactly as given, `..`, roots and odd bytes included (100 at most).
    #[must_use]
    pub fn raw_file(mut self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref().to_vec();
        let size = content.len() as u64;
        let path = path.as_ref().to_vec();
        self.raw.push(RawEntry {
            path,
            kind: EntryType::Regular,
            link: Vec::new(),
            content,
            size,
        });
        self
    }

    /// A link of `kind` at exactly `path` to exactly `target`.
    #[must_use]
    pub fn raw_link(mut self, kind: EntryType, path: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        let (path, link) = (path.as_ref().to_vec(), target.as_ref().to_vec());
        self.raw.push(RawEntry {
            path,
            kind,
            link,
            content: Vec::new(),
            size: 0,
        });
        self
    }

    /// A file whose header claims `size` bytes while `content` is what follows.
    #[must_use]
    pub fn lying_file(mut self, path: &str, size: u64, content: impl AsRef<[u8]>) -> Self {
        let (path, content) = (format!("package/{path}").into_bytes(), content.as_ref().to_vec());
        self.raw.push(RawEntry {
            path,
            kind: EntryType::Regular,
            link: Vec::new(),
            content,
            size,
        });
        self
    }

    /// The tarball.
    ///
    /// # Errors
    /// When a path does not fit into an archive.
    pub fn build(mut self) -> io::Result<Vec<u8>> {
        self.files.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        let mut archive = tar::Builder::new(Vec::new());
        for (path, content, mode) in &self.files {
            let mut header = plain_header(EntryType::Regular, *mode, content.len() as u64);
            archive.append_data(&mut header, path, content.as_slice())?;
        }
        for entry in &self.raw {
            let mut header = plain_header(entry.kind, 0o644, entry.size);
            let old = header.as_old_mut();
            fill(&mut old.name, &entry.path)?;
            fill(&mut old.linkname, &entry.link)?;
            header.set_cksum();
            archive.append(&header, entry.content.as_slice())?;
        }
        gzip(&archive.into_inner()?)
    }
}

fn plain_header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_mtime(ENTRY_MTIME);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header
}

fn fill(field: &mut [u8], bytes: &[u8]) -> io::Result<()> {
    let room = field
        .get_mut(..bytes.len())
        .ok_or_else(|| io::Error::other("the field holds 100 bytes at most"))?;
    room.copy_from_slice(bytes);
    Ok(())
}

/// Compresses with no name, no time and no system in the header.
///
/// # Errors
/// Never in practice: the target is memory.
pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn entries(tarball: &[u8]) -> Vec<(String, u32, Vec<u8>)> {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(tarball));
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            found.push((path, entry.header().mode().unwrap(), content));
        }
        found
    }

    #[test]
    fn order_of_adding_does_not_show() {
        let one = TarballBuilder::new()
            .file("b.js", "2")
            .executable("a.js", "1")
            .build()
            .unwrap();
        let two = TarballBuilder::new()
            .executable("a.js", "1")
            .file("b.js", "2")
            .build()
            .unwrap();
        assert_eq!(one, two);
        let expected = [
            ("package/a.js".to_owned(), 0o755, b"1".to_vec()),
            ("package/b.js".to_owned(), 0o644, b"2".to_vec()),
        ];
        assert_eq!(entries(&one), expected);
    }

    #[test]
    fn long_paths_survive() {
        let path = format!("{}/index.js", "a".repeat(180));
        let built = TarballBuilder::new().file(&path, "x").build().unwrap();
        assert_eq!(entries(&built).first().unwrap().0, format!("package/{path}"));
    }

    #[test]
    fn hostile_paths_are_written_as_ordered() {
        let built = TarballBuilder::new()
            .raw_file("package/../../etc/x", "x")
            .build()
            .unwrap();
        assert_eq!(entries(&built).first().unwrap().0, "package/../../etc/x");
        assert!(
            TarballBuilder::new()
                .raw_file("a".repeat(101), "x")
                .build()
                .is_err()
        );
    }
}
