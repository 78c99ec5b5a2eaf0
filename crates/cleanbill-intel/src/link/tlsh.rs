//! TLSH of a source: a digest whose distance to another tells how much two texts have in common.
//! Method: Oliver, Cheng and Chen, "TLSH, a locality sensitive hash", 2013, with 128 buckets and one byte of
//! checksum, so that digests can be exchanged. It knows bytes and no language.
use serde::{Serialize, Serializer};

/// Pearson's permutation, as RFC 3074 prints it.
const TABLE: [u8; 256] = [
    1, 87, 49, 12, 176, 178, 102, 166, 121, 193, 6, 84, 249, 230, 44, 163, 14, 197, 213, 181, 161, 85, 218,
    80, 64, 239, 24, 226, 236, 142, 38, 200, 110, 177, 104, 103, 141, 253, 255, 50, 77, 101, 81, 18, 45, 96,
    31, 222, 25, 107, 190, 70, 86, 237, 240, 34, 72, 242, 20, 214, 244, 227, 149, 235, 97, 234, 57, 22, 60,
    250, 82, 175, 208, 5, 127, 199, 111, 62, 135, 248, 174, 169, 211, 58, 66, 154, 106, 195, 245, 171, 17,
    187, 182, 179, 0, 243, 132, 56, 148, 75, 128, 133, 158, 100, 130, 126, 91, 13, 153, 246, 216, 219, 119,
    68, 223, 78, 83, 88, 201, 99, 122, 11, 92, 32, 136, 114, 52, 10, 138, 30, 48, 183, 156, 35, 61, 26, 143,
    74, 251, 94, 129, 162, 63, 152, 170, 7, 115, 167, 241, 206, 3, 150, 55, 59, 151, 220, 90, 53, 23, 131,
    125, 173, 15, 238, 79, 95, 89, 16, 105, 137, 225, 224, 217, 160, 37, 123, 118, 73, 2, 157, 46, 116, 9,
    145, 134, 228, 207, 212, 202, 215, 69, 229, 27, 188, 67, 124, 168, 252, 42, 4, 29, 108, 21, 247, 19, 205,
    39, 203, 233, 40, 186, 147, 198, 192, 155, 33, 164, 191, 98, 204, 165, 180, 117, 76, 140, 36, 210, 172,
    41, 54, 159, 8, 185, 232, 113, 196, 231, 47, 146, 120, 51, 65, 28, 144, 254, 221, 93, 189, 194, 139, 112,
    43, 71, 109, 184, 209,
];
/// Shortest text with a digest: shorter ones differ by chance. The authors allow 50 bytes; comparisons of
/// sources found it of use from 256.
const MIN_BYTES: usize = 256;
/// Bytes of the body taken for one band: texts of small distance share some band whole.
const BAND: usize = 4;

/// A digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlsh {
    checksum: u8,
    length: u8,
    quartiles: (u8, u8),
    body: [u8; 32],
}

impl Tlsh {
    /// The digest of a text. `None` where it is too short or too plain to have one.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < MIN_BYTES {
            return None;
        }
        let mut buckets = [0_u32; 256];
        let mut checksum = 0_u8;
        for window in bytes.windows(5) {
            let [e, d, c, b, a] = *window else { continue };
            checksum = mapped(1, a, b, checksum);
            for (salt, second, third) in [
                (49, b, c),
                (12, b, d),
                (178, c, d),
                (166, c, e),
                (84, b, e),
                (230, d, e),
            ] {
                if let Some(count) = buckets.get_mut(usize::from(mapped(salt, a, second, third))) {
                    *count = count.saturating_add(1);
                }
            }
        }
        let (used, _) = buckets.split_at(128);
        if used.iter().filter(|count| **count > 0).count() <= 64 {
            return None;
        }
        let mut sorted = used.to_vec();
        sorted.sort_unstable();
        let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
        let (first, second, third) = (at(31), at(63), at(95));
        if third == 0 {
            return None;
        }
        let mut body = [0_u8; 32];
        for (byte, four) in body.iter_mut().zip(used.chunks(4)) {
            for (place, count) in (0_u8..).zip(four) {
                let level = u8::from(*count > first) + u8::from(*count > second) + u8::from(*count > third);
                *byte |= level << (place * 2);
            }
        }
        let ratio = |quartile: u32| {
            u8::try_from(u64::from(quartile) * 100 / u64::from(third) % 16).unwrap_or_default()
        };
        Some(Self {
            checksum,
            length: length(bytes.len()),
            quartiles: (ratio(first), ratio(second)),
            body,
        })
    }

    /// How far two texts are apart: 0 for the same, some hundreds for strangers.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u32 {
        let around = |a: u8, b: u8, range: u32| {
            let apart = u32::from(a.abs_diff(b));
            apart.min(range - apart)
        };
        let lengths = match around(self.length, other.length, 256) {
            near @ (0 | 1) => near,
            far => far * 12,
        };
        let quartile = |a: u8, b: u8| match around(a, b, 16) {
            near @ (0 | 1) => near,
            far => (far - 1) * 12,
        };
        let mut sum = lengths
            + quartile(self.quartiles.0, other.quartiles.0)
            + quartile(self.quartiles.1, other.quartiles.1)
            + u32::from(self.checksum != other.checksum);
        for (a, b) in self.body.iter().zip(&other.body) {
            for place in [0, 2, 4, 6] {
                sum += match (a >> place & 3).abs_diff(b >> place & 3) {
                    3 => 6,
                    apart => u32::from(apart),
                };
            }
        }
        sum
    }

    /// Parts of the digest for an index; digests near one another share some.
    pub(crate) fn bands(&self) -> impl Iterator<Item = (usize, [u8; BAND])> {
        let bands = self.body.chunks_exact(BAND).enumerate();
        bands.filter_map(|(at, band)| Some((at, band.try_into().ok()?)))
    }
}

