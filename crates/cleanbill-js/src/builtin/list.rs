//! Methods of arrays.
//! Callbacks run on known elements one by one, on unknown ones once.
use crate::ir::Name;
use crate::machine::heap::Kind;
use crate::machine::value::{Obj, V, Val, either};
use crate::machine::{Act, Machine};

/// Longest array gone through element by element.
const MOST: usize = 1 << 17;

/// `Array.from(value, map)`.
pub(crate) fn from(m: &mut Machine<'_>, a: &mut Act, args: &[Val], at: u32) -> Val {
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    let list = match m.items_of(&first) {
        crate::machine::exec::Items::Known(list) => list,
        crate::machine::exec::Items::Vague(item) => {
            let length = match &first.v {
                V::Obj(_) => m.get_prop(a, &first, &Name::from("length"), at),
                _ => Val::unknown(),
            };
            match length.v {
                V::Num(n) if (0.0..4096.0).contains(&n) => vec![Val::undef(); n as usize],
                _ => {
                    let t = item.t.clone();
                    let got = m.run_callbacks(a, args.get(1..).unwrap_or_default(), &t, at);
                    return vague(m, either(&item, &got));
                }
            }
        }
    };
    let list = match args.get(1) {
        Some(f) if m.is_function(f) || matches!(f.v, V::Host(_)) => {
            let mut out = Vec::with_capacity(list.len());
            for (ix, v) in list.into_iter().enumerate() {
                out.push(m.call(a, f, Val::undef(), vec![v, Val::num(ix as f64)], at));
            }
            out
        }
        _ => list,
    };
    m.array(list)
}

/// An array with unknown elements like `v`.
pub(crate) fn vague(m: &mut Machine<'_>, v: Val) -> Val {
    let t = v.t.clone();
    let array = m.array(Vec::new());
    if let V::Obj(o) = array.v
        && let Some(o) = m.get_mut(o)
    {
        o.rest = v;
    }
    array.with(&t)
}

