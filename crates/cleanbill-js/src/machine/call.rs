//! Calls: into the package's own functions, into natives, into the unknown.
//! What a native does is asked of `host` and `builtin`.
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::exec::Flow;
use super::heap::{Frame, Kind, Object};
use super::value::{Obj, Taint, V, Val, either};
use super::{Act, MOST_CALLS, Machine};
use crate::hash::Fx;
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
/// Runs of a function with hardly a node, whatever its arguments: the operators and calls that obfuscators put
/// into functions of their own, each used from everywhere.
const SMALL_RUNS: u32 = 4_000;
/// The same in clear code.
const SMALL_RUNS_CLEAR: u32 = 40;
/// Nodes up to which a function may go on while its runs stay cheap: one that hands its argument on is called from
/// everywhere, each time with another value.
const LEAF: u32 = 64;
/// Steps such a function may take over all its runs with unknown arguments.
const LEAF_STEPS: u64 = 6_000;
/// Activations of such a function at once.
const SMALL_NESTING: u32 = 24;
/// Nodes up to which a function counts as one operator.
const SMALL: u32 = 16;
/// Nodes from which a function counts as large.
const LARGE: u32 = 1_500;
/// Activations of one function at once with unknown arguments.
const VAGUE_NESTING: u32 = 2;
/// Activations at once with known arguments.
const SURE_NESTING: u32 = 90;
/// Steps a clear function may take, over all its runs, in runs that branch on the unknown although their arguments
/// are known: such a function reads state nobody knows, and each run more says the same again.
const HAZY_STEPS: u64 = 60_000;
/// The same for one that gives nothing back.
const SILENT_STEPS: u64 = 150_000;
/// Activations at once of the same call, once the unknown was met on the way.
const HAZY_NESTING: usize = 5;
/// Steps the same call may take itself over all its runs that met the unknown.
const AGAIN_STEPS: u64 = 3_000;
/// Bytes at either end of a text that tell it from another: a call must cost nothing that grows with its text.
const SHAPE_ENDS: usize = 48;
/// Calls remembered by what they were given.
const MOST_SHAPES: usize = 200_000;
/// Steps a clear function may take itself over all its runs with known arguments: what works longer is arithmetic,
/// and tells nothing.
const OWN_STEPS: u64 = 600_000;
/// Runs of such a function before its steps are looked at.
const HAZY_RUNS: u32 = 24;

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
                // A native that calls what it was given can be given itself.
                self.depth += 1;
                let out = crate::host::call(self, a, &path, &this, args, at);
                self.depth -= 1;
                out
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
            Kind::Proxy { .. } => self.proxy_call(a, obj, this, args, at),
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

    /// What a call looks like: the closure, known text and numbers, the kinds of all else.
    fn shape(&self, closure: Option<Obj>, args: &[Val]) -> u64 {
        let mut hash = Fx::default();
        closure.hash(&mut hash);
        for arg in args {
            std::mem::discriminant(&arg.v).hash(&mut hash);
            match &arg.v {
                V::Str(s) => {
                    let bytes = s.as_str().as_bytes();
                    let ends = (
                        bytes.first_chunk::<SHAPE_ENDS>(),
                        bytes.last_chunk::<SHAPE_ENDS>(),
                    );
                    match ends {
                        (Some(first), Some(last)) => (first, last, bytes.len()).hash(&mut hash),
                        _ => bytes.hash(&mut hash),
                    }
                }
                V::Num(n) => n.to_bits().hash(&mut hash),
                V::Bool(b) => b.hash(&mut hash),
                V::Host(id) => id.hash(&mut hash),
                V::Obj(o) => {
                    let kind = self.get(*o).map(|o| std::mem::discriminant(&o.kind));
                    kind.hash(&mut hash);
                }
                _ => {}
            }
        }
        hash.finish()
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
        let obfuscated = !self.obfuscated.is_empty()
            && self
                .sources
                .get(f.src as usize)
                .is_some_and(|s| self.obfuscated.contains(s.path.as_ref()));
        for arg in &args {
            let shallow = self.shallow(arg);
            mask |= self.mask(&shallow);
            t = t.join(&shallow);
            sure &= self.is_sure(arg) || (obfuscated && matches!(arg.v, V::Host(_)));
            if self.is_function(arg) || matches!(arg.v, V::Host(_)) {
                mask |= 1 << 30;
            }
        }
        mask |= self.mask(&this.t);
        if sure
            && !self.exhausted
            && let Some(known) = self.shortcut(f.id, &args)
        {
            return known.with(&t);
        }
        let (large, lazy, small) = (f.size > LARGE, self.lazy, f.size <= SMALL);
        // Decoders of obfuscated code check themselves with every word; their loops are bounded by steps.
        let turning = self.turning;
        let decoder = obfuscated && (turning || self.counts(f.id).sure >= CALLBACK_RUNS);
        // Decoded text is no less suspect than an obfuscated file: its decoders may work as long.
        let suspect = obfuscated
            || self
                .sources
                .get(f.src as usize)
                .is_some_and(|s| s.layer.is_some());
        let (vague, shape) = (self.vague, self.shape(obj, &args));
        let again = self.again.get(&(f.id, shape)).copied().unwrap_or_default();
        let counts = self.counts(f.id);
        // The unknown was met on the way and the same call comes back: a parser of what it does not know, or a retry.
        let hazy = !suspect
            && counts.began != vague
            && counts.entered.iter().filter(|s| **s == shape).count() >= HAZY_NESTING;
        let spent = !suspect
            && ((counts.hazy > HAZY_RUNS && counts.hazy_steps > HAZY_STEPS)
                || (again.0 > HAZY_RUNS && again.1 > AGAIN_STEPS)
                || counts.own_steps > OWN_STEPS
                || (counts.own_steps > SILENT_STEPS
                    && matches!(&counts.last, Some(v) if matches!(v.v, V::Undef))));
        let allowed = if sure {
            counts.sure += u32::from(!(turning && obfuscated));
            let callback = mask & (1 << 30) != 0;
            let (most, nesting) = match (large, callback) {
                (true, _) => (64, VAGUE_NESTING),
                (false, true) if small => (SURE_RUNS, SMALL_NESTING),
                (false, true) if decoder => (SURE_RUNS, CALLBACK_NESTING),
                (false, true) => (CALLBACK_RUNS, CALLBACK_NESTING),
                (false, false) => (SURE_RUNS, SURE_NESTING),
            };
            counts.sure <= most && counts.active < nesting && !spent && !hazy
        } else {
            let most = match (large, lazy) {
                _ if small && obfuscated => SMALL_RUNS,
                _ if small => SMALL_RUNS_CLEAR,
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
            let nesting = if small && obfuscated {
                SMALL_NESTING
            } else {
                VAGUE_NESTING
            };
            let cheap = f.size <= LEAF && counts.vague_steps <= LEAF_STEPS;
            let spent = !suspect && counts.own_steps > OWN_STEPS;
            explore || ((seen <= most || cheap) && counts.active < nesting && !spent)
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
        let counts = self.counts(f.id);
        if counts.active == 0 {
            counts.began = vague;
        }
        counts.entered.push(shape);
        counts.active += 1;
        self.call_depth += 1;
        let began = self.steps;
        let outside = std::mem::take(&mut self.within);
        let doubted = caller.as_ref().is_none_or(|c| c.unsure > 0 || c.maybe_exit);
        self.doubt += u32::from(doubted);
        let gates = self.gates.len();
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
        self.doubt -= u32::from(doubted);
        self.leave_gates(gates);
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
        if sure && !small {
            self.compare(f.id, &args, &out);
        }
        let took = self.steps - began;
        let own = took.saturating_sub(std::mem::replace(&mut self.within, outside + took));
        if sure && self.vague != vague && self.again.len() < MOST_SHAPES {
            let again = self.again.entry((f.id, shape)).or_default();
            again.0 += 1;
            again.1 += own;
        }
        let counts = self.counts(f.id);
        counts.active -= 1;
        counts.entered.pop();
        match sure {
            true if counts.met => {
                counts.hazy += 1;
                counts.hazy_steps += own;
            }
            true => {}
            false => counts.vague_steps += took,
        }
        counts.own_steps += own;
        counts.met &= counts.active > 0;
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
}
