//! `binding.gyp` and `.gypi`: command expansions, actions and includes, by the format's own grammar.
//! It runs none of them and does not know which is harmless beyond the usual include-path one-liners.

/// A command a build description runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GypCommand {
    /// Byte offset in the file.
    pub at: usize,
    /// The command line.
    pub command: String,
    /// Its place: an expansion while the description is read, or an action of the build.
    pub expansion: bool,
}

/// Most commands kept of one file.
const MOST: usize = 200;

/// Every `<!(…)`, `<!@(…)` and `action` list in a description.
#[must_use]
pub fn commands(text: &str) -> Vec<GypCommand> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("<!") {
        let tail = text.get(at + 2..).unwrap_or_default();
        let tail = tail.strip_prefix('@').unwrap_or(tail);
        let Some(body) = tail.strip_prefix('(') else {
            continue;
        };
        let mut depth = 1usize;
        let mut end = None;
        for (ix, c) in body.char_indices() {
            match c {
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if depth == 0 {
                        end = Some(ix);
                        break;
                    }
                }
                _ => {}
            }
        }
        let command = body.get(..end.unwrap_or(body.len().min(400))).unwrap_or(body);
        let command = command.replace("\\\"", "\"").replace("\\'", "'");
        if out.len() < MOST {
            out.push(GypCommand {
                at,
                command,
                expansion: true,
            });
        }
    }
    for key in ["'action'", "\"action\""] {
        for (at, _) in text.match_indices(key) {
            let tail = text.get(at + key.len()..).unwrap_or_default();
            let tail = tail.trim_start().strip_prefix(':').unwrap_or(tail).trim_start();
            if let Some(body) = tail.strip_prefix('[') {
                let command = strings(body).join(" ");
                if !command.is_empty() && out.len() < MOST {
                    out.push(GypCommand {
                        at,
                        command,
                        expansion: false,
                    });
                }
            }
        }
    }
    out
}

/// The quoted strings up to the closing bracket.
fn strings(body: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        match c {
            ']' => break,
            '\'' | '"' => {
                let mut text = String::new();
                while let Some(d) = chars.next() {
                    if d == c {
                        break;
                    }
                    if d == '\\' {
                        text.extend(chars.next());
                    } else {
                        text.push(d);
                    }
                }
                out.push(text);
            }
            '#' => {
                chars.by_ref().find(|c| *c == '\n');
            }
            _ => {}
        }
        if out.len() > 64 {
            break;
        }
    }
    out
}

/// True for the one-liners native packages use to find headers: they load a helper and print a path.
#[must_use]
pub fn is_usual(command: &str) -> bool {
    let text = command.trim();
    let lower = text.to_ascii_lowercase();
    if lower.contains([';', '|', '&', '`', '>']) && !lower.contains("console.log") {
        return false;
    }
    let program = lower.split_whitespace().next().unwrap_or_default();
    match program {
        "pkg-config" | "uname" | "python" | "python3" | "echo" | "arch" | "node-gyp" | "xcrun"
        | "sw_vers" | "brew" | "llvm-config" | "gcc" | "g++" | "cc" | "c++" | "clang" | "clang++"
        | "which" | "printf" | "test" => !lower.contains("http") && !lower.contains(" -c "),
        "node" => {
            let code = lower
                .split_once("-p")
                .or_else(|| lower.split_once("-e"))
                .map(|(_, c)| c.trim().to_owned());
            match code {
                Some(code) => is_header_one_liner(&code),
                None => false,
            }
        }
        _ => false,
    }
}

/// Words that have no business in an include-path one-liner.
const FOREIGN: [&str; 10] = [
    "http",
    "exec",
    "spawn",
    "eval",
    "child_process",
    "fetch",
    "buffer",
    "write",
    "atob",
    "fs.",
];

fn is_header_one_liner(code: &str) -> bool {
    let code = code.trim_matches(['"', '\'', ' ']);
    if FOREIGN.iter().any(|w| code.contains(w)) || code.len() > 200 {
        return false;
    }
    code.contains("require(") || code.starts_with("process.") || code.starts_with("console.log")
}
