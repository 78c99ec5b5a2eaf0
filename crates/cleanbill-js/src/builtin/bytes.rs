//! Buffers and typed arrays of bytes, and the encodings between them and text.
//! Known bytes are real; unknown ones keep their marks.
use crate::decode;
use crate::host::system::decoded_mark;
use crate::ir::Name;
use crate::machine::heap::Kind;
use crate::machine::value::{Obj, Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::text::JsStr;

/// Most bytes a buffer is made of.
const MOST: usize = 16 << 20;

/// Bytes of a value: a buffer's own, a string's in UTF-8, an array of numbers'.
pub(crate) fn of(m: &Machine<'_>, v: &Val) -> Option<Vec<u8>> {
    match &v.v {
        V::Str(s) if !s.has_holes() => Some(s.as_str().as_bytes().to_vec()),
        V::Obj(o) => match &m.get(*o)?.kind {
            Kind::Bytes(b) => Some(b.clone()),
            Kind::Array => {
                let o = m.get(*o)?;
                if o.has_rest() || o.elems.len() > MOST {
                    return None;
                }
                o.elems
                    .iter()
                    .map(|e| m.to_num(e).map(|n| crate::machine::ops::to_i32(n) as u8))
                    .collect()
            }
            _ => None,
        },
        _ => None,
    }
}

/// Low bytes of a string's units.
pub(crate) fn latin1_of(m: &Machine<'_>, v: &Val) -> Option<Vec<u8>> {
    m.to_text(v).filter(|s| !s.has_holes()).map(|s| s.latin1())
}

/// Text in an encoding, as bytes.
pub(crate) fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    match encoding.to_ascii_lowercase().as_str() {
        "base64" | "base64url" => decode::base64(text),
        "hex" => decode::hex(text),
        "latin1" | "binary" | "ascii" => JsStr::new(text).latin1(),
        "utf16le" | "ucs2" | "utf-16le" | "ucs-2" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// Bytes in an encoding, as text.
pub(crate) fn decoded(bytes: &[u8], encoding: &str) -> Val {
    match encoding.to_ascii_lowercase().as_str() {
        "base64" | "base64url" => Val::str(decode::to_base64(bytes)),
        "hex" => Val::str(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()),
        "latin1" | "binary" | "ascii" => Val::new(V::Str(std::rc::Rc::new(JsStr::from_latin1(bytes)))),
        "utf16le" | "ucs2" | "utf-16le" | "ucs-2" => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|c| {
                    u16::from_le_bytes([c.first().copied().unwrap_or(0), c.get(1).copied().unwrap_or(0)])
                })
                .collect();
            Val::str(String::from_utf16_lossy(&units))
        }
        _ => Val::str(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// `atob(text)`.
pub(crate) fn atob(m: &mut Machine<'_>, a: &mut Act, v: &Val, at: u32) -> Val {
    match m.to_text(v) {
        Some(s) if !s.has_holes() => {
            let out = decode::base64(s.as_str());
            let t = decoded_mark(m, a, at, "base64 is decoded", v.t.clone(), &out);
            Val::new(V::Str(std::rc::Rc::new(JsStr::from_latin1(&out)))).with(&t)
        }
        _ => Val::tainted(v.t.clone()),
    }
}

/// `Buffer.from`, `Buffer.concat`, `Buffer.alloc` and the constructors.
pub(crate) fn buffer(m: &mut Machine<'_>, a: &mut Act, path: &str, args: &[Val], at: u32) -> Val {
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    if path == "Buffer.concat" {
        let mut t = first.t.clone();
        let mut out = Some(Vec::new());
        for v in m.list_arg(Some(&first)) {
            t = t.join(&m.shallow(&v));
            out = match (out, of(m, &v)) {
                (Some(mut have), Some(more)) if have.len() + more.len() < MOST => {
                    have.extend(more);
                    Some(have)
                }
                _ => None,
            };
        }
        return match out {
            Some(b) if !b.is_empty() => m.bytes(b).with(&t),
            _ => Val::tainted(t),
        };
    }
    if let V::Num(n) = first.v {
        let n = n.clamp(0.0, (1 << 20) as f64) as usize;
        return m.bytes(vec![0; n]);
    }
    if path.starts_with("Buffer.alloc") {
        return Val::unknown();
    }
    let encoding = args
        .get(1)
        .and_then(|v| m.to_text(v))
        .filter(|_| matches!(args.get(1).map(|v| &v.v), Some(V::Str(_))));
    match (&first.v, encoding) {
        (V::Str(s), encoding) if !s.has_holes() => {
            let encoding = encoding.map_or_else(|| "utf8".to_owned(), |e| e.as_str().to_owned());
            let out = encoded(s.as_str(), &encoding);
            let t = if matches!(encoding.as_str(), "base64" | "base64url" | "hex") {
                decoded_mark(m, a, at, &format!("{encoding} is decoded"), first.t.clone(), &out)
            } else {
                first.t.clone()
            };
            m.bytes(out).with(&t)
        }
        _ => match of(m, &first) {
            Some(out) => {
                let t = m.shallow(&first);
                m.bytes(out).with(&t)
            }
            None => {
                let t = m
                    .shallow(&first)
                    .join(&crate::host::secrets::env_inside(m, a, &first, at, "a buffer"));
                Val::tainted(t)
            }
        },
    }
}

/// A method of known bytes.
pub(crate) fn method(
    m: &mut Machine<'_>,
    a: &mut Act,
    obj: Obj,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let Some(Kind::Bytes(bytes)) = m.get(obj).map(|o| &o.kind) else {
        return None;
    };
    let len = bytes.len() as f64;
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    let wrap = |n: f64| if n < 0.0 { (len + n).max(0.0) } else { n.min(len) } as usize;
    let copied = m.get(obj).map(|o| o.rest.t.clone()).unwrap_or_default();
    if !copied.is_empty() && matches!(name.as_ref(), "toString" | "slice" | "subarray") {
        // Bytes that came from elsewhere were copied in: what stands there is not known.
        return Some(Val::tainted(recv.t.join(&copied)));
    }
    let t = recv.t.clone();
    let out = match name.as_ref() {
        "toString" | "toLocaleString" | "utf8Slice" | "latin1Slice" | "hexSlice" => {
            let encoding = m.to_text(&first).filter(|_| matches!(first.v, V::Str(_)));
            let bytes = bytes.clone();
            m.charge(bytes.len());
            let encoding = encoding.map_or_else(|| "utf8".to_owned(), |e| e.as_str().to_owned());
            decoded(&bytes, &encoding)
        }
        "slice" | "subarray" => {
            let from = m.to_num(&first).filter(|n| !n.is_nan()).map_or(0, wrap);
            let to = args
                .get(1)
                .and_then(|v| m.to_num(v))
                .filter(|n| !n.is_nan())
                .map_or(len as usize, wrap);
            let part = bytes.get(from..to.max(from)).unwrap_or_default().to_vec();
            m.bytes(part)
        }
        "indexOf" | "lastIndexOf" => {
            let needle = of(m, &first)?;
            let found = match name.as_ref() {
                "indexOf" => memchr::memmem::find(bytes, &needle),
                _ => memchr::memmem::rfind(bytes, &needle),
            };
            Val::num(found.map_or(-1.0, |ix| ix as f64))
        }
        "readUInt8" | "readInt8" => Val::num(
            bytes
                .get(m.to_num(&first).unwrap_or(0.0) as usize)
                .map_or(f64::NAN, |b| f64::from(*b)),
        ),
        "readUInt32LE" | "readUInt32BE" | "readUInt16LE" | "readUInt16BE" | "readInt32LE" | "readInt32BE" => {
            let at = m.to_num(&first).unwrap_or(0.0) as usize;
            let n = if name.contains("32") { 4 } else { 2 };
            let part = bytes.get(at..at + n)?;
            let fold = |it: &mut dyn Iterator<Item = &u8>| it.fold(0u64, |n, b| n << 8 | u64::from(*b));
            let n = if name.ends_with("BE") {
                fold(&mut part.iter())
            } else {
                fold(&mut part.iter().rev())
            };
            Val::num(n as f64)
        }
        "equals" | "compare" | "includes" => Val::unknown(),
        "reverse" => {
            let mut copy = bytes.clone();
            copy.reverse();
            if let Some(o) = m.get_mut(obj) {
                o.kind = Kind::Bytes(copy);
            }
            return Some(recv.clone());
        }
        "map" | "forEach" | "reduce" | "filter" | "join" | "some" | "every" | "find" | "entries" => {
            if bytes.len() > 1 << 16 {
                m.run_callbacks(a, args, &t, at);
                return Some(Val::tainted(t));
            }
            let list = bytes.iter().map(|b| Val::num(f64::from(*b)).with(&t)).collect();
            let array = m.array(list);
            let V::Obj(o) = array.v else { return None };
            let out = super::list::method(m, a, o, &array, name, args, at)?;
            if name.as_ref() == "map"
                && let Some(b) = of(m, &out)
            {
                return Some(m.bytes(b).with(&t));
            }
            out
        }
        "write" | "fill" | "copy" | "set" | "writeUInt8" => {
            if name.as_ref() == "set"
                && let Some(source) = of(m, &first)
            {
                let at = args.get(1).and_then(|v| m.to_num(v)).unwrap_or(0.0) as usize;
                if let Some(Kind::Bytes(b)) = m.get_mut(obj).map(|o| &mut o.kind) {
                    for (slot, byte) in b.iter_mut().skip(at).zip(source) {
                        *slot = byte;
                    }
                }
            }
            return Some(recv.clone());
        }
        _ => return None,
    };
    Some(out.with(&t))
}

/// `new TextDecoder().decode(bytes)` and its counterpart.
pub(crate) fn codec(m: &mut Machine<'_>, path: &str, args: &[Val]) -> Option<Val> {
    let first = args.first()?;
    let t: Taint = m.shallow(first);
    let bytes = of(m, first);
    Some(match (path, bytes) {
        ("cleanbill.decoder.decode", Some(b)) => decoded(&b, "utf8").with(&t),
        ("cleanbill.encoder.encode", Some(b)) => m.bytes(b).with(&t),
        ("cleanbill.decoder.decode" | "cleanbill.encoder.encode", None) => Val::tainted(t),
        _ => return None,
    })
}
