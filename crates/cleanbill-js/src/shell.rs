//! Shell command lines taken apart: quotes, pipes, chains, substitutions, assignments in front.
//! It runs nothing and resolves no file; what a command means for a chain is for others.

/// One simple command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Program and arguments, quotes removed.
    pub words: Vec<String>,
    /// Reads the output of the command before it.
    pub piped: bool,
    /// File its output goes to.
    pub to: Option<String>,
    /// File its input comes from.
    pub from: Option<String>,
    /// Output is thrown away.
    pub hidden: bool,
}

/// Longest command line taken apart; lifecycle scripts are far shorter.
const MOST_TEXT: usize = 64 << 10;
/// Deepest nesting of substitutions.
const MOST_DEPTH: u32 = 6;
/// Most commands in one line.
const MOST_COMMANDS: usize = 256;

/// Takes a command line apart.
#[must_use]
pub fn parse(text: &str) -> Vec<Command> {
    let mut out = Vec::new();
    split(
        text.get(..text.len().min(MOST_TEXT)).unwrap_or_default(),
        0,
        &mut out,
    );
    out
}

fn split(text: &str, depth: u32, out: &mut Vec<Command>) {
    if depth > MOST_DEPTH || out.len() >= MOST_COMMANDS {
        return;
    }
    let chars: Vec<char> = text.chars().collect();
    let get = |ix: usize| chars.get(ix).copied();
    let (mut command, mut word, mut in_word) = (Command::default(), String::new(), false);
    let mut redirect: Option<char> = None;
    let mut inner: Vec<String> = Vec::new();
    let mut ix = 0;
    let end_word =
        |word: &mut String, in_word: &mut bool, command: &mut Command, redirect: &mut Option<char>| {
            if !*in_word {
                return;
            }
            let text = std::mem::take(word);
            *in_word = false;
            match redirect.take() {
                Some('>') => {
                    if matches!(text.as_str(), "/dev/null" | "nul" | "NUL") {
                        command.hidden = true;
                    } else if !text.starts_with('&') {
                        command.to = Some(text);
                    }
                }
                Some(_) => command.from = Some(text),
                None => command.words.push(text),
            }
        };
    while let Some(c) = get(ix) {
        match c {
            '\'' => {
                in_word = true;
                ix += 1;
                while let Some(c) = get(ix) {
                    if c == '\'' {
                        break;
                    }
                    word.push(c);
                    ix += 1;
                }
            }
            '"' => {
                in_word = true;
                ix += 1;
                while let Some(c) = get(ix) {
                    match c {
                        '"' => break,
                        '\\' if matches!(get(ix + 1), Some('"' | '\\' | '$' | '`')) => {
                            word.extend(get(ix + 1));
                            ix += 1;
                        }
                        '$' if get(ix + 1) == Some('(') => {
                            let (body, next) = substitution(&chars, ix + 2);
                            word.push_str(&format!("$({body})"));
                            inner.push(body);
                            ix = next;
                        }
                        _ => word.push(c),
                    }
                    ix += 1;
                }
            }
            '\\' => {
                in_word = true;
                // A backslash before a letter is part of a Windows path.
                match get(ix + 1) {
                    Some(n) if n.is_ascii_alphanumeric() => word.push('\\'),
                    Some(n) => {
                        word.push(n);
                        ix += 1;
                    }
                    None => {}
                }
            }
            '$' if get(ix + 1) == Some('(') => {
                in_word = true;
                let (body, next) = substitution(&chars, ix + 2);
                word.push_str(&format!("$({body})"));
                inner.push(body);
                ix = next;
            }
            '`' => {
                in_word = true;
                let mut body = String::new();
                ix += 1;
                while let Some(c) = get(ix) {
                    if c == '`' {
                        break;
                    }
                    body.push(c);
                    ix += 1;
                }
                word.push_str(&format!("$({body})"));
                inner.push(body);
            }
            ' ' | '\t' => end_word(&mut word, &mut in_word, &mut command, &mut redirect),
            '>' | '<' => {
                // A file descriptor in front is no word.
                if word.chars().all(|c| c.is_ascii_digit() || c == '&') {
                    word.clear();
                    in_word = false;
                }
                end_word(&mut word, &mut in_word, &mut command, &mut redirect);
                if get(ix + 1) == Some(c) {
                    ix += 1;
                }
                redirect = Some(c);
            }
            '&' if redirect.is_some() => {
                in_word = true;
                word.push('&');
            }
            '&' | '|' | ';' | '\n' | '(' | ')' => {
                end_word(&mut word, &mut in_word, &mut command, &mut redirect);
                let double = get(ix + 1) == Some(c);
                let pipe = c == '|' && !double;
                if double {
                    ix += 1;
                }
                let done = std::mem::take(&mut command);
                if !done.words.is_empty() {
                    out.push(done);
                }
                command.piped = pipe;
            }
            '#' if !in_word && command.words.is_empty() => break,
            _ => {
                in_word = true;
                word.push(c);
            }
        }
        ix += 1;
    }
    end_word(&mut word, &mut in_word, &mut command, &mut redirect);
    if !command.words.is_empty() {
        out.push(command);
    }
    for body in inner {
        split(&body, depth + 1, out);
    }
    if depth == 0 {
        out.truncate(MOST_COMMANDS);
        for command in out.iter_mut() {
            tidy(command);
        }
    }
}

