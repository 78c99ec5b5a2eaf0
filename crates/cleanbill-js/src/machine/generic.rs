//! Methods of the unknown: promises, emitters, streams, by what their names mean nearly everywhere.
//! It also makes the values callers hand to exported functions.
use super::heap::Kind;
use super::marks::Source;
use super::value::{Taint, V, Val, either};
use super::{Act, Machine};
use crate::ir::{Func, Name};
use std::collections::HashSet;

impl Machine<'_> {
    /// A method of something unknown, by what its name means nearly everywhere.
    pub fn generic_method(&mut self, a: &mut Act, recv: &Val, name: &Name, args: Vec<Val>, at: u32) -> Val {
        match name.as_ref() {
            "then" | "catch" | "finally" => {
                let value = self.settled(recv);
                let value = if name.as_ref() == "then" {
                    value
                } else {
                    Val::unknown()
                };
                let mut out = Val::undef();
                for (ix, f) in args.iter().take(2).enumerate() {
                    let given = if ix == 0 { value.clone() } else { Val::unknown() };
                    if self.is_function(f) || matches!(f.v, V::Host(_)) {
                        let one = self.call(a, f, Val::undef(), vec![given], at);
                        let one = self.settled(&one);
                        out = either(&out, &one);
                    }
                }
                if name.as_ref() != "then" {
                    recv.clone()
                } else {
                    out
                }
            }
            "on" | "once" | "addListener" | "addEventListener" | "prependListener" | "subscribe"
            | "listen" => self.listen(a, recv, &args, at),
            "emit" | "dispatchEvent" | "publish" => self.emit(a, recv, &args, at),
            "pipe" | "pipeTo" | "pipeThrough" => {
                if let Some(to) = args.first() {
                    let to = to.clone();
                    let t = recv.t.clone();
                    self.call_method(a, &to, &Name::from("write"), vec![Val::tainted(t.clone())], at);
                    return to.with(&t);
                }
                recv.clone()
            }
            "copy" if !recv.t.is_empty() => {
                // What reads the bytes may stand before this in the same function: it runs once more.
                self.skipped.insert(a.func.id);
                for target in args.first().map(Val::each).unwrap_or_default() {
                    if let V::Obj(obj) = target.v
                        && let Some(o) = self.get_mut(obj)
                        && matches!(o.kind, Kind::Bytes(_))
                    {
                        o.rest.t = o.rest.t.join(&recv.t);
                    }
                }
                Val::unknown()
            }
            // A yes or a no carries nothing of the text it was asked of.
            "includes" | "startsWith" | "endsWith" | "hasOwnProperty" => Val::unknown(),
            "constructor" => {
                let code = args.last().cloned().unwrap_or_else(Val::undef);
                if self
                    .to_text(&code)
                    .is_some_and(|s| s.as_str().contains(['(', '=', ';']))
                {
                    return crate::host::call(self, a, "Function", recv, args, at);
                }
                Val::unknown()
            }
            _ => {
                let t = self.shallow(recv);
                self.call_unknown(a, &t, &args, at)
            }
        }
    }

    /// Registers a listener and runs it once with what the emitter carries.
    pub fn listen(&mut self, a: &mut Act, recv: &Val, args: &[Val], at: u32) -> Val {
        let (Some(event), Some(f)) = (args.first(), args.get(1)) else {
            return recv.clone();
        };
        let name = self
            .to_text(event)
            .map_or_else(|| Name::from("*"), |s| Name::from(s.as_str()));
        if let V::Obj(obj) = recv.v
            && let Some(o) = self.get_mut(obj)
            && o.listeners.len() < 64
        {
            o.listeners.push((name.clone(), f.clone()));
        }
        let t = self.shallow(recv);
        let failed = matches!(
            name.as_ref(),
            "error" | "close" | "end" | "finish" | "exit" | "timeout"
        );
        let t = if failed { Taint::none() } else { t };
        let vague = self.vague;
        self.run_callbacks(a, std::slice::from_ref(f), &t, at);
        if matches!(recv.v, V::Obj(_)) {
            // An emitter of the code's own is pure; what this first look at its listener met is not the code's.
            self.vague = vague;
        } else {
            self.worldly += 1;
        }
        recv.clone()
    }

    fn emit(&mut self, a: &mut Act, recv: &Val, args: &[Val], at: u32) -> Val {
        let name = args.first().and_then(|v| self.to_text(v));
        if let V::Obj(obj) = recv.v {
            let fs: Vec<Val> = self
                .get(obj)
                .map(|o| {
                    o.listeners
                        .iter()
                        .filter(|(n, _)| {
                            n.as_ref() == "*" || name.as_ref().is_none_or(|m| m.as_str() == n.as_ref())
                        })
                        .map(|(_, f)| f.clone())
                        .collect()
                })
                .unwrap_or_default();
            for f in fs {
                self.call(a, &f, recv.clone(), args.iter().skip(1).cloned().collect(), at);
            }
        } else {
            self.worldly += 1;
        }
        Val::bool(true)
    }

    /// Functions kept under a name that says they are handed key material.
    pub fn key_takers(&self) -> HashSet<u32> {
        let mut takers = HashSet::new();
        for object in &self.heap {
            for (name, field) in object.entries() {
                if let super::heap::Field::Val(value) = field
                    && let V::Obj(obj) = value.v
                    && let Some(Kind::Func { f, .. }) = self.get(obj).map(|o| &o.kind)
                    && crate::host::secrets::takes_keys(name)
                {
                    takers.insert(f.id);
                }
            }
        }
        takers
    }

    /// The marks a parameter of an exported function gets when nobody in the package calls it; `takes_keys` where the
    /// function's own name says what it is handed first.
    pub fn caller_value(&mut self, f: &Func, ix: usize, takes_keys: bool) -> Val {
        let place = super::marks::Place { src: f.src, at: f.at };
        let name = f.param_names.get(ix).and_then(Clone::clone);
        let t = match &name {
            Some(name)
                if crate::host::secrets::is_key_material(name)
                    || (crate::host::secrets::is_pair_half(name)
                        && self
                            .sources
                            .get(f.src as usize)
                            .is_some_and(|s| s.text.contains("fromSecretKey"))) =>
            {
                self.mark(
                    Source::KeyMaterial,
                    place,
                    format!("`{name}` is key material given by the caller"),
                    Some(name.to_string()),
                )
            }
            // A name that says something is believed.
            _ if takes_keys && ix == 0 && name.as_ref().is_none_or(|n| !says_another_thing(n)) => self.mark(
                Source::KeyMaterial,
                place,
                "key material given by the caller, as the function's name says",
                name.map(|n| n.to_string()),
            ),
            _ => self.mark(
                Source::Caller,
                place,
                "given by the caller",
                name.map(|n| n.to_string()),
            ),
        };
        Val::tainted(t)
    }
}

/// Names of what such functions are handed first beside the keys themselves.
fn says_another_thing(name: &str) -> bool {
    const OTHERS: &[&str] = &[
        "options", "opts", "config", "path", "file", "url", "network", "callback", "provider", "index",
    ];
    let name = name.to_ascii_lowercase();
    OTHERS.iter().any(|other| name.contains(other))
}
