//! Writes to the host's own objects: replaced globals, patched prototypes, handlers.
//! A write alone is a fact; only with a replacement table or a sink does it become a chain.
use cleanbill_model::Level;

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
    if path.starts_with("page.") && super::page::written(m, a, path, name, &value, at) {
        return;
    }
    match path {
        "require.cache.entry" if name.as_ref() == "exports" => {
            let mut found = sink::Found::new(
                "PER-02",
                m.deep(&value),
                "the exports of a module that is already loaded are replaced",
            );
            // A closed branch at the top of a file waits for its victim; a function waits for its caller.
            found.most = Some(if m.lazy && !a.explore {
                Level::Note
            } else {
                Level::Warn
            });
            found.aggravations.push("loaded-module".to_owned());
            sink::chain(m, a, found, at);
        }
        "globalThis" => {
            hooked(m, a, name, &value, at);
            m.globals.insert(name.clone(), value);
        }
        "process.env" => {}
        _ => {
            let full = format!("{path}.{name}");
            hooked(m, a, &full, &value, at);
            if path == "ethereum" {
                foreign_written(m, a, name, &value, at);
            }
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

/// Names of functions through which the keys to somebody's money or account go.
const KEYS_PASS: &[&str] = &[
    "seed",
    "mnemonic",
    "privatekey",
    "passphrase",
    "password",
    "wallet",
    "keystore",
];

/// An accessor was put where another program is going to keep a function of its own. What the accessor hands back in
/// its place is given everything that program gives its own function.
pub(crate) fn intercepted(
    m: &mut Machine<'_>,
    a: &mut Act,
    path: &str,
    name: &str,
    get: Option<&Val>,
    set: &Val,
    at: u32,
) {
    let lower = name.to_ascii_lowercase().replace(['_', '-'], "");
    if path != "globalThis" || !m.is_function(set) || !KEYS_PASS.iter().any(|part| lower.contains(part)) {
        return;
    }
    let place = m.place(a, at);
    m.worldly += 1;
    m.call(a, set, Val::undef(), vec![Val::unknown()], at);
    let Some(kept) = get.map(|get| m.call(a, get, Val::undef(), Vec::new(), at)) else {
        return;
    };
    if !m.is_function(&kept) {
        return;
    }
    let t = m.mark(
        Source::KeyMaterial,
        place,
        format!("stands where another program keeps its `{name}`, and is given what that is given"),
        Some(name.to_owned()),
    );
    let given = vec![Val::tainted(t.clone()), Val::tainted(t)];
    a.unsure += 1;
    m.call(a, &kept, Val::undef(), given, at);
    a.unsure -= 1;
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

/// Methods through which every request to a wallet goes.
const WALLET_METHODS: &[&str] = &[
    "request",
    "send",
    "sendAsync",
    "sendTransaction",
    "signTransaction",
];

/// A method of an object we do not know was replaced: a wallet's, when the new one rewrites transactions.
pub(crate) fn foreign_written(m: &mut Machine<'_>, a: &Act, name: &Name, value: &Val, at: u32) {
    if !WALLET_METHODS.contains(&name.as_ref()) {
        return;
    }
    let V::Obj(obj) = value.v else { return };
    let Some(crate::machine::heap::Kind::Func { f, .. }) = m.get(obj).map(|o| &o.kind) else {
        return;
    };
    let Some(source) = m.sources.get(f.src as usize) else {
        return;
    };
    let body = source.text.get(f.at as usize..f.end as usize).unwrap_or_default();
    let sends = body.contains("eth_sendTransaction") || body.contains("signTransaction");
    if !sends || addresses(&source.text) == 0 || !rewrites(body) {
        return;
    }
    let mut found = sink::Found::new(
        "FLO-11",
        Taint::none(),
        format!("`{name}` of a wallet is replaced by code that changes the receiver of transactions"),
    );
    found.decoded = Some(name.to_string());
    let place = m.place(a, at);
    sink::chain_at(m, found, place);
}

/// True when a receiver or a call of a transaction is assigned.
fn rewrites(body: &str) -> bool {
    [".to", ".data"].iter().any(|field| {
        body.match_indices(field).any(|(ix, found)| {
            let rest = body.get(ix + found.len()..).unwrap_or_default().trim_start();
            rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>")
        })
    })
}

/// True for the text of a wallet address of the most common kind.
pub(crate) fn is_address(text: &str) -> bool {
    text.len() == 42
        && text.starts_with("0x")
        && text
            .get(2..)
            .is_some_and(|r| r.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Quoted strings that are wallet addresses.
fn addresses(text: &str) -> usize {
    text.split(['"', '\'', '`', ',', ' '])
        .filter(|w| {
            let hex = is_address(w);
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
