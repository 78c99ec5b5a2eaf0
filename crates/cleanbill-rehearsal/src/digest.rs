//! MD5, which scripts still ask for and no library of ours carries, and HMAC over any digest by name.
//! It computes; it protects nothing.

use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};

/// Digests by Node's name for the algorithm.
pub(crate) fn digest(algorithm: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let name: String = algorithm
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    Some(match name.trim_start_matches("rsa") {
        "md5" => md5(bytes).to_vec(),
        "sha1" => Sha1::digest(bytes).to_vec(),
        "sha224" => Sha224::digest(bytes).to_vec(),
        "sha256" => Sha256::digest(bytes).to_vec(),
        "sha384" => Sha384::digest(bytes).to_vec(),
        "sha512" => Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

/// RFC 2104 over any digest above.
pub(crate) fn hmac(algorithm: &str, key: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let wide = digest(algorithm, b"")?.len() > 32;
    let block = if wide { 128 } else { 64 };
    let mut padded = if key.len() > block {
        digest(algorithm, key)?
    } else {
        key.to_vec()
    };
    padded.resize(block, 0);
    let mut inner: Vec<u8> = padded.iter().map(|byte| byte ^ 0x36).collect();
    inner.extend_from_slice(bytes);
    let mut outer: Vec<u8> = padded.iter().map(|byte| byte ^ 0x5c).collect();
    outer.extend(digest(algorithm, &inner)?);
    digest(algorithm, &outer)
}

/// RFC 1321.
fn md5(bytes: &[u8]) -> [u8; 16] {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(bytes.len() as u64).wrapping_mul(8).to_le_bytes());
    for block in padded.chunks_exact(64) {
        let words: Vec<u32> = block
            .chunks_exact(4)
            .map(|four| {
                four.iter()
                    .rev()
                    .fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
            })
            .collect();
        let [mut a, mut b, mut c, mut d] = state;
        for step in 0..64_usize {
            let (mix, at) = match step / 16 {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), (7 * step) % 16),
            };
            // The constants are the sines of the step numbers, as the RFC defines them.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "the value is between zero and 2^32 by its definition"
            )]
            let constant = (((step + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
            let shift = SHIFTS
                .get(step / 16)
                .and_then(|row| row.get(step % 4))
                .copied()
                .unwrap_or(0);
            let word = words.get(at).copied().unwrap_or(0);
            let turned = a
                .wrapping_add(mix)
                .wrapping_add(constant)
                .wrapping_add(word)
                .rotate_left(shift);
            (a, d, c, b) = (d, c, b, b.wrapping_add(turned));
        }
        for (part, add) in state.iter_mut().zip([a, b, c, d]) {
            *part = part.wrapping_add(add);
        }
    }
    let mut out = [0_u8; 16];
    for (place, byte) in out
        .iter_mut()
        .zip(state.iter().flat_map(|word| word.to_le_bytes()))
    {
        *place = byte;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::hex_encode;

    #[test]
    fn known_answers() {
        let check = |name: &str, text: &str, hex: &str| {
            assert_eq!(hex_encode(&digest(name, text.as_bytes()).unwrap()), hex);
        };
        check("md5", "", "d41d8cd98f00b204e9800998ecf8427e");
        check("MD5", "abc", "900150983cd24fb0d6963f7d28e17f72");
        check("sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d");
        check("RSA-SHA1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d");
        let mac = hmac("sha256", b"key", b"The quick brown fox jumps over the lazy dog").unwrap();
        assert_eq!(
            hex_encode(&mac),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
        );
    }
}
