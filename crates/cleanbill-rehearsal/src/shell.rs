//! A shell that runs on the stage: it follows pipes and redirections through the virtual tree and the scripted network.
//! No process exists behind it; a program it does not play is written down and answers with nothing.

use crate::{
    codec,
    facts::WIRED,
    recorder::{Child, Recorder},
    shell_programs,
    shell_words::{Command, Joint, Surroundings, commands},
    trace::{Action, Origin},
    tree::normalise,
};

/// Shells inside shells followed.
const DEPTH: usize = 6;

/// How a process is started.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spawning {
    pub options: Vec<String>,
    pub stdin: Vec<u8>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub stdout: Vec<u8>,
    pub status: i32,
}

impl Outcome {
    pub(crate) fn said(text: impl Into<Vec<u8>>) -> Self {
        Outcome {
            stdout: text.into(),
            status: 0,
        }
    }
}

struct Ground<'a> {
    recorder: &'a mut Recorder,
    folder: String,
    depth: usize,
}

impl Surroundings for Ground<'_> {
    fn variable(&mut self, name: &str) -> String {
        let found = self
            .recorder
            .env
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn substitute(&mut self, command: &str) -> String {
        if self.depth >= DEPTH {
            return String::new();
        }
        let outcome = text(
            self.recorder,
            command,
            &Spawning::default(),
            &self.folder,
            self.depth + 1,
        );
        String::from_utf8_lossy(&outcome.stdout).into_owned()
    }
}

/// Runs a shell text.
pub(crate) fn text(
    recorder: &mut Recorder,
    line: &str,
    how: &Spawning,
    folder: &str,
    depth: usize,
) -> Outcome {
    if depth > DEPTH {
        recorder.stop("shell-depth");
        return Outcome::default();
    }
    let cut = commands(
        line,
        &mut Ground {
            recorder,
            folder: folder.to_owned(),
            depth,
        },
    );
    let mut folder = folder.to_owned();
    let mut said = Vec::new();
    let mut last = Outcome {
        stdout: how.stdin.clone(),
        status: 0,
    };
    let count = cut.len();
    for (at, command) in cut.iter().enumerate() {
        if recorder.count_call().is_err() {
            break;
        }
        for (name, value) in &command.assignments {
            recorder.env.insert(name.clone(), value.clone());
        }
        let mut stdin = if at == 0 || command.joint == Joint::Pipe {
            std::mem::take(&mut last.stdout)
        } else {
            Vec::new()
        };
        if at > 0 && command.joint == Joint::Then {
            said.append(&mut last.stdout);
        }
        if let Some(from) = &command.input
            && !from.starts_with(WIRE)
            && let Some(bytes) = recorder.read_file(&normalise(&tilde(recorder, from), &folder))
        {
            stdin = bytes.to_vec();
        }
        let words = expand(recorder, command);
        let inner = Spawning {
            options: how.options.clone(),
            stdin,
        };
        last = program(recorder, &words, &inner, &mut folder, depth);
        for wire in [
            command.input.as_deref(),
            command.output.as_ref().map(|(to, _)| to.as_str()),
        ] {
            wired(recorder, wire.unwrap_or_default(), &words);
        }
        if let Some((to, append)) = &command.output
            && !to.starts_with(WIRE)
        {
            let path = normalise(&tilde(recorder, to), &folder);
            let bytes = std::mem::take(&mut last.stdout);
            recorder.write_file(&path, &bytes, *append);
        }
        if at + 1 == count {
            said.append(&mut last.stdout);
        }
    }
    Outcome {
        stdout: said,
        status: last.status,
    }
}

/// Where a shell finds sockets among its files.
const WIRE: &str = "/dev/tcp/";

/// Takes down a redirection that is a socket.
fn wired(recorder: &mut Recorder, place: &str, words: &[String]) {
    let Some((host, port)) = place.strip_prefix(WIRE).and_then(|rest| rest.split_once('/')) else {
        return;
    };
    let shell = words.first().is_some_and(|first| {
        let name = first.rsplit('/').next().unwrap_or(first);
        matches!(name, "sh" | "bash" | "zsh" | "dash" | "ash" | "exec")
    });
    let action = Action::Connected {
        host: host.to_owned(),
        port: port.parse().unwrap_or(0),
        protocol: if shell { WIRED } else { "tcp" }.to_owned(),
    };
    recorder.leave(action, &[host.as_bytes()]);
}

