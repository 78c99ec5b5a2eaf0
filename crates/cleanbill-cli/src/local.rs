//! A SPEC that is a path: a tarball as it is, or a folder packed in memory as a client would pack it.
use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

use flate2::{Compression, write::GzEncoder};
use ignore::WalkBuilder;

use crate::failure::Failure;

/// Largest tarball read from disk, in bytes.
const MAX_TARBALL_BYTES: u64 = 256 * 1024 * 1024;
/// Largest sum of files packed from a folder, in bytes.
const MAX_FOLDER_BYTES: u64 = 256 * 1024 * 1024;

/// The tarball a path stands for; `None` when it is neither a tarball nor a folder with a manifest.
///
/// # Errors
/// When it is one and cannot be read, or is beyond a limit.
pub fn tarball(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let cannot = || Failure::usage(format!("cannot read `{}`", path.display()));
    if path.is_dir() {
        if !path.join("package.json").is_file() {
            return Err(cannot().hint("a folder to inspect has a package.json at its root"));
        }
        return pack(path).map(Some).map_err(|error| cannot().because(&error));
    }
    let is_tarball =
        path.extension().is_some_and(|ending| ending == "tgz") || path.to_string_lossy().ends_with(".tar.gz");
    if !is_tarball || !path.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| cannot().because(&error))?;
    file.take(MAX_TARBALL_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| cannot().because(&error))?;
    if bytes.len() as u64 > MAX_TARBALL_BYTES {
        return Err(cannot().hint(format!("it has more than {MAX_TARBALL_BYTES} bytes")));
    }
    Ok(Some(bytes))
}

/// Packs every file but other packages and version control; links are left out.
fn pack(folder: &Path) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let skipped = |name: &std::ffi::OsStr| name == "node_modules" || name == ".git";
    let walker = WalkBuilder::new(folder)
        .standard_filters(false)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(move |entry| !skipped(entry.file_name()))
        .build();
    let mut total = 0_u64;
    for entry in walker
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
    {
        let Ok(relative) = entry.path().strip_prefix(folder) else {
            continue;
        };
        let bytes = fs::read(entry.path())?;
        total = total.saturating_add(bytes.len() as u64);
        if total > MAX_FOLDER_BYTES {
            return Err(std::io::Error::other(format!(
                "the folder has more than {MAX_FOLDER_BYTES} bytes of files"
            )));
        }
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, Path::new("package").join(relative), bytes.as_slice())?;
    }
    archive.into_inner()?.finish()
}
