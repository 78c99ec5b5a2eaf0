//! Calls: into the package's own functions, into natives, into the unknown.
//! What a native does is asked of `host` and `builtin`.
use std::rc::Rc;

use super::exec::Flow;
use super::heap::{Frame, Kind, Object};
use super::value::{Obj, Taint, V, Val, either};
use super::{Act, MOST_CALLS, Machine};
use crate::ir::{Arg, Ex, Expr, Func, Name, Slot};

/// Runs of one function with fully known arguments, as decoders need.
const SURE_RUNS: u32 = 60_000;
/// The same where a function is among the arguments: self-checks of decoders are, and so is half of any library.
const CALLBACK_RUNS: u32 = 1_500;
/// Activations at once of a function that was given a function.
const CALLBACK_NESTING: u32 = 6;
/// Runs of one function for each mixture of marks in its arguments.
const VAGUE_RUNS: u32 = 10;
/// Same for a function with many nodes.
const VAGUE_RUNS_LARGE: u32 = 3;
/// Same in code that only a caller starts.
const VAGUE_RUNS_LAZY: u32 = 4;
/// Nodes from which a function counts as large.
const LARGE: u32 = 1_500;
/// Activations of one function at once with unknown arguments.
const VAGUE_NESTING: u32 = 2;
/// Activations at once with known arguments.
const SURE_NESTING: u32 = 90;

