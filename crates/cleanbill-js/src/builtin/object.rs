//! `Object.*`.
//! Descriptors become fields; freezing and sealing change nothing here.
use crate::ir::Name;
use crate::machine::heap::{Field, Kind};
use crate::machine::value::{V, Val, either};
use crate::machine::{Act, Machine};

pub(crate) fn call(m: &mut Machine<'_>, a: &mut Act, path: &str, args: &[Val], at: u32) -> Option<Val> {
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    Some(match path {
        "Object.keys" | "Object.getOwnPropertyNames" => match m.keys_of(a, &first, at) {
            crate::machine::exec::Items::Known(list) => m.array(list),
            crate::machine::exec::Items::Vague(item) => super::list::vague(m, item),
        },
        "Object.values" | "Object.entries" | "Object.getOwnPropertyDescriptors" => {
            let t = crate::host::secrets::env_inside(m, a, &first, at, &format!("`{path}`"));
            let pairs = path != "Object.values";
            let list: Option<Vec<(Name, Val)>> = match &first.v {
                V::Obj(o) => m.get(*o).filter(|o| !o.has_rest()).map(|o| {
                    let indexed = o
                        .elems
                        .iter()
                        .enumerate()
                        .map(|(ix, v)| (Name::from(ix.to_string().as_str()), v.clone()));
                    let named = o.entries().map(|(n, f)| {
                        let v = match f {
                            Field::Val(v) => v.clone(),
                            Field::Access(..) => Val::unknown(),
                        };
                        (n.clone(), v)
                    });
                    indexed.chain(named).collect()
                }),
                _ => None,
            };
            match list {
                Some(list) => {
                    let mut out = Vec::with_capacity(list.len());
                    for (name, value) in list {
                        out.push(if pairs {
                            m.array(vec![Val::str(name.as_ref()), value])
                        } else {
                            value
                        });
                    }
                    m.array(out).with(&t)
                }
                None => {
                    let deep = m.deep(&first).join(&t);
                    let item = match &first.v {
                        V::Obj(_) => m.get_index(a, &first, &Val::unknown(), at),
                        _ => Val::unknown(),
                    }
                    .with(&deep);
                    let item = if pairs {
                        m.array(vec![Val::unknown(), item]).with(&deep)
                    } else {
                        item
                    };
                    super::list::vague(m, item)
                }
            }
        }
        "Object.assign" => {
            for from in args.iter().skip(1) {
                match &first.v {
                    V::Obj(to) => {
                        let to = *to;
                        let mut scratch = super::plain();
                        m.spread_into(&mut scratch, from);
                        let o = m.get_mut(to)?;
                        for (name, field) in scratch.entries() {
                            o.set(name, field.clone());
                        }
                        if scratch.has_rest() {
                            o.rest = either(&o.rest, &scratch.rest);
                        }
                    }
                    _ => return Some(either(&first, from)),
                }
            }
            first
        }
        "Object.create" => {
            let v = m.obj_val(Kind::Plain);
            if let (V::Obj(new), V::Obj(proto)) = (&v.v, &first.v)
                && let Some(o) = m.get_mut(*new)
            {
                o.proto = Some(*proto);
            }
            v
        }
        "Object.setPrototypeOf" => {
            if let (V::Obj(o), Some(V::Obj(proto))) = (&first.v, args.get(1).map(|v| &v.v))
                && o != proto
            {
                let proto = *proto;
                m.get_mut(*o)?.proto = Some(proto);
            }
            first
        }
        "Object.getPrototypeOf" => match &first.v {
            V::Obj(o) => match m.get(*o)?.proto {
                Some(p) => Val::new(V::Obj(p)),
                None => Val::unknown(),
            },
            _ => Val::unknown(),
        },
        "Object.defineProperty" => {
            let name = args.get(1).and_then(|v| m.to_text(v));
            let descriptor = args.get(2).cloned().unwrap_or_else(Val::undef);
            define(m, a, &first, name.as_ref().map(|s| s.as_str()), &descriptor, at);
            first
        }
        "Object.defineProperties" => {
            if let Some(V::Obj(map)) = args.get(1).map(|v| &v.v) {
                let list: Vec<(Name, Val)> = m
                    .get(*map)?
                    .entries()
                    .filter_map(|(n, f)| {
                        if let Field::Val(v) = f {
                            Some((n.clone(), v.clone()))
                        } else {
                            None
                        }
                    })
                    .collect();
                for (name, descriptor) in list {
                    define(m, a, &first, Some(&name), &descriptor, at);
                }
            }
            first
        }
        "Object.freeze" | "Object.seal" | "Object.preventExtensions" => first,
        "Object.fromEntries" => {
            let t = m.deep(&first);
            let mut object = super::plain();
            match m.items_of(&first) {
                crate::machine::exec::Items::Known(list) => {
                    for item in list {
                        let key = m.get_index(a, &item, &Val::num(0.0), at);
                        let value = m.get_index(a, &item, &Val::num(1.0), at);
                        match m.to_text(&key).filter(|k| !k.has_holes()) {
                            Some(key) => object.put(key.as_str(), value),
                            None => object.rest = either(&object.rest, &value),
                        }
                    }
                }
                crate::machine::exec::Items::Vague(item) => object.rest = Val::tainted(item.t.join(&t)),
            }
            Val::new(V::Obj(m.alloc(object)))
        }
        "Object.getOwnPropertyDescriptor" => {
            let key = args.get(1).cloned().unwrap_or_else(Val::undef);
            let value = m.get_index(a, &first, &key, at);
            let mut object = super::plain();
            object.put("value", value);
            Val::new(V::Obj(m.alloc(object)))
        }
        "Object.is" | "Object.isFrozen" | "Object.hasOwn" => Val::unknown(),
        _ => return None,
    })
}

fn define(m: &mut Machine<'_>, a: &mut Act, target: &Val, name: Option<&str>, descriptor: &Val, at: u32) {
    let V::Obj(d) = descriptor.v else { return };
    let read = |m: &Machine<'_>, key: &str| match m.get(d).and_then(|o| o.get(key)) {
        Some(Field::Val(v)) => Some(v.clone()),
        _ => None,
    };
    let (value, get, set) = (read(m, "value"), read(m, "get"), read(m, "set"));
    match &target.v {
        V::Obj(o) => {
            let Some(o) = m.get_mut(*o) else { return };
            let field = match (value, get, set) {
                (Some(v), ..) => Field::Val(v),
                (None, None, None) => Field::Val(Val::undef()),
                (None, get, set) => Field::Access(get, set),
            };
            match name {
                Some(name) if !name.chars().any(crate::text::is_hole) => o.set(&Name::from(name), field),
                _ => {
                    if let Field::Val(v) = field {
                        o.rest = either(&o.rest, &v);
                    }
                }
            }
        }
        V::Host(_) | V::Mod(_) => {
            if let (Some(name), V::Host(id), Some(set)) = (name, &target.v, &set) {
                let path = m.host_name(*id);
                crate::host::hooks::intercepted(m, a, &path, name, get.as_ref(), set, at);
            }
            if let (Some(name), Some(v)) = (name, value.or(get)) {
                m.set_prop(a, target, &Name::from(name), v, at);
            }
        }
        _ => {}
    }
}
