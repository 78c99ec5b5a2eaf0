//! Reading, writing and listing properties.
//! What a host's property means is asked of `host`.
use std::rc::Rc;

use super::exec::Items;
use super::heap::{Field, Kind, Object, Remote, Wire};
use super::value::{Obj, Taint, V, Val, either};
use super::{Act, Machine};
use crate::ir::{Ex, Expr, Name};

/// What every function has.
const FUNCTION_METHODS: &[&str] = &[
    "call",
    "apply",
    "bind",
    "toString",
    "prototype",
    "constructor",
    "hasOwnProperty",
    "valueOf",
];

/// Longest array the machine fills.
const MOST_ELEMENTS: usize = 1 << 18;

impl Machine<'_> {
    pub fn get_index(&mut self, a: &mut Act, object: &Val, key: &Val, at: u32) -> Val {
        if let V::Num(n) = key.v
            && n >= 0.0
            && n.fract() == 0.0
        {
            let ix = n as usize;
            match &object.v {
                V::Obj(obj) => match self.get(*obj) {
                    Some(o) => match &o.kind {
                        Kind::Array => {
                            if let Some(v) = o.elems.get(ix) {
                                return v.clone().with(&object.t);
                            }
                            if !o.has_rest() {
                                return Val::undef();
                            }
                            return o.rest.clone().with(&object.t);
                        }
                        Kind::Bytes(bytes) => {
                            return bytes
                                .get(ix)
                                .map_or_else(Val::undef, |b| Val::num(f64::from(*b)))
                                .with(&object.t);
                        }
                        _ => {}
                    },
                    None => return Val::unknown(),
                },
                V::Str(s) if !s.has_holes() => {
                    return match s.unit(ix) {
                        Some(_) => Val::new(V::Str(Rc::new(s.slice(ix, ix + 1)))).with(&object.t),
                        None => Val::undef(),
                    };
                }
                _ => {}
            }
        }
        if let V::Host(id) = key.v
            && self.host_name(id).as_ref() == "Symbol.iterator"
            && let Some(make) = self.iterates(object)
        {
            return make;
        }
        if let V::Alt(list) = &key.v {
            let list = list.clone();
            return list
                .iter()
                .map(|k| self.get_index(a, object, k, at))
                .reduce(|x, y| either(&x, &y))
                .unwrap_or_else(Val::unknown);
        }
        match self.to_text(key) {
            Some(name) if !name.has_holes() => {
                let name = Name::from(name.as_str());
                self.get_prop(a, object, &name, at)
            }
            _ => self.get_vague(a, object, key, at),
        }
    }

    /// What makes an iterator of a value of the language, as code for old engines asks for it by hand.
    fn iterates(&mut self, object: &Val) -> Option<Val> {
        let known = match &object.v {
            V::Str(_) => true,
            V::Obj(obj) => self.get(*obj).is_some_and(|o| {
                matches!(o.kind, Kind::Array | Kind::Bytes(_)) || o.get("cleanbill.map").is_some()
            }),
            _ => false,
        };
        known.then(|| self.host_val(crate::builtin::iterator::MAKE))
    }

    /// A property under a key we do not know.
    fn get_vague(&mut self, a: &mut Act, object: &Val, key: &Val, at: u32) -> Val {
        match &object.v {
            V::Host(id) => {
                let path = self.host_name(*id);
                crate::host::vague_member(self, a, &path, key, at)
            }
            V::Obj(obj) if self.get(*obj).is_some_and(Object::is_proxy) => {
                // The trap has run on an unknown key where the proxy was made.
                let target = self.bare(object);
                self.get_vague(a, &target, key, at)
            }
            V::Obj(obj) => {
                let mut out = Val::unknown().with(&object.t);
                let Some(o) = self.get(*obj) else { return out };
                // Each known value may be meant; callables first, they lead somewhere.
                let mut picks: Vec<Val> = o
                    .entries()
                    .filter_map(|(_, f)| match f {
                        Field::Val(v) => Some(v.clone()),
                        Field::Access(..) => None,
                    })
                    .chain(o.elems.iter().cloned())
                    .take(200)
                    .collect();
                if o.has_rest() {
                    picks.push(o.rest.clone());
                }
                let mut alternatives: Option<Val> = None;
                for pick in picks {
                    out.t = out.t.join(&pick.t);
                    alternatives = Some(match alternatives {
                        Some(have) => either(&have, &pick),
                        None => pick,
                    });
                }
                match alternatives {
                    Some(v) => v.with(&out.t),
                    None => out,
                }
            }
            V::Alt(list) => {
                let list = list.clone();
                list.iter()
                    .map(|o| self.get_vague(a, o, key, at))
                    .reduce(|x, y| either(&x, &y))
                    .unwrap_or_else(Val::unknown)
            }
            _ => Val::tainted(object.t.clone()),
        }
    }

    pub fn get_prop(&mut self, a: &mut Act, object: &Val, name: &Name, at: u32) -> Val {
        match &object.v {
            V::Obj(obj) => self.obj_prop(a, *obj, object, name, at),
            V::Host(id) => {
                let id = *id;
                let path = self.host_name(id);
                crate::host::member(self, a, id, &path, name, at).with(&object.t)
            }
            V::Mod(file) => {
                let exports = self.exports_of(*file);
                self.module_prop(a, &exports, name, at)
            }
            V::Str(s) => {
                if name.as_ref() == "length" {
                    return if s.has_holes() {
                        Val::unknown()
                    } else {
                        Val::num(s.len() as f64)
                    };
                }
                if let Ok(ix) = name.parse::<usize>() {
                    return if s.unit(ix).is_some() {
                        Val::new(V::Str(Rc::new(s.slice(ix, ix + 1)))).with(&object.t)
                    } else {
                        Val::undef()
                    };
                }
                self.native("String", name)
            }
            V::Num(_) => self.native("Number", name),
            V::Bool(_) => self.native("Boolean", name),
            V::Alt(list) => {
                let list = list.clone();
                list.iter()
                    .map(|o| self.get_prop(a, o, name, at))
                    .reduce(|x, y| either(&x, &y))
                    .unwrap_or_else(Val::unknown)
                    .with(&object.t)
            }
            V::Unknown if matches!(name.as_ref(), "headers" | "rawHeaders") => {
                let t = crate::host::net::request_headers(self, a, &object.t, at);
                Val::tainted(object.t.join(&t))
            }
            V::Unknown | V::Undef | V::Null => Val::tainted(object.t.clone()),
        }
    }

    /// A property of a module: CommonJS code is its own default export.
    pub fn module_prop(&mut self, a: &mut Act, exports: &Val, name: &Name, at: u32) -> Val {
        if name.as_ref() == "default" {
            let has = match &exports.v {
                V::Obj(obj) => self.get(*obj).is_some_and(|o| o.get("default").is_some()),
                _ => true,
            };
            if !has {
                return exports.clone();
            }
        }
        self.get_prop(a, exports, name, at)
    }

    fn native(&mut self, class: &str, name: &Name) -> Val {
        if name.as_ref() == "constructor" {
            return self.host_val(class);
        }
        // No method is called like this; packers spell the absent value so.
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$') {
            return Val::undef();
        }
        // A name no class of the language has is simply absent, and code tests for that.
        if class == "Function" && !FUNCTION_METHODS.contains(&name.as_ref()) {
            return Val::undef();
        }
        self.host_val(&format!("{class}.prototype.{name}"))
    }

    fn obj_prop(&mut self, a: &mut Act, obj: Obj, whole: &Val, name: &Name, at: u32) -> Val {
        if self.get(obj).is_some_and(Object::is_proxy) {
            return self.proxy_get(a, obj, whole, &Val::str(name.as_ref()), at);
        }
        let mut next = Some(obj);
        for _ in 0..12 {
            let Some(o) = next.and_then(|n| self.get(n)) else {
                break;
            };
            match o.get(name) {
                Some(Field::Val(v)) => return v.clone().with(&whole.t),
                Some(Field::Access(get, _)) => {
                    return match get.clone() {
                        Some(get) => self.call(a, &get, whole.clone(), Vec::new(), at),
                        None => Val::undef(),
                    };
                }
                None => next = o.proto,
            }
        }
        let Some(o) = self.get(obj) else {
            return Val::unknown();
        };
        let rest = o.has_rest().then(|| o.rest.clone());
        let builtin = match &o.kind {
            Kind::Array => {
                if name.as_ref() == "length" {
                    return Val::num(o.elems.len() as f64);
                }
                if let Ok(ix) = name.parse::<usize>() {
                    return o
                        .elems
                        .get(ix)
                        .cloned()
                        .or(rest)
                        .unwrap_or_else(Val::undef)
                        .with(&whole.t);
                }
                "Array"
            }
            Kind::Bytes(bytes) => {
                match name.as_ref() {
                    "length" | "byteLength" => return Val::num(bytes.len() as f64),
                    "buffer" => return whole.clone(),
                    _ => {}
                }
                "Buffer"
            }
            Kind::Func { f, .. } => match name.as_ref() {
                "prototype" => {
                    let proto = self.new_obj(Kind::Plain);
                    if let Some(p) = self.get_mut(proto) {
                        p.put("constructor", whole.clone());
                    }
                    let value = Val::new(V::Obj(proto));
                    if let Some(o) = self.get_mut(obj) {
                        o.put("prototype", value.clone());
                    }
                    return value;
                }
                "name" => {
                    return f
                        .name
                        .as_ref()
                        .map_or_else(Val::unknown, |n| Val::str(n.as_ref()));
                }
                "length" => return Val::num(f.params.len() as f64),
                _ => "Function",
            },
            Kind::Class { proto, parent, .. } => {
                if name.as_ref() == "prototype" {
                    return Val::new(V::Obj(*proto));
                }
                let parent = parent.clone();
                if !matches!(parent.v, V::Undef) && name.as_ref() != "constructor" {
                    return self.get_prop(a, &parent, name, at);
                }
                "Function"
            }
            Kind::Bound { .. } | Kind::Settle(_) | Kind::Compiled => "Function",
            Kind::Regex(source, _) => {
                if name.as_ref() == "source" {
                    return Val::str(source.as_ref());
                }
                "RegExp"
            }
            Kind::Remote(r) => {
                let dest = r.dest;
                let wire = match (r.wire, name.as_ref()) {
                    (Wire::Response, "statusCode" | "status" | "ok" | "statusMessage") => {
                        return Val::unknown();
                    }
                    (Wire::Response, "headers") => Wire::Headers,
                    (Wire::Headers, "location") => Wire::Redirect,
                    _ => return whole.clone(),
                };
                return self.obj_val(Kind::Remote(Remote { dest, wire })).with(&whole.t);
            }
            Kind::Process { .. } => match name.as_ref() {
                "stdin" | "stdout" | "stderr" => {
                    let input = name.as_ref() == "stdin";
                    let pipe = self.obj_val(Kind::Pipe { of: obj, input }).with(&whole.t);
                    if let Some(o) = self.get_mut(obj) {
                        o.set(name, Field::Val(pipe.clone()));
                    }
                    return pipe;
                }
                _ => return Val::tainted(whole.t.clone()),
            },
            Kind::Promise
            | Kind::Pipe { .. }
            | Kind::FileOut
            | Kind::Cipher { .. }
            | Kind::Xhr
            | Kind::Error => {
                return Val::tainted(whole.t.clone());
            }
            Kind::Plain | Kind::Proxy { .. } => "Object",
        };
        if let Some(rest) = rest {
            return match rest.v {
                // What was spread in may have the property by name.
                V::Host(_) | V::Mod(_) => self.get_prop(a, &rest, name, at),
                _ => rest.with(&whole.t),
            };
        }
        if builtin == "Object" {
            return match name.as_ref() {
                "constructor" => self.host_val("Object"),
                "__proto__" => Val::unknown(),
                "hasOwnProperty" | "toString" | "valueOf" => self.native("Object", name),
                _ => Val {
                    v: V::Undef,
                    t: whole.t.clone(),
                },
            };
        }
        self.native(builtin, name).with(&whole.t)
    }

    pub fn assign_member(&mut self, a: &mut Act, e: &Expr, value: Val) {
        match &e.ex {
            Ex::Member(object, name) => {
                let object = self.eval(a, object);
                self.set_prop(a, &object, name, value, e.at);
            }
            Ex::Index(object, key) => {
                let object = self.eval(a, object);
                let key = self.eval(a, key);
                self.set_index(a, &object, &key, value, e.at);
            }
            _ => {}
        }
    }

    fn set_index(&mut self, a: &mut Act, object: &Val, key: &Val, value: Val, at: u32) {
        if let (V::Obj(obj), V::Num(n)) = (&object.v, &key.v)
            && *n >= 0.0
            && n.fract() == 0.0
            && (*n as usize) < MOST_ELEMENTS
        {
            let ix = *n as usize;
            let byte = self.to_num(&value);
            let Some(o) = self.get_mut(*obj) else { return };
            match &mut o.kind {
                Kind::Array => {
                    if o.elems.len() <= ix {
                        o.elems.resize(ix + 1, Val::undef());
                    }
                    if let Some(slot) = o.elems.get_mut(ix) {
                        *slot = if a.unsure > 0 { either(slot, &value) } else { value };
                    }
                    return;
                }
                Kind::Bytes(bytes) => {
                    if let (Some(slot), Some(byte)) = (bytes.get_mut(ix), byte) {
                        *slot = super::ops::to_i32(byte) as u8;
                    }
                    return;
                }
                _ => {}
            }
        }
        match self.to_text(key) {
            Some(name) if !name.has_holes() && !matches!(key.v, V::Alt(_)) => {
                let name = Name::from(name.as_str());
                self.set_prop(a, object, &name, value, at);
            }
            _ => {
                let t = key.t.clone();
                for one in object.each() {
                    match one.v {
                        V::Obj(obj) => {
                            if let Some(o) = self.get_mut(obj) {
                                o.rest = either(&o.rest, &value).with(&t);
                            }
                        }
                        V::Host(id) => {
                            let path = self.host_name(id);
                            crate::host::hooks::vague_write(self, a, &path, &value, at);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    pub fn set_prop(&mut self, a: &mut Act, object: &Val, name: &Name, value: Val, at: u32) {
        match &object.v {
            V::Obj(obj) => {
                let obj = *obj;
                if self.get(obj).is_some_and(Object::is_proxy) {
                    return self.proxy_set(a, obj, name, value, at);
                }
                // A setter, own or inherited.
                let mut next = Some(obj);
                for _ in 0..8 {
                    let Some(o) = next.and_then(|n| self.get(n)) else {
                        break;
                    };
                    if let Some(Field::Access(_, Some(set))) = o.get(name) {
                        let set = set.clone();
                        self.call(a, &set, object.clone(), vec![value], at);
                        return;
                    }
                    next = o.proto;
                }
                crate::host::assigned(self, a, obj, name, &value, at);
                crate::host::mail::field(self, a, name, &value, at);
                let Some(o) = self.get_mut(obj) else { return };
                if let Kind::Array = o.kind {
                    if let Ok(ix) = name.parse::<usize>()
                        && ix < MOST_ELEMENTS
                    {
                        if o.elems.len() <= ix {
                            o.elems.resize(ix + 1, Val::undef());
                        }
                        if let Some(slot) = o.elems.get_mut(ix) {
                            *slot = value;
                        }
                        return;
                    }
                    if name.as_ref() == "length"
                        && let V::Num(n) = value.v
                    {
                        o.elems.truncate(n.max(0.0) as usize);
                        return;
                    }
                }
                let value = match o.get(name) {
                    Some(Field::Val(have)) if a.unsure > 0 => either(have, &value),
                    _ => value,
                };
                o.set(name, Field::Val(value));
            }
            V::Host(id) => {
                let path = self.host_name(*id);
                crate::host::hooks::written(self, a, &path, name, value, at);
            }
            V::Mod(file) => {
                let exports = self.exports_of(*file);
                if matches!(exports.v, V::Obj(_)) {
                    self.set_prop(a, &exports, name, value, at);
                }
            }
            V::Alt(list) => {
                for one in list.clone().iter() {
                    self.set_prop(a, one, name, value.clone(), at);
                }
            }
            V::Unknown => crate::host::hooks::foreign_written(self, a, name, &value, at),
            _ => {}
        }
    }

    /// What `for (x of value)`, spread and array patterns go through.
    pub fn items_of(&mut self, value: &Val) -> Items {
        let value = &self.bare(value);
        match &value.v {
            V::Obj(obj) => match self.get(*obj) {
                Some(o) => match &o.kind {
                    Kind::Array if !o.has_rest() => {
                        let t = value.t.clone();
                        Items::Known(o.elems.iter().map(|e| e.clone().with(&t)).collect())
                    }
                    Kind::Bytes(bytes) if bytes.len() <= 1 << 16 => Items::Known(
                        bytes
                            .iter()
                            .map(|b| Val::num(f64::from(*b)).with(&value.t))
                            .collect(),
                    ),
                    _ => Items::Vague(Val::tainted(self.deep(value))),
                },
                None => Items::Vague(Val::unknown()),
            },
            V::Str(s) if !s.has_holes() && s.weight() <= 1 << 16 => Items::Known(
                s.as_str()
                    .chars()
                    .map(|c| Val::str(c.to_string()).with(&value.t))
                    .collect(),
            ),
            V::Undef | V::Null => Items::Known(Vec::new()),
            V::Alt(list) => {
                let mut out = Val::undef();
                for one in list.clone().iter() {
                    match self.items_of(one) {
                        Items::Known(items) => items.iter().take(32).for_each(|v| out = either(&out, v)),
                        Items::Vague(v) => out = either(&out, &v),
                    }
                }
                Items::Vague(out)
            }
            _ => Items::Vague(Val::tainted(value.t.clone())),
        }
    }

    /// What `for (k in value)` goes through.
    pub fn keys_of(&mut self, a: &Act, value: &Val, at: u32) -> Items {
        let value = &self.bare(value);
        match &value.v {
            V::Obj(obj) => match self.get(*obj) {
                Some(o) if !o.has_rest() => {
                    let mut keys: Vec<Val> = (0..o.elems.len()).map(|ix| Val::str(ix.to_string())).collect();
                    keys.extend(o.names.iter().map(|n| Val::str(n.as_ref())));
                    Items::Known(keys)
                }
                Some(o) if matches!(o.rest.v, V::Host(_)) => {
                    let rest = o.rest.clone();
                    self.keys_of(a, &rest, at)
                }
                _ => Items::Vague(Val::unknown()),
            },
            V::Host(id) => {
                let path = self.host_name(*id);
                Items::Vague(crate::host::key_of(self, a, &path, at))
            }
            V::Mod(file) => {
                let exports = self.exports_of(*file);
                match exports.v {
                    V::Mod(_) => Items::Vague(Val::unknown()),
                    _ => self.keys_of(a, &exports, at),
                }
            }
            V::Undef | V::Null | V::Num(_) | V::Bool(_) => Items::Known(Vec::new()),
            _ => Items::Vague(Val::tainted(value.t.clone())),
        }
    }

    /// Every value of an object joined into one set of marks, by one level.
    pub fn shallow(&self, value: &Val) -> Taint {
        let value = &self.bare(value);
        let mut t = value.t.clone();
        if let V::Obj(obj) = &value.v
            && let Some(o) = self.get(*obj)
            && !Object::is_callable(o)
        {
            for (_, field) in o.entries().take(24) {
                if let Field::Val(v) = field {
                    t = t.join(&v.t);
                }
            }
            for v in o.elems.iter().take(24) {
                t = t.join(&v.t);
            }
            t = t.join(&o.rest.t);
        }
        t
    }
}
