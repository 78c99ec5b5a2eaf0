//! Facts of a release's shape: build descriptions that run code, programs with stolen names,
//! client settings in the tarball, texts for assistants, bytes where they do not belong.
use cleanbill_model::Level;

use super::files::Looks;
use crate::analysis::Structural;
use crate::entry::{Entries, Trigger};
use crate::gyp;
use crate::kind::FileKind;
use crate::notebook::step;
use crate::package::Indexed;

/// Programs everyone calls by name.
const COMMON: &[&str] = &[
    "node", "npm", "npx", "yarn", "pnpm", "git", "sudo", "python", "python3", "sh", "bash", "zsh", "ls",
    "cd", "cat", "rm", "cp", "mv", "curl", "wget", "ssh", "docker", "make", "code", "claude", "bun", "deno",
    "corepack", "pip", "ruby", "go", "cargo", "java", "env", "which", "kill", "ps",
];

/// Files that steer a package manager when it works in the folder.
const CLIENT_FILES: &[&str] = &[
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pnpmfile.cjs",
    "pnpm-workspace.yaml",
    "bunfig.toml",
    ".pnp.cjs",
];

/// Texts an assistant follows.
const AGENT_FILES: &[&str] = &[
    "CLAUDE.md",
    "AGENTS.md",
    ".cursorrules",
    ".windsurfrules",
    "GEMINI.md",
    "copilot-instructions.md",
    ".clinerules",
    "SKILL.md",
];

/// Gathers the facts.
pub(crate) fn facts(
    pkg: &Indexed<'_>,
    entries: &Entries,
    looks: &[Looks],
    reach: &[Trigger],
) -> Vec<Structural> {
    let mut out = Vec::new();
    gyp_facts(pkg, entries, &mut out);
    for (name, target) in &pkg.manifest.bin {
        let own = pkg.manifest.name.as_deref() == Some(name.as_str());
        if COMMON.contains(&name.as_str()) && !own {
            out.push(fact(
                "EXE-06",
                Level::Quarantine,
                format!("the package puts a program named `{name}` on the path"),
                "package.json",
                None,
                target,
            ));
        }
    }
    for (ix, file) in pkg.files.iter().enumerate() {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let top = !file.path.contains('/');
        if top && CLIENT_FILES.contains(&name) {
            client_file(pkg, ix, name, &mut out);
        }
        if AGENT_FILES.contains(&name)
            || file.path.contains(".cursor/rules/")
            || file.path.contains(".claude/")
        {
            agent_text(pkg, ix, looks, &mut out);
        }
        if file.path.ends_with(".vscode/tasks.json") {
            let text = String::from_utf8_lossy(file.bytes);
            if text.contains("folderOpen") {
                let at = text.find("folderOpen").unwrap_or(0);
                out.push(located(
                    "AIX-04",
                    Level::Quarantine,
                    "an editor task runs when the folder is opened",
                    &file.path,
                    &text,
                    at,
                    None,
                ));
            }
        }
        let Some(look) = looks.get(ix) else { continue };
        let trigger = reach.get(ix).copied().unwrap_or(Trigger::Unreached);
        for (id, at) in &look.marks {
            obfuscation(pkg, ix, id, *at, trigger, &mut out);
        }
        trailing(pkg, ix, &mut out);
        super::texts::workflow(pkg, ix, &mut out);
        super::texts::blind_copy(pkg, ix, trigger, &mut out);
        super::texts::told_to_reviewers(pkg, ix, &mut out);
        super::texts::beyond_its_map(pkg, ix, trigger, &mut out);
    }
    out
}

fn fact(
    id: &str,
    level: Level,
    note: String,
    file: &str,
    text: Option<(&str, usize)>,
    decoded: &str,
) -> Structural {
    let (text, at) = text.unwrap_or(("", 0));
    let evidence = vec![step(
        file,
        text,
        at as u32,
        note.clone(),
        Some(decoded.to_owned()),
    )];
    Structural {
        id: id.to_owned(),
        level,
        note,
        evidence,
    }
}

