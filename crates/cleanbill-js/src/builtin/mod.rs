//! The language's own library on abstract values: strings, arrays, objects, bytes, JSON, numbers.
//! It is pure: no function here leaves a trace outside its result.
pub(crate) mod bytes;
pub(crate) mod iterator;
pub(crate) mod json;
pub(crate) mod list;
pub(crate) mod object;
pub(crate) mod regex;
pub(crate) mod text;

use crate::ir::Name;
use crate::machine::heap::{Field, Kind, Object};
use crate::machine::marks::Source;
use crate::machine::value::{Obj, Taint, V, Val, either};
use crate::machine::{Act, Machine};

/// Prototypes looked through for a borrowed method.
const MOST_PROTOTYPES: usize = 12;

/// The object has a property of that name, of its own or inherited, that is no code of the package.
fn borrows(m: &Machine<'_>, obj: u32, name: &Name) -> bool {
    let mut next = m.get(obj);
    for _ in 0..MOST_PROTOTYPES {
        let Some(object) = next else { return false };
        if let Some(field) = object.get(name) {
            return matches!(field, Field::Val(value) if matches!(value.v, V::Host(_)));
        }
        next = object.proto.and_then(|proto| m.get(proto));
    }
    false
}

/// Calls a function of the language; `None` when the path is none.
pub(crate) fn host_call(
    m: &mut Machine<'_>,
    a: &mut Act,
    path: &str,
    this: &Val,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let first = || args.first().cloned().unwrap_or_else(Val::undef);
    if let Some((class, method)) = path.split_once(".prototype.") {
        let name = Name::from(method);
        return match class {
            "Function" => match method {
                "call" | "apply" | "bind" | "toString" => {
                    Some(m.call_method(a, this, &name, args.to_vec(), at))
                }
                _ => None,
            },
            "String" => {
                let recv = match this.v {
                    V::Str(_) => this.clone(),
                    _ => match m.to_text(this) {
                        Some(s) => Val::new(V::Str(s)).with(&this.t),
                        None => Val::tainted(this.t.clone()),
                    },
                };
                Some(m.call_method(a, &recv, &name, args.to_vec(), at))
            }
            "Array" | "Object" | "Buffer" | "Number" | "RegExp" | "Boolean" => {
                if matches!(this.v, V::Host(_)) {
                    return None;
                }
                match &this.v {
                    V::Obj(obj) if class == "Object" => {
                        object_method(m, a, *obj, this, &name, args, at).or_else(|| Some(Val::unknown()))
                    }
                    // An object that borrowed the method under its own name would hand the call back for ever.
                    V::Obj(obj) if borrows(m, *obj, &name) => {
                        crate::host::object_method(m, a, *obj, this, &name, args, at)
                            .or_else(|| object_method(m, a, *obj, this, &name, args, at))
                            .or_else(|| {
                                Some(Val::tainted(
                                    args.iter().fold(this.t.clone(), |t, v| t.join(&v.t)),
                                ))
                            })
                    }
                    _ => Some(m.call_method(a, this, &name, args.to_vec(), at)),
                }
            }
            _ => None,
        };
    }
    Some(match path {
        "cleanbill.this" => m.host_val("globalThis"),
        iterator::MAKE => iterator::make(m, this),
        "String.fromCharCode" | "String.fromCodePoint" => {
            let mut units = Vec::with_capacity(args.len());
            let mut t = Taint::none();
            for v in args {
                t = t.join(&v.t);
                match m.to_num(v) {
                    Some(n) if n > 65535.0 => {
                        let c = char::from_u32(n as u32).unwrap_or('\u{fffd}');
                        units.extend(c.encode_utf16(&mut [0; 2]).iter().copied());
                    }
                    Some(n) => units.push(crate::machine::ops::to_i32(n) as u16),
                    None => return Some(Val::tainted(t)),
                }
            }
            Val::str(String::from_utf16_lossy(&units)).with(&t)
        }
        "String" | "String.raw" => match m.to_text(&first()) {
            Some(s) => Val::new(V::Str(s)).with(&first().t),
            None if args.is_empty() => Val::str(""),
            None => {
                let v = first();
                let t = m
                    .shallow(&v)
                    .join(&crate::host::secrets::env_inside(m, a, &v, at, "`String`"));
                Val::tainted(t)
            }
        },
        "Number" | "parseFloat" | "Number.parseFloat" | "BigInt" => match m.to_num(&first()) {
            // Beyond what a number holds exactly, its arithmetic would be wrong.
            Some(n) if path == "BigInt" && n.abs() >= crate::machine::ops::EXACT => Val::tainted(first().t),
            Some(n) => Val::num(n).with(&first().t),
            None => Val::tainted(first().t),
        },
        "parseInt" | "Number.parseInt" => text::parse_int(m, args),
        "isNaN" | "Number.isNaN" => m
            .to_num(&first())
            .map_or_else(Val::unknown, |n| Val::bool(n.is_nan())),
        "Boolean" => m.truth(&first()).map_or_else(Val::unknown, Val::bool),
        "Symbol" | "Symbol.for" => Val::unknown(),
        "decodeURIComponent" | "decodeURI" | "unescape" | "querystring.unescape" => match m.to_text(&first())
        {
            Some(s) if !s.has_holes() => {
                let out = if path == "unescape" {
                    text::unescape(s.as_str())
                } else {
                    text::percent(s.as_str())
                };
                let t = if out.len() + 40 < s.as_str().len() {
                    crate::host::system::decoded_mark(
                        m,
                        a,
                        at,
                        "percent escapes are decoded",
                        first().t,
                        out.as_bytes(),
                    )
                } else {
                    first().t
                };
                Val::str(out).with(&t)
            }
            Some(s) => Val::new(V::Str(s)).with(&first().t),
            None => Val::tainted(first().t),
        },
        "encodeURIComponent" | "encodeURI" | "escape" => match m.to_text(&first()) {
            Some(s)
                if s.has_holes()
                    || s.as_str()
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b)) =>
            {
                Val::new(V::Str(s)).with(&first().t)
            }
            Some(s) => Val::str(text::escape(s.as_str(), path == "escape")).with(&first().t),
            None => {
                let v = first();
                let t = m.deep(&v);
                Val::tainted(t)
            }
        },
        "atob" | "npm:atob" => bytes::atob(m, a, &first(), at),
        "btoa" => match bytes::latin1_of(m, &first()) {
            Some(b) => Val::str(crate::decode::to_base64(&b)).with(&first().t),
            None => Val::tainted(first().t),
        },
        "Buffer.from"
        | "Buffer"
        | "buffer.Buffer.from"
        | "Uint8Array.from"
        | "Buffer.concat"
        | "buffer.Buffer.concat"
        | "Buffer.alloc"
        | "Buffer.allocUnsafe" => bytes::buffer(m, a, path.trim_start_matches("buffer."), args, at),
        "Buffer.isBuffer" | "Buffer.byteLength" => Val::unknown(),
        "JSON.stringify" => json::stringify(m, a, &first(), at),
        "JSON.parse" => json::parse(m, &first()),
        "Promise.resolve" => m.settled(&first()),
        "Promise.reject" => Val::unknown(),
        "Promise.all" | "Promise.allSettled" | "Promise.race" | "Promise.any" => {
            let v = first();
            if path == "Promise.all"
                && let V::Obj(o) = v.v
                && m.get(o).is_some_and(|o| matches!(o.kind, Kind::Array))
            {
                let list = m.list_arg(Some(&v));
                let list = list.iter().map(|v| m.settled(v)).collect();
                return Some(m.array(list));
            }
            let t = m.deep(&v);
            Val::tainted(t)
        }
        "Date.now" | "performance.now" | "Math.random" => Val::hole(crate::text::TIME).with(&Taint::none()),
        "Array.isArray" => match &first().v {
            V::Obj(o) => Val::bool(m.get(*o).is_some_and(|o| matches!(o.kind, Kind::Array))),
            V::Unknown | V::Alt(_) | V::Host(_) | V::Mod(_) => Val::unknown(),
            _ => Val::bool(false),
        },
        "Array" | "Array.of" => return host_construct(m, a, "Array", args, at),
        "Array.from" => list::from(m, a, args, at),
        _ if path.starts_with("Object.") => return object::call(m, a, path, args, at),
        "Object" => first(),
        "RegExp" => return host_construct(m, a, "RegExp", args, at),
        "Error" | "TypeError" | "RangeError" => m.obj_val(Kind::Error),
        "URL.createObjectURL" => first(),
        _ if path.starts_with("Math.") => return Some(math(m, path, args)),
        _ if path.starts_with("console.") => {
            return Some(Val::undef());
        }
        "structuredClone" => first(),
        "cleanbill.decoder.decode" | "cleanbill.encoder.encode" => return bytes::codec(m, path, args),
        _ => return None,
    })
}

