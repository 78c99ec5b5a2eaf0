//! Any bytes under the name `bun.lock`: a lockfile or an error, never a panic, and no edge to nowhere.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cleanbill_lockfile_fuzz::check("bun.lock", bytes));
