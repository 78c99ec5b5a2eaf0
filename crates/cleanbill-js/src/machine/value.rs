//! Abstract values: what is known of a value, and where it came from.
//! A value never runs anything; unknown is an ordinary value.
use std::rc::Rc;

use crate::text::{FIRST_FREE, JsStr, hole};

/// Index of a heap object.
pub type Obj = u32;

/// Index of a host path such as `fs.writeFileSync`.
pub type HostId = u32;

/// What is known of a value.
#[derive(Clone, Debug)]
pub enum V {
    Unknown,
    Undef,
    Null,
    Bool(bool),
    Num(f64),
    Str(Rc<JsStr>),
    Obj(Obj),
    Host(HostId),
    /// The exports of a file of the package, run when first looked at.
    Mod(u32),
    /// One of a few.
    Alt(Rc<[Val]>),
}

/// A value with its marks.
#[derive(Clone, Debug)]
pub struct Val {
    pub v: V,
    pub t: Taint,
}

/// The marks a value carries: indices of [`super::marks::Mark`].
#[derive(Clone, Debug, Default)]
pub struct Taint(pub Option<Rc<Vec<u32>>>);

/// Most marks one value may carry; more would say nothing new and cost a copy each.
const MOST_MARKS: usize = 10;

impl Taint {
    pub fn none() -> Self {
        Self(None)
    }
    pub fn one(mark: u32) -> Self {
        Self(Some(Rc::new(vec![mark])))
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
    pub fn ids(&self) -> &[u32] {
        self.0.as_ref().map_or(&[], |v| v.as_slice())
    }
    pub fn join(&self, other: &Taint) -> Taint {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) => {
                if Rc::ptr_eq(a, b) || b.iter().all(|m| a.contains(m)) {
                    return self.clone();
                }
                let mut out = a.as_ref().clone();
                for mark in b.iter() {
                    if out.len() >= MOST_MARKS {
                        break;
                    }
                    if !out.contains(mark) {
                        out.push(*mark);
                    }
                }
                Taint(Some(Rc::new(out)))
            }
        }
    }
}

impl Val {
    pub fn new(v: V) -> Self {
        Self { v, t: Taint::none() }
    }
    pub fn undef() -> Self {
        Self::new(V::Undef)
    }
    pub fn unknown() -> Self {
        Self::new(V::Unknown)
    }
    pub fn tainted(t: Taint) -> Self {
        Self { v: V::Unknown, t }
    }
    pub fn str(text: impl Into<Box<str>>) -> Self {
        Self::new(V::Str(Rc::new(JsStr::new(text))))
    }
    pub fn num(n: f64) -> Self {
        Self::new(V::Num(n))
    }
    pub fn bool(b: bool) -> Self {
        Self::new(V::Bool(b))
    }
    pub fn hole(ix: u32) -> Self {
        Self::str(hole(ix).to_string())
    }
    pub fn with(mut self, t: &Taint) -> Self {
        if !t.is_empty() {
            self.t = self.t.join(t);
        }
        self
    }
    pub fn is_unknown(&self) -> bool {
        matches!(self.v, V::Unknown)
    }
    /// A string without unknown parts.
    pub fn known_str(&self) -> Option<&Rc<JsStr>> {
        match &self.v {
            V::Str(s) if !s.has_holes() => Some(s),
            _ => None,
        }
    }
    /// A string, perhaps with unknown parts.
    pub fn any_str(&self) -> Option<&Rc<JsStr>> {
        match &self.v {
            V::Str(s) => Some(s),
            _ => None,
        }
    }
    /// Each possible value.
    pub fn each(&self) -> Vec<Val> {
        match &self.v {
            V::Alt(list) => list.iter().map(|v| v.clone().with(&self.t)).collect(),
            _ => vec![self.clone()],
        }
    }
}

/// Most alternatives kept of one value; the fifth makes it unknown.
const MOST_ALTERNATIVES: usize = 5;

fn same(a: &V, b: &V) -> bool {
    match (a, b) {
        (V::Unknown, V::Unknown) | (V::Undef, V::Undef) | (V::Null, V::Null) => true,
        (V::Bool(a), V::Bool(b)) => a == b,
        (V::Num(a), V::Num(b)) => a == b,
        (V::Str(a), V::Str(b)) => Rc::ptr_eq(a, b) || a.as_str() == b.as_str(),
        (V::Obj(a), V::Obj(b)) => a == b,
        (V::Host(a), V::Host(b)) => a == b,
        (V::Mod(a), V::Mod(b)) => a == b,
        _ => false,
    }
}

/// Either of two values.
pub fn either(a: &Val, b: &Val) -> Val {
    let t = a.t.join(&b.t);
    if same(&a.v, &b.v) {
        return Val { v: a.v.clone(), t };
    }
    // An absent value adds nothing a sink could care for.
    match (&a.v, &b.v) {
        (V::Undef | V::Null | V::Bool(_), _) => return Val { v: b.v.clone(), t },
        (_, V::Undef | V::Null | V::Bool(_)) => return Val { v: a.v.clone(), t },
        _ => {}
    }
    let mut list: Vec<Val> = Vec::new();
    for side in [a, b] {
        for item in side.each() {
            if !list.iter().any(|have| same(&have.v, &item.v)) {
                list.push(item);
            }
        }
    }
    if list.len() > MOST_ALTERNATIVES {
        list.truncate(MOST_ALTERNATIVES);
    }
    Val {
        v: V::Alt(list.into()),
        t,
    }
}

/// The text an unknown value leaves in a string.
pub fn blank() -> char {
    hole(FIRST_FREE)
}
