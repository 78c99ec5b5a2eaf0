//! The page a browser shows: script elements, pictures read as bytes, cookies, wallets that sign.
//! It knows element names and methods only; there is no document and nothing is drawn.
use cleanbill_model::Level;

use super::{net, sink};
use crate::machine::heap::{Kind, Object};
use crate::machine::marks::Source;
use crate::machine::value::{V, Val};
use crate::machine::{Act, Machine};

/// Paths of the elements that matter here.
const SCRIPT: &str = "page.script";
const CANVAS: &str = "page.canvas";
const CONTEXT: &str = "page.context";

/// Events that carry what somebody types into a page.
const TYPED: &[&str] = &[
    "submit", "input", "change", "keydown", "keyup", "keypress", "paste", "copy", "cut", "blur", "focusout",
];

/// A listener on the whole page hears every form, those of others too. It is run as the page would run it: later, and
/// with what was typed.
fn typed(m: &mut Machine<'_>, a: &mut Act, event: String, listener: &Val, at: u32) {
    let place = m.place(a, at);
    let t = m.mark(
        Source::Clipboard,
        place,
        format!("listens to `{event}` of every form of the page"),
        Some(event),
    );
    let secret = Val::tainted(t);
    let mut target = Object::new(Kind::Plain);
    for name in ["value", "elements", "form", "innerText", "textContent"] {
        target.put(name, secret.clone());
    }
    target.rest = Val::unknown();
    let target = Val::new(V::Obj(m.alloc(target)));
    let mut given = Object::new(Kind::Plain);
    for name in ["target", "srcElement", "currentTarget"] {
        given.put(name, target.clone());
    }
    for name in ["key", "keyCode", "which", "code", "data", "clipboardData"] {
        given.put(name, secret.clone());
    }
    given.rest = Val::unknown();
    let given = Val::new(V::Obj(m.alloc(given)));
    let lazy = std::mem::replace(&mut m.lazy, true);
    m.worldly += 1;
    a.unsure += 1;
    for one in listener.each() {
        if m.is_function(&one) {
            m.call(a, &one, Val::unknown(), vec![given.clone()], at);
        }
    }
    a.unsure -= 1;
    m.lazy = lazy;
}

/// A call on the page.
pub(crate) fn call(m: &mut Machine<'_>, a: &mut Act, path: &str, args: &[Val], at: u32) -> Option<Val> {
    match path {
        "document.createElement" => {
            let name = m.to_text(args.first()?)?;
            let path = match name.as_str().to_ascii_lowercase().as_str() {
                "script" => SCRIPT,
                "canvas" => CANVAS,
                _ => return None,
            };
            Some(m.host_val(path))
        }
        "page.script.setAttribute" => {
            let name = m.to_text(args.first()?)?;
            if name.as_str() == "src" {
                let value = args.get(1)?.clone();
                script_source(m, a, &value, at);
            }
            Some(Val::unknown())
        }
        "page.canvas.getContext" => Some(m.host_val(CONTEXT)),
        "page.context.getImageData" => {
            let place = m.place(a, at);
            let t = m.mark(
                Source::PackageFile,
                place,
                "the pixels of a picture are read as bytes",
                Some("pixels".to_owned()),
            );
            Some(Val::tainted(t))
        }
        "document.addEventListener"
        | "document.body.addEventListener"
        | "document.documentElement.addEventListener"
        | "addEventListener" => {
            let event = m.to_text(args.first()?)?;
            if !TYPED.contains(&event.as_str()) {
                return None;
            }
            typed(m, a, event.as_str().to_owned(), args.get(1)?, at);
            Some(Val::undef())
        }
        "ethereum.request" | "web3.currentProvider.request" => {
            wallet(m, a, args.first()?, at);
            None
        }
        _ => None,
    }
}

/// A property of an element was set; true when it was one of ours.
pub(crate) fn written(
    m: &mut Machine<'_>,
    a: &mut Act,
    path: &str,
    name: &str,
    value: &Val,
    at: u32,
) -> bool {
    if path == SCRIPT && name == "src" {
        script_source(m, a, value, at);
    }
    path == SCRIPT && matches!(name, "src" | "async" | "defer" | "type" | "id" | "text")
}

/// A page loads and runs a script from an address the code names.
fn script_source(m: &mut Machine<'_>, a: &mut Act, value: &Val, at: u32) {
    let place = m.place(a, at);
    let t = m.deep(value);
    let dest = sink::dest(m, value, place);
    let abnormal = m
        .notes
        .dests
        .get(dest as usize)
        .is_some_and(|d| d.class.is_abnormal());
    sink::send_marks(m, a, dest, &t, at, "the address of a script the page loads");
    if !abnormal {
        return;
    }
    let mark = net::response_mark(m, dest, place);
    let mut found = sink::Found::new(
        "FLO-03",
        mark,
        "the page is given a script from a fixed foreign address",
    );
    found.dest = Some(dest);
    // Many libraries load a script of their provider; only a change makes that odd.
    found.most = Some(Level::Warn);
    sink::chain(m, a, found, at);
}

/// A transfer of coins to an address that stands in the code.
fn wallet(m: &mut Machine<'_>, a: &mut Act, request: &Val, at: u32) {
    let mut get = |m: &mut Machine<'_>, v: &Val, name: &str| m.get_prop(a, v, &name.into(), at);
    let method = get(m, request, "method");
    if m.to_text(&method)
        .is_none_or(|s| !matches!(s.as_str(), "eth_sendTransaction" | "eth_signTransaction"))
    {
        return;
    }
    let list = get(m, request, "params");
    let first = get(m, &list, "0");
    let (to, data, value) = (
        get(m, &first, "to"),
        get(m, &first, "data"),
        get(m, &first, "value"),
    );
    let fixed = m
        .to_text(&to)
        .is_some_and(|s| super::hooks::is_address(s.as_str()));
    // A fixed amount is a price and a call with data is a contract; all there is to a fixed address is a theft.
    if !fixed || !matches!(data.v, V::Undef) || !matches!(value.v, V::Unknown) {
        return;
    }
    let mut found = sink::Found::new(
        "FLO-11",
        to.t.clone(),
        "a wallet is asked to send an amount the code looks up to a fixed address",
    );
    found.decoded = m.to_text(&to).map(|s| s.as_str().to_owned());
    let file = m.sources.get(a.src as usize).map(|s| s.path.to_string());
    if !file.is_some_and(|f| m.notes_obfuscated(&f)) {
        found.most = Some(Level::Quarantine);
    }
    sink::chain(m, a, found, at);
}
