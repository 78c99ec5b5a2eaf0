//! The page's own request object: opened, sent, answered through handlers.
//! What it sends is judged where every request is.
use super::net::response_mark;
use super::sink;
use crate::ir::Name;
use crate::machine::heap::{Field, Kind, Object};
use crate::machine::value::{Obj, V, Val};
use crate::machine::{Act, Machine};

/// A method of an XMLHttpRequest.
pub(crate) fn method(
    m: &mut Machine<'_>,
    a: &mut Act,
    obj: Obj,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let place = m.place(a, at);
    match name.as_ref() {
        "open" => {
            let url = args.get(1).cloned().unwrap_or_else(Val::undef);
            let dest = sink::dest(m, &url, place);
            sink::send(m, a, dest, &url, at, "the address of a request");
            let t = response_mark(m, dest, place);
            let handlers: Vec<Val> = m
                .get(obj)
                .map(|o| {
                    o.entries()
                        .filter(|(n, _)| n.starts_with("on"))
                        .filter_map(|(_, f)| {
                            if let Field::Val(v) = f {
                                Some(v.clone())
                            } else {
                                None
                            }
                        })
                        .collect()
                })
                .unwrap_or_default();
            if let Some(o) = m.get_mut(obj) {
                let mut next = Object::new(Kind::Xhr);
                next.rest = Val {
                    v: V::Unknown,
                    t: t.clone(),
                };
                next.put("cleanbill.dest", Val::num(f64::from(dest)));
                for n in ["responseText", "response", "responseXML"] {
                    next.put(n, Val::tainted(t.clone()));
                }
                *o = next;
            }
            for f in handlers {
                m.call(a, &f, recv.clone(), Vec::new(), at);
            }
            Some(Val::undef())
        }
        "send" | "setRequestHeader" => {
            let dest = m.get_prop(a, &Val::new(V::Obj(obj)), &Name::from("cleanbill.dest"), at);
            if let V::Num(n) = dest.v {
                for arg in args {
                    sink::send(m, a, n as u32, arg, at, "`XMLHttpRequest`");
                }
            }
            Some(Val::undef())
        }
        _ => None,
    }
}
