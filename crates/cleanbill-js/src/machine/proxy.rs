//! Proxies: a member read asks the `get` trap, a call the `apply` trap, a write the `set` trap.
//! What a trap does not say, the value behind the proxy says; other traps run once where the proxy is made.
use super::heap::{Field, Kind, Object};
use super::value::{Obj, V, Val, either};
use super::{Act, Machine};
use crate::ir::Name;

/// Traps that stand between a value and its users.
const STANDING: [&str; 3] = ["get", "set", "apply"];

impl Machine<'_> {
    /// `new Proxy(target, handler)`.
    pub fn make_proxy(&mut self, a: &mut Act, target: Val, handler: Option<&Val>, at: u32) -> Val {
        let traps: Vec<(Name, Val)> = match handler.map(|h| &h.v) {
            Some(V::Obj(o)) => self
                .get(*o)
                .map(|o| {
                    o.entries()
                        .filter_map(|(name, field)| match field {
                            Field::Val(v) => Some((name.clone(), v.clone())),
                            Field::Access(..) => None,
                        })
                        .collect()
                })
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut stands = false;
        // This first look at the traps is ours, not the code's: it must not make a loop around it look unsure.
        let (vague, worldly) = (self.vague, self.worldly);
        for (name, trap) in traps {
            if !self.is_function(&trap) {
                continue;
            }
            stands |= STANDING.contains(&name.as_ref());
            // Nobody in the package need use the proxy: its traps are code like any other.
            let given = vec![target.clone(), Val::unknown(), Val::unknown()];
            self.call(a, &trap, Val::undef(), given, at);
        }
        (self.vague, self.worldly) = (vague, worldly);
        // A proxy without these is its target.
        let (true, Some(handler)) = (stands, handler) else {
            return target;
        };
        let callable = self.is_function(&target) || matches!(target.v, V::Host(_));
        let t = target.t.clone();
        self.obj_val(Kind::Proxy {
            target,
            handler: handler.clone(),
            callable,
        })
        .with(&t)
    }

    /// The target and handler of a proxy.
    fn behind(&self, obj: Obj) -> Option<(Val, Val)> {
        match self.get(obj).map(|o| &o.kind) {
            Some(Kind::Proxy { target, handler, .. }) => Some((target.clone(), handler.clone())),
            _ => None,
        }
    }

    /// What stands behind a value, proxies taken off.
    pub fn bare(&self, value: &Val) -> Val {
        let mut out = value.clone();
        for _ in 0..8 {
            let V::Obj(obj) = out.v else { break };
            let Some((target, _)) = self.behind(obj) else {
                break;
            };
            out = target.with(&out.t);
        }
        out
    }

    fn trap(&self, handler: &Val, name: &str) -> Option<Val> {
        let V::Obj(obj) = handler.v else { return None };
        match self.get(obj).and_then(|o| o.get(name)) {
            Some(Field::Val(v)) if self.is_function(v) => Some(v.clone()),
            _ => None,
        }
    }

    /// A member of a proxy, under a known key or another.
    pub fn proxy_get(&mut self, a: &mut Act, obj: Obj, whole: &Val, key: &Val, at: u32) -> Val {
        let Some((target, handler)) = self.behind(obj) else {
            return Val::unknown();
        };
        let told = match self.trap(&handler, "get") {
            Some(trap) => {
                let given = vec![target.clone(), key.clone(), whole.clone()];
                self.call(a, &trap, handler, given, at)
            }
            None => Val::undef(),
        };
        let told = told.with(&whole.t);
        if matches!(told.v, V::Undef | V::Unknown) {
            let own = self.get_index(a, &target, key, at);
            return either(&told, &own);
        }
        told
    }

    /// `proxy.name(args)`.
    pub fn proxy_method(
        &mut self,
        a: &mut Act,
        obj: Obj,
        recv: &Val,
        name: &Name,
        args: Vec<Val>,
        at: u32,
    ) -> Val {
        let Some((target, handler)) = self.behind(obj) else {
            return Val::unknown();
        };
        if self.trap(&handler, "get").is_some() {
            let f = self.proxy_get(a, obj, recv, &Val::str(name.as_ref()), at);
            if self.is_function(&f) {
                return self.call(a, &f, recv.clone(), args, at);
            }
            if let V::Host(_) = f.v {
                return self.call(a, &f, target, args, at);
            }
        } else if self.trap(&handler, "apply").is_some() && matches!(name.as_ref(), "call" | "apply" | "bind")
        {
            let mut rest = args.into_iter();
            let this = rest.next().unwrap_or_else(Val::undef);
            let args = match name.as_ref() {
                "call" => rest.collect(),
                "apply" => {
                    let list = rest.next();
                    self.list_arg(list.as_ref())
                }
                _ => {
                    return self.obj_val(Kind::Bound {
                        f: recv.clone(),
                        this,
                        args: rest.collect(),
                    });
                }
            };
            return self.proxy_call(a, obj, this, args, at);
        }
        self.call_method(a, &target.with(&recv.t), name, args, at)
    }

    /// A proxy called as a function.
    pub fn proxy_call(&mut self, a: &mut Act, obj: Obj, this: Val, args: Vec<Val>, at: u32) -> Val {
        let Some((target, handler)) = self.behind(obj) else {
            return Val::unknown();
        };
        match self.trap(&handler, "apply") {
            Some(trap) => {
                let list = self.array(args);
                self.call(a, &trap, handler, vec![target, this, list], at)
            }
            None => self.call(a, &target, this, args, at),
        }
    }

    /// A write through a proxy.
    pub fn proxy_set(&mut self, a: &mut Act, obj: Obj, name: &Name, value: Val, at: u32) {
        let Some((target, handler)) = self.behind(obj) else {
            return;
        };
        if let Some(trap) = self.trap(&handler, "set") {
            let given = vec![target.clone(), Val::str(name.as_ref()), value.clone()];
            self.call(a, &trap, handler, given, at);
        }
        // A trap that keeps the value keeps it here most of the time.
        self.set_prop(a, &target, name, value, at);
    }
}

impl Object {
    /// Stands between a value and its users.
    pub fn is_proxy(&self) -> bool {
        matches!(self.kind, Kind::Proxy { .. })
    }
}
