//! Walks a zip archive, one record in memory at a time and nothing on the disk.
//! It believes no size that the archive states; it counts what comes out.
use std::{
    cell::RefCell,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    rc::Rc,
};

use zip::{ZipArchive, result::ZipError};

use super::{
    Skipped, SourceError, Total,
    bounded::{Bounded, SPENT},
};
use crate::limits::{
    MAX_ARCHIVE_BYTES, MAX_DIRECTORY_BYTES, MAX_ENTRIES, MAX_RATIO, MAX_RECORD_BYTES, RATIO_FROM_BYTES,
};

/// All records together may unpack to this many times the archive.
const MAX_WHOLE_RATIO: u64 = 100;
/// Below this the whole ratio says nothing: a small archive of similar records packs very well.
const WHOLE_RATIO_FROM_BYTES: u64 = 64 * 1024 * 1024;

/// One bounded file, shared between the archive reader that owns its end and us who lift the bound.
#[derive(Clone)]
struct Shared(Rc<RefCell<Bounded<File>>>);

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(buffer)
    }
}
impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.borrow_mut().seek(to)
    }
}

pub(super) fn each(
    path: &Path,
    skipped: &mut Skipped,
    visit: &mut dyn FnMut(&str, &[u8], &mut Skipped),
) -> Result<(), SourceError> {
    let file = File::open(path)?;
    let packed = file.metadata()?.len();
    let mut archive = open(file, packed, MAX_DIRECTORY_BYTES)?;
    let mut total = Total::new(packed.saturating_mul(MAX_WHOLE_RATIO).max(WHOLE_RATIO_FROM_BYTES));
    let mut record = Vec::new();
    for at in 0..archive.len() {
        read_entry(&mut archive, at, &mut record, skipped, &mut total, visit)?;
    }
    Ok(())
}

/// Reads the directory, and no more than `budget` bytes on the way.
fn open(file: File, packed: u64, budget: u64) -> Result<ZipArchive<Shared>, SourceError> {
    if packed > MAX_ARCHIVE_BYTES {
        return Err(SourceError::ArchiveTooLarge);
    }
    let shared = Shared(Rc::new(RefCell::new(Bounded::new(file, budget))));
    let archive = ZipArchive::new(shared.clone()).map_err(refused)?;
    shared.0.borrow_mut().lift();
    if archive.len() > MAX_ENTRIES {
        return Err(SourceError::TooManyEntries);
    }
    Ok(archive)
}

fn refused(error: ZipError) -> SourceError {
    match error {
        ZipError::Io(error) if error.to_string() == SPENT => SourceError::DirectoryTooLarge,
        other => SourceError::NoArchive {
            reason: other.to_string(),
        },
    }
}

fn read_entry<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    at: usize,
    record: &mut Vec<u8>,
    skipped: &mut Skipped,
    total: &mut Total,
    visit: &mut dyn FnMut(&str, &[u8], &mut Skipped),
) -> Result<(), SourceError> {
    let numbered = format!("entry {at}");
    let mut entry = match archive.by_index(at) {
        Ok(entry) => entry,
        Err(error) => {
            skipped.add(&numbered, "unreadable-entry", error.to_string());
            return Ok(());
        }
    };
    let Ok(name) = std::str::from_utf8(entry.name_raw()).map(str::to_owned) else {
        skipped.add(&numbered, "bad-entry-name", "its name is not UTF-8");
        return Ok(());
    };
    if entry.is_dir() {
        return Ok(());
    }
    // Nothing is unpacked to the disk; a path that leads out is still a sign of a made-up archive.
    if entry.enclosed_name().is_none() || name.contains('\\') || name.starts_with('/') {
        skipped.add(&name, "path-leads-out", "its path leads out of the archive");
        return Ok(());
    }
    if entry.is_symlink() {
        skipped.add(&name, "symlink", "it is a symbolic link");
        return Ok(());
    }
    if !name.ends_with(".json") {
        skipped.add(&name, "not-json", "it is no JSON file");
        return Ok(());
    }
    let packed = entry.compressed_size();
    record.clear();
    let read = (&mut entry).take(MAX_RECORD_BYTES + 1).read_to_end(record);
    let unpacked = record.len() as u64;
    total.add(unpacked)?;
    if let Err(error) = read {
        skipped.add(&name, "unreadable-entry", error.to_string());
    } else if unpacked > RATIO_FROM_BYTES && unpacked / packed.max(1) > MAX_RATIO {
        skipped.add(
            &name,
            "packed-too-well",
            format!("it unpacks to more than {MAX_RATIO} times its size"),
        );
    } else if unpacked > MAX_RECORD_BYTES {
        skipped.add(
            &name,
            "record-too-large",
            format!("it has more than {MAX_RECORD_BYTES} bytes"),
        );
    } else {
        visit(&name, record, skipped);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    #[test]
    fn a_directory_beyond_the_budget_is_refused() {
        let mut file = tempfile::tempfile().unwrap();
        let mut writer = ZipWriter::new(&mut file);
        for n in 0..3000 {
            writer
                .start_file(format!("{n:0100}.json"), SimpleFileOptions::default())
                .unwrap();
        }
        writer.finish().unwrap().flush().unwrap();
        let packed = file.metadata().unwrap().len();
        let opened = |budget| open(file.try_clone().unwrap(), packed, budget);
        assert_eq!(opened(MAX_DIRECTORY_BYTES).unwrap().len(), 3000);
        assert!(matches!(opened(100 * 1024), Err(SourceError::DirectoryTooLarge)));
        assert!(matches!(
            open(file, MAX_ARCHIVE_BYTES + 1, 0),
            Err(SourceError::ArchiveTooLarge)
        ));
    }
}