/// `recv.name(args)` on an array.
pub(crate) fn method(
    m: &mut Machine<'_>,
    a: &mut Act,
    obj: Obj,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let o = m.get(obj)?;
    let known = !o.has_rest() && o.elems.len() <= MOST;
    let len = o.elems.len();
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    let t = recv.t.clone();
    if !known && !matches!(name.as_ref(), "push" | "unshift" | "splice") {
        let t = m.deep(recv);
        let item = m
            .get(obj)
            .map(|o| o.elems.iter().take(16).fold(o.rest.clone(), |x, y| either(&x, y)))
            .unwrap_or_else(Val::unknown);
        let mut got = Val::undef();
        for f in args {
            if m.is_function(f) {
                a.unsure += 1;
                got = m.call(
                    a,
                    f,
                    Val::undef(),
                    vec![item.clone(), Val::unknown(), Val::unknown()],
                    at,
                );
                a.unsure -= 1;
            }
        }
        return Some(match name.as_ref() {
            "map" | "flatMap" => vague(m, got.with(&t)),
            "filter" | "slice" | "concat" | "reverse" | "sort" => recv.clone(),
            "pop" | "shift" | "find" | "at" => item.with(&t),
            _ => Val::tainted(t),
        });
    }
    if !matches!(name.as_ref(), "push" | "pop" | "at" | "shift" | "unshift") {
        m.charge(len * 8);
    }
    let num = |m: &Machine<'_>, ix: usize| args.get(ix).and_then(|v| m.to_num(v)).filter(|n| !n.is_nan());
    let wrap = |n: f64| if n < 0.0 { (len as f64 + n).max(0.0) } else { n.min(len as f64) } as usize;
    Some(match name.as_ref() {
        "push" => {
            let args = args.to_vec();
            let o = m.get_mut(obj)?;
            o.elems.extend(args);
            Val::num(o.elems.len() as f64)
        }
        "unshift" => {
            let args = args.to_vec();
            let o = m.get_mut(obj)?;
            o.elems.splice(0..0, args);
            Val::num(o.elems.len() as f64)
        }
        "pop" => m.get_mut(obj)?.elems.pop().unwrap_or_else(Val::undef).with(&t),
        "shift" => {
            let o = m.get_mut(obj)?;
            if o.elems.is_empty() {
                Val::undef()
            } else {
                o.elems.remove(0).with(&t)
            }
        }
        "reverse" => {
            m.get_mut(obj)?.elems.reverse();
            recv.clone()
        }
        "join" => {
            let sep = match &first.v {
                V::Undef => ",".to_owned(),
                _ => m.text_or_hole(&first).as_str().to_owned(),
            };
            let mut out = String::new();
            let mut t = t;
            let elems = m.get(obj)?.elems.clone();
            for (ix, e) in elems.iter().enumerate() {
                if ix > 0 {
                    out.push_str(&sep);
                }
                t = t.join(&e.t);
                if !matches!(e.v, V::Undef | V::Null) {
                    out.push_str(m.text_or_hole(e).as_str());
                }
                if out.len() > crate::machine::ops::MOST_TEXT {
                    return Some(Val::tainted(t));
                }
            }
            Val::str(out).with(&t)
        }
        "slice" => {
            let from = num(m, 0).map_or(0, wrap);
            let to = num(m, 1).map_or(len, wrap);
            let part = m
                .get(obj)?
                .elems
                .get(from..to.max(from))
                .unwrap_or_default()
                .to_vec();
            m.array(part).with(&t)
        }
        "splice" => {
            let from = num(m, 0).map_or(0, wrap);
            let count = if args.len() > 1 {
                num(m, 1).unwrap_or(0.0).max(0.0) as usize
            } else {
                len
            };
            let new: Vec<Val> = args.iter().skip(2).cloned().collect();
            let o = m.get_mut(obj)?;
            let to = (from + count).min(o.elems.len());
            let out: Vec<Val> = o.elems.splice(from.min(to)..to, new).collect();
            m.array(out).with(&t)
        }
        "concat" => {
            let mut out = m.get(obj)?.elems.clone();
            for v in args {
                match &v.v {
                    V::Obj(other)
                        if m.get(*other)
                            .is_some_and(|o| matches!(o.kind, Kind::Array) && !o.has_rest()) =>
                    {
                        out.extend(m.get(*other)?.elems.iter().cloned());
                    }
                    _ => out.push(v.clone()),
                }
            }
            m.array(out).with(&t)
        }
        "map" | "forEach" | "filter" | "some" | "every" | "find" | "findIndex" | "flatMap" => {
            let elems = m.get(obj)?.elems.clone();
            let mut out = Vec::new();
            let mut unsure = false;
            for (ix, e) in elems.iter().enumerate() {
                let got = m.call(
                    a,
                    &first,
                    args.get(1).cloned().unwrap_or_else(Val::undef),
                    vec![e.clone().with(&t), Val::num(ix as f64), recv.clone()],
                    at,
                );
                if m.exhausted {
                    break;
                }
                match name.as_ref() {
                    "map" => out.push(got),
                    "flatMap" => out.extend(m.list_arg(Some(&got))),
                    "filter" if m.truth(&got) != Some(false) => out.push(e.clone()),
                    "find" | "some" | "every" | "findIndex" => match (m.truth(&got), name.as_ref()) {
                        (Some(true), "find") if !unsure => return Some(e.clone().with(&t)),
                        (Some(true), "findIndex") if !unsure => return Some(Val::num(ix as f64)),
                        (Some(true), "some") if !unsure => return Some(Val::bool(true)),
                        (Some(false), "every") if !unsure => return Some(Val::bool(false)),
                        (None, _) => {
                            unsure = true;
                            out.push(e.clone());
                        }
                        _ => {}
                    },
                    _ => {}
                }
            }
            match name.as_ref() {
                "map" | "filter" | "flatMap" => m.array(out).with(&t),
                "find" => out
                    .into_iter()
                    .reduce(|x, y| either(&x, &y))
                    .unwrap_or_else(Val::undef)
                    .with(&t),
                "some" if !unsure => Val::bool(false),
                "every" if !unsure => Val::bool(true),
                "findIndex" if !unsure => Val::num(-1.0),
                "forEach" => Val::undef(),
                _ => Val::unknown(),
            }
        }
        "reduce" | "reduceRight" => {
            let mut elems = m.get(obj)?.elems.clone();
            if name.as_ref() == "reduceRight" {
                elems.reverse();
            }
            let mut elems = elems.into_iter().enumerate();
            let mut acc = match args.get(1) {
                Some(v) => v.clone(),
                None => elems.next().map_or_else(Val::undef, |(_, v)| v),
            };
            for (ix, e) in elems {
                acc = m.call(
                    a,
                    &first,
                    Val::undef(),
                    vec![acc, e.with(&t), Val::num(ix as f64), recv.clone()],
                    at,
                );
                if m.exhausted {
                    break;
                }
            }
            acc
        }
        "indexOf" | "includes" | "lastIndexOf" => {
            let elems = &m.get(obj)?.elems;
            let mut found = None;
            for (ix, e) in elems.iter().enumerate() {
                match m.strict_eq(e, &first) {
                    Some(true) => {
                        found = Some(ix);
                        break;
                    }
                    None => return Some(Val::unknown()),
                    _ => {}
                }
            }
            match name.as_ref() {
                "includes" => Val::bool(found.is_some()),
                _ => Val::num(found.map_or(-1.0, |ix| ix as f64)),
            }
        }
        "at" => {
            let n = num(m, 0).unwrap_or(0.0);
            let ix = if n < 0.0 { n + len as f64 } else { n };
            m.get(obj)?
                .elems
                .get(ix.max(0.0) as usize)
                .cloned()
                .unwrap_or_else(Val::undef)
                .with(&t)
        }
        "flat" => {
            let mut out = Vec::new();
            for e in m.get(obj)?.elems.clone() {
                match &e.v {
                    V::Obj(o) if m.get(*o).is_some_and(|o| matches!(o.kind, Kind::Array)) => {
                        out.extend(m.get(*o)?.elems.iter().cloned())
                    }
                    _ => out.push(e),
                }
            }
            m.array(out).with(&t)
        }
        "fill" => {
            let o = m.get_mut(obj)?;
            for e in &mut o.elems {
                *e = first.clone();
            }
            recv.clone()
        }
        "sort" => {
            let mut elems = m.get(obj)?.elems.clone();
            if args.is_empty() {
                elems.sort_by_key(|v| m.to_text(v).map(|s| s.as_str().to_owned()));
            }
            m.get_mut(obj)?.elems = elems;
            recv.clone()
        }
        "keys" => {
            let list = (0..len).map(|ix| Val::num(ix as f64)).collect();
            m.array(list)
        }
        "values" => recv.clone(),
        "entries" => {
            let elems = m.get(obj)?.elems.clone();
            let mut out = Vec::with_capacity(elems.len());
            for (ix, e) in elems.into_iter().enumerate() {
                out.push(m.array(vec![Val::num(ix as f64), e]));
            }
            m.array(out).with(&t)
        }
        "toString" => m
            .to_text(recv)
            .map_or_else(Val::unknown, |s| Val::new(V::Str(s)))
            .with(&t),
        "constructor" => m.array(args.to_vec()),
        _ => return None,
    })
}
