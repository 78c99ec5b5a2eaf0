//! A small, fast, unkeyed hash for tables and fingerprints.
//! It is no defence against chosen keys: every table it serves is bounded by a budget.
use std::hash::{BuildHasherDefault, Hasher};

/// The hasher.
#[derive(Clone, Copy, Default)]
pub struct Fx(u64);

/// Builds it.
pub type FxBuild = BuildHasherDefault<Fx>;

const SEED: u64 = 0x51_7c_c1_b7_27_22_0a_95;

impl Fx {
    /// Mixes one word in.
    pub fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(SEED);
    }
}

impl Hasher for Fx {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            if let Ok(word) = <[u8; 8]>::try_from(chunk) {
                self.word(u64::from_le_bytes(word));
            }
        }
        let mut tail = 0u64;
        for byte in chunks.remainder() {
            tail = (tail << 8) | u64::from(*byte);
        }
        self.word(tail ^ ((bytes.len() as u64) << 56));
    }
    fn write_u8(&mut self, n: u8) {
        self.word(u64::from(n));
    }
    fn write_u32(&mut self, n: u32) {
        self.word(u64::from(n));
    }
    fn write_u64(&mut self, n: u64) {
        self.word(n);
    }
    fn write_usize(&mut self, n: usize) {
        self.word(n as u64);
    }
}
