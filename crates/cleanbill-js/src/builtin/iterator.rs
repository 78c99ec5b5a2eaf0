//! Iterators asked for by hand: `list[Symbol.iterator]()` and its `next`, as code emitted for old engines writes every
//! spread and every loop. Iterators that a program writes itself are functions like any other.
use crate::machine::exec::Items;
use crate::machine::heap::{Field, Kind, Object};
use crate::machine::value::{Obj, V, Val};
use crate::machine::{Act, Machine};

/// The function that makes an iterator of its receiver.
pub(crate) const MAKE: &str = "cleanbill.iterator";
/// Where an iterator keeps what it goes through.
pub(crate) const ITEMS: &str = "cleanbill.items";
/// Where it keeps how far it is.
const AT: &str = "cleanbill.at";

/// An iterator over a value.
pub(crate) fn make(m: &mut Machine<'_>, this: &Val) -> Val {
    let items = match m.items_of(this) {
        Items::Known(list) => m.array(list),
        Items::Vague(item) => super::list::vague(m, item),
    };
    let mut object = Object::new(Kind::Plain);
    object.put(ITEMS, items);
    object.put(AT, Val::num(0.0));
    Val::new(V::Obj(m.alloc(object))).with(&this.t)
}

/// A method of an iterator.
pub(crate) fn method(
    m: &mut Machine<'_>,
    a: &mut Act,
    obj: Obj,
    recv: &Val,
    name: &str,
    at: u32,
) -> Option<Val> {
    let read = |m: &Machine<'_>, key: &str| match m.get(obj)?.get(key)? {
        Field::Val(v) => Some(v.clone()),
        Field::Access(..) => None,
    };
    match name {
        "next" => {
            let items = read(m, ITEMS)?;
            let V::Num(n) = read(m, AT)?.v else { return None };
            let V::Obj(list) = items.v else { return None };
            let (length, vague) = m.get(list).map(|o| (o.elems.len(), o.has_rest()))?;
            let ended = n >= length as f64;
            let value = if ended && !vague {
                Val::undef()
            } else {
                m.get_index(a, &items, &Val::num(n), at).with(&recv.t)
            };
            m.get_mut(obj)?.put(AT, Val::num(n + 1.0));
            let mut out = Object::new(Kind::Plain);
            out.put("value", value);
            out.put(
                "done",
                match (ended, vague) {
                    (true, true) => Val::unknown(),
                    (ended, _) => Val::bool(ended),
                },
            );
            Some(Val::new(V::Obj(m.alloc(out))))
        }
        "return" => Some(Val::undef()),
        _ => None,
    }
}
