//! Operators and conversions of the language on abstract values.
//! No property is read and nothing is called here.
use std::rc::Rc;

use super::heap::Kind;
use super::value::{V, Val, blank, either};
use super::{Act, Machine};
use crate::ir::{Bin, Expr, Un};
use crate::text::JsStr;

/// Whole numbers below are exact.
pub(crate) const EXACT: f64 = 9_007_199_254_740_992.0;

/// Longest string the machine builds; longer ones become unknown.
pub(crate) const MOST_TEXT: usize = 8 << 20;

impl Machine<'_> {
    /// Known truth of a value.
    pub fn truth(&self, v: &Val) -> Option<bool> {
        match &v.v {
            // What every engine of today has; the rest of a host's things may be missing, and code asks.
            V::Host(id)
                if matches!(
                    &*self.host_name(*id),
                    crate::builtin::iterator::MAKE | "Symbol.iterator"
                ) =>
            {
                Some(true)
            }
            V::Unknown | V::Host(_) => None,
            V::Undef | V::Null => Some(false),
            V::Bool(b) => Some(*b),
            V::Num(n) => Some(*n != 0.0 && !n.is_nan()),
            V::Str(s) if s.has_holes() => s
                .as_str()
                .chars()
                .any(|c| !crate::text::is_hole(c))
                .then_some(true),
            V::Str(s) => Some(!s.as_str().is_empty()),
            V::Obj(_) | V::Mod(_) => Some(true),
            V::Alt(list) => {
                let first = self.truth(list.first()?)?;
                list.iter().all(|v| self.truth(v) == Some(first)).then_some(first)
            }
        }
    }

    pub fn to_num(&self, v: &Val) -> Option<f64> {
        match &v.v {
            V::Num(n) => Some(*n),
            V::Undef => Some(f64::NAN),
            V::Null => Some(0.0),
            V::Bool(b) => Some(f64::from(u8::from(*b))),
            V::Str(s) if !s.has_holes() => Some(text_to_num(s.as_str())),
            V::Obj(_) => self
                .to_text(v)
                .filter(|s| !s.has_holes())
                .map(|s| text_to_num(s.as_str())),
            _ => None,
        }
    }

    /// The string a value becomes; unknown parts become holes. `None` when nothing at all is known.
    pub fn to_text(&self, v: &Val) -> Option<Rc<JsStr>> {
        self.to_text_deep(v, 0)
    }

    fn to_text_deep(&self, v: &Val, depth: u32) -> Option<Rc<JsStr>> {
        let text = match &v.v {
            V::Str(s) => return Some(s.clone()),
            V::Unknown | V::Alt(_) | V::Mod(_) => return None,
            V::Undef => "undefined".to_owned(),
            V::Null => "null".to_owned(),
            V::Bool(b) => b.to_string(),
            V::Num(n) => crate::text_num(*n),
            V::Host(id) => {
                let name = self.host_name(*id);
                match name.rsplit('.').next() {
                    Some(last) if name.contains(".prototype.") || is_native_function(&name) => {
                        format!("function {last}() {{ [native code] }}")
                    }
                    _ => return None,
                }
            }
            V::Obj(obj) => {
                let object = self.get(*obj)?;
                match &object.kind {
                    Kind::Array if depth < 8 => {
                        let mut out = String::new();
                        for (ix, e) in object.elems.iter().enumerate() {
                            if ix > 0 {
                                out.push(',');
                            }
                            match &e.v {
                                V::Undef | V::Null => {}
                                _ => match self.to_text_deep(e, depth + 1) {
                                    Some(s) => out.push_str(s.as_str()),
                                    None => out.push(blank()),
                                },
                            }
                            if out.len() > MOST_TEXT {
                                return None;
                            }
                        }
                        out
                    }
                    Kind::Func { f, .. } => {
                        let text = self.sources.get(f.src as usize)?.text.clone();
                        // Self-checks of obfuscators read their own source to the letter.
                        let body = text
                            .get(f.at as usize..f.end as usize)
                            .filter(|b| b.len() < 1 << 18)?;
                        return Some(Rc::new(JsStr::new(body)));
                    }
                    Kind::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Kind::Regex(source, flags) => format!("/{source}/{flags}"),
                    Kind::Plain if !object.has_rest() && object.get("toString").is_none() => {
                        "[object Object]".to_owned()
                    }
                    _ => return None,
                }
            }
        };
        Some(Rc::new(JsStr::new(text)))
    }

    /// The text, unknown values as one hole.
    pub fn text_or_hole(&self, v: &Val) -> Rc<JsStr> {
        self.to_text(v)
            .unwrap_or_else(|| Rc::new(JsStr::new(blank().to_string())))
    }

    /// String concatenation, over alternatives.
    pub fn concat(&mut self, a: &Val, b: &Val) -> Val {
        let t = a.t.join(&b.t);
        if let V::Alt(list) = &a.v {
            return list
                .iter()
                .map(|x| self.concat(x, b))
                .reduce(|x, y| either(&x, &y))
                .unwrap_or_else(Val::unknown)
                .with(&t);
        }
        if let V::Alt(list) = &b.v {
            return list
                .iter()
                .map(|x| self.concat(a, x))
                .reduce(|x, y| either(&x, &y))
                .unwrap_or_else(Val::unknown)
                .with(&t);
        }
        let (left, right) = (self.to_text(a), self.to_text(b));
        if left.is_none() && right.is_none() {
            return Val::tainted(t);
        }
        let hole = || Rc::new(JsStr::new(blank().to_string()));
        let (left, right) = (left.unwrap_or_else(hole), right.unwrap_or_else(hole));
        let size = left.weight() + right.weight();
        self.charge(size);
        if size > MOST_TEXT {
            return Val::tainted(t);
        }
        let mut out = String::with_capacity(size);
        out.push_str(left.as_str());
        out.push_str(right.as_str());
        Val::str(out).with(&t)
    }

    pub fn binary(&mut self, op: Bin, a: &Val, b: &Val) -> Val {
        let t = a.t.join(&b.t);
        let bool_or = |known: Option<bool>| match known {
            Some(b) => Val::bool(b),
            None => Val::unknown(),
        };
        match op {
            Bin::Add => self.add(a, b),
            Bin::SEq => bool_or(self.strict_eq(a, b)),
            Bin::SNe => bool_or(self.strict_eq(a, b).map(|x| !x)),
            Bin::Eq => bool_or(self.loose_eq(a, b)),
            Bin::Ne => bool_or(self.loose_eq(a, b).map(|x| !x)),
            Bin::Lt | Bin::Le | Bin::Gt | Bin::Ge => {
                if let (V::Str(x), V::Str(y)) = (&a.v, &b.v) {
                    if x.has_holes() || y.has_holes() {
                        return Val::unknown();
                    }
                    let order = x.as_str().cmp(y.as_str());
                    return Val::bool(match op {
                        Bin::Lt => order.is_lt(),
                        Bin::Le => order.is_le(),
                        Bin::Gt => order.is_gt(),
                        _ => order.is_ge(),
                    });
                }
                match (self.to_num(a), self.to_num(b)) {
                    (Some(x), Some(y)) => Val::bool(match op {
                        Bin::Lt => x < y,
                        Bin::Le => x <= y,
                        Bin::Gt => x > y,
                        _ => x >= y,
                    }),
                    _ => Val::unknown(),
                }
            }
            Bin::In => match (self.to_text(a), &b.v) {
                (Some(name), V::Obj(obj)) => match self.get(*obj) {
                    Some(o) if !o.has_rest() && matches!(o.kind, Kind::Plain) && o.proto.is_none() => {
                        Val::bool(o.get(name.as_str()).is_some())
                    }
                    Some(o) if o.get(name.as_str()).is_some() => Val::bool(true),
                    _ => Val::unknown(),
                },
                _ => Val::unknown(),
            },
            Bin::InstanceOf => Val::unknown(),
            _ => match (self.to_num(a), self.to_num(b)) {
                (Some(x), Some(y)) => Val::num(arith(op, x, y)).with(&t),
                _ => Val::tainted(t),
            },
        }
    }

    fn add(&mut self, a: &Val, b: &Val) -> Val {
        match (&a.v, &b.v) {
            (V::Num(x), V::Num(y)) => Val::num(x + y).with(&a.t).with(&b.t),
            (V::Undef | V::Null | V::Bool(_) | V::Num(_), V::Undef | V::Null | V::Bool(_) | V::Num(_)) => {
                match (self.to_num(a), self.to_num(b)) {
                    (Some(x), Some(y)) => Val::num(x + y),
                    _ => Val::unknown(),
                }
                .with(&a.t)
                .with(&b.t)
            }
            (V::Unknown, V::Num(_)) | (V::Num(_), V::Unknown) => Val::tainted(a.t.join(&b.t)),
            _ => self.concat(a, b),
        }
    }

    pub fn strict_eq(&self, a: &Val, b: &Val) -> Option<bool> {
        match (&a.v, &b.v) {
            (V::Str(x), V::Str(y)) if !x.has_holes() && !y.has_holes() => Some(x.as_str() == y.as_str()),
            (V::Num(x), V::Num(y)) => Some(x == y),
            (V::Bool(x), V::Bool(y)) => Some(x == y),
            (V::Undef, V::Undef) | (V::Null, V::Null) => Some(true),
            (V::Obj(x), V::Obj(y)) => Some(x == y),
            (V::Unknown | V::Host(_) | V::Alt(_) | V::Mod(_), _)
            | (_, V::Unknown | V::Host(_) | V::Alt(_) | V::Mod(_)) => None,
            (V::Str(x), V::Str(_)) if x.has_holes() => None,
            (V::Str(_), V::Str(_)) => None,
            _ => Some(false),
        }
    }

    fn loose_eq(&self, a: &Val, b: &Val) -> Option<bool> {
        match (&a.v, &b.v) {
            (V::Undef | V::Null, V::Undef | V::Null) => Some(true),
            (V::Undef | V::Null, V::Str(_) | V::Num(_) | V::Bool(_) | V::Obj(_)) => Some(false),
            (V::Str(_) | V::Num(_) | V::Bool(_) | V::Obj(_), V::Undef | V::Null) => Some(false),
            (V::Num(_) | V::Bool(_), V::Str(_) | V::Num(_) | V::Bool(_))
            | (V::Str(_), V::Num(_) | V::Bool(_))
            | (V::Obj(_), V::Num(_) | V::Bool(_))
            | (V::Num(_) | V::Bool(_), V::Obj(_)) => Some(self.to_num(a)? == self.to_num(b)?),
            (V::Obj(_), V::Str(s)) | (V::Str(s), V::Obj(_)) => {
                let object = if matches!(a.v, V::Obj(_)) { a } else { b };
                Some(self.to_text(object)?.as_str() == s.as_str())
            }
            _ => self.strict_eq(a, b),
        }
    }

    pub fn unary(&mut self, a: &mut Act, op: Un, e: &Expr) -> Val {
        let v = self.eval(a, e);
        match op {
            Un::Void => Val::undef(),
            Un::Not => match self.truth(&v) {
                Some(b) => Val::bool(!b),
                None => Val::unknown(),
            },
            Un::Delete => Val::bool(true),
            Un::Neg | Un::Plus | Un::BitNot => match self.to_num(&v) {
                Some(n) => Val::num(match op {
                    Un::Neg => -n,
                    Un::BitNot => f64::from(!to_i32(n)),
                    _ => n,
                })
                .with(&v.t),
                None => Val::tainted(v.t),
            },
            Un::TypeOf => match &v.v {
                V::Undef => Val::str("undefined"),
                V::Null => Val::str("object"),
                V::Bool(_) => Val::str("boolean"),
                V::Num(_) => Val::str("number"),
                V::Str(_) => Val::str("string"),
                V::Obj(o) => Val::str(if self.get(*o).is_some_and(super::heap::Object::is_callable) {
                    "function"
                } else {
                    "object"
                }),
                _ => Val::unknown(),
            },
        }
    }
}

