//! Any bytes under the name `pnpm-lock.yaml`: a lockfile or an error, never a panic, and no edge to nowhere.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cleanbill_lockfile_fuzz::check("pnpm-lock.yaml", bytes));