fn expand(recorder: &Recorder, command: &Command) -> Vec<String> {
    command.words.iter().map(|word| tilde(recorder, word)).collect()
}

fn tilde(recorder: &Recorder, word: &str) -> String {
    match word.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            format!("{}{rest}", recorder.persona.home())
        }
        _ => word.to_owned(),
    }
}

/// Runs one program with its arguments.
pub(crate) fn program(
    recorder: &mut Recorder,
    words: &[String],
    how: &Spawning,
    folder: &mut String,
    depth: usize,
) -> Outcome {
    let Some((first, arguments)) = words.split_first() else {
        return Outcome::default();
    };
    let name = first
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(first)
        .to_ascii_lowercase();
    let name = name.trim_end_matches(".exe").trim_end_matches(".cmd");
    if matches!(
        name,
        "sudo" | "nohup" | "exec" | "setsid" | "time" | "command" | "cross-env" | "start" | "call"
    ) && !arguments.is_empty()
    {
        let rest: Vec<String> = arguments
            .iter()
            .skip_while(|word| word.starts_with('-') || word.starts_with("/b") || word.is_empty())
            .cloned()
            .collect();
        return program(recorder, &rest, how, folder, depth);
    }
    if name == "cd" {
        if let Some(to) = arguments.first() {
            *folder = normalise(to, folder);
        }
        return Outcome::default();
    }
    let path = normalise(first, folder);
    let given = interprets(name)
        && arguments.iter().any(|word| {
            let file = recorder.tree.leaf(&normalise(word, folder));
            file.is_some_and(|leaf| leaf.downloaded)
        });
    let downloaded = given
        || recorder.tree.leaf(&path).is_some_and(|leaf| leaf.downloaded)
        || recorder.network.marked(words.join(" ").as_bytes())
        || (depth == 0 && recorder.network.marked(&how.stdin));
    write_down(recorder, first, arguments, how, downloaded);
    match name {
        "echo" | "printf" | "write-output" => Outcome::said(format!(
            "{}\n",
            arguments
                .iter()
                .filter(|word| *word != "-n")
                .cloned()
                .collect::<Vec<_>>()
                .join(" ")
        )),
        "sh" | "bash" | "zsh" | "dash" | "ash" | "cmd" | "powershell" | "pwsh" => {
            shell(recorder, arguments, how, folder, depth)
        }
        "node" | "nodejs" | "bun" | "deno" | "tsx" | "electron" => {
            interpreter(recorder, name, arguments, how, folder)
        }
        "curl" | "wget" | "iwr" | "invoke-webrequest" | "irm" | "fetch" => {
            shell_programs::download(recorder, name, arguments, how, folder)
        }
        "npm" | "yarn" | "pnpm" => package_manager(recorder, arguments, how, folder, depth),
        "nslookup" | "dig" | "host" | "ping" | "resolve-dnsname" => {
            if let Some(query) = arguments
                .iter()
                .rev()
                .find(|word| word.contains('.') && !word.starts_with(['-', '@']))
            {
                let action = Action::DnsQuery {
                    name: query.clone(),
                    record: "A".to_owned(),
                };
                recorder.leave(action, &[query.as_bytes()]);
            }
            Outcome::said("192.0.2.7\n")
        }
        "iex" | "invoke-expression" => run_stdin(recorder, how, folder, depth),
        "certutil" if arguments.iter().any(|word| word.contains("urlcache")) => {
            shell_programs::download(recorder, name, arguments, how, folder)
        }
        _ if recorder.tree.leaf(&path).is_some() && first.contains(['/', '\\']) => {
            own_file(recorder, &path, arguments, how, folder, depth)
        }
        _ => shell_programs::tool(recorder, name, arguments, how, folder),
    }
}

