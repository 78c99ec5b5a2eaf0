//! Decoders of the layers code hides in, each with a limit on what it gives.
//! They never fail: what cannot be decoded is empty, and nobody is told why.
use std::io::Read;

use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};

/// Most bytes one layer may give.
pub const MOST_OUTPUT: u64 = 8 << 20;

/// Base64 as Node reads it: both alphabets, anything else skipped, padding optional.
#[must_use]
pub fn base64(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut have) = (0u32, 0u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push((bits >> have) as u8);
            bits &= (1 << have) - 1;
        }
    }
    out
}

/// Base64 of bytes.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Hex as Node reads it: up to the first digit that is none.
#[must_use]
pub fn hex(text: &str) -> Vec<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    let mut out = Vec::with_capacity(text.len() / 2);
    for pair in text.as_bytes().chunks_exact(2) {
        match (
            pair.first().copied().and_then(digit),
            pair.get(1).copied().and_then(digit),
        ) {
            (Some(high), Some(low)) => out.push((high * 16 + low) as u8),
            _ => break,
        }
    }
    out
}

fn limited(reader: impl Read) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    reader.take(MOST_OUTPUT).read_to_end(&mut out).ok()?;
    (!out.is_empty()).then_some(out)
}

/// zlib, gzip, raw deflate or brotli, by the name of the function that undoes it.
#[must_use]
pub fn inflate(method: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let gzip = || limited(flate2::read::MultiGzDecoder::new(bytes));
    let zlib = || limited(flate2::read::ZlibDecoder::new(bytes));
    let raw = || limited(flate2::read::DeflateDecoder::new(bytes));
    let brotli = || limited(brotli_decompressor::Decompressor::new(bytes, 4096));
    if method.contains("rotli") {
        return brotli();
    }
    if method.contains("Raw") {
        return raw();
    }
    if method.contains("unzip") || method.contains("gunzip") {
        return gzip().or_else(zlib);
    }
    zlib().or_else(gzip).or_else(raw)
}

/// AES-CBC with a constant key.
#[must_use]
pub fn aes_cbc(key: &[u8], iv: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = bytes.to_vec();
    let out = match key.len() {
        16 => cbc::Decryptor::<aes::Aes128>::new_from_slices(key, iv)
            .ok()?
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .ok()?,
        24 => cbc::Decryptor::<aes::Aes192>::new_from_slices(key, iv)
            .ok()?
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .ok()?,
        32 => cbc::Decryptor::<aes::Aes256>::new_from_slices(key, iv)
            .ok()?
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .ok()?,
        _ => return None,
    };
    Some(out.to_vec())
}
