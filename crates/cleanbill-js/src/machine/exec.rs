//! Statements: branches both ways where the condition is not known, loops within limits.
//! Nothing here knows what a call does.
use std::rc::Rc;

use super::heap::Field;
use super::value::{V, Val, either};
use super::{Act, Machine};
use crate::entry::Trigger;
use crate::ir::{Bind, Expr, Key, Name, Pat, Slot, Stmt};

/// How a statement ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Flow {
    Normal,
    Return,
    Throw,
    Break(Option<Name>),
    Continue(Option<Name>),
}

/// Rounds of a loop whose end is not known: two carry a mark from one round to the next.
const FREE_ROUNDS: u32 = 2;
/// Rounds of a loop with a known end that calls out of pure code.
const WORLDLY_ROUNDS: u32 = 48;
/// Steps one loop may take; string-table rotations need the most.
const LOOP_STEPS: u64 = 10_000_000;
/// The same in code that only a caller starts: there the input is unknown anyway.
const LAZY_LOOP_STEPS: u64 = 60_000;
/// Rounds of a loop with a known end whose body branches on the unknown.
const VAGUE_ROUNDS: u32 = 24;

impl Machine<'_> {
    pub fn stmts(&mut self, a: &mut Act, list: &[Stmt]) -> Flow {
        for stmt in list {
            let flow = self.stmt(a, stmt);
            if flow != Flow::Normal {
                return flow;
            }
        }
        Flow::Normal
    }

    /// A condition was not known: the function that asked branches on what nobody knows.
    pub fn met_unknown(&mut self, a: &Act) {
        self.vague += 1;
        self.counts(a.func.id).met = true;
    }

    fn cond(&mut self, a: &mut Act, e: &Expr) -> Option<bool> {
        let v = self.eval(a, e);
        let known = if a.explore { None } else { self.truth(&v) };
        if known.is_none() {
            self.met_unknown(a);
        }
        known
    }

    pub fn stmt(&mut self, a: &mut Act, stmt: &Stmt) -> Flow {
        if !self.step() {
            return Flow::Normal;
        }
        match stmt {
            Stmt::Expr(e) => {
                self.eval(a, e);
                Flow::Normal
            }
            Stmt::Decl(bind, pat, init) => {
                if let (Some(e), Pat::Var(slot)) = (init, pat) {
                    self.note_answer(a, slot.ix, e);
                }
                let value = match init {
                    Some(e) => self.eval_named(a, e, pat),
                    None if *bind == Bind::Var => return Flow::Normal,
                    None => Val::undef(),
                };
                self.bind(a, pat, value, true);
                Flow::Normal
            }
            Stmt::Func(slot, f) => {
                let this = f.arrow.then(|| a.this.clone());
                let frame = a.frame.clone();
                let obj = self.closure(f, &frame, this, None);
                self.set_slot(a, Slot { hops: 0, ix: *slot }, Val::new(V::Obj(obj)), true);
                Flow::Normal
            }
            Stmt::Return(e) => {
                let value = match e {
                    Some(e) => self.eval(a, e),
                    None => Val::undef(),
                };
                self.note_return(a, value);
                Flow::Return
            }
            Stmt::If(test, then, other) => match self.cond(a, test) {
                Some(true) => {
                    if other.is_some() {
                        self.skipped.insert(a.func.id);
                    }
                    self.stmt(a, then)
                }
                Some(false) => {
                    self.skipped.insert(a.func.id);
                    match other {
                        Some(other) => self.stmt(a, other),
                        None => Flow::Normal,
                    }
                }
                None => {
                    let gates = self.gates.len();
                    self.enter_gate(a, test);
                    a.unsure += 1;
                    let one = self.stmt(a, then);
                    let two = match other {
                        Some(other) => self.stmt(a, other),
                        None => Flow::Normal,
                    };
                    a.unsure -= 1;
                    // Where one answer ends the function, all that follows is behind the other.
                    let ends = |flow: &Flow| matches!(flow, Flow::Return | Flow::Throw);
                    if ends(&one) == ends(&two) {
                        self.leave_gates(gates);
                    }
                    self.merge(a, one, two)
                }
            },
            Stmt::Block(list) => self.stmts(a, list),
            Stmt::Loop {
                init,
                test,
                update,
                body,
                post,
            } => {
                if let Some(init) = init {
                    self.stmt(a, init);
                }
                self.note_endless(a, test.as_ref(), update.as_ref(), body);
                self.run_loop(a, test.as_ref(), update.as_ref(), body, *post)
            }
            Stmt::ForIn(pat, right, body) => {
                let object = self.eval(a, right);
                let keys = self.keys_of(a, &object, right.at);
                self.run_each(a, pat, keys, body)
            }
            Stmt::ForOf(pat, right, body) => {
                let object = self.eval(a, right);
                let items = self.items_of(&object);
                self.run_each(a, pat, items, body)
            }
            Stmt::Try(block, handler, finalizer) => self.run_try(a, block, handler.as_ref(), finalizer),
            Stmt::Throw(e) => {
                self.thrown = self.eval(a, e);
                Flow::Throw
            }
            Stmt::Switch(on, cases) => self.run_switch(a, on, cases),
            Stmt::Break(label) => Flow::Break(label.clone()),
            Stmt::Continue(label) => Flow::Continue(label.clone()),
            Stmt::Label(label, body) => match self.stmt(a, body) {
                Flow::Break(Some(l)) | Flow::Continue(Some(l)) if l == *label => Flow::Normal,
                flow => flow,
            },
        }
    }

    /// A loop without an end that whoever loads the file is sure to run into.
    fn note_endless(&mut self, a: &Act, test: Option<&Expr>, update: Option<&Expr>, body: &Stmt) {
        let sure =
            a.unsure == 0 && !a.maybe_exit && self.doubt == 0 && !a.explore && !self.lazy && self.loading;
        if !sure || self.trigger > Trigger::Import {
            return;
        }
        let at = test.or(update).map_or(a.func.at, |e| e.at);
        if super::endless::never_ends(test, update, body) {
            let place = self.place(a, at);
            self.notes.endless(place, self.trigger);
        }
    }

    /// What one loop may take: never so much that the code behind it goes unread.
    fn loop_share(&self) -> u64 {
        let most = if self.lazy && !self.loading {
            LAZY_LOOP_STEPS
        } else {
            LOOP_STEPS
        };
        most.min(self.limit.saturating_sub(self.steps) / 2)
    }

    fn note_return(&mut self, a: &mut Act, value: Val) {
        a.ret = Some(match a.ret.take() {
            Some(have) => either(&have, &value),
            None => value,
        });
    }

    /// Two branches, one of which was taken.
    fn merge(&mut self, a: &mut Act, one: Flow, two: Flow) -> Flow {
        if one == two {
            return one;
        }
        let ends = |f: &Flow| matches!(f, Flow::Return | Flow::Throw);
        if ends(&one) && ends(&two) {
            return Flow::Return;
        }
        if one != Flow::Normal || two != Flow::Normal {
            a.maybe_exit = true;
        }
        // One branch leaves a loop for sure, the other leaves the function: the loop is over either way.
        match (&one, &two) {
            (Flow::Normal, _) | (_, Flow::Normal) => Flow::Normal,
            (Flow::Break(_) | Flow::Continue(_), _) => one,
            _ => two,
        }
    }

    fn run_loop(
        &mut self,
        a: &mut Act,
        test: Option<&Expr>,
        update: Option<&Expr>,
        body: &Stmt,
        post: bool,
    ) -> Flow {
        let began = self.steps;
        let most = self.loop_share();
        let (mut free, mut worldly, mut hazy, mut round) = (0u32, 0u32, 0u32, 0u32);
        let endless = matches!(
            test.map(|t| &t.ex),
            None | Some(crate::ir::Ex::Bool(true) | crate::ir::Ex::Unary(..))
        );
        let before_exit = std::mem::take(&mut a.maybe_exit);
        let outer = self.turning;
        let mut out = Flow::Normal;
        loop {
            let mut unsure = false;
            if let Some(test) = test
                && (!post || round > 0)
            {
                match self.cond(a, test) {
                    Some(false) => {
                        if round == 0 {
                            self.skipped.insert(a.func.id);
                        }
                        break;
                    }
                    Some(true) => {}
                    None => unsure = true,
                }
            }
            if free >= FREE_ROUNDS || self.exhausted || self.steps - began > most {
                break;
            }
            self.turning |= self.steps - began > super::shortcut::LONG_LOOP;
            let (world, vague) = (self.worldly, self.vague);
            a.unsure += u32::from(unsure);
            let flow = self.stmt(a, body);
            match flow {
                Flow::Normal | Flow::Continue(None) => {}
                Flow::Break(None) => {
                    a.unsure -= u32::from(unsure);
                    break;
                }
                Flow::Continue(Some(_)) | Flow::Break(Some(_)) | Flow::Return | Flow::Throw => {
                    a.unsure -= u32::from(unsure);
                    if !unsure {
                        out = flow;
                    }
                    break;
                }
            }
            if let Some(update) = update {
                self.eval(a, update);
            }
            a.unsure -= u32::from(unsure);
            free += u32::from(unsure || std::mem::take(&mut a.maybe_exit));
            if self.worldly != world {
                worldly += 1;
            }
            if self.vague != vague {
                hazy += 1;
            }
            if endless && (self.worldly != world || self.vague != vague) {
                free += 1;
            }
            if worldly >= WORLDLY_ROUNDS || hazy >= VAGUE_ROUNDS {
                break;
            }
            round += 1;
        }
        self.turning = outer;
        a.maybe_exit = before_exit;
        out
    }

    fn run_each(&mut self, a: &mut Act, pat: &Pat, items: Items, body: &Stmt) -> Flow {
        let (list, unsure) = match items {
            Items::Known(list) => (list, false),
            Items::Vague(item) => (vec![item], true),
        };
        let before_exit = std::mem::take(&mut a.maybe_exit);
        let (mut worldly, mut hazy, began) = (0u32, 0u32, self.steps);
        let most = self.loop_share();
        let mut out = Flow::Normal;
        for item in list {
            let (world, vague) = (self.worldly, self.vague);
            self.bind(a, pat, item, true);
            a.unsure += u32::from(unsure);
            let flow = self.stmt(a, body);
            a.unsure -= u32::from(unsure);
            match flow {
                Flow::Normal | Flow::Continue(None) => {}
                Flow::Break(None) => break,
                flow => {
                    if !unsure {
                        out = flow;
                    }
                    break;
                }
            }
            worldly += u32::from(self.worldly != world);
            hazy += u32::from(self.vague != vague);
            if worldly >= WORLDLY_ROUNDS
                || hazy >= VAGUE_ROUNDS * 4
                || self.exhausted
                || self.steps - began > most
            {
                break;
            }
        }
        a.maybe_exit = before_exit;
        out
    }

    fn run_try(
        &mut self,
        a: &mut Act,
        block: &[Stmt],
        handler: Option<&(Option<Pat>, Vec<Stmt>)>,
        finalizer: &[Stmt],
    ) -> Flow {
        let world = self.worldly;
        let mut flow = self.stmts(a, block);
        if let Some((param, body)) = handler {
            let thrown = flow == Flow::Throw;
            if thrown || self.worldly != world {
                let error = if thrown {
                    std::mem::replace(&mut self.thrown, Val::unknown())
                } else {
                    Val::unknown()
                };
                if let Some(param) = param {
                    self.bind(a, param, error, true);
                }
                a.unsure += u32::from(!thrown);
                let caught = self.stmts(a, body);
                a.unsure -= u32::from(!thrown);
                if thrown {
                    flow = caught;
                } else {
                    flow = self.merge(a, flow, caught);
                }
            }
        }
        match self.stmts(a, finalizer) {
            Flow::Normal => flow,
            other => other,
        }
    }

    fn run_switch(&mut self, a: &mut Act, on: &Expr, cases: &[(Option<Expr>, Vec<Stmt>)]) -> Flow {
        let on = self.eval(a, on);
        let mut start = None;
        let mut vague = a.explore;
        for (ix, (test, _)) in cases.iter().enumerate() {
            let Some(test) = test else { continue };
            let test = self.eval(a, test);
            match self.strict_eq(&on, &test) {
                Some(true) if !vague => {
                    start = Some(ix);
                    break;
                }
                Some(_) => {}
                None => vague = true,
            }
        }
        if vague && start.is_none() {
            self.met_unknown(a);
            a.unsure += 1;
            for (_, body) in cases {
                match self.stmts(a, body) {
                    Flow::Normal | Flow::Break(None) => {}
                    _ => a.maybe_exit = true,
                }
            }
            a.unsure -= 1;
            return Flow::Normal;
        }
        let start = start.or_else(|| cases.iter().position(|(t, _)| t.is_none()));
        let Some(start) = start else { return Flow::Normal };
        self.skipped.insert(a.func.id);
        for (_, body) in cases.iter().skip(start) {
            match self.stmts(a, body) {
                Flow::Normal => {}
                Flow::Break(None) => return Flow::Normal,
                flow => return flow,
            }
        }
        Flow::Normal
    }

    pub fn set_slot(&mut self, a: &Act, slot: Slot, value: Val, declares: bool) {
        let mut frame: &Rc<super::heap::Frame> = &a.frame;
        for _ in 0..slot.hops {
            match &frame.up {
                Some(up) => frame = up,
                None => return,
            }
        }
        let mut vars = frame.vars.borrow_mut();
        if let Some(have) = vars.get_mut(slot.ix as usize) {
            *have = if a.unsure > 0 && !declares {
                either(have, &value)
            } else {
                value
            };
        }
    }

    /// Binds a pattern: declarations and assignments alike.
    pub fn bind(&mut self, a: &mut Act, pat: &Pat, value: Val, declares: bool) {
        match pat {
            Pat::Var(slot) => self.set_slot(a, *slot, value, declares),
            Pat::Global(name) => self.set_global(a, name, value),
            Pat::Member(e) => self.assign_member(a, e, value),
            Pat::Array(items, rest) => {
                let list = match self.items_of(&value) {
                    Items::Known(list) => list,
                    Items::Vague(item) => vec![item; items.len().min(64)],
                };
                for (ix, item) in items.iter().enumerate() {
                    let Some((pat, default)) = item else { continue };
                    let part = list.get(ix).cloned().unwrap_or_else(Val::undef);
                    let part = self.or_default(a, part, default.as_ref());
                    self.bind(a, pat, part, declares);
                }
                if let Some(rest) = rest {
                    let tail = list.iter().skip(items.len()).cloned().collect();
                    let tail = self.array(tail);
                    self.bind(a, rest, tail, declares);
                }
            }
            Pat::Object(props, rest) => {
                let mut taken = Vec::new();
                for (key, pat, default) in props {
                    let part = match key {
                        Key::Name(name) => {
                            taken.push(name.clone());
                            self.get_prop(a, &value, name, 0)
                        }
                        Key::Computed(e) => {
                            let key = self.eval(a, e);
                            self.get_index(a, &value, &key, e.at)
                        }
                    };
                    let part = self.or_default(a, part, default.as_ref());
                    self.bind(a, pat, part, declares);
                }
                if let Some(rest) = rest {
                    let copy = self.copy_without(&value, &taken);
                    self.bind(a, rest, copy, declares);
                }
            }
        }
    }

    fn or_default(&mut self, a: &mut Act, value: Val, default: Option<&Expr>) -> Val {
        match default {
            Some(e) if matches!(value.v, V::Undef) => self.eval(a, e),
            Some(e) if matches!(value.v, V::Unknown) => {
                let other = self.eval(a, e);
                either(&value, &other)
            }
            _ => value,
        }
    }

    fn copy_without(&mut self, value: &Val, taken: &[Name]) -> Val {
        let V::Obj(obj) = &value.v else {
            return value.clone();
        };
        let Some(object) = self.get(*obj) else {
            return value.clone();
        };
        let fields: Vec<(Name, Field)> = object
            .entries()
            .filter(|(n, _)| !taken.contains(n))
            .map(|(n, f)| (n.clone(), f.clone()))
            .collect();
        let mut copy = super::heap::Object::new(super::heap::Kind::Plain);
        copy.rest = object.rest.clone();
        for (name, field) in fields {
            copy.set(&name, field);
        }
        Val::new(V::Obj(self.alloc(copy))).with(&value.t)
    }
}

/// What a loop over a value goes through.
pub(crate) enum Items {
    Known(Vec<Val>),
    Vague(Val),
}
