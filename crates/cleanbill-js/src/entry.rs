//! What runs, and who starts it: lifecycle scripts, build descriptions, imports, programs.
//! It resolves commands to files; it does not read the files.
use serde::{Deserialize, Serialize};

use crate::gyp;
use crate::package::{Indexed, normalise};
use crate::shell::{self, Meaning};

/// Who starts a piece of code. Earlier ones need less from the victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A lifecycle script of the installation.
    Install,
    /// The build description, read at installation.
    Gyp,
    /// Importing the package.
    Import,
    /// Running one of its programs.
    Bin,
    /// A script of the developer, tests among them.
    Test,
    /// Nothing we found.
    Unreached,
}

impl Trigger {
    /// Runs because the package is installed.
    #[must_use]
    pub fn is_install(self) -> bool {
        matches!(self, Self::Install | Self::Gyp)
    }

    /// The word used in JSON and text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Gyp => "gyp",
            Self::Import => "import",
            Self::Bin => "bin",
            Self::Test => "test",
            Self::Unreached => "unreached",
        }
    }
}

/// One entry into the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who starts it.
    pub trigger: Trigger,
    /// The file, when it is one of the package's.
    pub file: Option<String>,
    /// Why: the script, the field, the condition.
    pub why: String,
    /// The command line, for scripts.
    pub command: Option<String>,
}

/// Code given on a command line.
#[derive(Clone, Debug)]
pub(crate) struct Inline {
    pub trigger: Trigger,
    pub code: String,
    pub why: String,
}

/// Everything that starts something.
#[derive(Default)]
pub(crate) struct Entries {
    pub list: Vec<Entry>,
    pub files: Vec<(u32, Trigger)>,
    pub inline: Vec<Inline>,
    /// Whole command lines with their trigger and the file they stand in.
    pub commands: Vec<(Trigger, String, String)>,
}

/// Scripts the clients run by themselves when a package is installed from a registry.
const INSTALL: [&str; 3] = ["preinstall", "install", "postinstall"];
/// Scripts run for a git dependency or in the package's own folder.
const PREPARE: [&str; 5] = ["prepare", "prepublish", "preprepare", "postprepare", "prepack"];
/// Scripts that call scripts, followed this far.
const SCRIPT_DEPTH: u32 = 5;

/// Finds the entries.
pub(crate) fn entries(pkg: &Indexed<'_>) -> Entries {
    let mut out = Entries::default();
    let manifest = &pkg.manifest;
    for (name, script) in &manifest.scripts {
        let trigger = if INSTALL.contains(&name.as_str()) {
            Trigger::Install
        } else {
            Trigger::Test
        };
        let why = if PREPARE.contains(&name.as_str()) {
            format!("script `{name}`, run for a git dependency")
        } else {
            format!("script `{name}`")
        };
        out.commands
            .push((trigger, script.clone(), format!("package.json script `{name}`")));
        resolve(pkg, script, trigger, &why, 0, &mut out);
    }
    gyp_entries(pkg, &mut out);
    let mut import = |target: &str, why: String| {
        for file in targets(pkg, target) {
            let test = target.contains('*') && pkg.files.get(file as usize).is_some_and(|f| is_test(&f.path));
            let trigger = if test { Trigger::Test } else { Trigger::Import };
            add(pkg, &mut out, trigger, file, why.clone(), None);
        }
    };
    if let Some(main) = &manifest.main {
        import(main, "`main`".to_owned());
    }
    if manifest.main.is_none() && !manifest.sealed {
        import("index.js", "`index.js`".to_owned());
    }
    for (field, target) in &manifest.other_mains {
        // `source` tells a bundler of the package's own developers where they write; nobody else loads it.
        if !target.ends_with(".d.ts") && field != "source" {
            import(target, format!("`{field}`"));
        }
    }
    for (conditions, target) in &manifest.exports {
        if !target.ends_with(".d.ts") && !target.ends_with(".d.mts") && !target.ends_with(".d.cts") {
            import(target, format!("`exports` {conditions}"));
        }
    }
    for (name, target) in &manifest.bin {
        for file in targets(pkg, target) {
            add(pkg, &mut out, Trigger::Bin, file, format!("`bin` {name}"), None);
        }
    }
    out
}

