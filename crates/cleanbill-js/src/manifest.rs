//! The parts of `package.json` that decide what runs and who the package says it is.
//! It forgives what Node forgives, and compares nothing with a registry.
use std::collections::BTreeMap;

use serde_json::Value;

/// What the manifest says.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// `name`.
    pub name: Option<String>,
    /// `version`.
    pub version: Option<String>,
    /// `main`.
    pub main: Option<String>,
    /// `module`, `browser`, `types` and their like, by field.
    pub other_mains: Vec<(String, String)>,
    /// Every file `exports` leads to, with the conditions on the way.
    pub exports: Vec<(String, String)>,
    /// True when `exports` is there: deep imports are closed.
    pub sealed: bool,
    /// `bin`, name to file.
    pub bin: BTreeMap<String, String>,
    /// `scripts`.
    pub scripts: BTreeMap<String, String>,
    /// Names in every dependency map.
    pub dependencies: Vec<String>,
    /// Host names of homepage, repository, bugs, author and funding.
    pub hosts: Vec<String>,
    /// `gypfile`.
    pub gypfile: Option<bool>,
    /// `binary.host` of native installers.
    pub binary_host: Option<String>,
}

/// Deepest nesting of `exports`: real ones have four levels.
const EXPORTS_DEPTH: u32 = 8;
/// Most targets of `exports` followed.
const MOST_EXPORTS: usize = 2_000;

impl Manifest {
    /// Reads a manifest; what cannot be read is absent.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let Some(root) = read(bytes) else {
            return Self::default();
        };
        let text = |key: &str| root.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut out = Self {
            name: text("name"),
            version: text("version"),
            main: text("main"),
            ..Self::default()
        };
        for key in [
            "module",
            "browser",
            "types",
            "typings",
            "jsnext:main",
            "react-native",
            "unpkg",
            "jsdelivr",
            "source",
        ] {
            match root.get(key) {
                Some(Value::String(s)) => out.other_mains.push((key.to_owned(), s.clone())),
                Some(Value::Object(map)) => {
                    for target in map.values().filter_map(Value::as_str).take(200) {
                        out.other_mains.push((key.to_owned(), target.to_owned()));
                    }
                }
                _ => {}
            }
        }
        if let Some(exports) = root.get("exports") {
            out.sealed = true;
            collect_exports(exports, "", 0, &mut out.exports);
        }
        if let Some(imports) = root.get("imports") {
            collect_exports(imports, "imports", 0, &mut out.exports);
        }
        match root.get("bin") {
            Some(Value::String(file)) => {
                let name = out.name.clone().unwrap_or_default();
                let name = name.rsplit('/').next().unwrap_or_default().to_owned();
                out.bin.insert(name, file.clone());
            }
            Some(Value::Object(map)) => {
                for (name, file) in map {
                    if let Some(file) = file.as_str() {
                        out.bin.insert(name.clone(), file.to_owned());
                    }
                }
            }
            _ => {}
        }
        if let Some(Value::Object(map)) = root.get("scripts") {
            for (name, script) in map {
                if let Some(script) = script.as_str() {
                    out.scripts.insert(name.clone(), script.to_owned());
                }
            }
        }
        for key in [
            "dependencies",
            "optionalDependencies",
            "peerDependencies",
            "devDependencies",
        ] {
            if let Some(Value::Object(map)) = root.get(key) {
                out.dependencies.extend(map.keys().cloned());
            }
        }
        out.gypfile = root.get("gypfile").and_then(Value::as_bool);
        out.binary_host = root
            .pointer("/binary/host")
            .and_then(Value::as_str)
            .map(str::to_owned);
        for key in ["homepage", "repository", "bugs", "author", "funding", "binary"] {
            if let Some(value) = root.get(key) {
                collect_hosts(value, 0, &mut out.hosts);
            }
        }
        out
    }
}

/// JSON as Node reads it: a byte order mark and unpaired surrogates are no reason to see nothing.
fn read(bytes: &[u8]) -> Option<Value> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Some(value);
    }
    let text = String::from_utf8_lossy(bytes);
    if let Ok(value) = serde_json::from_str(&text) {
        return Some(value);
    }
    serde_json::from_str(&without_surrogates(&text)).ok()
}

fn without_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(ix) = rest.find("\\u") {
        let (head, tail) = rest.split_at(ix);
        out.push_str(head);
        let digits = tail.get(2..6).and_then(|d| u32::from_str_radix(d, 16).ok());
        match digits {
            Some(0xD800..=0xDFFF) => {
                out.push_str("\\ufffd");
                rest = tail.get(6..).unwrap_or_default();
            }
            _ => {
                out.push_str("\\u");
                rest = tail.get(2..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn collect_exports(value: &Value, conditions: &str, depth: u32, out: &mut Vec<(String, String)>) {
    if depth > EXPORTS_DEPTH || out.len() >= MOST_EXPORTS {
        return;
    }
    match value {
        Value::String(target) => out.push((conditions.to_owned(), target.clone())),
        Value::Array(list) => list
            .iter()
            .for_each(|v| collect_exports(v, conditions, depth + 1, out)),
        Value::Object(map) => {
            for (key, value) in map {
                let inner = if conditions.is_empty() {
                    key.clone()
                } else {
                    format!("{conditions} {key}")
                };
                collect_exports(value, &inner, depth + 1, out);
            }
        }
        _ => {}
    }
}

fn collect_hosts(value: &Value, depth: u32, out: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if let Some(host) = crate::hosts::host_of(text) {
                out.push(host);
            } else if let Some((_, mail)) = text.split_once('@') {
                let host: String = mail
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
                    .collect();
                if host.contains('.') {
                    out.push(host.to_ascii_lowercase());
                }
            }
        }
        Value::Object(map) if depth < 3 => map.values().for_each(|v| collect_hosts(v, depth + 1, out)),
        Value::Array(list) if depth < 3 => list
            .iter()
            .take(20)
            .for_each(|v| collect_hosts(v, depth + 1, out)),
        _ => {}
    }
}
