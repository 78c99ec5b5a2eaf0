//! Resolvers: names that are asked, and data that leaves inside them.
//! Nothing is resolved.
use super::net::response_mark;
use super::{can, sink};
use crate::machine::marks::{Place, Source};
use crate::machine::value::{Taint, Val};
use crate::machine::{Act, Machine};
use crate::notebook::Capability;

/// `dns.*`.
pub(crate) fn dns(m: &mut Machine<'_>, a: &mut Act, name: &str, args: &[Val], at: u32) -> Val {
    can(m, a, Capability::Dns, at);
    let place = m.place(a, at);
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    let dest = sink::dest(m, &first, place);
    let t = m.deep(&first);
    if m.mask(&t) != 0 {
        // The name itself carries the data.
        let mask = m.mask(&t);
        let secret = [Source::Environment, Source::Secret, Source::CredentialFile]
            .iter()
            .any(|s| mask & (1 << (*s as u32)) != 0);
        if secret {
            let mut found = sink::Found::new(
                "FLO-16",
                t.clone(),
                "data leaves inside the names asked of a resolver",
            );
            found.dest = Some(suffix(m, &first, place));
            sink::chain(m, a, found, at);
        } else {
            let dest = suffix(m, &first, place);
            if m.has(&t, Source::Fingerprint) {
                let mut found = sink::Found::new(
                    "FLO-02",
                    t.clone(),
                    "who and where this machine is leaves inside the names asked of a resolver",
                );
                found.dest = Some(dest);
                found.aggravations.push("in-names".to_owned());
                sink::chain(m, a, found, at);
            } else {
                sink::send_marks(m, a, dest, &t, at, "a resolver is asked for it");
            }
        }
    }
    let txt = name.contains("Txt")
        || args
            .get(1)
            .is_some_and(|v| m.to_text(v).is_some_and(|s| s.as_str() == "TXT"));
    let mut out = Taint::none();
    if txt {
        if let Some(d) = m.notes.dests.get_mut(dest as usize) {
            d.dead_drop = true;
        }
        out = response_mark(m, dest, place);
    }
    for arg in args {
        if m.is_function(arg) {
            m.call(
                a,
                arg,
                Val::undef(),
                vec![Val::unknown(), Val::tainted(out.clone())],
                at,
            );
        }
    }
    Val::tainted(out)
}

/// The known end of a name: the domain that is really asked.
fn suffix(m: &mut Machine<'_>, v: &Val, place: Place) -> u32 {
    let text = m.text_or_hole(v);
    let tail = text
        .as_str()
        .rsplit(crate::text::is_hole)
        .next()
        .unwrap_or_default()
        .trim_start_matches('.')
        .to_owned();
    // Whoever told the end of the name is behind it.
    sink::dest(m, &Val::str(tail).with(&v.t), place)
}