fn add(
    pkg: &Indexed<'_>,
    out: &mut Entries,
    trigger: Trigger,
    file: u32,
    why: String,
    command: Option<String>,
) {
    if out.files.iter().any(|(f, t)| *f == file && *t <= trigger) {
        return;
    }
    out.files.push((file, trigger));
    let path = pkg.files.get(file as usize).map(|f| f.path.clone());
    out.list.push(Entry {
        trigger,
        file: path,
        why,
        command,
    });
}

/// A test by its name: a star exports those that lie beside the code as well, and nobody imports them.
fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let inner = name
        .split('.')
        .rev()
        .nth(1)
        .filter(|_| name.split('.').count() > 2);
    inner.is_some_and(|word| matches!(word, "test" | "tests" | "spec" | "bench" | "poku"))
        || path
            .split('/')
            .any(|part| matches!(part, "test" | "tests" | "__tests__" | "__mocks__"))
}

/// The files of a target; one star stands for any text.
fn targets(pkg: &Indexed<'_>, target: &str) -> Vec<u32> {
    let Some((head, tail)) = target.split_once('*') else {
        return pkg.complete(target).into_iter().collect();
    };
    let (Some(head), tail) = (normalise(head), tail) else {
        return Vec::new();
    };
    let head = if head.is_empty() { head } else { format!("{head}/") };
    pkg.files
        .iter()
        .enumerate()
        .filter(|(_, f)| {
            f.path.starts_with(head.trim_end_matches('/')) && f.path.ends_with(tail) && f.kind.is_code()
        })
        .map(|(ix, _)| ix as u32)
        .take(500)
        .collect()
}

fn resolve(pkg: &Indexed<'_>, script: &str, trigger: Trigger, why: &str, depth: u32, out: &mut Entries) {
    if depth > SCRIPT_DEPTH {
        return;
    }
    let mut any = false;
    for command in shell::parse(script) {
        for meaning in shell::meanings(&command) {
            match meaning {
                Meaning::RunsFile(path) => {
                    if let Some(file) = pkg.complete(&path) {
                        any = true;
                        add(pkg, out, trigger, file, why.to_owned(), Some(script.to_owned()));
                    }
                }
                Meaning::RunsCode(code) => {
                    any = true;
                    out.inline.push(Inline {
                        trigger,
                        code,
                        why: why.to_owned(),
                    });
                    out.list.push(Entry {
                        trigger,
                        file: None,
                        why: why.to_owned(),
                        command: Some(script.to_owned()),
                    });
                }
                Meaning::RunsShell(text) => resolve(pkg, &text, trigger, why, depth + 1, out),
                Meaning::RunsScript(name) => {
                    for prefix in ["pre", "", "post"] {
                        if let Some(next) = pkg.manifest.scripts.get(&format!("{prefix}{name}"))
                            && next != script
                        {
                            let next = next.clone();
                            resolve(
                                pkg,
                                &next,
                                trigger,
                                &format!("{why} through `{name}`"),
                                depth + 1,
                                out,
                            );
                        }
                    }
                }
                _ => {}
            }
        }
    }
    if !any && trigger.is_install() {
        out.list.push(Entry {
            trigger,
            file: None,
            why: why.to_owned(),
            command: Some(script.to_owned()),
        });
    }
}

fn gyp_entries(pkg: &Indexed<'_>, out: &mut Entries) {
    let runs = pkg.find("binding.gyp").is_some() && pkg.manifest.gypfile != Some(false);
    for file in &pkg.files {
        if !(file.path.ends_with(".gyp") || file.path.ends_with(".gypi")) || file.bytes.len() > 1 << 20 {
            continue;
        }
        let trigger = if runs && !file.path.contains("node_modules/") {
            Trigger::Gyp
        } else {
            Trigger::Unreached
        };
        let text = String::from_utf8_lossy(file.bytes);
        for command in gyp::commands(&text) {
            out.commands
                .push((trigger, command.command.clone(), file.path.clone()));
            resolve(
                pkg,
                &command.command,
                trigger,
                &format!("command in `{}`", file.path),
                0,
                out,
            );
        }
    }
}
