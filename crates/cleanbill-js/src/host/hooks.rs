//! Writes to the host's own objects: replaced globals, patched prototypes, handlers.
//! A write alone is a fact; only with a replacement table or a sink does it become a chain.
use super::sink;
use crate::ir::Name;
use crate::machine::marks::Source;
use crate::machine::value::{Taint, V, Val};
use crate::machine::{Act, Machine};

/// Functions a wallet thief replaces.
const HOOKED: &[&str] = &[
    "fetch",
    "XMLHttpRequest.prototype.open",
    "XMLHttpRequest.prototype.send",
    "ethereum.request",
    "ethereum.send",
    "ethereum.sendAsync",
    "ethereum",
];

/// A global was assigned.
pub(crate) fn global_replaced(m: &mut Machine<'_>, a: &Act, name: &Name, value: &Val) {
    hooked(m, a, name, value, a.func.at);
}

/// A property of a host path was assigned.
pub(crate) fn written(m: &mut Machine<'_>, a: &mut Act, path: &str, name: &Name, value: Val, at: u32) {
    match path {
        "globalThis" => {
            hooked(m, a, name, &value, at);
            m.globals.insert(name.clone(), value);
        }
        "process.env" => {}
        _ => {
            let full = format!("{path}.{name}");
            hooked(m, a, &full, &value, at);
            // Patched host functions of the package's own making are called by whoever uses them.
            if m.is_function(&value) {
                let place = m.place(a, at);
                let t = m.mark(
                    Source::Caller,
                    place,
                    "given by whoever calls the patched function",
                    None,
                );
                m.worldly += 1;
                m.run_callbacks(a, std::slice::from_ref(&value), &t, at);
            } else if name.as_ref() == "src" || name.as_ref() == "href" {
                let place = m.place(a, at);
                let t = m.deep(&value);
                if !t.is_empty() {
                    let dest = sink::dest(m, &value, place);
                    sink::send_marks(m, a, dest, &t, at, "an address the page loads");
                }
            }
        }
    }
}

/// A property under an unknown key was assigned.
pub(crate) fn vague_write(_m: &mut Machine<'_>, _a: &mut Act, _path: &str, _value: &Val, _at: u32) {}

/// Least addresses in a replacement table.
const TABLE: usize = 3;

fn hooked(m: &mut Machine<'_>, a: &Act, name: &str, value: &Val, at: u32) {
    let name = name
        .trim_start_matches("window.")
        .trim_start_matches("globalThis.");
    if !HOOKED.contains(&name) || !m.is_function(value) {
        return;
    }
    let V::Obj(_) = value.v else { return };
    // The hook counts when the source that sets it carries a table of addresses.
    let Some(text) = m.sources.get(a.src as usize).map(|s| s.text.clone()) else {
        return;
    };
    let layered: usize = m.notes.layers.iter().map(|(_, _, t)| addresses(t)).sum();
    let strings = addresses(&text) + layered;
    if strings >= TABLE {
        let mut found = sink::Found::new(
            "FLO-11",
            Taint::none(),
            format!("`{name}` is replaced in code that carries {strings} wallet addresses"),
        );
        found.decoded = Some(name.to_owned());
        let place = m.place(a, at);
        sink::chain_at(m, found, place);
    }
}

/// Quoted strings that are wallet addresses.
fn addresses(text: &str) -> usize {
    text.split(['"', '\'', '`', ',', ' '])
        .filter(|w| {
            let hex = w.len() == 42
                && w.starts_with("0x")
                && w.get(2..)
                    .is_some_and(|r| r.bytes().all(|b| b.is_ascii_hexdigit()));
            let segwit = w.len() >= 42 && w.len() <= 62 && (w.starts_with("bc1") || w.starts_with("ltc1"));
            let base58 = (33..=35).contains(&w.len())
                && w.starts_with(['1', '3', 'T', 'L'])
                && w.bytes().all(|b| b.is_ascii_alphanumeric())
                && w.bytes().any(|b| b.is_ascii_digit())
                && w.bytes().any(|b| b.is_ascii_lowercase())
                && w.bytes().any(|b| b.is_ascii_uppercase());
            hex || segwit || base58
        })
        .take(200)
        .count()
}
