//! What a command means for what runs next: a file of the package, code on the line, a fetch, an install.
//! It takes no line apart and resolves no file.
use super::Command;

/// What a command means for what runs next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// An interpreter runs a file.
    RunsFile(String),
    /// An interpreter runs text on its command line.
    RunsCode(String),
    /// A script of the manifest runs.
    RunsScript(String),
    /// A shell runs text on its command line.
    RunsShell(String),
    /// A shell or interpreter runs what comes through the pipe.
    RunsInput,
    /// Something is fetched, or sent when the flag is set.
    Fetches {
        /// Where from.
        url: String,
        /// Where to.
        to: Option<String>,
        /// Data goes out with it.
        sends: bool,
    },
    /// A package manager acts: its verb and what follows.
    Packages(String, Vec<String>),
    /// Anything else.
    Other,
}

/// Interpreters of JavaScript and flags of theirs that take a value.
pub(super) const NODES: [&str; 7] = ["node", "nodejs", "bun", "deno", "tsx", "ts-node", "electron"];
const TAKES_VALUE: [&str; 7] = [
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "-C",
    "--conditions",
];
const SHELLS: [&str; 9] = [
    "sh",
    "bash",
    "zsh",
    "dash",
    "ksh",
    "cmd",
    "powershell",
    "pwsh",
    "ash",
];
const OTHERS: [&str; 6] = ["python", "python3", "perl", "ruby", "php", "osascript"];

/// The meaning of one command; a required preload counts as well.
#[must_use]
pub fn meanings(command: &Command) -> Vec<Meaning> {
    let Some(program) = command.words.first() else {
        return vec![Meaning::Other];
    };
    let args = command.words.get(1..).unwrap_or_default();
    let name = program.trim_end_matches(".cmd");
    if NODES.contains(&name) {
        return interpreter(args, command.piped);
    }
    if matches!(name, "npm" | "pnpm" | "yarn" | "corepack" | "npm.cmd") {
        return package_manager(args);
    }
    if SHELLS.contains(&name) {
        return shell(args, command.piped);
    }
    if OTHERS.contains(&name) {
        if let Some(ix) = args.iter().position(|a| a == "-c" || a == "-e")
            && let Some(code) = args.get(ix + 1)
        {
            return vec![Meaning::RunsShell(code.clone())];
        }
        return match args.iter().find(|a| !a.starts_with('-')) {
            Some(file) => vec![Meaning::RunsFile(file.clone())],
            None if command.piped => vec![Meaning::RunsInput],
            None => vec![Meaning::Other],
        };
    }
    if matches!(
        name,
        "curl"
            | "wget"
            | "iwr"
            | "irm"
            | "Invoke-WebRequest"
            | "Invoke-RestMethod"
            | "certutil"
            | "bitsadmin"
    ) {
        return fetch(name, args, command);
    }
    if name == "eval" && !args.is_empty() {
        return vec![Meaning::RunsShell(args.join(" "))];
    }
    // Programs of the system that load a library, or install a package, from a file.
    if matches!(
        name.to_ascii_lowercase().as_str(),
        "rundll32" | "regsvr32" | "msiexec"
    ) {
        let file = args
            .iter()
            .rfind(|arg| {
                !arg.starts_with('-')
                    && (arg.starts_with('/') == arg.get(1..).is_some_and(|a| a.contains('/')))
            })
            .and_then(|arg| arg.split(',').next());
        return match file {
            Some(file) => vec![Meaning::RunsFile(file.to_owned())],
            None => vec![Meaning::Other],
        };
    }
    if matches!(name, "iex" | "Invoke-Expression") {
        return vec![Meaning::RunsInput];
    }
    if matches!(name, "source" | "." | "chmod") {
        return match args.iter().rev().find(|a| a.contains('/') || a.contains('.')) {
            Some(file) if name != "chmod" => vec![Meaning::RunsFile(file.clone())],
            _ => vec![Meaning::Other],
        };
    }
    if program.starts_with("./")
        || program.starts_with("../")
        || program.contains('/')
        || [".js", ".sh", ".bat", ".cmd", ".ps1"]
            .iter()
            .any(|ending| program.ends_with(ending))
    {
        return vec![Meaning::RunsFile(program.clone())];
    }
    vec![Meaning::Other]
}

