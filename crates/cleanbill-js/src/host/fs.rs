//! Files: what is read, what is written, and where.
//! The package's own files can be read for real; nothing else exists.
use super::{can, secrets, sink};
use crate::ir::Name;
use crate::kind::FileKind;
use crate::machine::heap::Kind;
use crate::machine::marks::Source;
use crate::machine::value::{Obj, Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::notebook::{Capability, Written};
use crate::text::{HOME, PACKAGE, hole, is_hole};

pub(crate) fn call(m: &mut Machine<'_>, a: &mut Act, path: &str, args: &[Val], at: u32) -> Option<Val> {
    let name = path.split_once('.').map_or("", |(_, n)| n);
    let name = name.strip_prefix("promises.").unwrap_or(name);
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    let callback = args.iter().skip(1).find(|v| m.is_function(v)).cloned();
    let value = match name {
        "readFile" | "readFileSync" | "createReadStream" | "readJson" | "readJsonSync" | "readJSON"
        | "readTextFile" | "readTextFileSync" | "file" | "openAsBlob" => {
            can(m, a, Capability::FilesystemRead, at);
            read(m, a, &first, args.get(1), at)
        }
        "writeFile" | "writeFileSync" | "appendFile" | "appendFileSync" | "outputFile" | "outputFileSync"
        | "write" | "writeTextFile" | "writeTextFileSync" | "outputJson" | "writeJson" | "writeJsonSync"
        | "outputJsonSync"
            if !matches!(first.v, V::Num(_)) =>
        {
            can(m, a, Capability::FilesystemWrite, at);
            let data = args.get(1).cloned().unwrap_or_else(Val::undef);
            write(m, a, &first, &data, at);
            Val::undef()
        }
        "createWriteStream" => {
            can(m, a, Capability::FilesystemWrite, at);
            write(m, a, &first, &Val::unknown(), at);
            let stream = m.obj_val(Kind::FileOut);
            if let V::Obj(o) = stream.v
                && let Some(o) = m.get_mut(o)
            {
                o.put("path", first.clone());
            }
            return Some(stream);
        }
        "copyFile" | "copyFileSync" | "rename" | "renameSync" | "cp" | "cpSync" | "copy" | "copySync"
        | "move" | "moveSync" => {
            can(m, a, Capability::FilesystemWrite, at);
            let data = if name.starts_with("rename") || name.starts_with("move") {
                written_value(m, &first)
            } else {
                read(m, a, &first, None, at)
            };
            let to = args.get(1).cloned().unwrap_or_else(Val::undef);
            write(m, a, &to, &data, at);
            Val::undef()
        }
        "rm" | "rmSync" | "rmdir" | "rmdirSync" | "remove" | "removeSync" | "emptyDir" | "emptyDirSync"
        | "unlink" | "unlinkSync" => {
            can(m, a, Capability::FilesystemWrite, at);
            let always = matches!(name, "remove" | "removeSync" | "emptyDir" | "emptyDirSync");
            removed(m, a, &first, args.get(1), always, at);
            Val::undef()
        }
        "chmod" | "chmodSync" | "mkdir" | "mkdirSync" | "mkdirp" | "ensureDir" | "ensureDirSync"
        | "utimesSync" | "symlink" | "symlinkSync" => {
            can(m, a, Capability::FilesystemWrite, at);
            Val::undef()
        }
        "existsSync" | "exists" | "access" | "accessSync" | "stat" | "statSync" | "lstat" | "lstatSync"
        | "pathExists" => Val::unknown(),
        "mkdtempSync" | "mkdtemp" => m.concat(&first, &Val::hole(crate::text::RANDOM)),
        "realpathSync" | "realpath" => first.clone(),
        "readdirSync" | "readdir" => {
            can(m, a, Capability::FilesystemRead, at);
            whole_disk(m, a, &first, at);
            entries(m, a, &first, args.get(1), at)
        }
        _ => return None,
    };
    if let Some(f) = callback {
        let error = Val::new(V::Null);
        m.call(a, &f, Val::undef(), vec![error, value.clone()], at);
    }
    Some(value)
}

/// Listing the root of the disk as soon as a package is loaded is a search or a ruin, whatever comes after.
fn whole_disk(m: &mut Machine<'_>, a: &mut Act, path: &Val, at: u32) {
    let root = path.each().iter().any(|p| {
        m.to_text(p)
            .is_some_and(|s| matches!(s.as_str(), "/" | "C:\\" | "C:/"))
    });
    if root && !m.lazy {
        let mut found = sink::Found::new("SRC-08", path.t.clone(), "the root of the disk is listed");
        found.decoded = Some("/".to_owned());
        sink::chain(m, a, found, at);
    }
}

/// What listing a folder gives: one entry stands for all.
fn entries(m: &mut Machine<'_>, a: &mut Act, folder: &Val, options: Option<&Val>, at: u32) -> Val {
    let Some(name) = super::ruin::entry_of(m, folder) else {
        return Val::unknown();
    };
    let typed = match options {
        Some(o) if matches!(o.v, V::Obj(_)) => {
            let v = m.get_prop(a, o, &Name::from("withFileTypes"), at);
            m.truth(&v) == Some(true)
        }
        _ => false,
    };
    if !typed {
        return m.array(vec![name]);
    }
    let entry = m.obj_val(Kind::Plain);
    if let V::Obj(o) = entry.v
        && let Some(o) = m.get_mut(o)
    {
        o.put("name", name);
        o.rest = Val::unknown();
    }
    m.array(vec![entry])
}

fn written_value(m: &Machine<'_>, path: &Val) -> Val {
    let Some(text) = m.to_text(path) else {
        return Val::unknown();
    };
    let key = super::code::path_key(text.as_str());
    match m
        .notes
        .written
        .iter()
        .rev()
        .find(|w| super::code::path_key(&w.path) == key)
    {
        Some(w) => match &w.text {
            Some(text) => Val::str(text.as_str()).with(&w.t),
            None => Val::tainted(w.t.clone()),
        },
        None => Val::unknown(),
    }
}

/// The value of a file.
pub(crate) fn read(m: &mut Machine<'_>, a: &mut Act, path: &Val, options: Option<&Val>, at: u32) -> Val {
    let mut out: Option<Val> = None;
    for one in path.each() {
        let value = read_one(m, a, &one, options, at);
        out = Some(match out {
            Some(have) => crate::machine::value::either(&have, &value),
            None => value,
        });
    }
    out.unwrap_or_else(Val::unknown)
}

fn read_one(m: &mut Machine<'_>, a: &mut Act, path: &Val, options: Option<&Val>, at: u32) -> Val {
    let place = m.place(a, at);
    let Some(text) = m.to_text(path) else {
        return Val::tainted(path.t.clone());
    };
    let name = text.as_str().trim_start_matches("file://");
    let shown = crate::text::shown(name);
    if let Some(what) = secrets::credential_store(name) {
        let t = m.mark(
            Source::CredentialFile,
            place,
            format!("reads `{shown}`: {what}"),
            Some(shown),
        );
        return Val::tainted(t);
    }
    if name.starts_with("/proc/") {
        let source = if name.ends_with("/environ") {
            Source::Environment
        } else {
            Source::CiInternal
        };
        if name.ends_with("/mem") || name.ends_with("/environ") || name.ends_with("/maps") {
            let t = m.mark(
                source,
                place,
                format!("reads `{shown}`, another program's memory or environment"),
                Some(shown),
            );
            if source == Source::CiInternal {
                let found = sink::Found::new("SRC-05", t.clone(), "memory of another process is read");
                sink::chain(m, a, found, at);
            }
            return Val::tainted(t);
        }
    }
    if matches!(name, "/etc/hostname" | "/etc/passwd" | "/etc/machine-id") {
        let t = m.mark(
            Source::Fingerprint,
            place,
            format!("reads `{shown}`"),
            Some(shown),
        );
        return Val::tainted(t);
    }
    if name.ends_with("/.env") || name == ".env" {
        let t = m.mark(
            Source::Secret,
            place,
            "reads `.env`, the project's secrets",
            Some(".env".to_owned()),
        );
        return Val::tainted(t);
    }
    let written = written_value(m, path);
    if !matches!(written.v, V::Unknown) || !written.t.is_empty() {
        return written;
    }
    let home = hole(PACKAGE);
    let inner = match name.strip_prefix(home) {
        Some(rest) => Some(rest.trim_start_matches('/').to_owned()),
        None if m.trigger.is_install() && !name.starts_with('/') && !name.chars().any(is_hole) => {
            Some(name.to_owned())
        }
        None => None,
    };
    let Some(inner) = inner.and_then(|p| crate::package::normalise(&p)) else {
        return Val::unknown();
    };
    let Some(file) = m.pkg.find(&inner).and_then(|ix| m.pkg.files.get(ix as usize)) else {
        return Val::unknown();
    };
    let (bytes, kind, path) = (file.bytes, file.kind, file.path.clone());
    if bytes.len() > 4 << 20 {
        return Val::unknown();
    }
    m.charge(bytes.len());
    let encoding = match options {
        Some(v) => match &v.v {
            V::Obj(_) => {
                let v = m.get_prop(a, v, &Name::from("encoding"), at);
                m.to_text(&v)
            }
            V::Str(s) => Some(s.clone()),
            _ => None,
        },
        None => None,
    };
    let t = match kind {
        // Code read as text is code; manifests and data files are what they say.
        FileKind::JavaScript | FileKind::TypeScript | FileKind::Json => Taint::none(),
        _ => m.mark(
            Source::PackageFile,
            place,
            format!("reads `{path}`, a file that is no code"),
            Some(path),
        ),
    };
    match encoding {
        Some(e) => crate::builtin::bytes::decoded(bytes, e.as_str()),
        None => m.bytes(bytes.to_vec()),
    }
    .with(&t)
}

/// Startup places by part of the path.
const AUTOSTART: &[&str] = &[
    "LaunchAgents/",
    "LaunchDaemons/",
    "systemd/user/",
    "/etc/systemd/",
    "/etc/cron",
    "cron.d/",
    "Start Menu/Programs/Startup",
    ".config/autostart/",
    "/etc/rc.local",
    ".bashrc",
    ".zshrc",
    ".bash_profile",
    ".zprofile",
    ".profile",
    "authorized_keys",
    "/etc/profile",
    "/etc/init.d",
];

/// Settings of assistants and editors by part of the path.
const ASSISTANTS: &[&str] = &[
    ".claude/",
    ".claude.json",
    "claude_desktop_config.json",
    ".cursor/",
    ".codex/",
    ".gemini/",
    ".windsurf/",
    ".codeium/",
    "/mcp.json",
    ".continue/",
    "Code/User/settings.json",
    ".config/opencode/",
    ".vscode/tasks.json",
    ".kiro/",
    "CLAUDE.md",
    ".cursorrules",
];

/// Parts of paths inside installed programs, below which their code lies.
const PROGRAMS: &[&str] = &[".app/Contents/", "/resources/app/", "/resources/app.asar"];

/// A file is written.
pub(crate) fn write(m: &mut Machine<'_>, a: &mut Act, path: &Val, data: &Val, at: u32) {
    let place = m.place(a, at);
    let mut t = m.deep(data);
    t = t.join(&path.t);
    for one in path.each() {
        let Some(name) = m.to_text(&one) else { continue };
        let name = name.as_str().to_owned();
        let text = m
            .to_text(data)
            .filter(|s| !s.has_holes() && s.weight() < 1 << 20)
            .map(|s| s.as_str().to_owned());
        location(m, a, &name, text.as_deref(), &t, at);
        super::ruin::overwritten(m, a, &name, at);
        m.notes.written.push(Written {
            path: name,
            t: t.clone(),
            text,
            place,
        });
        if m.notes.written.len() > 2_000 {
            m.notes.written.truncate(1_500);
        }
    }
}

fn homely(name: &str) -> bool {
    name.contains(hole(HOME))
        || name.contains(hole(crate::text::APPDATA))
        || name.starts_with('/')
        || name.starts_with('~')
}

fn location(m: &mut Machine<'_>, a: &mut Act, name: &str, text: Option<&str>, t: &Taint, at: u32) {
    let plain = name.replace('\\', "/");
    let package = hole(PACKAGE);
    // A folder of its own is nobody else's business.
    let own = plain.starts_with(package) && !plain.contains("/..");
    let fetched = m.has(t, Source::Network);
    let mut make = |id: &'static str, note: &str, aggravated: bool| {
        let mut found = sink::Found::new(id, t.clone(), note.to_owned());
        found.decoded = Some(crate::text::shown(name));
        if aggravated {
            found.aggravations.push("foreign-command".to_owned());
        }
        sink::chain(m, a, found, at);
    };
    if own {
        return;
    }
    if homely(&plain) && AUTOSTART.iter().any(|p| plain.contains(p)) {
        make(
            "PER-01",
            "writes to a place the system or the shell runs by itself",
            false,
        );
    }
    let outside = homely(&plain) || plain.contains("..") || plain.contains(hole(crate::text::CWD));
    if outside && ASSISTANTS.iter().any(|p| plain.contains(p)) {
        let foreign =
            text.is_some_and(|t| t.contains("http") || t.contains("\"command\"") || t.contains("hooks"));
        make("AIX-02", "writes the settings of an assistant or editor", foreign);
    }
    // A folder for passing use is no repository until it is pushed, and then the push is what counts.
    let passing = plain.starts_with(hole(crate::text::TMP));
    if plain.contains(".github/workflows/") && plain.ends_with("ml") && !passing {
        make(
            "AIX-05",
            "writes a workflow file",
            text.is_some_and(|t| t.contains("secrets")),
        );
    }
    if plain.contains(".git/hooks/") {
        make("PER-03", "writes a git hook", false);
    }
    if fetched && PROGRAMS.iter().any(|p| plain.contains(p)) {
        make("PER-02", "writes what it fetched into an installed program", true);
    } else if plain.contains("app.asar") || (homely(&plain) && plain.contains("/node_modules/")) {
        make("PER-02", "writes into other installed software", false);
    }
}

