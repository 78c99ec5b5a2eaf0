//! Methods of strings and numbers.
//! What is unknown stays unknown but keeps its marks.
use std::rc::Rc;

use super::regex;
use crate::ir::Name;
use crate::machine::heap::Kind;
use crate::machine::ops::MOST_TEXT;
use crate::machine::value::{Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::text::JsStr;

/// `recv.name(args)` where `recv` is a string, number or boolean.
pub(crate) fn method(
    m: &mut Machine<'_>,
    a: &mut Act,
    recv: &Val,
    name: &Name,
    args: Vec<Val>,
    at: u32,
) -> Val {
    let t = args.iter().fold(recv.t.clone(), |t, v| t.join(&v.t));
    if let V::Num(n) = recv.v {
        return number(m, n, name, &args, recv).with(&recv.t);
    }
    let Some(s) = m.to_text(recv) else {
        return Val::tainted(t);
    };
    // Reading one unit costs the same whatever the length.
    if !matches!(
        name.as_ref(),
        "charCodeAt" | "charAt" | "codePointAt" | "at" | "toString" | "valueOf"
    ) {
        m.charge(s.weight());
    }
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    let num = |m: &Machine<'_>, ix: usize| args.get(ix).and_then(|v| m.to_num(v));
    if s.has_holes() {
        return holey(m, a, &s, recv, name, &args, at, t);
    }
    let out = match name.as_ref() {
        "toString" | "valueOf" | "normalize" | "toLocaleString" => Val::new(V::Str(s.clone())),
        "charAt" | "at" => {
            let n = num(m, 0).filter(|n| !n.is_nan()).unwrap_or(0.0);
            let n = if n < 0.0 && name.as_ref() == "at" {
                n + s.len() as f64
            } else {
                n
            };
            if n < 0.0 {
                Val::str("")
            } else {
                Val::new(V::Str(Rc::new(s.slice(n as usize, n as usize + 1))))
            }
        }
        "charCodeAt" | "codePointAt" => {
            if first.is_unknown() {
                return Val::tainted(t);
            }
            let n = num(m, 0).filter(|n| !n.is_nan()).unwrap_or(0.0);
            match s.unit(n.max(0.0) as usize) {
                Some(high) if name.as_ref() == "codePointAt" && (0xD800..0xDC00).contains(&high) => {
                    let low = s.unit(n as usize + 1).unwrap_or(0);
                    Val::num(f64::from(
                        0x10000
                            + ((u32::from(high) - 0xD800) << 10)
                            + (u32::from(low).wrapping_sub(0xDC00) & 0x3ff),
                    ))
                }
                Some(u) => Val::num(f64::from(u)),
                None => Val::num(f64::NAN),
            }
        }
        "slice" | "substring" | "substr" => {
            if args.iter().any(|v| m.to_num(v).is_none()) {
                return Val::tainted(t);
            }
            let len = s.len() as f64;
            let start = num(m, 0).filter(|n| !n.is_nan()).unwrap_or(0.0);
            let end = match args.get(1) {
                Some(v) if !matches!(v.v, V::Undef) => num(m, 1).unwrap_or(len),
                _ => len,
            };
            let wrap = |n: f64| if n < 0.0 { (len + n).max(0.0) } else { n.min(len) };
            let (from, to) = match name.as_ref() {
                "slice" => (wrap(start), wrap(end)),
                "substr" => {
                    let from = wrap(start);
                    (
                        from,
                        if args.len() > 1 {
                            (from + end).min(len)
                        } else {
                            len
                        },
                    )
                }
                _ => {
                    let (x, y) = (start.clamp(0.0, len), end.clamp(0.0, len));
                    (x.min(y), x.max(y))
                }
            };
            Val::new(V::Str(Rc::new(
                s.slice(from as usize, (to as usize).max(from as usize)),
            )))
        }
        "split" => return split(m, &s, &args, t),
        "replace" | "replaceAll" => {
            return regex::replace(m, a, &s, name.as_ref() == "replaceAll", &args, at, t);
        }
        "match" | "matchAll" => return regex::matches(m, &s, &first, t),
        "search" => Val::unknown(),
        "toLowerCase" | "toLocaleLowerCase" => Val::str(s.as_str().to_lowercase()),
        "toUpperCase" | "toLocaleUpperCase" => Val::str(s.as_str().to_uppercase()),
        "trim" => Val::str(s.as_str().trim()),
        "trimStart" | "trimLeft" => Val::str(s.as_str().trim_start()),
        "trimEnd" | "trimRight" => Val::str(s.as_str().trim_end()),
        "concat" => {
            let mut out = Val::new(V::Str(s.clone()));
            for v in &args {
                out = m.concat(&out, v);
            }
            out
        }
        "repeat" => match num(m, 0) {
            Some(n) if n >= 0.0 && (n as usize).saturating_mul(s.weight().max(1)) <= MOST_TEXT => {
                Val::str(s.as_str().repeat(n as usize))
            }
            _ => Val::unknown(),
        },
        "padStart" | "padEnd" => {
            let want = num(m, 0).unwrap_or(0.0).clamp(0.0, 100_000.0) as usize;
            let fill = args
                .get(1)
                .and_then(|v| m.to_text(v))
                .map_or_else(|| " ".to_owned(), |s| s.as_str().to_owned());
            let have = s.len();
            if want <= have || fill.is_empty() {
                Val::new(V::Str(s.clone()))
            } else {
                let pad: String = fill.chars().cycle().take(want - have).collect();
                Val::str(if name.as_ref() == "padStart" {
                    format!("{pad}{}", s.as_str())
                } else {
                    format!("{}{pad}", s.as_str())
                })
            }
        }
        "indexOf" | "lastIndexOf" | "includes" | "startsWith" | "endsWith" => {
            let Some(needle) = m.to_text(&first).filter(|n| !n.has_holes()) else {
                return Val::unknown();
            };
            let (text, needle) = (s.as_str(), needle.as_str());
            match name.as_ref() {
                "includes" => Val::bool(text.contains(needle)),
                "startsWith" => Val::bool(text.starts_with(needle)),
                "endsWith" => Val::bool(text.ends_with(needle)),
                _ => {
                    let found = if name.as_ref() == "indexOf" {
                        let from = num(m, 1).unwrap_or(0.0).max(0.0) as usize;
                        let from = if text.is_ascii() { from.min(text.len()) } else { 0 };
                        text.get(from..).and_then(|t| t.find(needle)).map(|ix| ix + from)
                    } else {
                        text.rfind(needle)
                    };
                    let units = found
                        .and_then(|ix| text.get(..ix))
                        .map(|h| h.encode_utf16().count() as f64);
                    return Val::num(units.unwrap_or(-1.0));
                }
            }
        }
        "localeCompare" | "codePoints" => Val::unknown(),
        "anchor" | "big" | "blink" | "bold" | "fixed" | "italics" | "small" | "strike" | "sub" | "sup"
        | "link" | "fontcolor" | "fontsize" => html(&s, name, &m.text_or_hole(&first)),
        "constructor" => return crate::host::call(m, a, "String", recv, args, at),
        _ => {
            // `.then` and listeners on what a transparent promise turned into.
            return m.generic_method(
                a,
                &Val {
                    v: V::Str(s),
                    t: recv.t.clone(),
                },
                name,
                args,
                at,
            );
        }
    };
    out.with(&t)
}

/// The markup methods old evaluators draw letters from.
fn html(s: &JsStr, name: &str, argument: &JsStr) -> Val {
    let (tag, attribute) = match name {
        "anchor" => ("a", " name"),
        "link" => ("a", " href"),
        "fontcolor" => ("font", " color"),
        "fontsize" => ("font", " size"),
        "bold" => ("b", ""),
        "italics" => ("i", ""),
        "fixed" => ("tt", ""),
        other => (other, ""),
    };
    let attribute = if attribute.is_empty() {
        String::new()
    } else {
        format!("{attribute}=\"{}\"", argument.as_str().replace('"', "&quot;"))
    };
    Val::str(format!("<{tag}{attribute}>{}</{tag}>", s.as_str()))
}

#[expect(clippy::too_many_arguments, reason = "a method call has this many parts")]
fn holey(
    m: &mut Machine<'_>,
    a: &mut Act,
    s: &Rc<JsStr>,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
    t: Taint,
) -> Val {
    match name.as_ref() {
        "toString" | "valueOf" | "trim" | "trimEnd" | "trimStart" | "toLowerCase" | "normalize" => {
            Val::new(V::Str(s.clone())).with(&t)
        }
        "concat" => {
            let mut out = recv.clone();
            for v in args {
                out = m.concat(&out, v);
            }
            out
        }
        // The shape of a path survives separators being changed.
        "replace" | "replaceAll" => {
            let mut given: Vec<Val> = args.to_vec();
            if let Some(f) = given.get(1).filter(|f| m.is_function(f)).cloned() {
                m.run_callbacks(a, &[f], &t, at);
                given.clear();
                return Val::tainted(t);
            }
            match (
                args.first().and_then(|v| v.known_str().cloned()),
                args.get(1).and_then(|v| m.to_text(v)),
            ) {
                (Some(from), Some(to)) if !from.as_str().is_empty() => {
                    Val::str(s.as_str().replace(from.as_str(), to.as_str())).with(&t)
                }
                _ => Val::new(V::Str(s.clone())).with(&t),
            }
        }
        "split" => match args.first().and_then(|v| v.known_str()) {
            Some(sep) if !sep.as_str().is_empty() => {
                let parts = s
                    .as_str()
                    .split(sep.as_str())
                    .take(1000)
                    .map(|p| Val::str(p).with(&t))
                    .collect();
                m.array(parts)
            }
            _ => Val::tainted(t),
        },
        "startsWith" => match args.first().and_then(|v| v.known_str()) {
            Some(head) if s.as_str().starts_with(head.as_str()) => Val::bool(true),
            _ => Val::unknown(),
        },
        _ => m.generic_method(
            a,
            &Val {
                v: V::Unknown,
                t: recv.t.clone(),
            },
            name,
            args.to_vec(),
            at,
        ),
    }
}

fn split(m: &mut Machine<'_>, s: &JsStr, args: &[Val], t: Taint) -> Val {
    const MOST: usize = 1 << 17;
    let Some(sep) = args.first() else {
        return m.array(vec![Val::str(s.as_str()).with(&t)]);
    };
    let limit = args
        .get(1)
        .and_then(|v| m.to_num(v))
        .map_or(MOST, |n| n.max(0.0) as usize)
        .min(MOST);
    let make = |part: &str| Val::str(part).with(&t);
    let parts: Vec<Val> = match &sep.v {
        V::Str(sep) if sep.as_str().is_empty() => s
            .as_str()
            .chars()
            .take(limit)
            .map(|c| make(c.encode_utf8(&mut [0; 4])))
            .collect(),
        V::Str(sep) if !sep.has_holes() => s.as_str().split(sep.as_str()).take(limit).map(make).collect(),
        V::Obj(o) => match m.get(*o).map(|o| o.kind.clone()) {
            Some(Kind::Regex(source, flags)) => match regex::compile(m, &source, &flags) {
                Some(re) => re.split(s.as_str()).take(limit).map(make).collect(),
                None => return Val::tainted(t),
            },
            Some(Kind::Array) => match m.to_text(sep) {
                Some(sep) => s.as_str().split(sep.as_str()).take(limit).map(make).collect(),
                None => return Val::tainted(t),
            },
            _ => return Val::tainted(t),
        },
        V::Undef => vec![make(s.as_str())],
        _ => return Val::tainted(t),
    };
    m.charge(parts.len() * 64);
    m.array(parts)
}

fn number(m: &Machine<'_>, n: f64, name: &str, args: &[Val], recv: &Val) -> Val {
    match name {
        "toString" | "toLocaleString" => {
            let radix = args.first().and_then(|v| m.to_num(v)).unwrap_or(10.0);
            if radix == 10.0 {
                Val::str(crate::text_num(n))
            } else {
                in_radix(n, radix as u32)
            }
        }
        "valueOf" => recv.clone(),
        "toFixed" => {
            let digits = args
                .first()
                .and_then(|v| m.to_num(v))
                .unwrap_or(0.0)
                .clamp(0.0, 20.0) as usize;
            Val::str(format!("{n:.digits$}"))
        }
        _ => Val::unknown(),
    }
}

fn in_radix(n: f64, radix: u32) -> Val {
    if !(2..=36).contains(&radix) || !n.is_finite() || n.abs() > 9e15 {
        return Val::unknown();
    }
    let mut whole = n.abs().trunc() as u64;
    let mut fraction = n.abs().fract();
    let digit = |d: u32| char::from_digit(d, radix).unwrap_or('0');
    let mut out = Vec::new();
    while whole > 0 || out.is_empty() {
        out.push(digit((whole % u64::from(radix)) as u32));
        whole /= u64::from(radix);
    }
    if n < 0.0 {
        out.push('-');
    }
    let mut text: String = out.iter().rev().collect();
    if fraction > 0.0 {
        text.push('.');
        for _ in 0..20 {
            fraction *= f64::from(radix);
            text.push(digit(fraction.trunc() as u32));
            fraction = fraction.fract();
            if fraction <= 0.0 {
                break;
            }
        }
    }
    Val::str(text)
}

/// `parseInt(text, radix)`.
pub(crate) fn parse_int(m: &Machine<'_>, args: &[Val]) -> Val {
    let Some(v) = args.first() else {
        return Val::num(f64::NAN);
    };
    let Some(text) = m.to_text(v).filter(|s| !s.has_holes()) else {
        return Val::tainted(v.t.clone());
    };
    let radix = args.get(1).and_then(|v| m.to_num(v)).unwrap_or(0.0) as u32;
    let text = text.as_str().trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (radix, text) = match (radix, hex) {
        (0 | 16, Some(rest)) => (16, rest),
        (0, None) => (10, text),
        (r, _) => (r, text),
    };
    if !(2..=36).contains(&radix) {
        return Val::num(f64::NAN);
    }
    let mut n = 0.0;
    let mut any = false;
    for c in text.chars() {
        let Some(d) = c.to_digit(radix) else { break };
        n = n * f64::from(radix) + f64::from(d);
        any = true;
    }
    Val::num(if any { sign * n } else { f64::NAN }).with(&v.t)
}

/// Percent escapes undone.
pub(crate) fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut ix = 0;
    while let Some(b) = bytes.get(ix) {
        let code = (*b == b'%')
            .then(|| text.get(ix + 1..ix + 3))
            .flatten()
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match code {
            Some(code) => {
                out.push(code);
                ix += 3;
            }
            None => {
                out.push(*b);
                ix += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The older `%uXXXX` escapes undone.
pub(crate) fn unescape(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut units: Vec<u16> = Vec::with_capacity(chars.len());
    let hex = |from: usize, n: usize| -> Option<u16> {
        let s: String = chars.get(from..from + n)?.iter().collect();
        u16::from_str_radix(&s, 16).ok()
    };
    let mut ix = 0;
    while let Some(c) = chars.get(ix) {
        if *c == '%' {
            if chars.get(ix + 1) == Some(&'u')
                && let Some(u) = hex(ix + 2, 4)
            {
                units.push(u);
                ix += 6;
                continue;
            }
            if let Some(u) = hex(ix + 1, 2) {
                units.push(u);
                ix += 3;
                continue;
            }
        }
        units.extend(c.encode_utf16(&mut [0; 2]).iter().copied());
        ix += 1;
    }
    String::from_utf16_lossy(&units)
}

/// Percent escapes made.
pub(crate) fn escape(text: &str, old: bool) -> String {
    let mut out = String::with_capacity(text.len());
    if old {
        for u in text.encode_utf16() {
            match u8::try_from(u) {
                Ok(b) if b.is_ascii_alphanumeric() || b"@*_+-./".contains(&b) => out.push(char::from(b)),
                Ok(b) => out.push_str(&format!("%{b:02X}")),
                Err(_) => out.push_str(&format!("%u{u:04X}")),
            }
        }
    } else {
        for b in text.bytes() {
            if b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b) {
                out.push(char::from(b));
            } else {
                out.push_str(&format!("%{b:02X}"));
            }
        }
    }
    out
}