fn math(m: &Machine<'_>, path: &str, args: &[Val]) -> Val {
    let nums: Option<Vec<f64>> = args.iter().map(|v| m.to_num(v)).collect();
    let t = args.iter().fold(Taint::none(), |t, v| t.join(&v.t));
    let Some(nums) = nums else { return Val::tainted(t) };
    let x = nums.first().copied().unwrap_or(f64::NAN);
    let n = match path {
        "Math.floor" => x.floor(),
        "Math.ceil" => x.ceil(),
        "Math.round" => (x + 0.5).floor(),
        "Math.trunc" => x.trunc(),
        "Math.abs" => x.abs(),
        "Math.sqrt" => x.sqrt(),
        "Math.pow" => x.powf(nums.get(1).copied().unwrap_or(f64::NAN)),
        "Math.min" => nums.iter().copied().fold(f64::INFINITY, f64::min),
        "Math.max" => nums.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        "Math.sin" => x.sin(),
        "Math.cos" => x.cos(),
        "Math.log" => x.ln(),
        "Math.log2" => x.log2(),
        "Math.imul" => f64::from(
            crate::machine::ops::to_i32(x)
                .wrapping_mul(crate::machine::ops::to_i32(nums.get(1).copied().unwrap_or(0.0))),
        ),
        _ => return Val::tainted(t),
    };
    Val::num(n).with(&t)
}

