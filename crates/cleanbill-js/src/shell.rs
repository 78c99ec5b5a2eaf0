//! Shell command lines taken apart: quotes, pipes, chains, substitutions, assignments in front.
//! It runs nothing and resolves no file; what a command means for a chain is for others.
mod meaning;

use meaning::NODES;
pub use meaning::{Meaning, meanings};

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

/// The lines of a script, each with its offset; a line that ends in a backslash goes on in the next.
#[must_use]
pub(crate) fn lines(text: &str) -> Vec<(u32, String)> {
    let mut out: Vec<(u32, String)> = Vec::new();
    let (mut offset, mut open) = (0_usize, false);
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let at = u32::try_from(offset).unwrap_or(u32::MAX);
        offset += line.len();
        let (bare, goes_on) = match bare.strip_suffix('\\') {
            Some(head) => (head, true),
            None => (bare, false),
        };
        match out.last_mut().filter(|_| open) {
            Some((_, last)) => {
                last.push(' ');
                last.push_str(bare);
            }
            None if bare.is_empty() || bare.starts_with('#') => {}
            None => out.push((at, bare.to_owned())),
        }
        open = goes_on && !out.is_empty();
    }
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
            // `<( … )` is a file that holds what the command inside prints.
            '<' if get(ix + 1) == Some('(') && !in_word => {
                in_word = true;
                let (body, next) = substitution(&chars, ix + 2);
                word.push_str(&format!("<({body})"));
                inner.push(body);
                ix = next;
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
const WRAPPERS: [&str; 16] = [
    "env",
    "sudo",
    "nohup",
    "exec",
    "command",
    "time",
    "cross-env",
    "cross-env-shell",
    "npx",
    "bunx",
    "start",
    "call",
    "then",
    "do",
    "else",
    "if",
];

/// Package managers whose second word may start a program: `npm exec`, `pnpm dlx`.
const STARTERS: [&str; 3] = ["npm", "pnpm", "yarn"];

/// Removes assignments, wrappers and the ending of a Windows program.
pub(crate) fn tidy(command: &mut Command) {
    loop {
        let Some(first) = command.words.first() else {
            return;
        };
        let assigns = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        let wraps = WRAPPERS.contains(&first.as_str()) && command.words.len() > 1;
        let flag = first.starts_with('-') && command.words.len() > 1;
        let started = first.eq_ignore_ascii_case("start");
        // `npx -p name program`: the package to fetch is no program.
        let names_package = flag && matches!(first.as_str(), "-p" | "--package") && command.words.len() > 2;
        let starts = STARTERS.contains(&first.as_str())
            && command.words.len() > 2
            && command
                .words
                .get(1)
                .is_some_and(|w| matches!(w.as_str(), "exec" | "dlx" | "x"));
        if starts || names_package {
            command.words.drain(..2);
            continue;
        }
        if assigns || wraps || flag || first == "@" || first == "!" {
            command.words.remove(0);
            // `start /B program`: flags of one word, which are no paths.
            while started
                && command.words.len() > 1
                && command
                    .words
                    .first()
                    .is_some_and(|w| w.starts_with('/') && !w.contains('.') && w.len() <= 6)
            {
                command.words.remove(0);
            }
            continue;
        }
        break;
    }
    if let Some(first) = command.words.first_mut() {
        *first = program_name(first);
        // `npx bun@1`: a runtime of a given version is that runtime.
        if let Some((name, version)) = first.split_once('@')
            && NODES.contains(&name)
            && !version.contains('/')
        {
            *first = name.to_owned();
        }
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