pub(super) fn located(
    id: &str,
    level: Level,
    note: &str,
    file: &str,
    text: &str,
    at: usize,
    decoded: Option<String>,
) -> Structural {
    let evidence = vec![step(file, text, at as u32, note.to_owned(), decoded)];
    Structural {
        id: id.to_owned(),
        level,
        note: note.to_owned(),
        evidence,
    }
}

fn gyp_facts(pkg: &Indexed<'_>, entries: &Entries, out: &mut Vec<Structural>) {
    let implicit = pkg.find("binding.gyp").is_some()
        && pkg.manifest.gypfile != Some(false)
        && !["install", "preinstall"]
            .iter()
            .any(|s| pkg.manifest.scripts.contains_key(*s));
    let native = pkg.files.iter().any(|f| {
        [".c", ".cc", ".cpp", ".cxx", ".m", ".mm", ".rs", ".h"]
            .iter()
            .any(|e| f.path.ends_with(e))
    });
    for (trigger, command, file) in entries.commands.iter().filter(|(t, ..)| *t == Trigger::Gyp) {
        if gyp::is_usual(command) {
            continue;
        }
        let text = pkg
            .find(file)
            .and_then(|ix| pkg.files.get(ix as usize))
            .map(|f| String::from_utf8_lossy(f.bytes).into_owned())
            .unwrap_or_default();
        let at = text
            .find(command.get(..command.len().min(20)).unwrap_or_default())
            .unwrap_or(0);
        let expansion = gyp::commands(&text)
            .iter()
            .any(|c| c.expansion && c.command == *command);
        let hidden = command.contains("/dev/null") || command.contains("2>&1") || command.contains("|| true");
        let runs_own = crate::shell::parse(command).iter().any(|c| {
            crate::shell::meanings(c).iter().any(|m| match m {
                crate::shell::Meaning::RunsFile(path) => pkg.complete(path).is_some(),
                crate::shell::Meaning::Fetches { .. } | crate::shell::Meaning::RunsInput => true,
                _ => false,
            })
        });
        let level = match () {
            () if !expansion => Level::Note,
            () if runs_own && (hidden || !native) => Level::Block,
            () if runs_own && implicit => Level::Quarantine,
            () if !native => Level::Quarantine,
            () => Level::Warn,
        };
        let note = format!(
            "reading the build description runs a command ({})",
            trigger.as_str()
        );
        let evidence = vec![step(file, &text, at as u32, note.clone(), Some(command.clone()))];
        out.push(Structural {
            id: "EXE-02".to_owned(),
            level,
            note,
            evidence,
        });
    }
}

fn client_file(pkg: &Indexed<'_>, ix: usize, name: &str, out: &mut Vec<Structural>) {
    let Some(file) = pkg.files.get(ix) else { return };
    let text = String::from_utf8_lossy(file.bytes);
    // Settings that choose what is run or where from; the rest is habit.
    const STEERS: &[&str] = &[
        "git=",
        "git =",
        "script-shell",
        "registry",
        "_auth",
        "hooks",
        "yarnPath",
        "yarn-path",
        "node-options",
        "globalPnpmfile",
        "unsafe-perm",
        "shell=",
    ];
    let found = STEERS.iter().find_map(|w| text.find(w).map(|at| (w, at)));
    let code = name.ends_with(".cjs");
    let level = match found {
        Some((w, _)) if matches!(*w, "git=" | "git =" | "script-shell" | "node-options" | "shell=") => {
            Level::Quarantine
        }
        _ if code => Level::Warn,
        Some(_) => Level::Note,
        None => Level::Note,
    };
    let at = found.map_or(0, |(_, at)| at);
    out.push(located(
        "EXE-09",
        level,
        &format!("the tarball carries `{name}`, which steers a package manager"),
        &file.path,
        &text,
        at,
        None,
    ));
}

