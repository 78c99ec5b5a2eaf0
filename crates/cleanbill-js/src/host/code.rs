//! Text that becomes code: `eval`, `Function`, `vm`, `Module._compile`, workers, computed loads.
//! Known text is run as a layer; unknown text is judged by its marks.
use cleanbill_model::Level;

use super::{can, sink};
use crate::entry::Trigger;
use crate::ir::Name;
use crate::kind::FileKind;
use crate::machine::heap::Kind;
use crate::machine::marks::{Place, Source};
use crate::machine::value::{Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::notebook::Capability;

/// Exact texts every bundler and polyfill evaluates (NEG-08).
const IDIOMS: &[&str] = &[
    "return this",
    "return this;",
    "this",
    "return globalThis",
    "return import(s)",
    "return import(x)",
    "return import(m)",
    "return import(url)",
    "return import(path)",
    "return import(specifier)",
    "return import(p)",
    "return import(file)",
    "require",
    "module",
    "return require",
    "exports",
];

pub(crate) fn call(m: &mut Machine<'_>, a: &mut Act, path: &str, args: &[Val], at: u32) -> Option<Val> {
    let first = || args.first().cloned().unwrap_or_else(Val::undef);
    Some(match path {
        "eval" | "vm.runInThisContext" | "vm.runInNewContext" | "vm.runInContext" => {
            let name = if path == "eval" { "`eval`" } else { "`vm`" };
            evaluate(m, a, &first(), at, name)
        }
        "module._compile" | "module.prototype._compile" => evaluate(m, a, &first(), at, "`Module._compile`"),
        "vm.Script" | "vm.compileFunction" | "vm.SourceTextModule" => evaluate(m, a, &first(), at, "`vm`"),
        "Function" => function(m, a, args, at),
        "require" | "process.getBuiltinModule" | "importScripts" => {
            let place = m.place(a, at);
            m.require(a, &first(), place, false)
        }
        "require.resolve" => first(),
        "module.createRequire" | "module.createRequireFromPath" => m.host_val("require"),
        "process.dlopen" | "process.binding" | "process._linkedBinding" => {
            can(m, a, Capability::Native, at);
            Val::unknown()
        }
        "setTimeout"
        | "setInterval"
        | "setImmediate"
        | "queueMicrotask"
        | "requestAnimationFrame"
        | "process.nextTick" => {
            let f = first();
            if m.is_function(&f) {
                let rest = args.iter().skip(2).cloned().collect();
                let (place, gates) = (m.place(a, at), m.gates.len());
                let wait = match args.get(1).map(|v| &v.v) {
                    Some(V::Num(n)) if path == "setTimeout" => *n,
                    _ => 0.0,
                };
                let keeps =
                    matches!(&f.v, V::Obj(o) if m.get(*o).is_some_and(|o| matches!(o.kind, Kind::Settle(_))));
                if keeps {
                    m.promised_wait = Some((place, wait));
                } else {
                    m.enter_wait(place, wait);
                }
                let out = m.call(a, &f, Val::undef(), rest, at);
                m.leave_gates(gates);
                return Some(out);
            }
            if m.to_text(&f).is_some_and(|s| s.as_str().len() > 8) || !f.t.is_empty() {
                return Some(evaluate(m, a, &f, at, "a timer"));
            }
            Val::unknown()
        }
        "Reflect.get" => {
            let key = args.get(1).cloned().unwrap_or_else(Val::undef);
            m.get_index(a, &first(), &key, at)
        }
        "Reflect.apply" => {
            let list = m.list_arg(args.get(2));
            let this = args.get(1).cloned().unwrap_or_else(Val::undef);
            m.call(a, &first(), this, list, at)
        }
        "Reflect.construct" => {
            let list = m.list_arg(args.get(1));
            m.construct(a, &first(), list, at)
        }
        _ => return None,
    })
}

/// Judges text about to become code by its marks.
pub(crate) fn judge(m: &mut Machine<'_>, a: &mut Act, code: &Val, at: u32, how: &str) {
    let t = m.deep(code);
    let mask = m.mask(&t);
    let is = |s: Source| mask & (1 << (s as u32)) != 0;
    let text = m.to_text(code).map(|s| s.as_str().to_owned());
    let headers = t.ids().iter().any(|id| {
        m.marks
            .get(*id as usize)
            .is_some_and(|k| k.detail.as_deref() == Some(super::net::REQUEST_HEADERS))
    });
    if headers {
        let note = format!("the headers of a request become code: {how}");
        let mut found = sink::Found::new("FLO-15", t.clone(), note);
        found.decoded = text.clone();
        found.aggravations.push("request-headers".to_owned());
        sink::chain(m, a, found, at);
    }
    let mut make = |id: &'static str, note: String| {
        let mut found = sink::Found::new(id, t.clone(), note);
        found.decoded = text.clone();
        sink::chain(m, a, found, at);
    };
    if is(Source::Network) && !headers {
        make("FLO-03", format!("bytes from the network become code: {how}"));
    }
    if is(Source::DeadDrop) {
        make(
            "FLO-09",
            format!("a value from a public dead drop becomes code: {how}"),
        );
    }
    if is(Source::PackageFile) {
        let mut found = sink::Found::new(
            "FLO-05",
            t.clone(),
            format!("a file that is no code becomes code: {how}"),
        );
        found.decoded = text.clone();
        // The glue of a WebAssembly module makes functions of texts that the module asks for when somebody calls it.
        if m.lazy && comes_from(m, &t, |kind| kind == FileKind::Wasm) {
            found.most = Some(Level::Warn);
        }
        sink::chain(m, a, found, at);
    }
    if is(Source::Decoded) {
        let foreign = t.ids().iter().any(|id| {
            m.marks
                .get(*id as usize)
                .is_some_and(|k| k.detail.as_deref() == Some(super::system::FOREIGN_KEY))
        });
        // What a key from elsewhere opens has no length we could know.
        if !foreign && text.as_ref().is_some_and(|s| s.len() <= 24) {
            return;
        }
        let mut found = sink::Found::new("FLO-04", t.clone(), format!("decoded text becomes code: {how}"));
        found.decoded = text.clone();
        if foreign {
            found.aggravations.push("foreign-key".to_owned());
        }
        sink::chain(m, a, found, at);
    }
}

