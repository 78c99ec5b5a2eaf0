//! The host the code believes in: globals, Node's modules, clients of the network.
//! It answers with abstract values and notes what was asked; nothing real stands behind it.
pub(crate) mod code;
pub(crate) mod command;
pub(crate) mod fs;
pub(crate) mod hooks;
pub(crate) mod mail;
pub(crate) mod net;
pub(crate) mod page;
pub(crate) mod process;
pub(crate) mod readers;
pub(crate) mod resolver;
pub(crate) mod ruin;
pub(crate) mod secrets;
pub(crate) mod sink;
pub(crate) mod system;
pub(crate) mod xhr;

use crate::ir::Name;
use crate::machine::heap::{Kind, Wire};
use crate::machine::marks::Source;
use crate::machine::value::{HostId, Obj, Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::notebook::Capability;

/// The path of a member of a host path.
pub(crate) fn child_path(parent: &str, name: &str) -> String {
    match (parent, name) {
        ("fs", "promises") | ("dns", "promises") | ("timers", "promises") => parent.to_owned(),
        ("globalThis", _) => global_path(name).to_owned(),
        ("process", "mainModule") | ("require", "main") | ("module", "constructor" | "Module") => {
            "module".to_owned()
        }
        ("module", "require" | "_load" | "prototype.require") => "require".to_owned(),
        ("npm:electron", "shell") => "npm:electron.shell".to_owned(),
        (_, "default") => parent.to_owned(),
        ("import.meta", "require") => "require".to_owned(),
        _ => format!("{parent}.{name}"),
    }
}

/// The path of a free name.
pub(crate) fn global_path(name: &str) -> &str {
    match name {
        "webkitRequestAnimationFrame" => "requestAnimationFrame",
        "__non_webpack_require__" | "__webpack_require__" | "nativeRequire" => "require",
        other => other,
    }
}

/// The path of a package that is not here.
pub(crate) fn external_path(name: &str) -> String {
    let mut parts = name.split('/');
    let first = parts.next().unwrap_or(name);
    let package = match (first.starts_with('@'), parts.next()) {
        (true, Some(second)) => format!("{first}/{second}"),
        _ => first.to_owned(),
    };
    match package.as_str() {
        "fs-extra" | "graceful-fs" | "mz" => "fs".to_owned(),
        "node-fetch" | "cross-fetch" | "isomorphic-fetch" | "node-fetch-native" | "fetch-h2"
        | "minipass-fetch" => "fetch".to_owned(),
        "cross-spawn" | "spawn-command" => "child_process.spawn".to_owned(),
        _ => format!("npm:{package}"),
    }
}

/// Functions of the language whose `constructor` is `Function`.
fn is_function_path(path: &str) -> bool {
    path.contains(".prototype.")
        || matches!(
            path,
            "Function"
                | "String"
                | "Number"
                | "Boolean"
                | "Array"
                | "Object"
                | "RegExp"
                | "Date"
                | "Promise"
                | "eval"
                | "require"
                | "setTimeout"
                | "setInterval"
                | "fetch"
                | "parseInt"
                | "Map"
                | "Set"
                | "Symbol"
        )
}

/// A member of a host path.
pub(crate) fn member(m: &mut Machine<'_>, a: &mut Act, id: HostId, path: &str, name: &Name, at: u32) -> Val {
    match path {
        "globalThis" => return m.global_named(name),
        "process.env" | "import.meta.env" | "Bun.env" => return secrets::env_read(m, a, name, at),
        "process" => match name.as_ref() {
            "argv" | "argv0" | "execArgv" | "pid" | "platform" | "arch" | "version" | "versions"
            | "title" | "ppid" => {
                return Val::unknown();
            }
            "execPath" => return Val::hole(crate::text::NODE),
            _ => {}
        },
        "import.meta" => {
            let home = crate::text::hole(crate::text::PACKAGE);
            let file = m
                .sources
                .get(a.src as usize)
                .map(|s| s.path.to_string())
                .unwrap_or_default();
            let dir = file
                .rsplit_once('/')
                .map_or(String::new(), |(d, _)| format!("/{d}"));
            match name.as_ref() {
                "url" => return Val::str(format!("file://{home}/{file}")),
                "filename" => return Val::str(format!("{home}/{file}")),
                "dirname" => return Val::str(format!("{home}{dir}")),
                _ => {}
            }
        }
        "document" if name.as_ref() == "cookie" => {
            let place = m.place(a, at);
            let cookies = Some("document.cookie".to_owned());
            let t = m.mark(Source::Secret, place, "reads the cookies of the page", cookies);
            return Val::tainted(t);
        }
        "require.cache" => return Val::new(V::Host(m.host_child(id, &"entry".into()))),
        "os" if name.as_ref() == "EOL" => return Val::str("\n"),
        "path" if name.as_ref() == "sep" => return Val::str("/"),
        "path" if matches!(name.as_ref(), "posix" | "win32") => return Val::new(V::Host(id)),
        "require" if name.as_ref() == "cache" => return m.host_val("require.cache"),
        _ => {}
    }
    match name.as_ref() {
        "constructor" if is_function_path(path) => return m.host_val("Function"),
        "name" if is_function_path(path) => {
            return Val::str(path.rsplit('.').next().unwrap_or(path));
        }
        "__esModule" => return Val::unknown(),
        "length" if path != "process.argv" => return Val::unknown(),
        _ => {}
    }
    let child = m.host_child(id, name);
    Val::new(V::Host(child))
}

/// A member under an unknown key.
pub(crate) fn vague_member(m: &mut Machine<'_>, a: &mut Act, path: &str, key: &Val, at: u32) -> Val {
    if matches!(path, "process.env" | "import.meta.env") {
        return secrets::env_vague(m, a, key, at);
    }
    if path == "require.cache" {
        return m.host_val("require.cache.entry");
    }
    Val::tainted(key.t.clone())
}

/// A key of a host object, as a loop meets it.
pub(crate) fn key_of(m: &mut Machine<'_>, a: &Act, path: &str, at: u32) -> Val {
    if path == "process.env" {
        let place = m.place(a, at);
        let t = m.mark(
            Source::Environment,
            place,
            "every variable of the environment is listed",
            None,
        );
        return Val::tainted(t);
    }
    Val::unknown()
}

/// Calls a host path.
pub(crate) fn call(m: &mut Machine<'_>, a: &mut Act, path: &str, this: &Val, args: Vec<Val>, at: u32) -> Val {
    if let Some(v) = crate::builtin::host_call(m, a, path, this, &args, at) {
        return v;
    }
    // What a module does when it is first loaded counts by itself.
    if path != "require" {
        m.worldly += 1;
    }
    let head = path.split('.').next().unwrap_or(path);
    if matches!(
        head,
        "document" | "addEventListener" | "page" | "ethereum" | "web3"
    ) && let Some(v) = page::call(m, a, path, &args, at)
    {
        return v;
    }
    let got = match head {
        "eval"
        | "Function"
        | "require"
        | "module"
        | "vm"
        | "setTimeout"
        | "setInterval"
        | "setImmediate"
        | "queueMicrotask"
        | "requestAnimationFrame"
        | "importScripts"
        | "WebAssembly"
        | "Reflect" => code::call(m, a, path, &args, at),
        "process" => {
            system::process_call(m, a, path, &args, at).or_else(|| code::call(m, a, path, &args, at))
        }
        "os" | "path" | "url" | "util" | "crypto" | "zlib" => system::call(m, a, path, &args, at),
        "fs" | "Bun" | "Deno" => {
            fs::call(m, a, path, &args, at).or_else(|| process::call(m, a, path, &args, at))
        }
        "child_process" => process::call(m, a, path, &args, at),
        _ => match path {
            "navigator.clipboard.readText" => {
                let place = m.place(a, at);
                let t = m.mark(Source::Clipboard, place, "the clipboard is read", None);
                Some(Val::tainted(t))
            }
            _ => net::call(m, a, path, this, &args, at).or_else(|| process::call(m, a, path, &args, at)),
        },
    };
    match got {
        Some(v) => v,
        None => {
            let t = this.t.clone();
            m.call_unknown(a, &t, &args, at)
        }
    }
}

/// `new` on a host path.
pub(crate) fn construct(m: &mut Machine<'_>, a: &mut Act, path: &str, args: Vec<Val>, at: u32) -> Val {
    if let Some(v) = crate::builtin::host_construct(m, a, path, &args, at) {
        return v;
    }
    m.worldly += 1;
    let got = match path {
        "Function" => Some(code::function(m, a, &args, at)),
        "vm.Script" => code::call(m, a, "vm.Script", &args, at),
        "Worker" | "worker_threads.Worker" => Some(code::worker(m, a, &args, at)),
        "module" | "module.Module" => Some(m.host_val("module")),
        _ => net::construct(m, a, path, &args, at),
    };
    match got {
        Some(v) => v,
        None => {
            let t = Taint::none();
            let mut out = m.call_unknown(a, &t, &args, at);
            // An instance of an unknown class still has the class's methods by name.
            if path.starts_with("npm:") {
                let child = m.host(&format!("{path}.new"));
                out = Val {
                    v: V::Host(child),
                    t: out.t,
                };
            }
            out
        }
    }
}

/// A method of one of the host's own objects.
pub(crate) fn object_method(
    m: &mut Machine<'_>,
    a: &mut Act,
    obj: Obj,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let kind = m.get(obj)?.kind.clone();
    match kind {
        Kind::Remote(remote) => net::remote_method(m, a, &remote, recv, name, args, at),
        Kind::Xhr => xhr::method(m, a, obj, recv, name, args, at),
        Kind::Process { .. } | Kind::Pipe { .. } => {
            process::object_method(m, a, obj, &kind, recv, name, args, at)
        }
        Kind::FileOut => fs::stream_method(m, a, obj, recv, name, args, at),
        Kind::Cipher { .. } => system::cipher_method(m, a, obj, recv, name, args, at),
        Kind::Compiled => None,
        _ => None,
    }
}

/// A property of a host object was assigned: handlers among them.
pub(crate) fn assigned(m: &mut Machine<'_>, a: &mut Act, obj: Obj, name: &Name, value: &Val, at: u32) {
    let wire = match m.get(obj).map(|o| &o.kind) {
        Some(Kind::Remote(r)) => Some(r.clone()),
        Some(Kind::Xhr) => None,
        _ => return,
    };
    if !name.starts_with("on") {
        return;
    }
    let t = match wire {
        Some(r)
            if matches!(
                r.wire,
                Wire::WebSocket | Wire::Socket | Wire::Response | Wire::Http
            ) =>
        {
            let place = m.place(a, at);
            net::response_mark(m, r.dest, place)
        }
        _ => m.get(obj).map(|o| o.rest.t.clone()).unwrap_or_default(),
    };
    m.worldly += 1;
    let value = value.clone();
    m.run_callbacks(a, std::slice::from_ref(&value), &t, at);
}

/// Notes a capability where it is used.
pub(crate) fn can(m: &mut Machine<'_>, a: &Act, capability: Capability, at: u32) {
    let (trigger, place) = (m.trigger, m.place(a, at));
    m.notes.can(capability, trigger, place);
}
