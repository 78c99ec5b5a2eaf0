//! Numbers that look like chance and are the same every time, from a seed and a label.
//! Nothing here is fit for secrets.

/// SplitMix64. Source: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", 2014.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice of their own for this seed and label.
    pub fn new(seed: u64, label: &str) -> Self {
        // FNV-1a.
        let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
        for byte in label.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self(state)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// One of them; the first where there is none to choose from.
    pub fn of<'a>(&mut self, these: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.below(these.len() as u64)).unwrap_or_default();
        these.get(at).copied().unwrap_or_default()
    }

    /// A name in lower-case letters.
    pub fn name(&mut self, letters: usize) -> String {
        (0..letters)
            .map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap_or_default()))
            .collect()
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}
