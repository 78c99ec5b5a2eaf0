//! AES in the modes scripts hide behind, both ways, and key derivation with its rounds bounded.
//! It checks no authenticity: what matters here is what the plaintext says.

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};

use crate::{digest, limits};

enum Aes {
    A128(Aes128),
    A192(Aes192),
    A256(Aes256),
}

impl Aes {
    fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128::new_from_slice(key).ok().map(Aes::A128),
            24 => Aes192::new_from_slice(key).ok().map(Aes::A192),
            32 => Aes256::new_from_slice(key).ok().map(Aes::A256),
            _ => None,
        }
    }

    fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = Array::from(block);
        match self {
            Aes::A128(aes) => aes.encrypt_block(&mut block),
            Aes::A192(aes) => aes.encrypt_block(&mut block),
            Aes::A256(aes) => aes.encrypt_block(&mut block),
        }
        block.into()
    }

    fn decrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = Array::from(block);
        match self {
            Aes::A128(aes) => aes.decrypt_block(&mut block),
            Aes::A192(aes) => aes.decrypt_block(&mut block),
            Aes::A256(aes) => aes.decrypt_block(&mut block),
        }
        block.into()
    }
}

/// Runs a cipher by Node's name (`aes-256-cbc`); nothing when the name, key or vector does not fit.
pub(crate) fn cipher(
    name: &str,
    key: &[u8],
    iv: &[u8],
    bytes: &[u8],
    decrypt: bool,
    pad: bool,
) -> Option<Vec<u8>> {
    let name = name.to_ascii_lowercase();
    let bits = name.split('-').nth(1).and_then(|bits| bits.parse::<usize>().ok());
    if !name.starts_with("aes") || bits.is_some_and(|bits| bits != key.len() * 8) {
        return None;
    }
    let aes = Aes::new(key)?;
    match name.rsplit('-').next()? {
        "cbc" => Some(cbc(&aes, sixteen(iv)?, bytes, decrypt, pad)),
        "ecb" => Some(ecb(&aes, bytes, decrypt, pad)),
        "ctr" => Some(counter(&aes, sixteen(iv)?, bytes)),
        "gcm" => Some(counter(&aes, gcm_start(&aes, iv), bytes)),
        _ => None,
    }
}

fn sixteen(bytes: &[u8]) -> Option<[u8; 16]> {
    bytes.try_into().ok()
}

/// Where the counter of GCM starts for a vector of any length (NIST SP 800-38D, 7.1).
fn gcm_start(aes: &Aes, iv: &[u8]) -> [u8; 16] {
    let first = if iv.len() == 12 {
        iv.iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte)) << 32 | 1
    } else {
        let key = u128::from_be_bytes(aes.encrypt([0; 16]));
        let mut sum = 0_u128;
        for block in iv.chunks(16) {
            let mut whole = [0_u8; 16];
            for (place, byte) in whole.iter_mut().zip(block) {
                *place = *byte;
            }
            sum = multiplied(sum ^ u128::from_be_bytes(whole), key);
        }
        multiplied(sum ^ (iv.len() as u128 * 8), key)
    };
    let low = (first & 0xffff_ffff).wrapping_add(1) & 0xffff_ffff;
    (first >> 32 << 32 | low).to_be_bytes()
}

/// Multiplication in GCM's field.
fn multiplied(one: u128, other: u128) -> u128 {
    let (mut sum, mut shifted) = (0_u128, other);
    for bit in (0..128).rev() {
        if one >> bit & 1 == 1 {
            sum ^= shifted;
        }
        let carry = shifted & 1;
        shifted >>= 1;
        if carry == 1 {
            shifted ^= 0xe1 << 120;
        }
    }
    sum
}

fn padded(bytes: &[u8], pad: bool) -> Vec<u8> {
    let mut out = bytes.to_vec();
    if pad {
        let missing = 16 - bytes.len() % 16;
        out.resize(bytes.len() + missing, u8::try_from(missing).unwrap_or(16));
    }
    out
}

fn unpadded(mut bytes: Vec<u8>, pad: bool) -> Vec<u8> {
    if pad
        && let Some(last) = bytes.last().copied()
        && (1..=16).contains(&last)
    {
        bytes.truncate(bytes.len().saturating_sub(usize::from(last)));
    }
    bytes
}

fn xor(one: [u8; 16], other: [u8; 16]) -> [u8; 16] {
    let mut out = one;
    for (place, byte) in out.iter_mut().zip(other) {
        *place ^= byte;
    }
    out
}

