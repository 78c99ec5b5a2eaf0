//! Command lines the code starts: what they fetch, run, install, publish, persist or destroy.
//! Files they run are run here too; the shell grammar lives in `shell`.
use super::readers::{may_run, program};
use super::{code, secrets, sink};
use crate::machine::marks::{Place, Source};
use crate::machine::value::{Taint, Val};
use crate::machine::{Act, Machine};
use crate::shell::{self, Command, Meaning};
use crate::text::{is_hole, shown};

/// Programs of coding assistants.
const ASSISTANTS: &[&str] = &[
    "claude",
    "gemini",
    "codex",
    "q",
    "cursor-agent",
    "copilot",
    "aider",
    "opencode",
    "amp",
];
/// Flags that let them act unasked.
const UNASKED: &[&str] = &[
    "--dangerously-skip-permissions",
    "--yolo",
    "--trust-all-tools",
    "--dangerously-bypass-approvals-and-sandbox",
    "--full-auto",
    "--allow-all-tools",
    "--force",
];
/// Programs that search for secrets.
const SCANNERS: &[&str] = &["trufflehog", "gitleaks", "nosey-parker", "noseyparker"];
/// Programs that mine.
const MINERS: &[&str] = &[
    "xmrig",
    "cpuminer",
    "minerd",
    "ethminer",
    "nbminer",
    "t-rex",
    "phoenixminer",
    "lolminer",
    "srbminer",
];
/// Largest part of a script file read, in bytes; real installers are far smaller.
const MOST_SCRIPT_BYTES: usize = 256 << 10;
/// Most lines of script files run for one start, loops of scripts that run each other included.
const MOST_SCRIPT_LINES: usize = 2_000;
/// Deepest nesting of shells in shells.
const SHELL_DEPTH: u32 = 4;

/// What is started, as the code gave it.
pub(crate) enum Started<'v> {
    /// A whole command line.
    Line(&'v Val),
    /// A program, and its arguments one by one.
    Program(&'v Val, &'v [Val]),
}

/// Judges the commands of one start; gives the marks of their output.
pub(crate) fn judge(
    m: &mut Machine<'_>,
    a: &mut Act,
    commands: &[Command],
    started: &Started<'_>,
    t: &Taint,
    quiet: &[String],
    at: u32,
) -> Taint {
    let place = m.place(a, at);
    // The program itself, or text an interpreter gets, came over the network.
    let program_unknown = commands
        .first()
        .and_then(|c| c.words.first())
        .is_some_and(|w| w.chars().all(is_hole) || (w.chars().any(is_hole) && !w.contains('/')));
    let text_flag = commands.first().is_some_and(|c| {
        c.words
            .iter()
            .any(|w| matches!(w.as_str(), "-e" | "-c" | "/c" | "--eval" | "-Command"))
    });
    let payload = match started {
        Started::Line(line) => program_unknown.then(|| m.deep(line)),
        Started::Program(_, words) if text_flag => {
            Some(words.iter().fold(Taint::none(), |t, v| t.join(&m.deep(v))))
        }
        // What the program is told is not what runs.
        Started::Program(program, _) => program_unknown.then(|| m.deep(program)),
    };
    if let Some(t) = payload {
        for (source, id) in [(Source::Network, "FLO-03"), (Source::PackageFile, "FLO-05")] {
            if m.has(&t, source) {
                let mut found = sink::Found::new(id, t.clone(), "a command from elsewhere is run");
                found.indirect = true;
                found.aggravations.extend(quiet.iter().cloned());
                sink::chain(m, a, found, at);
            }
        }
    }
    let mut state = State::default();
    run(m, a, commands, t, quiet, at, place, 0, &mut state);
    state.output
}

/// What the commands of one start leave for each other.
#[derive(Default)]
struct State {
    /// Marks of what they print.
    output: Taint,
    /// Where the last fetch went.
    fetched: Option<u32>,
    /// Files a fetch was saved to.
    saved: Vec<String>,
    /// Lines of script files run so far.
    lines: usize,
}

