//! Child processes: what is started, with which streams, and what its output tells.
//! What a command line means is judged in `command`.
use super::{can, command, sink};
use crate::ir::Name;
use crate::machine::heap::{Field, Kind, Wire};
use crate::machine::marks::Source;
use crate::machine::value::{Obj, V, Val};
use crate::machine::{Act, Machine};
use crate::notebook::Capability;
use crate::shell;

/// Programs that start the program of a package.
const RUNNERS: [&str; 5] = ["npx", "bunx", "npm", "pnpm", "yarn"];

/// Interactive shells: started without a command they obey their input.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "cmd", "powershell", "pwsh", "dash", "ksh"];

pub(crate) fn call(m: &mut Machine<'_>, a: &mut Act, path: &str, args: &[Val], at: u32) -> Option<Val> {
    let method = path.rsplit('.').next().unwrap_or(path);
    let known = path.starts_with("child_process.")
        || matches!(
            path,
            "npm:execa"
                | "npm:execa.execa"
                | "npm:shelljs.exec"
                | "npm:zx.$"
                | "Bun.spawn"
                | "Bun.spawnSync"
                | "Bun.$"
        )
        || path.starts_with("npm:execa.");
    if !known {
        return None;
    }
    can(m, a, Capability::Process, at);
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    let one_line = matches!(
        method,
        "exec" | "execSync" | "command" | "commandSync" | "execaCommand" | "execaCommandSync"
    );
    let list = args
        .get(1)
        .filter(|v| matches!(v.v, V::Obj(o) if m.get(o).is_some_and(|o| matches!(o.kind, Kind::Array))))
        .cloned();
    let options = args
        .iter()
        .skip(1)
        .find(|v| matches!(v.v, V::Obj(o) if m.get(o).is_some_and(|o| matches!(o.kind, Kind::Plain))))
        .cloned();
    let words: Vec<Val> = list.as_ref().map(|l| m.list_arg(Some(l))).unwrap_or_default();
    let mut quiet = Vec::new();
    let mut shell_option = false;
    let mut wired: Vec<u32> = Vec::new();
    if let Some(options) = &options {
        let get = |m: &mut Machine<'_>, a: &mut Act, n: &str| m.get_prop(a, options, &Name::from(n), at);
        let detached = get(m, a, "detached");
        let stdio = get(m, a, "stdio");
        let hide = get(m, a, "windowsHide");
        let sh = get(m, a, "shell");
        shell_option = m.truth(&sh) == Some(true);
        if m.truth(&detached) == Some(true) {
            quiet.push("detached".to_owned());
        }
        if m.to_text(&stdio).is_some_and(|s| s.as_str().contains("ignore")) {
            quiet.push("output hidden".to_owned());
        }
        if m.truth(&hide) == Some(true) {
            quiet.push("window hidden".to_owned());
        }
        for v in m.list_arg(Some(&stdio)) {
            if let V::Obj(o) = v.v
                && let Some(Kind::Remote(r)) = m.get(o).map(|o| o.kind.clone())
                && r.wire == Wire::Socket
            {
                wired.push(r.dest);
            }
        }
    }
    let mut is_shell = false;
    let mut output = crate::machine::value::Taint::none();
    for program in first.each() {
        let mut commands;
        let text = m.text_or_hole(&program).as_str().to_owned();
        if one_line || (shell_option && words.is_empty()) {
            commands = shell::parse(&text);
        } else if method == "fork" {
            commands = vec![shell::Command {
                words: vec!["node".to_owned(), text.clone()],
                ..shell::Command::default()
            }];
        } else {
            let mut all = vec![text.clone()];
            all.extend(words.iter().map(|w| m.text_or_hole(w).as_str().to_owned()));
            let mut one = shell::Command {
                words: all,
                ..shell::Command::default()
            };
            if let Some(first) = one.words.first_mut() {
                if first.chars().any(crate::text::is_hole)
                    && first.ends_with(crate::text::hole(crate::text::NODE))
                {
                    *first = "node".to_owned();
                } else {
                    *first = shell::program_name(first);
                }
                // A package runner is not the program: what it fetches and starts is.
                if RUNNERS.contains(&first.trim_end_matches(".cmd")) {
                    *first = first.trim_end_matches(".cmd").to_owned();
                    shell::tidy(&mut one);
                }
            }
            commands = vec![one];
        }
        for c in &mut commands {
            if let Some(first) = c.words.first_mut()
                && first.starts_with(crate::text::hole(crate::text::NODE))
            {
                *first = "node".to_owned();
            }
        }
        let mut t = m.deep(&program);
        for w in &words {
            t = t.join(&m.deep(w));
        }
        let name = commands
            .first()
            .and_then(|c| c.words.first())
            .cloned()
            .unwrap_or_default();
        let bare = commands.first().is_some_and(|c| {
            c.words.len() == 1
                || c.words
                    .iter()
                    .skip(1)
                    .all(|w| matches!(w.as_str(), "-i" | "/K" | "/Q" | "-NoLogo"))
        });
        is_shell |= !one_line && SHELLS.contains(&name.trim_end_matches(".exe")) && bare;
        let started = if one_line {
            command::Started::Line(&program)
        } else {
            command::Started::Program(&program, &words)
        };
        let ran = command::judge(m, a, &commands, &started, &t, &quiet, at);
        output = output.join(&ran);
    }
    for dest in wired {
        if is_shell {
            let mut found = sink::Found::new(
                "FLO-07",
                crate::machine::value::Taint::none(),
                "a shell's streams are a socket",
            );
            found.dest = Some(dest);
            sink::chain(m, a, found, at);
        }
    }
    let value = Val::tainted(output.clone());
    if method.ends_with("Sync") {
        return Some(value);
    }
    for arg in args {
        if m.is_function(arg) {
            m.call(
                a,
                arg,
                Val::undef(),
                vec![Val::unknown(), value.clone(), Val::unknown()],
                at,
            );
        }
    }
    Some(m.obj_val(Kind::Process { shell: is_shell }).with(&output))
}

