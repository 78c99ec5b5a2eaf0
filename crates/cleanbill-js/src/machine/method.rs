//! Methods: of natives by their id, of objects by what they are.
//! What a native does is asked of `host` and `builtin`.
use super::heap::{Kind, Object};
use super::value::{Obj, V, Val};
use super::{Act, Machine};
use crate::ir::Name;

impl Machine<'_> {
    #[expect(clippy::too_many_arguments, reason = "a method call has this many parts")]
    pub(super) fn host_method(
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
            "call" if !path.is_empty() => return self.handed_on(a, recv, name, args, at),
            "apply" if path != "Reflect" => return self.handed_on(a, recv, name, args, at),
            "bind" => return self.handed_on(a, recv, name, args, at),
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

    /// `f.call`, `f.apply` and `f.bind`: the function with another `this` and its arguments, now or later.
    fn handed_on(&mut self, a: &mut Act, f: &Val, how: &Name, args: Vec<Val>, at: u32) -> Val {
        if how.as_ref() == "apply" {
            let this = args.first().cloned().unwrap_or_else(Val::undef);
            let list = self.list_arg(args.get(1));
            return self.call(a, f, this, list, at);
        }
        let mut args = args.into_iter();
        let this = args.next().unwrap_or_else(Val::undef);
        if how.as_ref() == "call" {
            return self.call(a, f, this, args.collect(), at);
        }
        self.obj_val(Kind::Bound {
            f: f.clone(),
            this,
            args: args.collect(),
        })
    }

    pub(super) fn obj_method(
        &mut self,
        a: &mut Act,
        obj: Obj,
        recv: &Val,
        name: &Name,
        args: Vec<Val>,
        at: u32,
    ) -> Val {
        if self.get(obj).is_some_and(Object::is_proxy) {
            return self.proxy_method(a, obj, recv, name, args, at);
        }
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
                "call" | "apply" | "bind" => return self.handed_on(a, recv, name, args, at),
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