/// Programs that run the file they are given and that this stage does not play.
fn interprets(name: &str) -> bool {
    const NAMES: [&str; 16] = [
        "python",
        "python2",
        "python3",
        "perl",
        "ruby",
        "php",
        "lua",
        "osascript",
        "wscript",
        "cscript",
        "mshta",
        "rundll32",
        "regsvr32",
        "java",
        "open",
        "xdg-open",
    ];
    NAMES.contains(&name)
}

fn write_down(
    recorder: &mut Recorder,
    command: &str,
    arguments: &[String],
    how: &Spawning,
    downloaded: bool,
) {
    let line = std::iter::once(command)
        .chain(arguments.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(" ");
    let action = Action::Spawned {
        command: command.to_owned(),
        arguments: arguments
            .iter()
            .take(64)
            .map(|word| word.chars().take(2000).collect())
            .collect(),
        line: codec::excerpt(line.as_bytes()),
        options: how.options.clone(),
        stdin: codec::excerpt(&how.stdin),
        downloaded,
    };
    recorder.leave(action, &[line.as_bytes(), &how.stdin]);
}

fn ran(recorder: &mut Recorder, origin: Origin, bytes: &[u8]) {
    let downloaded = recorder.network.marked(bytes);
    recorder.note(Action::CodeRun {
        origin,
        excerpt: codec::excerpt(bytes),
        bytes: bytes.len() as u64,
        downloaded,
    });
}

fn run_stdin(recorder: &mut Recorder, how: &Spawning, folder: &str, depth: usize) -> Outcome {
    ran(recorder, Origin::Shell, &how.stdin);
    let line = String::from_utf8_lossy(&how.stdin).into_owned();
    text(recorder, &line, &Spawning::default(), folder, depth + 1)
}

fn shell(
    recorder: &mut Recorder,
    arguments: &[String],
    how: &Spawning,
    folder: &str,
    depth: usize,
) -> Outcome {
    let lower: Vec<String> = arguments.iter().map(|word| word.to_ascii_lowercase()).collect();
    let after = |at: usize| arguments.get(at + 1..).unwrap_or(&[]).join(" ");
    if let Some(at) = lower
        .iter()
        .position(|word| word.len() > 2 && "-encodedcommand".starts_with(word.as_str()))
    {
        let bytes = codec::base64_decode(after(at).as_bytes());
        let wide: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| {
                pair.iter()
                    .rev()
                    .fold(0, |wide, byte| wide << 8 | u16::from(*byte))
            })
            .collect();
        let line = String::from_utf16_lossy(&wide);
        ran(recorder, Origin::Shell, line.as_bytes());
        return text(
            recorder,
            &line,
            &Spawning {
                options: how.options.clone(),
                stdin: Vec::new(),
            },
            folder,
            depth + 1,
        );
    }
    let inline = |word: &String| {
        matches!(word.as_str(), "/c" | "/k" | "/s" | "-command")
            || (word.starts_with('-') && !word.starts_with("--") && word.ends_with('c') && word.len() <= 4)
    };
    if let Some(at) = lower.iter().rposition(inline).or(lower.iter().position(inline)) {
        let line = after(at);
        return text(recorder, &line, how, folder, depth + 1);
    }
    let file = lower
        .iter()
        .position(|word| word == "-file")
        .map(|at| at + 1)
        .or(arguments.iter().position(|word| !word.starts_with('-')));
    if let Some(file) = file.and_then(|at| arguments.get(at)) {
        let path = normalise(file, folder);
        let Some(leaf) = recorder.tree.leaf(&path).cloned() else {
            return Outcome {
                stdout: Vec::new(),
                status: 127,
            };
        };
        if leaf.written {
            ran(recorder, Origin::Shell, &leaf.bytes);
        }
        let line = String::from_utf8_lossy(&leaf.bytes).into_owned();
        return text(recorder, &line, &Spawning::default(), folder, depth + 1);
    }
    if how.stdin.is_empty() {
        Outcome::default()
    } else {
        run_stdin(recorder, how, folder, depth)
    }
}