/// The text inside `$( … )` and where it ends.
fn substitution(chars: &[char], mut ix: usize) -> (String, usize) {
    let (mut depth, mut body) = (1, String::new());
    while let Some(c) = chars.get(ix) {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
        body.push(*c);
        ix += 1;
    }
    (body, ix)
}

/// Programs that only start another one.
const WRAPPERS: [&str; 15] = [
    "env",
    "sudo",
    "nohup",
    "exec",
    "command",
    "time",
    "cross-env",
    "cross-env-shell",
    "npx",
    "start",
    "call",
    "then",
    "do",
    "else",
    "if",
];

/// Removes assignments, wrappers and the ending of a Windows program.
fn tidy(command: &mut Command) {
    loop {
        let Some(first) = command.words.first() else {
            return;
        };
        let assigns = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        let wraps = WRAPPERS.contains(&first.as_str()) && command.words.len() > 1;
        let flag = first.starts_with('-') && command.words.len() > 1;
        if assigns || wraps || flag || first == "@" || first == "!" {
            command.words.remove(0);
            continue;
        }
        break;
    }
    if let Some(first) = command.words.first_mut() {
        *first = program_name(first);
    }
}

/// The name of a system's own program; any other path stays, it may be one the code wrote.
#[must_use]
pub fn program_name(path: &str) -> String {
    const SYSTEM: &[&str] = &[
        "/bin/",
        "/usr/bin/",
        "/usr/local/bin/",
        "/sbin/",
        "/usr/sbin/",
        "/opt/homebrew/bin/",
    ];
    let base = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let system = SYSTEM.iter().any(|d| path.strip_prefix(d) == Some(base))
        || path.to_ascii_lowercase().starts_with("c:\\windows");
    let plain = system || !path.contains(['/', '\\']);
    if plain {
        base.trim_end_matches(".exe").to_owned()
    } else {
        path.to_owned()
    }
}

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
const NODES: [&str; 7] = ["node", "nodejs", "bun", "deno", "tsx", "ts-node", "electron"];
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
    if matches!(name, "npm" | "pnpm" | "yarn" | "bunx" | "corepack" | "npm.cmd") {
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
        || program.ends_with(".js")
    {
        return vec![Meaning::RunsFile(program.clone())];
    }
    vec![Meaning::Other]
}

fn interpreter(args: &[String], piped: bool) -> Vec<Meaning> {
    let mut out = Vec::new();
    let mut ix = 0;
    while let Some(arg) = args.get(ix) {
        match arg.as_str() {
            "-e" | "--eval" | "-p" | "--print" | "-pe" | "eval" => {
                if let Some(code) = args.get(ix + 1) {
                    out.push(Meaning::RunsCode(code.clone()));
                }
                return out;
            }
            "run" | "x" => {}
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
