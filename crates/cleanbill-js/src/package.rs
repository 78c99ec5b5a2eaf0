//! What is handed in: a release's files, what the caller knows besides, and how much work it allows.
//! Paths are compared as they came; nothing is read from a disk.
use std::collections::HashMap;
use std::sync::Arc;

use crate::hash::FxBuild;
use crate::kind::FileKind;
use crate::manifest::Manifest;

/// A release's files in memory.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Every file, paths relative to the package's root with forward slashes.
    pub files: Vec<SourceFile>,
}

/// One file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path from the package's root.
    pub path: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

/// What the caller knows and the files do not say.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Hosts of the registries in use; they count as a platform.
    pub registry_hosts: Vec<String>,
    /// Hosts this package's trusted older releases spoke to; they count as its own.
    pub known_hosts: Vec<String>,
}

/// How much work an analysis may do. What is beyond is reported as unassessed.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Largest file that is parsed: beyond, a bundle is data for another tool.
    pub max_file_bytes: u64,
    /// Bytes of code parsed in one package.
    pub max_total_bytes: u64,
    /// Steps of the machine in one package; some 30 ns each; only obfuscated files come near it.
    pub max_steps: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            max_file_bytes: 16 << 20,
            max_total_bytes: 96 << 20,
            max_steps: 60_000_000,
        }
    }
}

/// A file with its type.
pub(crate) struct IndexedFile<'p> {
    pub path: String,
    pub bytes: &'p [u8],
    pub kind: FileKind,
}

/// The package ready for look-ups.
pub(crate) struct Indexed<'p> {
    pub files: Vec<IndexedFile<'p>>,
    by_path: HashMap<String, u32, FxBuild>,
    /// The tarball brings copies of other packages.
    nested: bool,
    pub manifest: Manifest,
    pub context: &'p Context,
}

/// Where a specifier leads.
pub(crate) enum Resolution {
    File(u32),
    Builtin(String),
    External(String),
    Missing,
}

/// Node's own modules.
const BUILTINS: [&str; 44] = [
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "sea",
    "sqlite",
    "stream",
    "string_decoder",
    "sys",
    "test",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "worker_threads",
    "zlib",
];

/// Extensions Node and bundlers add, in their order.
const ENDINGS: [&str; 12] = [
    "",
    ".js",
    ".cjs",
    ".mjs",
    ".json",
    ".node",
    ".ts",
    ".jsx",
    ".tsx",
    "/index.js",
    "/index.cjs",
    "/index.mjs",
];