impl Machine<'_> {
    pub fn eval_call(&mut self, a: &mut Act, callee: &Expr, args: &[Arg], at: u32) -> Val {
        match &callee.ex {
            Ex::Super => {
                let args = self.args(a, args);
                return self.super_call(a, args, at);
            }
            Ex::Member(object, name) => {
                if matches!(object.ex, Ex::Super) {
                    let method = self.super_member(a, name);
                    let args = self.args(a, args);
                    let this = a.this.clone();
                    return self.call(a, &method, this, args, at);
                }
                let recv = self.eval(a, object);
                let args = self.args(a, args);
                return self.call_method(a, &recv, name, args, callee.at.max(at));
            }
            Ex::Index(object, key) => {
                let recv = self.eval(a, object);
                let key = self.eval(a, key);
                let args = self.args(a, args);
                if let Some(name) = self.to_text(&key)
                    && !name.has_holes()
                {
                    return self.call_method(a, &recv, &Name::from(name.as_str()), args, at);
                }
                let callee = self.get_index(a, &recv, &key, at);
                return self.call(a, &callee, recv, args, at);
            }
            _ => {}
        }
        let f = self.eval(a, callee);
        let args = self.args(a, args);
        self.call(a, &f, Val::undef(), args, at)
    }

    /// Calls a value.
    pub fn call(&mut self, a: &mut Act, callee: &Val, this: Val, args: Vec<Val>, at: u32) -> Val {
        if !self.step() {
            return Val::unknown();
        }
        match &callee.v {
            V::Obj(obj) => self.call_obj(a, *obj, this, args, at).with(&callee.t),
            V::Host(id) => {
                let path = self.host_name(*id);
                crate::host::call(self, a, &path, &this, args, at)
            }
            V::Alt(list) => {
                let list = list.clone();
                let mut out = Val::undef();
                for f in list.iter() {
                    let one = self.call(a, f, this.clone(), args.clone(), at);
                    out = either(&out, &one);
                }
                out
            }
            V::Mod(file) => {
                let exports = self.exports_of(*file);
                if matches!(exports.v, V::Mod(_)) {
                    return Val::unknown();
                }
                let exports = self.module_callable(&exports);
                self.call(a, &exports, this, args, at)
            }
            _ => {
                let t = callee.t.clone();
                self.call_unknown(a, &t, &args, at)
            }
        }
    }

    /// A call we know nothing of: marks pass through, callbacks run.
    pub fn call_unknown(&mut self, a: &mut Act, t: &Taint, args: &[Val], at: u32) -> Val {
        self.worldly += 1;
        let mut t = t.clone();
        for arg in args {
            t = t.join(&self.shallow(arg));
        }
        self.run_callbacks(a, args, &t, at);
        Val::tainted(t)
    }

    /// Runs every function among `args` with one unknown argument carrying `t`.
    pub fn run_callbacks(&mut self, a: &mut Act, args: &[Val], t: &Taint, at: u32) -> Val {
        let mut out = Val::undef();
        for arg in args {
            if self.is_function(arg) {
                let given = vec![
                    Val::tainted(t.clone()),
                    Val::tainted(t.clone()),
                    Val::tainted(t.clone()),
                ];
                a.unsure += 1;
                let one = self.call(a, arg, Val::undef(), given, at);
                a.unsure -= 1;
                out = either(&out, &one);
            }
        }
        out
    }

    pub fn is_function(&self, v: &Val) -> bool {
        match &v.v {
            V::Obj(o) => self.get(*o).is_some_and(Object::is_callable),
            V::Alt(list) => list.iter().any(|v| self.is_function(v)),
            _ => false,
        }
    }

    fn call_obj(&mut self, a: &mut Act, obj: Obj, this: Val, args: Vec<Val>, at: u32) -> Val {
        let Some(o) = self.get(obj) else {
            return Val::unknown();
        };
        match &o.kind {
            Kind::Func {
                f,
                frame,
                this: bound,
                home,
            } => {
                let (f, frame, home) = (f.clone(), frame.clone(), *home);
                let this = bound.clone().unwrap_or(this);
                self.run(Some(a), Some(obj), &f, &frame, this, home, args, at, false)
            }
            Kind::Class { .. } => self.construct(a, &Val::new(V::Obj(obj)), args, at),
            Kind::Bound { f, this, args: first } => {
                let (f, this, mut all) = (f.clone(), this.clone(), first.clone());
                all.extend(args);
                self.call(a, &f, this, all, at)
            }
            Kind::Settle(promise) => {
                let promise = *promise;
                let value = args.first().cloned().unwrap_or_else(Val::undef);
                let value = self.settled(&value);
                if let Some(p) = self.get_mut(promise) {
                    let joined = match p.elems.first() {
                        Some(have) => either(have, &value),
                        None => value,
                    };
                    p.elems = vec![joined];
                }
                Val::undef()
            }
            _ => {
                let t = Taint::none();
                self.call_unknown(a, &t, &args, at)
            }
        }
    }

    fn is_sure(&self, v: &Val) -> bool {
        matches!(
            v.v,
            V::Undef | V::Null | V::Bool(_) | V::Num(_) | V::Obj(_) | V::Str(_)
        ) && v.any_str().is_none_or(|s| !s.has_holes())
    }

    /// Runs a function, unless it was run often enough with arguments like these.
    #[expect(clippy::too_many_arguments, reason = "an activation has this many parts")]
    pub fn run(
        &mut self,
        caller: Option<&mut Act>,
        obj: Option<Obj>,
        f: &Rc<Func>,
        up: &Rc<Frame>,
        this: Val,
        home: Option<Obj>,
        args: Vec<Val>,
        at: u32,
        explore: bool,
    ) -> Val {
        let mut mask = 0u32;
        let mut sure = !explore;
        let mut t = Taint::none();
        for arg in &args {
            let shallow = self.shallow(arg);
            mask |= self.mask(&shallow);
            t = t.join(&shallow);
            sure &= self.is_sure(arg);
            if self.is_function(arg) {
                mask |= 1 << 30;
            }
        }
        mask |= self.mask(&this.t);
        let (large, lazy) = (f.size > LARGE, self.lazy);
        let counts = self.counts(f.id);
        let allowed = if sure {
            counts.sure += 1;
            let callback = mask & (1 << 30) != 0;
            let (most, nesting) = match (large, callback) {
                (true, _) => (64, VAGUE_NESTING),
                (false, true) => (CALLBACK_RUNS, CALLBACK_NESTING),
                (false, false) => (SURE_RUNS, SURE_NESTING),
            };
            counts.sure <= most && counts.active < nesting
        } else {
            let most = match (large, lazy) {
                (true, _) => VAGUE_RUNS_LARGE,
                (false, true) => VAGUE_RUNS_LAZY,
                (false, false) => VAGUE_RUNS,
            };
            let kinds = counts.vague.len();
            let seen = match counts.vague.iter_mut().find(|(m, _)| *m == mask) {
                Some((_, n)) => {
                    *n += 1;
                    *n
                }
                None if kinds < 12 => {
                    counts.vague.push((mask, 1));
                    1
                }
                None => most + 1,
            };
            explore || (seen <= most && counts.active < VAGUE_NESTING)
        };
        if !allowed || self.call_depth >= MOST_CALLS || self.exhausted {
            let last = self.counts(f.id).last.clone();
            return match last {
                Some(v) => Val {
                    v: if sure { V::Unknown } else { v.v },
                    t: v.t.join(&t),
                },
                None => Val::tainted(t),
            };
        }
        self.counts(f.id).active += 1;
        self.call_depth += 1;
        // A mark handed to a named function is a station people want to see.
        let mut args = args;
        if let (Some(caller), Some(name)) = (caller.as_ref(), &f.name)
            && mask != 0
        {
            let place = self.place(caller, at);
            let note = format!("passed to `{name}`");
            for arg in &mut args {
                if !arg.t.is_empty() {
                    arg.t = self.via(&arg.t, place, &note);
                }
            }
        }
        let frame = Frame::new(f.slots, Some(up.clone()));
        let this = match this.v {
            V::Undef if !f.arrow => self.host_val("globalThis"),
            _ => this,
        };
        let mut act = Act {
            frame,
            src: f.src,
            func: f.clone(),
            this,
            args: args.clone(),
            home,
            ret: None,
            unsure: 0,
            maybe_exit: false,
            explore,
        };
        if let (Some(slot), Some(obj)) = (f.self_slot, obj) {
            self.set_slot(&act, Slot { hops: 0, ix: slot }, Val::new(V::Obj(obj)), true);
        }
        for (ix, (pat, default)) in f.params.iter().enumerate() {
            let mut value = args.get(ix).cloned().unwrap_or_else(Val::undef);
            if let Some(default) = default
                && matches!(value.v, V::Undef | V::Unknown)
            {
                let other = self.eval(&mut act, default);
                value = if matches!(value.v, V::Undef) {
                    other
                } else {
                    either(&value, &other)
                };
            }
            self.bind(&mut act, pat, value, true);
        }
        if let Some(rest) = &f.rest {
            let tail = args.iter().skip(f.params.len()).cloned().collect();
            let tail = self.array(tail);
            self.bind(&mut act, rest, tail, true);
        }
        let waiting = self.deferred.len();
        let flow = self.stmts(&mut act, &f.body);
        self.settle_deferred(&mut act, waiting);
        self.call_depth -= 1;
        let out = match act.ret {
            Some(v) if f.generator => {
                let list = self.array(Vec::new());
                if let V::Obj(o) = list.v
                    && let Some(o) = self.get_mut(o)
                {
                    o.rest = v;
                }
                list
            }
            Some(v) => self.settled(&v),
            None if flow == Flow::Throw => Val::unknown(),
            None => Val::undef(),
        };
        let counts = self.counts(f.id);
        counts.active -= 1;
        counts.last = Some(match counts.last.take() {
            Some(have) if !sure => either(&have, &out),
            _ => out.clone(),
        });
        out
    }

    /// `recv.name(args)`.
    pub fn call_method(&mut self, a: &mut Act, recv: &Val, name: &Name, args: Vec<Val>, at: u32) -> Val {
        if !self.step() {
            return Val::unknown();
        }
        match &recv.v {
            V::Alt(list) => {
                let list = list.clone();
                let mut out = Val::undef();
                for one in list.iter() {
                    let one = one.clone().with(&recv.t);
                    let got = self.call_method(a, &one, name, args.clone(), at);
                    out = either(&out, &got);
                }
                out
            }
            V::Str(_) | V::Num(_) | V::Bool(_) => crate::builtin::text::method(self, a, recv, name, args, at),
            V::Host(id) => {
                let (id, path) = (*id, self.host_name(*id));
                self.host_method(a, id, &path, recv, name, args, at)
            }
            V::Mod(file) => {
                let exports = self.exports_of(*file);
                if matches!(exports.v, V::Mod(_)) {
                    return Val::unknown();
                }
                let f = self.module_prop(a, &exports, name, at);
                match f.v {
                    V::Undef => self.call_method(a, &exports, name, args, at),
                    _ => self.call(a, &f, exports, args, at),
                }
            }
            V::Obj(obj) => self.obj_method(a, *obj, recv, name, args, at),
            V::Unknown | V::Undef | V::Null => self.generic_method(a, recv, name, args, at),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a method call has this many parts")]
    fn host_method(
        &mut self,
        a: &mut Act,
        id: u32,
        path: &str,
        recv: &Val,
        name: &Name,
        args: Vec<Val>,
        at: u32,
    ) -> Val {
        match name.as_ref() {
            "call" if !path.is_empty() => {
                let mut args = args.into_iter();
                let this = args.next().unwrap_or_else(Val::undef);
                return self.call(a, recv, this, args.collect(), at);
            }
            "apply" if path != "Reflect" => {
                let this = args.first().cloned().unwrap_or_else(Val::undef);
                let list = self.list_arg(args.get(1));
                return self.call(a, recv, this, list, at);
            }
            "bind" => {
                let mut args = args.into_iter();
                let this = args.next().unwrap_or_else(Val::undef);
                return self.obj_val(Kind::Bound {
                    f: recv.clone(),
                    this,
                    args: args.collect(),
                });
            }
            _ => {}
        }
        let callee = crate::host::member(self, a, id, path, name, at);
        match &callee.v {
            V::Host(child) => {
                let child = self.host_name(*child);
                crate::host::call(self, a, &child, recv, args, at)
            }
            V::Unknown => self.generic_method(a, &callee.clone().with(&recv.t), name, args, at),
            _ => self.call(a, &callee, recv.clone(), args, at),
        }
    }

    /// The arguments in an array handed to `apply`.
    pub fn list_arg(&mut self, v: Option<&Val>) -> Vec<Val> {
        match v {
            Some(v) => match self.items_of(v) {
                super::exec::Items::Known(list) => list,
                super::exec::Items::Vague(item) => vec![item],
            },
            None => Vec::new(),
        }
    }

    fn obj_method(&mut self, a: &mut Act, obj: Obj, recv: &Val, name: &Name, args: Vec<Val>, at: u32) -> Val {
        // Own and inherited code first: a class may shadow any native.
        let mut next = Some(obj);
        for _ in 0..12 {
            let Some(o) = next.and_then(|n| self.get(n)) else {
                break;
            };
            if o.get(name).is_some() {
                let f = self.get_prop(a, recv, name, at);
                if !matches!(f.v, V::Undef) {
                    return self.call(a, &f, recv.clone(), args, at);
                }
                break;
            }
            next = o.proto;
        }
        let Some(o) = self.get(obj) else {
            return Val::unknown();
        };
        if o.is_callable() {
            match name.as_ref() {
                "call" => {
                    let mut args = args.into_iter();
                    let this = args.next().unwrap_or_else(Val::undef);
                    return self.call(a, recv, this, args.collect(), at);
                }
                "apply" => {
                    let this = args.first().cloned().unwrap_or_else(Val::undef);
                    let list = self.list_arg(args.get(1));
                    return self.call(a, recv, this, list, at);
                }
                "bind" => {
                    let mut args = args.into_iter();
                    let this = args.next().unwrap_or_else(Val::undef);
                    return self.obj_val(Kind::Bound {
                        f: recv.clone(),
                        this,
                        args: args.collect(),
                    });
                }
                "toString" => {
                    return self
                        .to_text(recv)
                        .map_or_else(Val::unknown, |s| Val::new(V::Str(s)));
                }
                "constructor" => return crate::host::call(self, a, "Function", recv, args, at),
                _ => {}
            }
        }
        if let Some(v) = crate::host::object_method(self, a, obj, recv, name, &args, at) {
            return v;
        }
        if let Some(v) = crate::builtin::object_method(self, a, obj, recv, name, &args, at) {
            return v;
        }
        let rest = self.get(obj).filter(|o| o.has_rest()).map(|o| o.rest.clone());
        if let Some(rest) = rest
            && matches!(rest.v, V::Host(_) | V::Mod(_) | V::Obj(_))
        {
            if self.is_function(&rest) {
                return self.call(a, &rest, recv.clone(), args, at);
            }
            return self.call_method(a, &rest, name, args, at);
        }
        self.generic_method(a, recv, name, args, at)
    }
}
