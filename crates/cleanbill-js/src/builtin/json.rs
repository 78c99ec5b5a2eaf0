//! JSON both ways.
//! Text with unknown parts keeps its marks and loses its shape.
use serde_json::Value;

use crate::ir::Name;
use crate::machine::heap::{Field, Kind};
use crate::machine::value::{V, Val};
use crate::machine::{Act, Machine};

/// Deepest nesting written or read.
const DEPTH: u32 = 24;
/// Longest text written.
const MOST: usize = 1 << 18;

/// A parsed value on the heap.
pub(crate) fn from_json(m: &mut Machine<'_>, value: &Value, depth: u32) -> Val {
    if depth > DEPTH {
        return Val::unknown();
    }
    match value {
        Value::Null => Val::new(V::Null),
        Value::Bool(b) => Val::bool(*b),
        Value::Number(n) => Val::num(n.as_f64().unwrap_or(f64::NAN)),
        Value::String(s) => Val::str(s.as_str()),
        Value::Array(list) => {
            let list = list
                .iter()
                .take(20_000)
                .map(|v| from_json(m, v, depth + 1))
                .collect();
            m.array(list)
        }
        Value::Object(map) => {
            let mut object = super::plain();
            for (name, value) in map.iter().take(20_000) {
                let value = from_json(m, value, depth + 1);
                object.set(&Name::from(name.as_str()), Field::Val(value));
            }
            Val::new(V::Obj(m.alloc(object)))
        }
    }
}

/// `JSON.parse(text)`.
pub(crate) fn parse(m: &mut Machine<'_>, v: &Val) -> Val {
    let text = match &v.v {
        V::Obj(_) => super::bytes::of(m, v).map(|b| String::from_utf8_lossy(&b).into_owned()),
        _ => v.known_str().map(|s| s.as_str().to_owned()),
    };
    if let Some(text) = text
        && text.len() < 1 << 20
        && let Ok(value) = serde_json::from_str::<Value>(&text)
    {
        m.charge(text.len() * 8);
        return from_json(m, &value, 0).with(&v.t);
    }
    Val::tainted(v.t.clone())
}

/// `JSON.stringify(value)`.
pub(crate) fn stringify(m: &mut Machine<'_>, a: &mut Act, v: &Val, at: u32) -> Val {
    let mut t = m.deep(v);
    t = t.join(&crate::host::secrets::env_inside(m, a, v, at, "`JSON.stringify`"));
    if !super::only_caller(m, &t) {
        let place = m.place(a, at);
        t = m.via(&t, place, "turned into JSON");
    }
    let mut out = String::new();
    if write(m, v, 0, &mut out).is_some() && out.len() < MOST {
        return Val::str(out).with(&t);
    }
    Val::tainted(t)
}

fn write(m: &Machine<'_>, v: &Val, depth: u32, out: &mut String) -> Option<()> {
    if depth > DEPTH || out.len() > MOST {
        return None;
    }
    match &v.v {
        V::Null => out.push_str("null"),
        V::Undef => out.push_str("null"),
        V::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        V::Num(n) => out.push_str(&crate::text_num(*n)),
        V::Str(s) => out.push_str(&serde_json::to_string(s.as_str()).ok()?),
        V::Obj(o) => {
            let o = m.get(*o)?;
            match &o.kind {
                Kind::Array if !o.has_rest() => {
                    out.push('[');
                    for (ix, e) in o.elems.iter().enumerate() {
                        if ix > 0 {
                            out.push(',');
                        }
                        write(m, e, depth + 1, out)?;
                    }
                    out.push(']');
                }
                Kind::Plain if !o.has_rest() => {
                    out.push('{');
                    let mut first = true;
                    for (name, field) in o.entries() {
                        let Field::Val(value) = field else { return None };
                        if matches!(value.v, V::Undef) {
                            continue;
                        }
                        if !first {
                            out.push(',');
                        }
                        first = false;
                        out.push_str(&serde_json::to_string(name.as_ref()).ok()?);
                        out.push(':');
                        if write(m, value, depth + 1, out).is_none() {
                            out.push(crate::machine::value::blank());
                        }
                    }
                    out.push('}');
                }
                _ => return None,
            }
        }
        _ => {
            out.push(crate::machine::value::blank());
        }
    }
    Some(())
}