/// `new` on a class of the language.
pub(crate) fn host_construct(
    m: &mut Machine<'_>,
    a: &mut Act,
    path: &str,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    Some(match path {
        "Promise" => {
            let promise = m.new_obj(Kind::Promise);
            let resolve = m.obj_val(Kind::Settle(promise));
            let rejected = m.new_obj(Kind::Promise);
            let reject = m.obj_val(Kind::Settle(rejected));
            m.call(a, &first, Val::undef(), vec![resolve, reject], at);
            Val::new(V::Obj(promise))
        }
        "Map" | "Set" | "WeakMap" | "WeakSet" | "URLSearchParams" | "Headers" | "FormData" => {
            let v = m.obj_val(Kind::Plain);
            if let V::Obj(obj) = v.v {
                let rest = match &first.v {
                    V::Undef => Val::undef(),
                    V::Obj(o) if m.get(*o).is_some_and(|o| matches!(o.kind, Kind::Array)) => {
                        let t = m.deep(&first);
                        for item in m.list_arg(Some(&first)) {
                            pair_into(m, a, obj, &item, at);
                        }
                        Val { v: V::Undef, t }
                    }
                    _ => {
                        let t = m
                            .deep(&first)
                            .join(&crate::host::secrets::env_inside(m, a, &first, at, path));
                        Val::tainted(t)
                    }
                };
                if let Some(o) = m.get_mut(obj) {
                    o.rest = rest;
                    o.put("cleanbill.map", Val::bool(true));
                }
            }
            v
        }
        "URL" => match args.get(1) {
            Some(base) if m.to_text(&first).is_some_and(|s| !s.as_str().contains("://")) => {
                let text = m.to_text(&first);
                let base_text = m.to_text(base);
                match (text, base_text) {
                    (Some(s), Some(b)) if b.as_str().starts_with("file://") => {
                        let dir = b.as_str().trim_start_matches("file://");
                        let dir = dir.rsplit_once('/').map_or(dir, |(d, _)| d);
                        crate::host::call(
                            m,
                            a,
                            "path.join",
                            &Val::undef(),
                            vec![Val::str(dir), Val::str(s.as_str())],
                            at,
                        )
                    }
                    _ => m.concat(base, &first),
                }
            }
            _ => first,
        },
        "Array" => match &first.v {
            V::Num(n) if args.len() == 1 && *n >= 0.0 && *n < 65536.0 => {
                m.array(vec![Val::undef(); *n as usize])
            }
            _ => m.array(args.to_vec()),
        },
        "Uint8Array" | "Buffer" | "Uint8ClampedArray" | "Int8Array" => {
            bytes::buffer(m, a, "Uint8Array", args, at)
        }
        "Uint16Array" | "Uint32Array" | "Int32Array" | "Float64Array" | "Int16Array" | "Float32Array" => {
            match &first.v {
                V::Num(n) if *n >= 0.0 && *n < 65536.0 => m.array(vec![Val::num(0.0); *n as usize]),
                _ => first,
            }
        }
        "ArrayBuffer" | "SharedArrayBuffer" => bytes::buffer(m, a, "Uint8Array", args, at),
        "TextEncoder" | "TextDecoder" | "util.TextDecoder" | "util.TextEncoder" => {
            let name = if path.contains("Decoder") {
                "cleanbill.decoder"
            } else {
                "cleanbill.encoder"
            };
            m.host_val(name)
        }
        "RegExp" if args.is_empty() => m.obj_val(Kind::Regex("(?:)".into(), "".into())),
        "RegExp" => match (m.to_text(&first), args.get(1).map(|v| m.to_text(v))) {
            (Some(source), flags) if !source.has_holes() => {
                let flags = flags
                    .flatten()
                    .map_or_else(|| Name::from(""), |f| Name::from(f.as_str()));
                let source = match &first.v {
                    V::Obj(o) => match m.get(*o).map(|o| o.kind.clone()) {
                        Some(Kind::Regex(s, _)) => s,
                        _ => Name::from(source.as_str()),
                    },
                    _ => Name::from(source.as_str()),
                };
                m.obj_val(Kind::Regex(source, flags))
            }
            _ => Val::unknown(),
        },
        "Object" => m.obj_val(Kind::Plain),
        "String" | "Number" | "Boolean" => return host_call(m, a, path, &Val::undef(), args, at),
        "Error" | "TypeError" | "RangeError" | "SyntaxError" => m.obj_val(Kind::Error),
        "Date" => Val::unknown(),
        "Proxy" => m.make_proxy(a, first, args.get(1), at),
        "Blob" | "File" => {
            let list = m.list_arg(Some(&first));
            let t = list.iter().fold(Taint::none(), |t, v| t.join(&m.deep(v)));
            list.first().cloned().unwrap_or_else(Val::unknown).with(&t)
        }
        "events" | "events.EventEmitter" | "EventEmitter" | "EventTarget" | "npm:eventemitter3" => {
            m.obj_val(Kind::Plain)
        }
        _ => return None,
    })
}