impl State {
    /// The file was fetched before; endings of programs may be left out.
    fn has_saved(&self, path: &str) -> bool {
        let plain = |path: &str| path.trim_start_matches("./").trim_end_matches(".exe").to_owned();
        self.saved.iter().any(|saved| plain(saved) == plain(path))
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one process start")]
fn run(
    m: &mut Machine<'_>,
    a: &mut Act,
    commands: &[Command],
    t: &Taint,
    quiet: &[String],
    at: u32,
    place: Place,
    depth: u32,
    state: &mut State,
) {
    if depth > SHELL_DEPTH {
        return;
    }
    for (ix, c) in commands.iter().enumerate() {
        let line = shown(&c.words.join(" "));
        facts(m, a, c, &line, t, quiet, at, &mut state.output);
        for word in may_run(c) {
            if word.chars().any(|c| c == '/' || c == '.' || is_hole(c))
                && code::written_runs(m, word, place, &format!("`{}`", short(&line)))
            {
                run_written(m, a, word, at);
            }
        }
        for meaning in shell::meanings(c) {
            match meaning {
                Meaning::RunsFile(path) => {
                    if state.has_saved(&path)
                        && let Some(dest) = state.fetched
                    {
                        fetched_runs(m, a, dest, &line, quiet, at);
                    }
                    if let Some(inner) = path.strip_prefix("<(") {
                        let inner = inner.strip_suffix(')').unwrap_or(inner);
                        printed(m, a, inner, &line, t, quiet, at, place, depth, state);
                    } else if !script(m, a, &path, t, quiet, depth, state) {
                        code::run_path(m, &Val::str(path));
                    }
                }
                Meaning::RunsCode(text) => {
                    if !text.chars().any(is_hole) {
                        m.run_layer(a, &text, place, t, None);
                    }
                }
                Meaning::RunsShell(text) => {
                    let bare = text.trim();
                    let substituted = bare
                        .strip_prefix("$(")
                        .and_then(|rest| rest.strip_suffix(')'))
                        .or_else(|| bare.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')));
                    match substituted {
                        Some(inner) => printed(m, a, inner, &line, t, quiet, at, place, depth, state),
                        None => {
                            let inner = shell::parse(&text);
                            run(m, a, &inner, t, quiet, at, place, depth + 1, state);
                        }
                    }
                }
                Meaning::RunsInput => {
                    let before = ix.checked_sub(1).and_then(|ix| commands.get(ix));
                    let from_net = before.is_some_and(|b| {
                        shell::meanings(b)
                            .iter()
                            .any(|m| matches!(m, Meaning::Fetches { .. }))
                    });
                    if let Some(dest) = state.fetched
                        && (from_net || !c.piped || before.is_some())
                    {
                        fetched_text_runs(m, a, dest, &line, quiet, at);
                    }
                }
                Meaning::Fetches { url, to, sends } => {
                    super::can(m, a, crate::notebook::Capability::Network, at);
                    let dest = sink::dest(m, &Val::str(url.as_str()), place);
                    state.fetched = Some(dest);
                    state.saved.extend(to);
                    sink::send_marks(m, a, dest, t, at, &format!("`{}`", short(&line)));
                    if sends {
                        sent_by_shell(m, a, &line, dest, at);
                        if c.piped {
                            let printed = state.output.clone();
                            sink::send_marks(m, a, dest, &printed, at, &format!("`{}`", short(&line)));
                        }
                    }
                }
                Meaning::Packages(verb, rest) => packages(m, a, &verb, &rest, &line, t, quiet, at),
                Meaning::RunsScript(_) | Meaning::Other => {}
            }
        }
        // `chmod +x f && ./f` and `./f` alone run what was saved before.
        if let Some(first) = c.words.first()
            && state.has_saved(first)
            && let Some(dest) = state.fetched
        {
            fetched_runs(m, a, dest, &line, quiet, at);
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(160).collect()
}

/// What a command prints is run by a shell: `sh -c "$(curl …)"`, `bash <(curl …)`.
#[expect(clippy::too_many_arguments, reason = "the parts of one process start")]
fn printed(
    m: &mut Machine<'_>,
    a: &mut Act,
    inner: &str,
    line: &str,
    t: &Taint,
    quiet: &[String],
    at: u32,
    place: Place,
    depth: u32,
    state: &mut State,
) {
    let before = state.fetched.take();
    let commands = shell::parse(inner);
    run(m, a, &commands, t, quiet, at, place, depth + 1, state);
    if let Some(dest) = state.fetched {
        fetched_text_runs(m, a, dest, line, quiet, at);
    }
    state.fetched = state.fetched.or(before);
}

fn fetched_text_runs(m: &mut Machine<'_>, a: &mut Act, dest: u32, line: &str, quiet: &[String], at: u32) {
    let place = m.place(a, at);
    let mark = super::net::response_mark(m, dest, place);
    let mut found = sink::Found::new(
        "FLO-03",
        mark,
        format!("what is fetched is run by an interpreter: `{}`", short(line)),
    );
    found.aggravations.extend(quiet.iter().cloned());
    sink::chain(m, a, found, at);
}

/// A script of a shell that lies in the package, read line by line as if it stood in the command; false when the
/// path leads to none.
fn script(
    m: &mut Machine<'_>,
    a: &mut Act,
    path: &str,
    t: &Taint,
    quiet: &[String],
    depth: u32,
    state: &mut State,
) -> bool {
    let home = crate::text::hole(crate::text::PACKAGE).to_string();
    let inner = match path.strip_prefix(&home) {
        Some(rest) => rest.trim_start_matches('/'),
        // Install scripts run in the package's own folder; whoever else names a script that lies in the release means
        // that one, and has seen to the folder.
        None if !path.starts_with(['/', '~']) && !path.starts_with("..") => path,
        None => return false,
    };
    let Some(file) = m.pkg.complete(inner).and_then(|ix| m.pkg.files.get(ix as usize)) else {
        return false;
    };
    let lower = file.path.to_ascii_lowercase();
    let batch = lower.ends_with(".bat") || lower.ends_with(".cmd");
    let plain = [".py", ".rb", ".pl", ".vbs"]
        .iter()
        .all(|ending| !lower.ends_with(ending));
    if file.kind != crate::kind::FileKind::Script || !plain {
        return false;
    }
    let text = String::from_utf8_lossy(
        file.bytes
            .get(..file.bytes.len().min(MOST_SCRIPT_BYTES))
            .unwrap_or_default(),
    );
    let lines = if batch {
        crate::batch::lines(&text)
    } else {
        crate::shell::lines(&text)
    };
    let Some(src) = m.add_source(file.path.as_str().into(), text.as_ref().into(), None, 0) else {
        return true;
    };
    let outside = std::mem::replace(&mut a.src, src);
    for (at, line) in lines {
        state.lines += 1;
        if state.lines > MOST_SCRIPT_LINES {
            break;
        }
        let commands = shell::parse(&line);
        run(m, a, &commands, t, quiet, at, Place { src, at }, depth + 1, state);
    }
    a.src = outside;
    true
}

fn fetched_runs(m: &mut Machine<'_>, a: &mut Act, dest: u32, line: &str, quiet: &[String], at: u32) {
    let place = m.place(a, at);
    let mark = super::net::response_mark(m, dest, place);
    let mut found = sink::Found::new(
        "FLO-06",
        mark,
        format!("what was fetched is run: `{}`", short(line)),
    );
    found.aggravations.extend(quiet.iter().cloned());
    sink::chain(m, a, found, at);
}

/// A written file whose text we know is analysed as code.
fn run_written(m: &mut Machine<'_>, a: &mut Act, path: &str, at: u32) {
    let key = code::path_key(path);
    let Some(written) = m
        .notes
        .written
        .iter()
        .rev()
        .find(|w| code::path_key(&w.path) == key)
        .cloned()
    else {
        return;
    };
    let script = path.ends_with("js") || path.ends_with(".ts") || !path.contains('.');
    if let Some(text) = written.text
        && script
        && text.len() > 8
    {
        let place = m.place(a, at);
        m.run_layer(a, &text, place, &written.t, None);
    }
}

/// `curl -d "$(env)"` and the like: sources named in the command line itself.
fn sent_by_shell(m: &mut Machine<'_>, a: &mut Act, line: &str, dest: u32, at: u32) {
    let place = m.place(a, at);
    let mut t = Taint::none();
    let has = |w: &str| line.contains(w);
    // What stands in `$( … )` is printed into the command.
    for inner in shell::parse(line).iter().skip(1) {
        let words = inner.words.join(" ");
        if let Some(mark) = told(m, inner, &words, place) {
            t = t.join(&mark);
        }
    }
    for word in line.split(['@', ' ', '"', '\'', '=', '(', ')']) {
        if let Some(what) = secrets::credential_store(&word.replace("$HOME", "~")) {
            t = t.join(&m.mark(
                Source::CredentialFile,
                place,
                format!("`{word}` stands in the command: {what}"),
                Some(word.to_owned()),
            ));
        }
        if let Some(name) = word.strip_prefix('$').map(|w| w.trim_matches(['{', '}']))
            && secrets::is_secret(name)
        {
            t = t.join(&m.mark(
                Source::Secret,
                place,
                format!("`{name}` stands in the command"),
                Some(name.to_owned()),
            ));
        }
    }
    if has("$HOSTNAME") || has("$USER") {
        t = t.join(&m.mark(
            Source::Fingerprint,
            place,
            "who or where this machine is stands in the command",
            None,
        ));
    }
    sink::send_marks(m, a, dest, &t, at, &format!("`{}`", short(line)));
}

#[expect(clippy::too_many_arguments, reason = "the parts of one process start")]
fn packages(
    m: &mut Machine<'_>,
    a: &mut Act,
    verb: &str,
    rest: &[String],
    line: &str,
    t: &Taint,
    quiet: &[String],
    at: u32,
) {
    match verb {
        "publish" => {
            let mut found = sink::Found::new(
                "FLO-08",
                t.clone(),
                format!("a package is published from code: `{}`", short(line)),
            );
            let tokened = m.has(t, Source::Secret) || m.has(t, Source::CredentialFile);
            let rewrites = m
                .notes
                .written
                .iter()
                .any(|w| w.path.ends_with("package.json") || w.path.ends_with(".npmrc"));
            if tokened {
                found.aggravations.push("token".to_owned());
            }
            if rewrites {
                found.aggravations.push("manifest rewritten".to_owned());
            }
            sink::chain(m, a, found, at);
        }
        "install" | "i" | "add" | "dlx" | "exec" | "x" => {
            let named = rest
                .iter()
                .any(|w| !w.starts_with('.') && !w.chars().all(is_hole));
            if named {
                let raw = rest.iter().any(|w| {
                    w.contains("://")
                        && (w.ends_with(".tgz") || w.ends_with(".tar.gz") || w.starts_with("http"))
                });
                let mut found = sink::Found::new(
                    "FLO-17",
                    t.clone(),
                    format!("code installs a package: `{}`", short(line)),
                );
                found.aggravations.extend(quiet.iter().cloned());
                if raw {
                    found.aggravations.push("raw address".to_owned());
                }
                sink::chain(m, a, found, at);
            }
        }
        _ => {}
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one process start")]
fn facts(
    m: &mut Machine<'_>,
    a: &mut Act,
    c: &Command,
    line: &str,
    t: &Taint,
    quiet: &[String],
    at: u32,
    output: &mut Taint,
) {
    let place = m.place(a, at);
    let Some(name) = program(c) else { return };
    let has = |w: &str| line.contains(w);
    let make = |m: &mut Machine<'_>, id: &'static str, note: &str| {
        let mut found = sink::Found::new(id, t.clone(), format!("{note}: `{}`", short(line)));
        found.decoded = Some(short(line));
        found.aggravations.extend(quiet.iter().cloned());
        sink::chain(m, a, found, at);
    };
    let persists = match name.as_str() {
        "crontab" => !has(" -l") && !has(" -r"),
        "schtasks" => has("/create") || has("/Create"),
        "launchctl" => has("load") || has("bootstrap"),
        "systemctl" => has("enable") || has("--now"),
        "reg" => has("add") && has("\\Run"),
        _ => has("LaunchAgents/") && has("tee ") || has("CurrentVersion\\Run") && has("add"),
    } || c.to.as_deref().is_some_and(|to| {
        [".bashrc", ".zshrc", ".profile", "authorized_keys", "cron"]
            .iter()
            .any(|p| to.contains(p))
    });
    if persists {
        make(m, "PER-01", "a command makes itself run again");
    }
    if matches!(name.as_str(), "bun" | "deno") && m.trigger.is_install() {
        let target = c
            .words
            .iter()
            .skip(1)
            .find(|w| w.ends_with("js") || w.ends_with("ts"));
        let file = target.and_then(|t| {
            let home = crate::text::hole(crate::text::PACKAGE);
            m.pkg.complete(t.trim_start_matches(home).trim_start_matches('/'))
        });
        let path = file
            .and_then(|f| m.pkg.files.get(f as usize))
            .map(|f| f.path.clone())
            .unwrap_or_default();
        let mut found = sink::Found::new(
            "EXE-10",
            t.clone(),
            format!("another runtime runs at install: `{}`", short(line)),
        );
        found.decoded = Some(path.clone());
        if m.notes_obfuscated(&path) {
            found.aggravations.push("obfuscated".to_owned());
        }
        sink::chain(m, a, found, at);
    }
    if name == "git" && has("config") && has("core.hooksPath") && has("--global") {
        make(m, "PER-03", "git is told to run other hooks everywhere");
    }
    if ASSISTANTS.contains(&name.as_str()) && UNASKED.iter().any(|f| c.words.iter().any(|w| w == f)) {
        make(
            m,
            "AIX-03",
            "a coding assistant is started so that it acts unasked",
        );
    }
    if SCANNERS.iter().any(|s| name.starts_with(s)) {
        make(m, "SRC-08", "a search for secrets is started");
    }
    if MINERS.iter().any(|s| name.starts_with(s)) || has("stratum+tcp://") || has("stratum+ssl://") {
        make(m, "FLO-13", "a miner is started");
    }
    if let Some(note) = super::ruin::command(&name, c) {
        make(m, "FLO-12", note);
    }
    if has("/dev/tcp/")
        || (matches!(name.as_str(), "nc" | "ncat" | "netcat") && (has(" -e") || has(" -c")))
        || has("mkfifo") && has("nc ")
    {
        make(m, "FLO-07", "a command opens a shell to another machine");
    }
    if name == "gh" && (has("repo create") || has("gist create")) || has("api.github.com/user/repos") {
        make(m, "FLO-14", "a public repository is made from code");
    }
    if let Some(mark) = told(m, c, line, place) {
        *output = output.join(&mark);
    }
}

/// What a command prints, where that is worth something.
fn told(m: &mut Machine<'_>, c: &Command, line: &str, place: Place) -> Option<Taint> {
    let name = program(c)?;
    let has = |w: &str| line.contains(w);
    let source = match name.as_str() {
        "whoami" | "hostname" | "id" | "ifconfig" | "ipconfig" | "systeminfo" | "ip" | "arp" | "getmac" => {
            Some(Source::Fingerprint)
        }
        "uname" if has("-a") || has("-n") => Some(Source::Fingerprint),
        "env" | "printenv" | "set" | "export" => Some(Source::Environment),
        "security" if has("find-") || has("dump-") => Some(Source::CredentialFile),
        "pbpaste" | "xclip" | "xsel" | "get-clipboard" => Some(Source::Clipboard),
        "gh" | "gcloud" | "az"
            if has("auth token") || has("print-access-token") || has("get-access-token") =>
        {
            Some(Source::Secret)
        }
        "npm" if has("token") || has("config get") && has("_auth") => Some(Source::Secret),
        "cat" | "type" | "more"
            if c.words
                .iter()
                .skip(1)
                .any(|w| secrets::credential_store(&w.replace("$HOME", "~")).is_some()) =>
        {
            Some(Source::CredentialFile)
        }
        _ => None,
    }?;
    Some(m.mark(
        source,
        place,
        format!("output of `{}`", short(line)),
        Some(short(line)),
    ))
}
