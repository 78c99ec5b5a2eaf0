//! Classes and construction.
//! Natives are built by `host` and `builtin`.
use std::rc::Rc;

use super::heap::{Field, Kind, Object};
use super::value::{Obj, V, Val};
use super::{Act, Machine};
use crate::ir::{Class, Key, Name, PropKind, Slot};

impl Machine<'_> {
    pub fn make_class(&mut self, a: &mut Act, c: &Rc<Class>) -> Val {
        let parent = match &c.parent {
            Some(e) => self.eval(a, e),
            None => Val::undef(),
        };
        let mut proto = Object::new(Kind::Plain);
        proto.proto = self.proto_of(a, &parent);
        let proto = self.alloc(proto);
        let frame = a.frame.clone();
        let class = self.new_obj(Kind::Class {
            c: c.clone(),
            frame: frame.clone(),
            proto,
            parent,
        });
        let value = Val::new(V::Obj(class));
        if let Some(p) = self.get_mut(proto) {
            p.put("constructor", value.clone());
        }
        if let Some(Slot { hops, ix }) = c.self_slot {
            self.set_slot(a, Slot { hops, ix }, value.clone(), true);
        }
        if let Some(ctor) = &c.ctor {
            // Known as a closure, so that a class nobody builds is still looked at.
            self.closure(ctor, &frame, Some(Val::unknown()), Some(proto));
        }
        for member in &c.members {
            let Some(key) = &member.key else {
                if let Some(f) = &member.value {
                    self.run(
                        None,
                        None,
                        f,
                        &frame,
                        value.clone(),
                        Some(class),
                        Vec::new(),
                        f.at,
                        false,
                    );
                }
                continue;
            };
            if member.field && !member.fixed {
                continue;
            }
            let name = match key {
                Key::Name(n) => Some(n.clone()),
                Key::Computed(e) => {
                    let key = self.eval(a, e);
                    self.to_text(&key)
                        .filter(|s| !s.has_holes())
                        .map(|s| Name::from(s.as_str()))
                }
            };
            let target = if member.fixed { class } else { proto };
            let member_value = match &member.value {
                Some(f) if member.field => self.run(
                    None,
                    None,
                    f,
                    &frame,
                    value.clone(),
                    Some(class),
                    Vec::new(),
                    f.at,
                    false,
                ),
                Some(f) => {
                    let this = if member.fixed { Some(value.clone()) } else { None };
                    let f = self.closure(f, &frame, this, Some(target));
                    Val::new(V::Obj(f))
                }
                None => Val::undef(),
            };
            let Some(object) = self.get_mut(target) else {
                continue;
            };
            let Some(name) = name else {
                object.rest = member_value;
                continue;
            };
            let field = match member.kind {
                PropKind::Plain => Field::Val(member_value),
                PropKind::Get => Field::Access(Some(member_value), setter(object, &name)),
                PropKind::Set => Field::Access(getter(object, &name), Some(member_value)),
            };
            object.set(&name, field);
        }
        value
    }

    fn proto_of(&mut self, a: &mut Act, class: &Val) -> Option<Obj> {
        match &class.v {
            V::Obj(obj) => match self.get(*obj).map(|o| &o.kind) {
                Some(Kind::Class { proto, .. }) => Some(*proto),
                Some(Kind::Func { .. }) => match self.get_prop(a, class, &Name::from("prototype"), 0).v {
                    V::Obj(p) => Some(p),
                    _ => None,
                },
                _ => None,
            },
            V::Mod(file) => {
                let exports = self.exports_of(*file);
                match exports.v {
                    V::Mod(_) => None,
                    _ => {
                        let exports = self.module_callable(&exports);
                        self.proto_of(a, &exports)
                    }
                }
            }
            V::Alt(list) => list.clone().iter().find_map(|v| self.proto_of(a, v)),
            _ => None,
        }
    }

    /// `new callee(args)`.
    pub fn construct(&mut self, a: &mut Act, callee: &Val, args: Vec<Val>, at: u32) -> Val {
        if !self.step() {
            return Val::unknown();
        }
        match &callee.v {
            V::Host(id) => {
                let path = self.host_name(*id);
                crate::host::construct(self, a, &path, args, at)
            }
            V::Mod(file) => {
                let exports = self.exports_of(*file);
                match exports.v {
                    V::Mod(_) => Val::unknown(),
                    _ => {
                        let exports = self.module_callable(&exports);
                        self.construct(a, &exports, args, at)
                    }
                }
            }
            V::Alt(list) => {
                let list = list.clone();
                let mut out = Val::undef();
                for f in list.iter() {
                    let one = self.construct(a, f, args.clone(), at);
                    out = super::value::either(&out, &one);
                }
                out
            }
            V::Obj(obj) => {
                let obj = *obj;
                let Some(o) = self.get(obj) else {
                    return Val::unknown();
                };
                match &o.kind {
                    Kind::Proxy { .. } => {
                        let target = self.bare(callee);
                        self.construct(a, &target, args, at)
                    }
                    Kind::Class { .. } => {
                        let mut this = Object::new(Kind::Plain);
                        this.proto = self.proto_of(a, callee);
                        let this = self.alloc(this);
                        let value = Val::new(V::Obj(this));
                        self.instances.insert(obj);
                        self.initialise(a, obj, &value, args, at);
                        value
                    }
                    Kind::Func {
                        f,
                        frame,
                        this: None,
                        home,
                    } => {
                        let (f, frame, home) = (f.clone(), frame.clone(), *home);
                        let mut this = Object::new(Kind::Plain);
                        this.proto = self.proto_of(a, callee);
                        let this = Val::new(V::Obj(self.alloc(this)));
                        let out = self.run(
                            Some(a),
                            Some(obj),
                            &f,
                            &frame,
                            this.clone(),
                            home,
                            args,
                            at,
                            false,
                        );
                        match out.v {
                            V::Obj(_) => out,
                            _ => this,
                        }
                    }
                    Kind::Bound { f, args: first, .. } => {
                        let (f, mut all) = (f.clone(), first.clone());
                        all.extend(args);
                        self.construct(a, &f, all, at)
                    }
                    _ => {
                        let t = callee.t.clone();
                        self.call_unknown(a, &t, &args, at)
                    }
                }
            }
            _ => {
                let t = callee.t.clone();
                self.call_unknown(a, &t, &args, at)
            }
        }
    }

    /// Runs fields and constructor of a class on `this`.
    fn initialise(&mut self, a: &mut Act, class: Obj, this: &Val, args: Vec<Val>, at: u32) {
        let Some(Kind::Class {
            c,
            frame,
            proto,
            parent,
        }) = self.get(class).map(|o| o.kind.clone())
        else {
            return;
        };
        if c.ctor.is_none() && !matches!(parent.v, V::Undef) {
            self.init_parent(a, &parent, this, args.clone(), at);
        }
        for member in c.members.iter().filter(|m| m.field && !m.fixed) {
            let (Some(Key::Name(name)), Some(f)) = (&member.key, &member.value) else {
                continue;
            };
            let value = self.run(
                None,
                None,
                f,
                &frame,
                this.clone(),
                Some(proto),
                Vec::new(),
                f.at,
                false,
            );
            if let V::Obj(o) = this.v
                && let Some(o) = self.get_mut(o)
            {
                o.set(name, Field::Val(value));
            }
        }
        if let Some(ctor) = &c.ctor {
            self.run(
                Some(a),
                None,
                ctor,
                &frame,
                this.clone(),
                Some(proto),
                args,
                at,
                false,
            );
        }
    }

    fn init_parent(&mut self, a: &mut Act, parent: &Val, this: &Val, args: Vec<Val>, at: u32) {
        match &parent.v {
            V::Obj(p) => {
                let p = *p;
                match self.get(p).map(|o| &o.kind) {
                    Some(Kind::Class { .. }) => self.initialise(a, p, this, args, at),
                    Some(Kind::Func { .. }) => {
                        self.call(a, parent, this.clone(), args, at);
                    }
                    _ => {}
                }
            }
            V::Mod(file) => {
                let exports = self.exports_of(*file);
                if !matches!(exports.v, V::Mod(_)) {
                    let exports = self.module_callable(&exports);
                    self.init_parent(a, &exports, this, args, at);
                }
            }
            _ => {}
        }
    }

    /// The class whose prototype is `home`.
    fn class_of_home(&self, home: Option<Obj>) -> Option<(Obj, Val)> {
        let proto = self.get(home?)?;
        let Some(Field::Val(Val { v: V::Obj(class), .. })) = proto.get("constructor") else {
            return None;
        };
        match &self.get(*class)?.kind {
            Kind::Class { parent, .. } => Some((*class, parent.clone())),
            _ => None,
        }
    }

    pub fn super_call(&mut self, a: &mut Act, args: Vec<Val>, at: u32) -> Val {
        let this = a.this.clone();
        if let Some((_, parent)) = self.class_of_home(a.home) {
            self.init_parent(a, &parent, &this, args, at);
        }
        this
    }

    pub fn super_member(&mut self, a: &mut Act, name: &Name) -> Val {
        let Some((_, parent)) = self.class_of_home(a.home) else {
            return Val::unknown();
        };
        match self.proto_of(a, &parent) {
            Some(proto) => self.get_prop(a, &Val::new(V::Obj(proto)), name, 0),
            None => Val::unknown(),
        }
    }
}

fn setter(object: &Object, name: &str) -> Option<Val> {
    match object.get(name) {
        Some(Field::Access(_, set)) => set.clone(),
        _ => None,
    }
}

fn getter(object: &Object, name: &str) -> Option<Val> {
    match object.get(name) {
        Some(Field::Access(get, _)) => get.clone(),
        _ => None,
    }
}