fn interpreter(
    recorder: &mut Recorder,
    name: &str,
    arguments: &[String],
    how: &Spawning,
    folder: &str,
) -> Outcome {
    let mut words = arguments.iter().peekable();
    let mut child = Child {
        depth: recorder.depth + 1,
        folder: folder.to_owned(),
        ..Child::default()
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "-e" | "--eval" | "-p" | "--print" | "-pe" | "eval" => {
                child.code = words.next().cloned();
                break;
            }
            "-r" | "--require" | "--import" => {
                if let Some(file) = words.next() {
                    let first = Child {
                        file: Some(normalise(file, folder)),
                        ..child.clone()
                    };
                    recorder.queue(first);
                }
            }
            "-v" | "--version" => return Outcome::said("v22.14.0\n"),
            "run" | "x" if name != "node" => {}
            "-" => break,
            word if word.starts_with('-') => {}
            word => {
                child.file = Some(normalise(word, folder));
                break;
            }
        }
    }
    child.arguments = words.cloned().collect();
    if child.file.is_none() && child.code.is_none() && !how.stdin.is_empty() {
        child.code = Some(String::from_utf8_lossy(&how.stdin).into_owned());
    }
    if let Some(code) = &child.code
        && (recorder.network.marked(code.as_bytes()) || !how.stdin.is_empty())
    {
        ran(recorder, Origin::Process, code.clone().as_bytes());
    }
    if let Some(leaf) = child
        .file
        .as_deref()
        .and_then(|file| recorder.tree.leaf(file))
        .cloned()
        && leaf.written
    {
        ran(recorder, Origin::Process, &leaf.bytes);
    }
    if child.file.is_some() || child.code.is_some() {
        recorder.queue(child);
    }
    Outcome::default()
}

fn own_file(
    recorder: &mut Recorder,
    path: &str,
    arguments: &[String],
    how: &Spawning,
    folder: &str,
    depth: usize,
) -> Outcome {
    let Some(leaf) = recorder.tree.leaf(path).cloned() else {
        return Outcome::default();
    };
    if leaf.written {
        ran(recorder, Origin::Process, &leaf.bytes);
    }
    let head =
        String::from_utf8_lossy(leaf.bytes.get(..leaf.bytes.len().min(80)).unwrap_or(&[])).into_owned();
    if head.starts_with("#!") && head.contains("node") {
        let child = Child {
            file: Some(path.to_owned()),
            arguments: arguments.to_vec(),
            depth: recorder.depth + 1,
            folder: folder.to_owned(),
            code: None,
        };
        recorder.queue(child);
    } else if head.starts_with("#!")
        || path.ends_with(".sh")
        || path.ends_with(".bat")
        || path.ends_with(".cmd")
    {
        let line = String::from_utf8_lossy(&leaf.bytes).into_owned();
        return text(recorder, &line, how, folder, depth + 1);
    }
    Outcome::default()
}

fn package_manager(
    recorder: &mut Recorder,
    arguments: &[String],
    how: &Spawning,
    folder: &str,
    depth: usize,
) -> Outcome {
    let mut words = arguments.iter().filter(|word| !word.starts_with('-'));
    let verb = words.next().map_or("install", String::as_str);
    let script = match verb {
        "run" | "run-script" | "explore" => words.next().map(String::as_str),
        "test" | "start" | "stop" | "restart" => Some(verb),
        "--version" => return Outcome::said("10.9.2\n"),
        "whoami" => return Outcome::said("mkesler47\n"),
        verb => Some(verb),
    };
    let Some(script) = script else {
        return Outcome::default();
    };
    let manifest = recorder
        .tree
        .leaf(&format!("{folder}/package.json"))
        .map(|leaf| leaf.bytes.clone());
    let command = manifest
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .and_then(|manifest| manifest.get("scripts")?.get(script)?.as_str().map(str::to_owned));
    match command {
        Some(command) if !matches!(verb, "install" | "publish" | "pack" | "version") => {
            text(recorder, &command, how, folder, depth + 1)
        }
        _ => Outcome::default(),
    }
}