fn cbc(aes: &Aes, iv: [u8; 16], bytes: &[u8], decrypt: bool, pad: bool) -> Vec<u8> {
    let mut chain = iv;
    let mut out = Vec::with_capacity(bytes.len() + 16);
    if decrypt {
        for block in bytes.chunks_exact(16).filter_map(sixteen) {
            out.extend(xor(aes.decrypt(block), chain));
            chain = block;
        }
        return unpadded(out, pad);
    }
    for block in padded(bytes, pad).chunks_exact(16).filter_map(sixteen) {
        chain = aes.encrypt(xor(block, chain));
        out.extend(chain);
    }
    out
}

fn ecb(aes: &Aes, bytes: &[u8], decrypt: bool, pad: bool) -> Vec<u8> {
    if decrypt {
        let plain = bytes
            .chunks_exact(16)
            .filter_map(sixteen)
            .flat_map(|block| aes.decrypt(block))
            .collect();
        return unpadded(plain, pad);
    }
    padded(bytes, pad)
        .chunks_exact(16)
        .filter_map(sixteen)
        .flat_map(|block| aes.encrypt(block))
        .collect()
}

fn counter(aes: &Aes, start: [u8; 16], bytes: &[u8]) -> Vec<u8> {
    let mut count = u128::from_be_bytes(start);
    let mut out = Vec::with_capacity(bytes.len());
    for block in bytes.chunks(16) {
        let stream = aes.encrypt(count.to_be_bytes());
        out.extend(block.iter().zip(stream).map(|(byte, key)| byte ^ key));
        count = count.wrapping_add(1);
    }
    out
}

/// RFC 8018, with the rounds bounded.
pub(crate) fn pbkdf2(
    algorithm: &str,
    password: &[u8],
    salt: &[u8],
    rounds: u32,
    length: usize,
) -> Option<Vec<u8>> {
    let length = length.min(1024);
    let mut out = Vec::with_capacity(length);
    let mut index = 1_u32;
    while out.len() < length {
        let mut message = salt.to_vec();
        message.extend_from_slice(&index.to_be_bytes());
        let mut turn = digest::hmac(algorithm, password, &message)?;
        let mut sum = turn.clone();
        for _ in 1..rounds.clamp(1, limits::KDF_ROUNDS) {
            turn = digest::hmac(algorithm, password, &turn)?;
            for (place, byte) in sum.iter_mut().zip(&turn) {
                *place ^= byte;
            }
        }
        out.extend(sum);
        index += 1;
    }
    out.truncate(length);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{hex_decode, hex_encode};

    #[test]
    fn modes_round_trip_and_match_a_known_answer() {
        let key = [7_u8; 32];
        for name in ["aes-256-cbc", "aes-256-ctr", "aes-256-gcm", "aes-256-ecb"] {
            let sealed = cipher(name, &key, &[3; 16], b"the text of the layer", false, true).unwrap();
            assert_ne!(sealed, b"the text of the layer");
            let opened = cipher(name, &key, &[3; 16], &sealed, true, true).unwrap();
            assert_eq!(opened, b"the text of the layer", "{name}");
        }
        // NIST SP 800-38A, F.2.1, first block.
        let sealed = cipher(
            "aes-128-cbc",
            &hex_decode(b"2b7e151628aed2a6abf7158809cf4f3c"),
            &hex_decode(b"000102030405060708090a0b0c0d0e0f"),
            &hex_decode(b"6bc1bee22e409f96e93d7e117393172a"),
            false,
            false,
        );
        assert_eq!(hex_encode(&sealed.unwrap()), "7649abac8119b246cee98e9b12e9197d");
        // The GCM specification's test case 6, first block: a vector of 60 bytes.
        let sealed = cipher(
            "aes-128-gcm",
            &hex_decode(b"feffe9928665731c6d6a8f9467308308"),
            &hex_decode(b"9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b"),
            &hex_decode(b"d9313225f88406e5a55909c5aff5269a"),
            false,
            false,
        );
        assert_eq!(hex_encode(&sealed.unwrap()), "8ce24998625615b603a033aca13fb894");
        assert!(cipher("aes-256-cbc", &[1; 16], &[3; 16], b"", true, true).is_none());
    }

    #[test]
    fn derivation_matches_rfc_6070() {
        let key = pbkdf2("sha1", b"password", b"salt", 2, 20).unwrap();
        assert_eq!(hex_encode(&key), "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
    }
}
