//! From a case's folder of files to the tarball a registry would hold; entries no honest tool writes come from
//! `archive.json` beside it.
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use serde::Deserialize;

/// Bytes of a block of a tar archive.
const BLOCK: usize = 512;

/// An entry written exactly as given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OddEntry {
    path: String,
    /// `0` a file, `1` a hard link, `2` a symbolic link.
    #[serde(default = "file")]
    kind: char,
    #[serde(default)]
    link: String,
    #[serde(default)]
    text: String,
    /// Spoils the header's checksum.
    #[serde(default)]
    spoiled: bool,
}

fn file() -> char {
    '0'
}

/// Packs `folder/name` where there is one. A file that ends in `.b64` is decoded, one that ends in `.inert` loses
/// that ending: it is kept so that no tool runs it where it lies.
pub fn pack(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let root = folder.join(name);
    if !root.is_dir() {
        return None;
    }
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let mut tar = Vec::new();
    for path in files {
        let inner = path
            .strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        let bytes = fs::read(&path).unwrap();
        let (inner, bytes) = match inner.strip_suffix(".b64") {
            Some(plain) => (plain.to_owned(), STANDARD.decode(bytes.trim_ascii()).unwrap()),
            None => (inner.strip_suffix(".inert").unwrap_or(&inner).to_owned(), bytes),
        };
        entry(&mut tar, &format!("package/{inner}"), '0', "", &bytes, false);
    }
    if let Ok(bytes) = fs::read(folder.join("archive.json")) {
        for odd in serde_json::from_slice::<Vec<OddEntry>>(&bytes).unwrap() {
            entry(
                &mut tar,
                &odd.path,
                odd.kind,
                &odd.link,
                odd.text.as_bytes(),
                odd.spoiled,
            );
        }
    }
    tar.resize(tar.len() + 2 * BLOCK, 0);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&tar).unwrap();
    Some(packed.finish().unwrap())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for found in fs::read_dir(folder).unwrap() {
        let path = found.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn entry(tar: &mut Vec<u8>, path: &str, kind: char, link: &str, bytes: &[u8], spoiled: bool) {
    let mut header = [0_u8; BLOCK];
    let mut put = |at: usize, text: &str| set(&mut header, at, text);
    put(0, path);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{:011o}\0", bytes.len()));
    put(136, "03560116604\0");
    put(148, "        ");
    put(156, &kind.to_string());
    put(157, link);
    put(257, "ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let sum = if spoiled { sum + 1 } else { sum };
    set(&mut header, 148, &format!("{sum:06o}\0 "));
    tar.extend_from_slice(&header);
    tar.extend_from_slice(bytes);
    tar.resize(tar.len().next_multiple_of(BLOCK), 0);
}

/// Writes a field of a header.
fn set(header: &mut [u8], at: usize, text: &str) {
    header
        .iter_mut()
        .skip(at)
        .zip(text.bytes())
        .for_each(|(to, from)| *to = from);
}
