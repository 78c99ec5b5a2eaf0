//! Walks a folder of JSON files, links not followed, in the order of their names.
//! It reads each file up to a limit and knows nothing of records.
use std::{fs::File, io::Read as _, path::Path};

use walkdir::WalkDir;

use super::{Skipped, SourceError, Total};
use crate::limits::{MAX_ENTRIES, MAX_FOLDER_DEPTH, MAX_RECORD_BYTES, MAX_TOTAL_BYTES};

pub(super) fn each(
    path: &Path,
    skipped: &mut Skipped,
    visit: &mut dyn FnMut(&str, &[u8], &mut Skipped),
) -> Result<(), SourceError> {
    let mut total = Total::new(MAX_TOTAL_BYTES);
    let mut record = Vec::new();
    let mut files = 0_usize;
    // Version control keeps its own files there, many and none of them records.
    let walk = WalkDir::new(path)
        .max_depth(MAX_FOLDER_DEPTH)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git");
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let place = error
                    .path()
                    .map_or_else(String::new, |path| path.display().to_string());
                skipped.add(&place, "unreadable-entry", error.to_string());
                continue;
            }
        };
        let name = entry
            .path()
            .strip_prefix(path)
            .unwrap_or(entry.path())
            .display()
            .to_string();
        if entry.path_is_symlink() && entry.depth() > 0 {
            skipped.add(&name, "symlink", "it is a symbolic link");
            continue;
        }
        if !entry.file_type().is_file() {
            continue;
        }
        files += 1;
        if files > MAX_ENTRIES {
            return Err(SourceError::TooManyEntries);
        }
        if entry.path().extension().is_none_or(|ending| ending != "json") {
            skipped.add(&name, "not-json", "it is no JSON file");
            continue;
        }
        record.clear();
        let read = File::open(entry.path())
            .and_then(|file| file.take(MAX_RECORD_BYTES + 1).read_to_end(&mut record));
        total.add(record.len() as u64)?;
        match read {
            Err(error) => skipped.add(&name, "unreadable-entry", error.to_string()),
            Ok(_) if record.len() as u64 > MAX_RECORD_BYTES => {
                skipped.add(
                    &name,
                    "record-too-large",
                    format!("it has more than {MAX_RECORD_BYTES} bytes"),
                );
            }
            Ok(_) => visit(&name, &record, skipped),
        }
    }
    Ok(())
}
