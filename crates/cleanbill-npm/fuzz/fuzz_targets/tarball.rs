//! Any bytes are unpacked within limits, and no path leads out of the package.
#![no_main]
use cleanbill_npm::{Limits, unpack};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { entries: 100, total_bytes: 1 << 20, file_bytes: 1 << 18, depth: 8, path_bytes: 200, ..Limits::default() };
    let unpacked = unpack(bytes, &limits);
    assert!(unpacked.integrity.is_some() && unpacked.files.len() <= limits.entries);
    let mut total = 0;
    for file in &unpacked.files {
        total += file.bytes.len() as u64;
        assert!(file.bytes.len() as u64 <= limits.file_bytes && file.path.len() <= limits.path_bytes);
        assert!(!file.path.contains('\\') && !file.path.chars().any(char::is_control));
        assert!(file.path.split('/').all(|part| !part.is_empty() && part != "." && part != ".."));
        assert!(file.path.split('/').count() <= limits.depth);
        assert_eq!(unpacked.file(&file.path).map(|found| found.bytes.len()), Some(file.bytes.len()));
    }
    assert!(total <= limits.total_bytes);
});
