//! Expressions on abstract values.
//! Property access lives in `member`, calls in `call`.
use std::rc::Rc;

use super::heap::{Field, Frame, Kind, Object};
use super::marks::{Place, Source};
use super::value::{Taint, V, Val, blank, either};
use super::{Act, Machine};
use crate::ir::{Arg, Ex, Expr, Key, Logic, Name, Pat, Prop, PropKind, Slot};
use crate::text::JsStr;

impl Machine<'_> {
    pub fn place(&self, a: &Act, at: u32) -> Place {
        Place { src: a.src, at }
    }

    pub fn eval(&mut self, a: &mut Act, e: &Expr) -> Val {
        if !self.step() {
            return Val::unknown();
        }
        self.depth += 1;
        let out = self.eval_inner(a, e);
        self.depth -= 1;
        out
    }

    pub fn eval_named(&mut self, a: &mut Act, e: &Expr, _pat: &Pat) -> Val {
        self.eval(a, e)
    }

    fn slot(&self, a: &Act, slot: Slot) -> Val {
        let mut frame: &Rc<Frame> = &a.frame;
        for _ in 0..slot.hops {
            match &frame.up {
                Some(up) => frame = up,
                None => return Val::unknown(),
            }
        }
        frame
            .vars
            .borrow()
            .get(slot.ix as usize)
            .cloned()
            .unwrap_or_else(Val::unknown)
    }

    fn eval_inner(&mut self, a: &mut Act, e: &Expr) -> Val {
        match &e.ex {
            Ex::Undef => Val::undef(),
            Ex::Null => Val::new(V::Null),
            Ex::Bool(b) => Val::bool(*b),
            Ex::Num(n) => Val::num(*n),
            Ex::Str(s) => Val::new(V::Str(s.clone())),
            Ex::Regex(source, flags) => self.obj_val(Kind::Regex(source.clone(), flags.clone())),
            Ex::Template(quasis, exprs) => self.template(a, quasis, exprs),
            Ex::Var(slot) => self.slot(a, *slot),
            Ex::Global(name) => self.global(a, name),
            Ex::This => a.this.clone(),
            Ex::Super => Val::unknown(),
            Ex::Meta => self.host_val("import.meta"),
            Ex::Array(items) => {
                let list = self.args(a, items);
                self.array(list)
            }
            Ex::Object(props) => self.object(a, props),
            Ex::Func(f) => {
                let this = f.arrow.then(|| a.this.clone());
                let (frame, home) = (a.frame.clone(), if f.arrow { a.home } else { None });
                let obj = self.closure(f, &frame, this, home);
                Val::new(V::Obj(obj))
            }
            Ex::Class(c) => self.make_class(a, c),
            Ex::Member(object, name) => {
                if matches!(object.ex, Ex::Super) {
                    return self.super_member(a, name);
                }
                let object = self.eval(a, object);
                self.get_prop(a, &object, name, e.at)
            }
            Ex::Index(object, key) => {
                let object = self.eval(a, object);
                let key = self.eval(a, key);
                self.get_index(a, &object, &key, e.at)
            }
            Ex::Call(callee, args) => self.eval_call(a, callee, args, e.at),
            Ex::New(callee, args) => {
                let callee = self.eval(a, callee);
                let args = self.args(a, args);
                self.construct(a, &callee, args, e.at)
            }
            Ex::Import(source) => {
                let source = self.eval(a, source);
                let place = self.place(a, e.at);
                self.require(a, &source, place, true)
            }
            Ex::Unary(op, inner) => self.unary(a, *op, inner),
            Ex::Binary(op, left, right) => {
                // Long chains lean left; walking down by hand keeps the stack flat.
                let mut tail = vec![(*op, right)];
                let mut left = left;
                while let Ex::Binary(op, l, r) = &left.ex {
                    tail.push((*op, r));
                    left = l;
                }
                let mut out = self.eval(a, left);
                for (op, right) in tail.into_iter().rev() {
                    if self.exhausted {
                        break;
                    }
                    let right = self.eval(a, right);
                    out = self.binary(op, &out, &right);
                }
                out
            }
            Ex::Logical(op, left, right) => {
                let gates = self.gates.len();
                if matches!(right.ex, Ex::Call(..) | Ex::Seq(_) | Ex::Assign(..)) {
                    self.enter_gate(a, left);
                }
                let value = self.logical(a, *op, left, right);
                self.leave_gates(gates);
                value
            }
            Ex::Cond(test, yes, no) => {
                let test = self.eval(a, test);
                let known = if a.explore { None } else { self.truth(&test) };
                match known {
                    Some(true) => {
                        self.skipped.insert(a.func.id);
                        self.eval(a, yes)
                    }
                    Some(false) => {
                        self.skipped.insert(a.func.id);
                        self.eval(a, no)
                    }
                    None => {
                        self.met_unknown(a);
                        a.unsure += 1;
                        let yes = self.eval(a, yes);
                        let no = self.eval(a, no);
                        a.unsure -= 1;
                        // Bits read by comparison are still the data: pixels to text goes this way.
                        let bits = matches!((&yes.v, &no.v), (V::Num(_), V::Num(_)))
                            && self.has(&test.t, Source::PackageFile);
                        let out = either(&yes, &no);
                        if bits { out.with(&test.t) } else { out }
                    }
                }
            }
            Ex::Assign(target, value) => {
                let plain = matches!(value.ex, Ex::Var(_));
                let value = self.eval_named(a, value, target);
                if plain
                    && let Pat::Member(member) = target.as_ref()
                    && let Ex::Member(_, name) = &member.ex
                {
                    crate::host::secrets::named_by_property(self, name, &value.t);
                }
                self.bind(a, target, value.clone(), false);
                value
            }
            Ex::AssignOp(op, target, value) => {
                let old = self.read_target(a, target);
                let value = self.eval(a, value);
                let out = self.binary(*op, &old, &value);
                self.bind(a, target, out.clone(), false);
                out
            }
            Ex::AssignLogic(op, target, value) => {
                let old = self.read_target(a, target);
                let out = match (op, self.truth(&old)) {
                    (Logic::Or, Some(true)) | (Logic::And, Some(false)) => return old,
                    (Logic::Nullish, Some(_)) if !matches!(old.v, V::Undef | V::Null) => return old,
                    _ => self.eval(a, value),
                };
                let out = either(&old, &out);
                self.bind(a, target, out.clone(), false);
                out
            }
            Ex::Update { target, up, prefix } => {
                let old = self.read_target(a, target);
                let Some(n) = self.to_num(&old) else {
                    let out = Val::tainted(old.t);
                    self.bind(a, target, out.clone(), false);
                    return out;
                };
                let next = Val::num(if *up { n + 1.0 } else { n - 1.0 }).with(&old.t);
                self.bind(a, target, next.clone(), false);
                if *prefix { next } else { Val::num(n).with(&old.t) }
            }
            Ex::Seq(list) => {
                let mut out = Val::undef();
                for e in list {
                    out = self.eval(a, e);
                }
                out
            }
            Ex::Await(inner) => {
                let value = self.eval(a, inner);
                if let Some((place, wait)) = self.promised_wait.take() {
                    self.enter_wait(place, wait);
                }
                self.settled(&value)
            }
            Ex::Yield(inner) => {
                if let Some(inner) = inner {
                    let value = self.eval(a, inner);
                    a.ret = Some(match a.ret.take() {
                        Some(have) => either(&have, &value),
                        None => value,
                    });
                }
                Val::unknown()
            }
            Ex::Opaque(list) => {
                let mut t = Taint::none();
                for e in list {
                    t = t.join(&self.eval(a, e).t);
                }
                Val::tainted(t)
            }
        }
    }

    /// The value a promise holds; other values are themselves.
    pub fn settled(&mut self, value: &Val) -> Val {
        let mut value = value.clone();
        for _ in 0..4 {
            let V::Obj(obj) = value.v else { break };
            match self.get(obj) {
                Some(o) if matches!(o.kind, Kind::Promise) => {
                    let t = value.t.clone();
                    value = o.elems.first().cloned().unwrap_or_else(Val::unknown).with(&t);
                }
                _ => break,
            }
        }
        value
    }

    fn template(&mut self, a: &mut Act, quasis: &[Rc<JsStr>], exprs: &[Expr]) -> Val {
        let mut out = Val::new(V::Str(
            quasis.first().cloned().unwrap_or_else(|| Rc::new(JsStr::new(""))),
        ));
        for (ix, e) in exprs.iter().enumerate() {
            let mut part = self.eval(a, e);
            if self.to_text(&part).is_none() && !matches!(part.v, V::Alt(_)) {
                part = Val::str(blank().to_string()).with(&part.t);
            }
            out = self.concat(&out, &part);
            if let Some(quasi) = quasis.get(ix + 1)
                && quasi.weight() > 0
            {
                out = self.concat(&out, &Val::new(V::Str(quasi.clone())));
            }
        }
        out
    }

    fn global(&mut self, a: &Act, name: &Name) -> Val {
        if let Some(v) = self.globals.get(name) {
            return v.clone();
        }
        match name.as_ref() {
            "arguments" => {
                let args = a.args.clone();
                self.array(args)
            }
            "NaN" => Val::num(f64::NAN),
            "Infinity" => Val::num(f64::INFINITY),
            "global" | "globalThis" | "window" | "self" | "top" | "frames" => self.host_val("globalThis"),
            _ => {
                let path = crate::host::global_path(name);
                self.host_val(path)
            }
        }
    }

    pub fn global_named(&mut self, name: &Name) -> Val {
        if let Some(v) = self.globals.get(name) {
            return v.clone();
        }
        match name.as_ref() {
            "global" | "globalThis" | "window" | "self" => self.host_val("globalThis"),
            "undefined" => Val::undef(),
            _ => {
                let path = crate::host::global_path(name);
                self.host_val(path)
            }
        }
    }

    pub fn set_global(&mut self, a: &Act, name: &Name, value: Val) {
        crate::host::hooks::global_replaced(self, a, name, &value);
        let value = match self.globals.get(name) {
            Some(have) if a.unsure > 0 => either(have, &value),
            _ => value,
        };
        self.globals.insert(name.clone(), value);
    }

    pub fn args(&mut self, a: &mut Act, items: &[Arg]) -> Vec<Val> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            let v = self.eval(a, &item.e);
            if !item.spread {
                out.push(v);
                continue;
            }
            match self.items_of(&v) {
                super::exec::Items::Known(list) => out.extend(list),
                super::exec::Items::Vague(item) => out.push(item),
            }
        }
        out
    }

    fn object(&mut self, a: &mut Act, props: &[Prop]) -> Val {
        let mut object = Object::new(Kind::Plain);
        for prop in props {
            match prop {
                Prop::Spread(e) => {
                    let from = self.eval(a, e);
                    self.spread_into(&mut object, &from);
                }
                Prop::Key(key, value, kind) => {
                    let name = match key {
                        Key::Name(n) => Some(n.clone()),
                        Key::Computed(e) => {
                            let key = self.eval(a, e);
                            self.to_text(&key)
                                .filter(|s| !s.has_holes())
                                .map(|s| Name::from(s.as_str()))
                        }
                    };
                    let (plain, at) = (matches!(value.ex, Ex::Var(_)), value.at);
                    let value = self.eval(a, value);
                    if plain && let Some(name) = &name {
                        crate::host::secrets::named_by_property(self, name, &value.t);
                    }
                    if let Some(name) = &name {
                        crate::host::mail::field(self, a, name, &value, at);
                    }
                    let Some(name) = name else {
                        object.rest = either(&object.rest, &value);
                        continue;
                    };
                    let field = match kind {
                        PropKind::Plain => Field::Val(value),
                        PropKind::Get => {
                            let set = match object.get(&name) {
                                Some(Field::Access(_, set)) => set.clone(),
                                _ => None,
                            };
                            Field::Access(Some(value), set)
                        }
                        PropKind::Set => {
                            let get = match object.get(&name) {
                                Some(Field::Access(get, _)) => get.clone(),
                                _ => None,
                            };
                            Field::Access(get, Some(value))
                        }
                    };
                    object.set(&name, field);
                }
            }
        }
        Val::new(V::Obj(self.alloc(object)))
    }

    /// Copies own properties, as `{...from}` and `Object.assign` do.
    pub fn spread_into(&mut self, object: &mut Object, from: &Val) {
        for one in from.each() {
            match &one.v {
                V::Obj(obj) => {
                    let Some(source) = self.get(*obj) else { continue };
                    let fields: Vec<(Name, Field)> =
                        source.entries().map(|(n, f)| (n.clone(), f.clone())).collect();
                    let rest = source.rest.clone();
                    for (ix, e) in source.elems.iter().take(256).enumerate() {
                        object.put(&ix.to_string(), e.clone());
                    }
                    for (name, field) in fields {
                        object.set(&name, field);
                    }
                    if rest.t.is_empty() && matches!(rest.v, V::Undef) {
                        continue;
                    }
                    object.rest = either(&object.rest, &rest);
                }
                V::Undef | V::Null | V::Bool(_) | V::Num(_) | V::Str(_) => {}
                _ => object.rest = either(&object.rest, &one),
            }
        }
    }

    fn logical(&mut self, a: &mut Act, op: Logic, left: &Expr, right: &Expr) -> Val {
        let l = self.eval(a, left);
        let known = if a.explore { None } else { self.truth(&l) };
        let nullish = matches!(l.v, V::Undef | V::Null);
        match (op, known) {
            (Logic::And, Some(true)) | (Logic::Or, Some(false)) => return self.eval(a, right),
            (Logic::And, Some(false)) | (Logic::Or, Some(true)) => {
                self.skipped.insert(a.func.id);
                return l;
            }
            (Logic::Nullish, _) if nullish => return self.eval(a, right),
            (Logic::Nullish, _) if matches!(l.v, V::Str(_) | V::Num(_) | V::Bool(_) | V::Obj(_)) => return l,
            _ => {}
        }
        self.met_unknown(a);
        a.unsure += 1;
        let r = self.eval(a, right);
        a.unsure -= 1;
        match op {
            Logic::And => r,
            _ => either(&l, &r),
        }
    }

    fn read_target(&mut self, a: &mut Act, target: &Pat) -> Val {
        match target {
            Pat::Var(slot) => self.slot(a, *slot),
            Pat::Global(name) => self.global(a, name),
            Pat::Member(e) => self.eval(a, e),
            _ => Val::unknown(),
        }
    }
}