fn evaluate(m: &mut Machine<'_>, a: &mut Act, code: &Val, at: u32, how: &str) -> Val {
    let mut out = Val::unknown();
    for one in code.each() {
        if matches!(one.v, V::Obj(o) if m.get(o).is_some_and(|o| !matches!(o.kind, Kind::Bytes(_)))) {
            return one;
        }
        let text = m.to_text(&one);
        if let Some(text) = &text
            && IDIOMS.contains(&text.as_str().trim())
        {
            return match text.as_str().trim() {
                "require" | "return require" => m.host_val("require"),
                "module" => m.host_val("module"),
                _ => m.host_val("globalThis"),
            };
        }
        can(m, a, Capability::Eval, at);
        judge(m, a, &one, at, how);
        if let Some(text) = text
            && !text.has_holes()
            && text.as_str().len() > 2
        {
            let place = m.place(a, at);
            out = m.run_layer(a, text.as_str(), place, &one.t, None);
        }
    }
    out
}

/// `Function(...names, body)`.
pub(crate) fn function(m: &mut Machine<'_>, a: &mut Act, args: &[Val], at: u32) -> Val {
    let Some((body, names)) = args.split_last() else {
        return Val::unknown();
    };
    let text = m.to_text(body);
    if let Some(text) = &text
        && (IDIOMS.contains(&text.as_str().trim()) || text.as_str().is_empty())
    {
        let this = m.host_val("globalThis");
        let settle = m.new_obj(Kind::Promise);
        if let Some(o) = m.get_mut(settle) {
            o.elems = vec![this.clone()];
        }
        let identity = m.host_val("cleanbill.this");
        return m.obj_val(Kind::Bound {
            f: identity,
            this,
            args: Vec::new(),
        });
    }
    can(m, a, Capability::Eval, at);
    judge(m, a, body, at, "`Function`");
    if let Some(text) = text
        && !text.has_holes()
    {
        let mut params: Vec<Name> = Vec::new();
        for name in names {
            let list = m.text_or_hole(name);
            params.extend(
                list.as_str()
                    .split(',')
                    .map(|n| Name::from(n.trim()))
                    .filter(|n| !n.is_empty()),
            );
        }
        let plain = params.iter().all(|n| {
            n.chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '=' | '{' | '}' | ' ' | ':'))
        });
        if plain {
            let place = m.place(a, at);
            return m.run_layer(a, text.as_str(), place, &body.t, Some((&params, Vec::new())));
        }
    }
    m.obj_val(Kind::Compiled)
}

/// `new Worker(...)`.
pub(crate) fn worker(m: &mut Machine<'_>, a: &mut Act, args: &[Val], at: u32) -> Val {
    let Some(first) = args.first() else {
        return Val::unknown();
    };
    let evals = match args.get(1) {
        Some(options) => {
            let v = m.get_prop(a, options, &Name::from("eval"), at);
            m.truth(&v) == Some(true)
        }
        None => false,
    };
    if evals {
        return evaluate(m, a, first, at, "a worker");
    }
    let place = m.place(a, at);
    loads(m, a, first, place);
    run_path(m, first);
    Val::unknown()
}