/// A file or folder is removed; some functions always take all that is in it.
fn removed(m: &mut Machine<'_>, a: &mut Act, path: &Val, options: Option<&Val>, always: bool, at: u32) {
    let Some(name) = m.to_text(path) else { return };
    let plain = name.as_str().replace('\\', "/");
    let recursive = match options {
        Some(o) => {
            let v = m.get_prop(a, o, &Name::from("recursive"), at);
            m.truth(&v) != Some(false)
        }
        None => false,
    };
    super::ruin::removed(m, a, path, recursive || always, at);
    let own = m
        .sources
        .get(a.src as usize)
        .map(|s| format!("{}/{}", hole(PACKAGE), s.path));
    if own.as_deref() == Some(plain.as_str()) {
        let found = sink::Found::new("ANT-03", Taint::none(), "the code deletes its own file");
        sink::chain(m, a, found, at);
    }
}

/// A method of a stream that writes a file.
pub(crate) fn stream_method(
    m: &mut Machine<'_>,
    a: &mut Act,
    obj: Obj,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    match name.as_ref() {
        "write" | "end" | "pipe" if name.as_ref() != "pipe" => {
            let path = m.get_prop(a, &Val::new(V::Obj(obj)), &Name::from("path"), at);
            if let Some(data) = args.first()
                && !m.is_function(data)
            {
                write(m, a, &path, data, at);
            }
            Some(recv.clone())
        }
        _ => None,
    }
}