fn agent_text(pkg: &Indexed<'_>, ix: usize, looks: &[Looks], out: &mut Vec<Structural>) {
    let Some(file) = pkg.files.get(ix) else { return };
    if file.bytes.len() > 1 << 20 || !matches!(file.kind, FileKind::Text | FileKind::Json) {
        return;
    }
    let text = String::from_utf8_lossy(file.bytes);
    let lower = text.to_ascii_lowercase();
    const SECRECY: &[&str] = &[
        "do not mention",
        "don't mention",
        "do not tell the user",
        "without telling",
        "silently",
        "never reveal",
        "without asking",
        "do not ask",
    ];
    const ACTS: &[&str] = &[
        "curl ",
        "wget ",
        "| sh",
        "| bash",
        "node -e",
        "npm install",
        "npx ",
        "base64 -d",
        ".ssh",
        ".npmrc",
        ".env",
        "upload",
        "exfil",
    ];
    let secret = SECRECY.iter().find_map(|w| lower.find(w));
    let acts = ACTS.iter().find_map(|w| lower.find(w));
    if let Some((_, at)) = looks
        .get(ix)
        .and_then(|l| l.marks.iter().find(|(id, _)| *id == "OBF-10"))
    {
        out.push(located(
            "AIX-01",
            Level::Block,
            "instructions for an assistant hide invisible characters",
            &file.path,
            &text,
            *at,
            None,
        ));
    } else if let (Some(at), Some(_)) = (secret, acts) {
        out.push(located(
            "AIX-01",
            Level::Warn,
            "instructions for an assistant ask for secrecy and name commands",
            &file.path,
            &text,
            at,
            None,
        ));
    } else {
        out.push(located(
            "AIX-01",
            Level::Note,
            "the tarball carries instructions for an assistant",
            &file.path,
            &text,
            0,
            None,
        ));
    }
}

fn obfuscation(
    pkg: &Indexed<'_>,
    ix: usize,
    id: &str,
    at: usize,
    trigger: Trigger,
    out: &mut Vec<Structural>,
) {
    let Some(file) = pkg.files.get(ix) else { return };
    let (level, note) = match id {
        "OBF-10" if file.kind.is_code() => (Level::Warn, "a run of invisible characters stands in code"),
        "OBF-10" => (Level::Note, "a run of invisible characters stands in text"),
        "OBF-11" => (
            Level::Warn,
            "characters that turn the reading direction stand beside code",
        ),
        "OBF-12" => (Level::Warn, "code stands far to the right behind blanks"),
        "OBF-06" => (Level::Warn, "the file is the work of an obfuscator"),
        "OBF-07" => (Level::Warn, "the file is packed"),
        _ => (Level::Note, "most strings are written in escapes"),
    };
    // Obfuscated code the installation runs, with nothing else to say for it, waits (NEG-18).
    let level = if trigger.is_install() && matches!(id, "OBF-06" | "OBF-07" | "OBF-10" | "OBF-12") {
        Level::Quarantine
    } else {
        level
    };
    let text = String::from_utf8_lossy(file.bytes);
    out.push(located(id, level, note, &file.path, &text, at, None));
}

/// Bytes after the end of an image (OBF-09).
fn trailing(pkg: &Indexed<'_>, ix: usize, out: &mut Vec<Structural>) {
    let Some(file) = pkg.files.get(ix) else { return };
    if file.kind != FileKind::Image {
        return;
    }
    let bytes = file.bytes;
    let end = if bytes.starts_with(b"\x89PNG") {
        png_end(bytes)
    } else if bytes.starts_with(&[0xff, 0xd8]) {
        memchr::memmem::rfind(bytes, &[0xff, 0xd9]).map(|ix| ix + 2)
    } else {
        None
    };
    let Some(end) = end else { return };
    let tail = bytes.get(end..).unwrap_or_default();
    // Padding and a stray newline are common; a payload is longer and no padding.
    let busy = tail
        .iter()
        .filter(|b| !matches!(b, 0 | b'\n' | b'\r' | b' ' | 0xff))
        .count();
    if busy > 64 {
        let head = String::from_utf8_lossy(tail.get(..tail.len().min(120)).unwrap_or(tail)).into_owned();
        let note = format!("{} bytes stand after the end of the image", tail.len());
        out.push(fact("OBF-09", Level::Warn, note, &file.path, None, &head));
    }
}

/// Where the last chunk of a PNG ends.
fn png_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 8usize;
    for _ in 0..100_000 {
        let length = bytes.get(at..at + 4)?;
        let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
        let name = bytes.get(at + 4..at + 8)?;
        at = at.checked_add(12)?.checked_add(length)?;
        if name == b"IEND" {
            return Some(at);
        }
    }
    None
}