/// Runs a file of the package a path leads to.
pub(crate) fn run_path(m: &mut Machine<'_>, path: &Val) -> bool {
    let Some(text) = m.to_text(path) else { return false };
    let home = crate::text::hole(crate::text::PACKAGE).to_string();
    let text = text.as_str().trim_start_matches("file://");
    let inner = match text.strip_prefix(&home) {
        Some(rest) => rest.trim_start_matches('/'),
        None if text.starts_with('.') && m.trigger.is_install() => text,
        None => return false,
    };
    let Some(file) = m.pkg.complete(inner) else {
        return false;
    };
    if let Some(entry) = m.pkg.files.get(file as usize)
        && entry.kind.is_program(&entry.path)
    {
        let (path, trigger) = (entry.path.clone(), m.trigger);
        m.notes.natives.insert((path, trigger));
        return true;
    }
    m.exports_of(file);
    true
}

/// A module name or path about to be loaded.
pub(crate) fn loads(m: &mut Machine<'_>, a: &mut Act, source: &Val, place: Place) {
    for one in source.each() {
        let Some(text) = m.to_text(&one) else {
            if m.has(&one.t, Source::Network) {
                let mut found = sink::Found::new(
                    "FLO-03",
                    one.t.clone(),
                    "a module is loaded under a name from the network",
                );
                found.indirect = true;
                sink::chain_at(m, found, place);
            }
            can(m, a, Capability::DynamicLoad, place.at);
            continue;
        };
        let text = text.as_str();
        if let Some(rest) = text.strip_prefix("data:") {
            let Some((head, body)) = rest.split_once(',') else {
                continue;
            };
            let code = if head.ends_with("base64") {
                String::from_utf8_lossy(&crate::decode::base64(body)).into_owned()
            } else {
                crate::builtin::text::percent(body)
            };
            let t = one
                .t
                .join(&m.mark(Source::Decoded, place, "code in a `data:` address", None));
            let value = Val::str(code).with(&t);
            evaluate(m, a, &value, place.at, "`import` of a `data:` address");
            continue;
        }
        // Loading JSON reads it.
        if !text.ends_with(".json") {
            written_runs(m, text, place, "loaded as a module");
        }
    }
}

/// Every file of the package in the marks is of such a kind.
fn comes_from(m: &Machine<'_>, t: &Taint, is: impl Fn(FileKind) -> bool) -> bool {
    let marks = t.ids().iter().filter_map(|id| m.marks.get(*id as usize));
    marks
        .filter(|mark| mark.source == Source::PackageFile)
        .all(|mark| {
            let file = mark.detail.as_deref().and_then(|path| m.pkg.find(path));
            file.and_then(|ix| m.pkg.files.get(ix as usize))
                .is_some_and(|file| is(file.kind))
        })
}

/// A path the code wrote before is run or loaded now.
pub(crate) fn written_runs(m: &mut Machine<'_>, path: &str, place: Place, how: &str) -> bool {
    let key = path_key(path);
    // A path of nothing but unknown parts is every path; named holes say as much as letters.
    let blank = crate::machine::value::blank();
    let known = |c: &char| c.is_alphanumeric() || (crate::text::is_hole(*c) && *c != blank);
    if key.chars().filter(known).count() < 3 {
        return false;
    }
    let Some(written) = m
        .notes
        .written
        .iter()
        .rev()
        .find(|w| path_key(&w.path) == key)
        .cloned()
    else {
        return false;
    };
    let mask = m.mask(&written.t);
    let is = |s: Source| mask & (1 << (s as u32)) != 0;
    let id = match () {
        () if is(Source::Network) => "FLO-06",
        () if is(Source::PackageFile) => "FLO-05",
        () if is(Source::Decoded) => "FLO-04",
        () => return written.text.is_some(),
    };
    let t: Taint = m.via(&written.t, written.place, "written to a file");
    let mut found = sink::Found::new(id, t, format!("the written file is run: {how}"));
    found.decoded = Some(path.to_owned());
    // A program fills in a template for its user, and loads what he has made of it.
    let template = m.trigger == Trigger::Bin && comes_from(m, &written.t, |kind| kind == FileKind::Text);
    if id == "FLO-05" && template {
        found.most = Some(Level::Warn);
    }
    sink::chain_at(m, found, place);
    true
}

/// Paths compared without what differs between the ways to say the same.
pub(crate) fn path_key(path: &str) -> String {
    path.trim_matches(['"', '\''])
        .replace('\\', "/")
        .trim_start_matches("./")
        .trim_start_matches("file://")
        .to_owned()
}
