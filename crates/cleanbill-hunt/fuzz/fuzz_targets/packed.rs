//! Any bytes as a packed log or layer: they unpack or are refused, and end.
#![no_main]
use std::io::Read as _;

use cleanbill_hunt::packed::unpacked;
use libfuzzer_sys::fuzz_target;

/// What one input may unpack to: enough for many frames, and soon over.
const MOST: u64 = 16 << 20;

fuzz_target!(|bytes: &[u8]| {
    for mark in [&b""[..], &[0x28, 0xb5, 0x2f, 0xfd], &[0x1f, 0x8b, 8]] {
        let whole = [mark, bytes].concat();
        if let Ok(reader) = unpacked(whole.as_slice()) {
            let mut out = Vec::new();
            let _ = reader.take(MOST).read_to_end(&mut out);
        }
    }
});
