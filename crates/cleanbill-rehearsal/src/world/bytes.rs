//! Number crunching for the world: encodings, digests, ciphers, compression, seeded randomness.
//! A marked payload comes out of every decoder as itself, since the server would have sent what the code expects.

use boa_engine::{Context, JsResult, JsString, JsValue};

use super::{
    Native,
    native::{byte_array, bytes, flag, string, text, type_error, whole, with},
};
use crate::{canary::Disguise, codec, crypto, digest, limits};

pub(super) const NATIVES: &[(&str, Native)] = &[
    ("encode", encode),
    ("decode", decode),
    ("hash", hash),
    ("hmac", hmac),
    ("cipher", cipher),
    ("derive", derive),
    ("squeeze", squeeze),
    ("random", random),
    ("isMarked", is_marked),
];

/// `encode(bytes, encoding)` gives a string.
fn encode(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let data = bytes(arguments, 0, context)?;
    let name = text(arguments, 1).to_ascii_lowercase();
    Ok(match name.as_str() {
        "hex" => string(&codec::hex_encode(&data)),
        "base64" => string(&codec::base64_encode(&data, false)),
        "base64url" => string(&codec::base64_encode(&data, true)),
        "latin1" | "binary" | "ascii" => {
            let mask = if name == "ascii" { 0x7f } else { 0xff };
            let letters: Vec<u16> = data.iter().map(|byte| u16::from(byte & mask)).collect();
            JsString::from(letters.as_slice()).into()
        }
        "utf16le" | "ucs2" | "ucs-2" | "utf-16le" => {
            let letters: Vec<u16> = data
                .chunks_exact(2)
                .map(|pair| {
                    pair.iter()
                        .rev()
                        .fold(0, |wide, byte| wide << 8 | u16::from(*byte))
                })
                .collect();
            JsString::from(letters.as_slice()).into()
        }
        _ => string(&String::from_utf8_lossy(&data)),
    })
}

/// `decode(string, encoding)` gives bytes.
fn decode(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let Some(given) = arguments.first().and_then(JsValue::as_string) else {
        return byte_array(&[], context);
    };
    let name = text(arguments, 1).to_ascii_lowercase();
    let data = match name.as_str() {
        "latin1" | "binary" | "ascii" => given
            .iter()
            .map(|letter| u8::try_from(letter & 0xff).unwrap_or(0))
            .collect(),
        "utf16le" | "ucs2" | "ucs-2" | "utf-16le" => given.iter().flat_map(u16::to_le_bytes).collect(),
        "hex" | "base64" | "base64url" => {
            let plain = given.to_std_string_lossy().into_bytes();
            if marked(&plain, context)? {
                plain
            } else if name == "hex" {
                codec::hex_decode(&plain)
            } else {
                codec::base64_decode(&plain)
            }
        }
        _ => given.to_std_string_lossy().into_bytes(),
    };
    byte_array(&data, context)
}

fn marked(data: &[u8], context: &mut Context) -> JsResult<bool> {
    with(context, false, |recorder| {
        data.len() < limits::SEARCHED && recorder.network.marked(data)
    })
}

fn is_marked(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let data = bytes(arguments, 0, context)?;
    Ok(JsValue::from(marked(&data, context)?))
}

fn small(data: &[u8]) -> JsResult<()> {
    if data.len() > limits::CRUNCHED {
        Err(type_error("out of memory"))
    } else {
        Ok(())
    }
}

fn hash(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let data = bytes(arguments, 1, context)?;
    small(&data)?;
    match digest::digest(&text(arguments, 0), &data) {
        Some(sum) => byte_array(&sum, context),
        None => Err(type_error("Digest method not supported")),
    }
}

fn hmac(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let key = bytes(arguments, 1, context)?;
    let data = bytes(arguments, 2, context)?;
    small(&data)?;
    match digest::hmac(&text(arguments, 0), &key, &data) {
        Some(sum) => byte_array(&sum, context),
        None => Err(type_error("Invalid digest")),
    }
}

/// `cipher(name, key, iv, bytes, decrypt, pad)`.
fn cipher(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let name = text(arguments, 0);
    let (key, iv) = (bytes(arguments, 1, context)?, bytes(arguments, 2, context)?);
    let data = bytes(arguments, 3, context)?;
    let (decrypt, pad) = (flag(arguments, 4), flag(arguments, 5));
    small(&data)?;
    if decrypt && marked(&data, context)? {
        return byte_array(&data, context);
    }
    let Some(out) = crypto::cipher(&name, &key, &iv, &data, decrypt, pad) else {
        return Err(type_error("Invalid key length"));
    };
    if !decrypt {
        with(context, false, |mut recorder| {
            recorder.derive(&data, &out, Disguise::Encrypted)
        })?;
    }
    byte_array(&out, context)
}

/// `derive(digest, password, salt, rounds, length)`.
fn derive(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let name = text(arguments, 0);
    let (password, salt) = (bytes(arguments, 1, context)?, bytes(arguments, 2, context)?);
    let rounds = u32::try_from(whole(arguments, 3)).unwrap_or(u32::MAX);
    let length = usize::try_from(whole(arguments, 4)).unwrap_or(64);
    let name = if name.is_empty() { "sha256" } else { &name };
    match crypto::pbkdf2(name, &password, &salt, rounds, length) {
        Some(key) => byte_array(&key, context),
        None => Err(type_error("Invalid digest")),
    }
}

/// `squeeze(how, bytes)` by zlib's names.
fn squeeze(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let how = text(arguments, 0);
    let data = bytes(arguments, 1, context)?;
    small(&data)?;
    if matches!(how.as_str(), "gzip" | "deflate" | "deflateRaw" | "brotliCompress") {
        let out = codec::deflate(&how, &data);
        with(context, false, |mut recorder| {
            recorder.derive(&data, &out, Disguise::Compressed)
        })?;
        return byte_array(&out, context);
    }
    if marked(&data, context)? {
        return byte_array(&data, context);
    }
    match codec::inflate(&how, &data) {
        Some(out) => byte_array(&out, context),
        None => Err(type_error("incorrect header check")),
    }
}

fn random(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let length = usize::try_from(whole(arguments, 0))
        .unwrap_or(0)
        .min(limits::CRUNCHED);
    let data = with(context, false, |mut recorder| recorder.random(length))?;
    byte_array(&data, context)
}
