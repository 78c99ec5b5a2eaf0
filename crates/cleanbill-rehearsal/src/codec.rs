//! Encodings of bytes as text and compressed streams, forgiving as Node is and bounded.
//! It knows no secret and no payload.

use std::io::Read as _;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::limits;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes either alphabet, skips what is neither and stops at padding, as Node does.
pub(crate) fn base64_decode(text: &[u8]) -> Vec<u8> {
    let mut letters: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b'-' => letters.push(b'+'),
            b'_' => letters.push(b'/'),
            b'=' => break,
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') => letters.push(*byte),
            _ => {}
        }
    }
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    LENIENT.decode(&letters).unwrap_or_default()
}

pub(crate) fn base64_encode(bytes: &[u8], url: bool) -> String {
    if url {
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    } else {
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }
}

pub(crate) fn hex_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 2);
    for pair in text.chunks_exact(2) {
        let (Some(high), Some(low)) = (pair.first().and_then(digit), pair.get(1).and_then(digit)) else {
            break;
        };
        out.push(high << 4 | low);
    }
    out
}

fn digit(byte: &u8) -> Option<u8> {
    char::from(*byte)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

pub(crate) fn hex_encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            out.push(
                DIGITS
                    .get(usize::from(nibble))
                    .map_or('0', |letter| char::from(*letter)),
            );
        }
    }
    out
}

pub(crate) fn percent_decode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first == b'%'
            && let (Some(high), Some(low)) = (tail.first().and_then(digit), tail.get(1).and_then(digit))
        {
            out.push(high << 4 | low);
            rest = tail.get(2..).unwrap_or(&[]);
        } else {
            out.push(*first);
        }
    }
    out
}

/// Inflates what looks like gzip or zlib by its first bytes.
pub(crate) fn inflate_any(bytes: &[u8]) -> Option<Vec<u8>> {
    match bytes {
        [0x1f, 0x8b, ..] => inflate("gunzip", bytes),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => inflate("inflate", bytes),
        _ => None,
    }
}

/// Inflates by zlib's function names; what does not inflate is nothing.
pub(crate) fn inflate(how: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let limit = limits::INFLATED as u64;
    let mut out = Vec::new();
    let read = match how {
        "gunzip" => flate2::read::MultiGzDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut out),
        "inflate" => flate2::read::ZlibDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut out),
        "inflateRaw" => flate2::read::DeflateDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut out),
        "brotliDecompress" => brotli_decompressor::Decompressor::new(bytes, 4096)
            .take(limit)
            .read_to_end(&mut out),
        _ => match bytes {
            [0x1f, 0x8b, ..] => return inflate("gunzip", bytes),
            _ => return inflate("inflate", bytes),
        },
    };
    // A stream with rubbish after it has still said what it had to say.
    if read.is_err() && out.is_empty() {
        None
    } else {
        Some(out)
    }
}

/// Deflates by zlib's function names; Brotli is stood for by zlib, which our own search can read.
pub(crate) fn deflate(how: &str, bytes: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::fast();
    let mut out = Vec::new();
    let done = match how {
        "gzip" => flate2::read::GzEncoder::new(bytes, level).read_to_end(&mut out),
        "deflateRaw" => flate2::read::DeflateEncoder::new(bytes, level).read_to_end(&mut out),
        _ => flate2::read::ZlibEncoder::new(bytes, level).read_to_end(&mut out),
    };
    if done.is_err() { Vec::new() } else { out }
}

/// A short, printable beginning of some bytes.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    let head = bytes.get(..bytes.len().min(limits::EXCERPT)).unwrap_or(bytes);
    let mut text: String = String::from_utf8_lossy(head)
        .chars()
        .map(|letter| {
            if letter.is_control() && !matches!(letter, '\n' | '\t') {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect();
    if bytes.len() > head.len() {
        text.push('…');
    }
    text
}