fn interpreter(args: &[String], piped: bool) -> Vec<Meaning> {
    let mut out = Vec::new();
    let mut ix = 0;
    let mut named = false;
    while let Some(arg) = args.get(ix) {
        match arg.as_str() {
            "-e" | "--eval" | "-p" | "--print" | "-pe" | "eval" => {
                if let Some(code) = args.get(ix + 1) {
                    out.push(Meaning::RunsCode(code.clone()));
                }
                return out;
            }
            "run" | "task" | "x" => named = true,
            _ if TAKES_VALUE.contains(&arg.as_str()) => {
                if let Some(file) = args.get(ix + 1) {
                    out.push(Meaning::RunsFile(file.clone()));
                }
                ix += 1;
            }
            "-" => {}
            _ if arg.starts_with('-') => {
                if let Some((flag, file)) = arg.split_once('=')
                    && TAKES_VALUE.contains(&flag)
                {
                    out.push(Meaning::RunsFile(file.to_owned()));
                }
            }
            _ => {
                // `bun run build` names a script of the manifest, `bun run build.js` a file.
                if named && !arg.contains(['.', '/']) {
                    out.push(Meaning::RunsScript(arg.clone()));
                }
                out.push(Meaning::RunsFile(arg.clone()));
                return out;
            }
        }
        ix += 1;
    }
    if piped {
        out.push(Meaning::RunsInput);
    }
    if out.is_empty() {
        out.push(Meaning::Other);
    }
    out
}

fn package_manager(args: &[String]) -> Vec<Meaning> {
    let mut words = args.iter().filter(|a| !a.starts_with('-'));
    let Some(verb) = words.next() else {
        return vec![Meaning::Packages("install".to_owned(), Vec::new())];
    };
    let rest: Vec<String> = words.cloned().collect();
    match verb.as_str() {
        "run" | "run-script" | "rum" | "explore" => match rest.last() {
            Some(script) => vec![Meaning::RunsScript(script.clone())],
            None => vec![Meaning::Other],
        },
        "test" | "t" | "start" | "stop" | "restart" => vec![Meaning::RunsScript(verb.clone())],
        _ => vec![Meaning::Packages(verb.clone(), rest)],
    }
}

fn shell(args: &[String], piped: bool) -> Vec<Meaning> {
    for (ix, arg) in args.iter().enumerate() {
        let lower = arg.to_ascii_lowercase();
        match lower.as_str() {
            "-c" | "/c" | "/k" | "-command" | "-lc" | "-ec" => {
                let code = args.get(ix + 1..).unwrap_or_default().join(" ");
                return vec![Meaning::RunsShell(code)];
            }
            "-enc" | "-encodedcommand" | "-e" if args.get(ix + 1).is_some() => {
                let code = args.get(ix + 1).map(String::as_str).unwrap_or_default();
                let bytes = crate::decode::base64(code);
                let units: Vec<u16> = bytes
                    .chunks_exact(2)
                    .map(|c| {
                        u16::from(c.first().copied().unwrap_or(0))
                            | u16::from(c.get(1).copied().unwrap_or(0)) << 8
                    })
                    .collect();
                return vec![Meaning::RunsShell(String::from_utf16_lossy(&units))];
            }
            _ if lower.starts_with('-') || lower.starts_with('/') && lower.len() == 2 => {}
            _ => return vec![Meaning::RunsFile(arg.clone())],
        }
    }
    if piped {
        vec![Meaning::RunsInput]
    } else {
        vec![Meaning::Other]
    }
}

fn fetch(name: &str, args: &[String], command: &Command) -> Vec<Meaning> {
    let mut out = Vec::new();
    let mut to = command.to.clone();
    let mut sends = false;
    let mut ix = 0;
    let mut urls = Vec::new();
    while let Some(arg) = args.get(ix) {
        let next = args.get(ix + 1);
        match arg.as_str() {
            "-O" if name == "curl" => {}
            "-o" | "--output" | "-O" | "--output-document" | "-OutFile" | "-outfile" => {
                to = next.cloned();
                ix += 1;
            }
            "-d" | "--data" | "--data-binary" | "--data-raw" | "--data-urlencode" | "-F" | "--form"
            | "-T" | "--upload-file" | "--post-data" | "--post-file" | "-Body" | "-InFile" => {
                sends = true;
                ix += 1;
            }
            "-H" | "--header" | "-A" | "--user-agent" | "-X" | "--request" | "-u" | "-m" | "--max-time"
            | "--retry" => ix += 1,
            _ if arg.contains("://") => urls.push(arg.clone()),
            _ if !arg.starts_with('-') && arg.contains('.') && urls.is_empty() => {
                urls.push(format!("http://{arg}"))
            }
            _ => {}
        }
        ix += 1;
    }
    if name == "certutil" && to.is_none() {
        // `certutil -urlcache -f URL FILE`
        let at = args.iter().position(|arg| arg.contains("://"));
        to = at.and_then(|at| args.get(at + 1)).cloned();
    }
    for url in urls {
        let sends = sends || url.contains("$(") || url.contains('`');
        out.push(Meaning::Fetches {
            url,
            to: to.clone(),
            sends,
        });
    }
    if out.is_empty() { vec![Meaning::Other] } else { out }
}