impl<'p> Indexed<'p> {
    pub fn new(package: &'p Package, context: &'p Context) -> Self {
        let mut files = Vec::with_capacity(package.files.len());
        let mut by_path = HashMap::default();
        for file in &package.files {
            let path = file.path.strip_prefix("./").unwrap_or(&file.path).to_owned();
            by_path.insert(path.clone(), files.len() as u32);
            files.push(IndexedFile {
                kind: FileKind::of(&path, &file.bytes),
                path,
                bytes: &file.bytes,
            });
        }
        let manifest = by_path
            .get("package.json")
            .and_then(|ix| files.get(*ix as usize))
            .map(|f| Manifest::parse(f.bytes))
            .unwrap_or_default();
        Self {
            nested: files
                .iter()
                .any(|f: &IndexedFile<'_>| f.path.starts_with("node_modules/")),
            files,
            by_path,
            manifest,
            context,
        }
    }

    /// False for a specifier that can lead to no file of this tarball.
    pub fn may_be_own(&self, specifier: &str) -> bool {
        specifier.starts_with(['.', '/', '#'])
            || self.nested
            || self
                .manifest
                .name
                .as_deref()
                .is_some_and(|name| specifier.starts_with(name))
    }

    /// The file `imports` or `exports` of the manifest gives for a key, as Node chooses among conditions.
    fn mapped(&self, field: &str, key: &str) -> Option<u32> {
        const ACTIVE: &[&str] = &[
            "node",
            "import",
            "require",
            "default",
            "module-sync",
            "node-addons",
        ];
        let mut other = None;
        for (conditions, target) in &self.manifest.exports {
            let mut words = conditions.split(' ').filter(|w| !w.is_empty());
            if !field.is_empty() && words.next() != Some(field) {
                continue;
            }
            let Some(pattern) = words.next() else { continue };
            let target = match pattern.split_once('*') {
                None if pattern == key => target.clone(),
                Some((head, tail)) => match key.strip_prefix(head).and_then(|k| k.strip_suffix(tail)) {
                    Some(middle) => target.replace('*', middle),
                    None => continue,
                },
                None => continue,
            };
            let found = self.complete(&target);
            if found.is_some() && words.all(|w| ACTIVE.contains(&w)) {
                return found;
            }
            other = other.or(found);
        }
        other
    }

    pub fn find(&self, path: &str) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    /// A path as Node would complete it.
    pub fn complete(&self, path: &str) -> Option<u32> {
        let path = normalise(path)?;
        for ending in ENDINGS {
            let full = if path.is_empty() {
                ending.trim_start_matches('/').to_owned()
            } else {
                format!("{path}{ending}")
            };
            if let Some(ix) = self.find(&full) {
                return Some(ix);
            }
        }
        // TypeScript sources name the file they become.
        if let Some(stem) = path.strip_suffix(".js")
            && let Some(ix) = self.find(&format!("{stem}.ts"))
        {
            return Some(ix);
        }
        // A folder with a manifest of its own.
        let inner = self.find(&format!("{path}/package.json"))?;
        let main = Manifest::parse(self.files.get(inner as usize)?.bytes).main?;
        let joined = normalise(&format!("{path}/{main}"))?;
        ENDINGS.iter().find_map(|e| self.find(&format!("{joined}{e}")))
    }

    /// Where `specifier` leads from the file `from`.
    pub fn resolve(&self, from: &str, specifier: &str, _esm: bool) -> Resolution {
        let home = crate::text::hole(crate::text::PACKAGE).to_string();
        let bare = specifier.strip_prefix("node:").unwrap_or(specifier);
        let bare = bare.strip_prefix("file://").unwrap_or(bare);
        if let Some(path) = bare.strip_prefix(&home) {
            return self
                .complete(path.trim_start_matches('/'))
                .map_or(Resolution::Missing, Resolution::File);
        }
        if specifier.starts_with('.') || specifier.starts_with('/') {
            let dir = from.rsplit_once('/').map_or("", |(d, _)| d);
            let path = format!("{dir}/{specifier}");
            return self.complete(&path).map_or(Resolution::Missing, Resolution::File);
        }
        if bare.chars().any(crate::text::is_hole) {
            return Resolution::Missing;
        }
        if bare.starts_with('#') {
            return self
                .mapped("imports", bare)
                .map_or(Resolution::Missing, Resolution::File);
        }
        let first = bare.split('/').next().unwrap_or(bare);
        if BUILTINS.binary_search(&first).is_ok() {
            let name = match bare {
                "path/posix" | "path/win32" => "path",
                "timers/promises" => "timers",
                _ => first,
            };
            return Resolution::Builtin(name.to_owned());
        }
        // The package by its own name, and its `imports`.
        if let Some(name) = &self.manifest.name
            && let Some(rest) = bare.strip_prefix(name.as_str())
            && (rest.is_empty() || rest.starts_with('/'))
        {
            let found = if rest.is_empty() {
                self.manifest
                    .main
                    .as_deref()
                    .and_then(|m| self.complete(m))
                    .or_else(|| self.complete(""))
            } else {
                self.mapped("", &format!(".{rest}"))
                    .or_else(|| self.complete(rest.trim_start_matches('/')))
            };
            if let Some(ix) = found {
                return Resolution::File(ix);
            }
        }
        // A copy the tarball brings along.
        if self.nested
            && let Some(ix) = self.complete(&format!("node_modules/{bare}"))
        {
            return Resolution::File(ix);
        }
        Resolution::External(bare.to_owned())
    }
}

/// A relative path without `.` and `..`; `None` when it leaves the package.
pub(crate) fn normalise(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
