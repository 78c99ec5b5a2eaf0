//! Any bytes under the name `package-lock.json`: a lockfile or an error, never a panic, and no edge to nowhere.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cleanbill_lockfile_fuzz::check("package-lock.json", bytes));