fn pair_into(m: &mut Machine<'_>, a: &mut Act, obj: Obj, item: &Val, at: u32) {
    let key = m.get_index(a, item, &Val::num(0.0), at);
    let value = m.get_index(a, item, &Val::num(1.0), at);
    if let (Some(key), Some(o)) = (m.to_text(&key), m.get_mut(obj)) {
        o.put(key.as_str(), value);
    }
}

/// A method of an object of the language; `None` when it has none of that name.
pub(crate) fn object_method(
    m: &mut Machine<'_>,
    a: &mut Act,
    obj: Obj,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let o = m.get(obj)?;
    let is_map = o.get("cleanbill.map").is_some();
    match &o.kind {
        Kind::Array => list::method(m, a, obj, recv, name, args, at),
        Kind::Bytes(_) => bytes::method(m, a, obj, recv, name, args, at),
        Kind::Regex(..) => regex::method(m, recv, name, args),
        Kind::Promise => {
            if matches!(name.as_ref(), "then" | "catch" | "finally") {
                return None;
            }
            Some(Val::unknown())
        }
        Kind::Plain if o.get(iterator::ITEMS).is_some() => iterator::method(m, a, obj, recv, name, at),
        Kind::Plain if is_map => map_method(m, a, obj, recv, name, args, at),
        Kind::Plain => match name.as_ref() {
            "hasOwnProperty" | "propertyIsEnumerable" => {
                let key = args.first().and_then(|v| m.to_text(v))?;
                let o = m.get(obj)?;
                if o.has_rest() || key.has_holes() {
                    return Some(Val::unknown());
                }
                let ix = key.as_str().parse::<usize>().ok();
                Some(Val::bool(
                    o.get(key.as_str()).is_some() || ix.is_some_and(|ix| ix < o.elems.len()),
                ))
            }
            "toString" | "toLocaleString" if !o.has_rest() => Some(Val::str("[object Object]")),
            "valueOf" => Some(recv.clone()),
            "forEach" | "map" => {
                let t = m.deep(recv);
                m.run_callbacks(a, args, &t, at);
                Some(Val::tainted(t))
            }
            _ => None,
        },
        _ => None,
    }
}

fn map_method(
    m: &mut Machine<'_>,
    a: &mut Act,
    obj: Obj,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    Some(match name.as_ref() {
        "set" | "append" | "add" => {
            let value = args.get(1).cloned().unwrap_or_else(|| first.clone());
            let key = m.to_text(&first).filter(|s| !s.has_holes());
            let t = m
                .deep(&value)
                .join(&crate::host::secrets::env_inside(m, a, &value, at, "a map"));
            let o = m.get_mut(obj)?;
            match key {
                Some(key) if name.as_ref() != "add" => o.put(key.as_str(), value),
                _ => o.rest = either(&o.rest, &value),
            }
            o.rest.t = o.rest.t.join(&t);
            recv.clone().with(&t)
        }
        "get" => {
            let key = m.to_text(&first).filter(|s| !s.has_holes());
            let o = m.get(obj)?;
            match key.and_then(|k| match o.get(k.as_str()) {
                Some(crate::machine::heap::Field::Val(v)) => Some(v.clone()),
                _ => None,
            }) {
                Some(v) => v,
                None => o.rest.clone(),
            }
        }
        "has" | "delete" | "size" => Val::unknown(),
        "toString" => {
            let t = m.deep(recv);
            Val::tainted(t)
        }
        "forEach" | "entries" | "values" | "keys" => {
            let t = m.deep(recv);
            m.run_callbacks(a, args, &t, at);
            Val::tainted(t)
        }
        _ => return None,
    })
}

/// True when `v` carries marks of the caller only.
pub(crate) fn only_caller(m: &Machine<'_>, t: &Taint) -> bool {
    m.mask(t) & !(1 << (Source::Caller as u32)) == 0
}

/// A plain object.
pub(crate) fn plain() -> Object {
    Object::new(Kind::Plain)
}