impl std::fmt::Display for Tlsh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The parts are written with their halves turned, and the body from its end.
        let turned = |byte: u8| byte.rotate_left(4);
        write!(
            f,
            "T1{:02X}{:02X}{:02X}",
            turned(self.checksum),
            turned(self.length),
            self.quartiles.0 << 4 | self.quartiles.1
        )?;
        self.body
            .iter()
            .rev()
            .try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl Serialize for Tlsh {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn mapped(salt: u8, a: u8, b: u8, c: u8) -> u8 {
    let of = |at: u8| TABLE.get(usize::from(at)).copied().unwrap_or_default();
    of(of(of(salt ^ a) ^ b) ^ c)
}

/// The length's logarithm in one byte, in three steps as the authors fitted them.
fn length(bytes: usize) -> u8 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "lengths of sources stay far below 2^52"
    )]
    let natural = (bytes as f64).ln();
    let value = match bytes {
        0..=656 => natural / 1.5_f64.ln(),
        657..=3199 => natural / 1.3_f64.ln() - 8.727_77,
        _ => natural / 1.1_f64.ln() - 62.547_2,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is positive, and wraps at 256 by definition"
    )]
    let wrapped = (value.floor() as u64 % 256) as u8;
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text that repeats itself never.
    fn text(seed: u32, bytes: usize) -> Vec<u8> {
        let mut state = seed;
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b'a' + u8::try_from(state >> 24).unwrap() % 26
        })
        .take(bytes)
        .collect()
    }

    #[test]
    fn digests_are_those_of_the_authors_program() {
        // Made with the reference implementation, version 4.
        for (seed, bytes, expected) in VECTORS {
            assert_eq!(Tlsh::of(&text(*seed, *bytes)).unwrap().to_string(), *expected);
        }
        for (a, b, expected) in DISTANCES {
            let of = |vector: &(u32, usize)| Tlsh::of(&text(vector.0, vector.1)).unwrap();
            assert_eq!(of(a).distance(&of(b)), *expected, "{a:?} {b:?}");
        }
    }

    const VECTORS: &[(u32, usize, &str)] = &[
        (
            1,
            256,
            "T19ED0951F372CB37A50DD002DF58C00C51C422F19C705CC92B4DB7D50D6501574351D67",
        ),
        (
            1,
            600,
            "T1B6F0475F2AB4B966D8BB053DBD8800C92D869D16520DCCD1748F3410C536467934056B",
        ),
        (
            2,
            1000,
            "T12C11C81234F6AA5ACC1A0E04724E48F21901AC07B204884AEBE829BC70700DD1DB9038",
        ),
        (
            3,
            4000,
            "T16A813A794A023B553AAD7529A63C119648F6E8333F23C8BF94FD14C6870556ECE9023F",
        ),
        (
            4,
            100_000,
            "T1FEA3E18DEEF91F9E3E79198C8E9EAD8C449D9C323D2144E2E6DB104B422D6970791C1F",
        ),
    ];
    /// Two texts, each by its seed and length, and how far apart they are.
    type Apart = ((u32, usize), (u32, usize), u32);
    const DISTANCES: &[Apart] = &[
        ((1, 600), (2, 1000), 281),
        ((3, 4000), (4, 100_000), 676),
        ((1, 256), (1, 600), 165),
        ((3, 4000), (3, 4100), 21),
    ];

    #[test]
    fn an_edit_is_near_and_another_text_far() {
        let original = text(1, 4_000);
        let mut edited = original.clone();
        edited.splice(2_000..2_040, *b"another name, another host, another way");
        let of = |text: &[u8]| Tlsh::of(text).unwrap();
        let near = of(&original).distance(&of(&edited));
        let far = of(&original).distance(&of(&text(2, 4_000)));
        assert!(near < 30 && far > 60, "{near} {far}");
        assert!(
            of(&original)
                .bands()
                .any(|band| of(&edited).bands().any(|other| other == band))
        );
    }

    #[test]
    fn what_is_short_or_plain_has_none() {
        assert_eq!(Tlsh::of(&text(1, 255)), None);
        assert_eq!(Tlsh::of(&[b'x'; 10_000]), None);
        assert_eq!(Tlsh::of(&[]), None);
    }
}