fn is_native_function(name: &str) -> bool {
    matches!(
        name,
        "String"
            | "Number"
            | "Boolean"
            | "Array"
            | "Object"
            | "Function"
            | "RegExp"
            | "Date"
            | "eval"
            | "escape"
            | "unescape"
    )
}

pub(crate) fn to_i32(n: f64) -> i32 {
    if !n.is_finite() {
        return 0;
    }
    let wrapped = n.trunc().rem_euclid(4_294_967_296.0);
    wrapped as u32 as i32
}

fn arith(op: Bin, x: f64, y: f64) -> f64 {
    match op {
        Bin::Sub => x - y,
        Bin::Mul => x * y,
        Bin::Div => x / y,
        Bin::Rem => x % y,
        Bin::Pow => x.powf(y),
        Bin::Shl => f64::from(to_i32(x).wrapping_shl(to_i32(y) as u32 & 31)),
        Bin::Shr => f64::from(to_i32(x).wrapping_shr(to_i32(y) as u32 & 31)),
        Bin::UShr => f64::from((to_i32(x) as u32).wrapping_shr(to_i32(y) as u32 & 31)),
        Bin::Or => f64::from(to_i32(x) | to_i32(y)),
        Bin::Xor => f64::from(to_i32(x) ^ to_i32(y)),
        Bin::And => f64::from(to_i32(x) & to_i32(y)),
        _ => f64::NAN,
    }
}

/// `Number(text)`.
pub(crate) fn text_to_num(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    let radix = |body: &str, radix| u64::from_str_radix(body, radix).map_or(f64::NAN, |n| n as f64);
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return radix(hex, 16);
    }
    if let Some(bits) = text.strip_prefix("0b").or_else(|| text.strip_prefix("0B")) {
        return radix(bits, 2);
    }
    if let Some(octal) = text.strip_prefix("0o").or_else(|| text.strip_prefix("0O")) {
        return radix(octal, 8);
    }
    match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ if text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-')) =>
        {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}