/// Notes one half of a wire between a socket and a shell; both halves make a chain.
pub(crate) fn wire(m: &mut Machine<'_>, a: &mut Act, from: &Val, to: &Val, at: u32) {
    let (V::Obj(f), V::Obj(t)) = (&from.v, &to.v) else {
        return;
    };
    let kinds = (
        m.get(*f).map(|o| o.kind.clone()),
        m.get(*t).map(|o| o.kind.clone()),
    );
    let (shell, dest, half) = match kinds {
        (Some(Kind::Remote(r)), Some(Kind::Pipe { of, input: true })) if !r.wire.comes_in() => {
            (of, r.dest, "cleanbill.in")
        }
        (Some(Kind::Pipe { of, input: false }), Some(Kind::Remote(r))) => (of, r.dest, "cleanbill.out"),
        _ => return,
    };
    if !matches!(m.get(shell).map(|o| &o.kind), Some(Kind::Process { shell: true })) {
        return;
    }
    let Some(o) = m.get_mut(shell) else { return };
    o.put(half, Val::bool(true));
    let both = ["cleanbill.in", "cleanbill.out"]
        .iter()
        .all(|h| matches!(o.get(h), Some(Field::Val(_))));
    if both {
        let mut found = sink::Found::new(
            "FLO-07",
            crate::machine::value::Taint::none(),
            "a socket is wired to a shell both ways",
        );
        found.dest = Some(dest);
        sink::chain(m, a, found, at);
    }
}

/// A method of a child process or one of its streams.
#[expect(clippy::too_many_arguments, reason = "a method call has this many parts")]
pub(crate) fn object_method(
    m: &mut Machine<'_>,
    a: &mut Act,
    _obj: Obj,
    kind: &Kind,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    match (kind, name.as_ref()) {
        (Kind::Pipe { .. }, "pipe") => {
            let to = args.first()?.clone();
            wire(m, a, recv, &to, at);
            let t = recv.t.clone();
            m.call_method(a, &to, &Name::from("write"), vec![Val::tainted(t)], at);
            Some(to)
        }
        (Kind::Pipe { of, input: true }, "write" | "end") => {
            let data = args.first()?;
            let t = m.deep(data);
            let shell = matches!(m.get(*of).map(|o| &o.kind), Some(Kind::Process { shell: true }));
            if shell && m.has(&t, Source::Network) {
                let found =
                    sink::Found::new("FLO-15", t, "what comes over the network is typed into a shell");
                sink::chain(m, a, found, at);
            }
            Some(Val::unknown())
        }
        (Kind::Process { .. }, "unref" | "kill" | "disconnect" | "ref") => Some(Val::unknown()),
        (Kind::Process { .. } | Kind::Pipe { .. }, "on" | "once") => Some(m.listen(a, recv, args, at)),
        _ => None,
    }
}
