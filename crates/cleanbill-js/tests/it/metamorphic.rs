//! What changes nothing a program does changes no verdict: comments, dead code, other names, one bundle.
//! The cases are the audits' own; each is changed here by the parser's places and judged again.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::common::{raw, run};
use cleanbill_js::{Analysis, Package};
use cleanbill_model::Level;
use oxc_allocator::Allocator;
use oxc_ast::ast::{
    AssignmentTargetPropertyIdentifier, BindingIdentifier, BindingProperty, IdentifierReference,
    ObjectProperty, Statement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_semantic::{Scoping, SemanticBuilder};
use oxc_span::{GetSpan, SourceType};

type Files = BTreeMap<String, Vec<u8>>;

/// Most folders judged; more would say the same again and cost everyone's time.
const MOST_CASES: usize = 120;

fn files_of(dir: &Path) -> Files {
    let mut out = Files::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        let mut list: Vec<PathBuf> = std::fs::read_dir(&next)
            .expect("a folder")
            .map(|e| e.expect("an entry").path())
            .collect();
        list.sort();
        for path in list {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(dir)
                    .expect("below")
                    .to_string_lossy()
                    .replace('\\', "/");
                out.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    out
}

/// Every package folder of the audits' cases that holds code.
fn cases() -> Vec<(String, Files)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cleanbill-audits/fixtures");
    let mut out = Vec::new();
    for audit in sorted(&root) {
        for kind in ["flagged", "clean"] {
            for case in sorted(&audit.join(kind)) {
                let package = case.join("package");
                if !package.is_dir() {
                    continue;
                }
                let files = files_of(&package);
                if files.keys().any(|f| is_code(f)) {
                    let name = case
                        .strip_prefix(&root)
                        .expect("below")
                        .to_string_lossy()
                        .into_owned();
                    out.push((name, files));
                }
            }
        }
    }
    assert!(out.len() > 20, "the cases are where they were");
    out.truncate(MOST_CASES);
    out
}

fn sorted(dir: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(dir)
        .map(|list| list.filter_map(|e| e.ok().map(|e| e.path())).collect())
        .unwrap_or_default();
    out.retain(|p| p.is_dir());
    out.sort();
    out
}

fn is_code(path: &str) -> bool {
    [".js", ".cjs", ".mjs"].iter().any(|e| path.ends_with(e))
}

fn judged(files: &Files) -> Analysis {
    let list: Vec<(&str, &[u8])> = files.iter().map(|(p, b)| (p.as_str(), b.as_slice())).collect();
    let package: Package = raw(&list);
    run(package)
}

/// The chains that hold a release, by id and level.
fn verdict(a: &Analysis) -> BTreeSet<(String, Level)> {
    a.chains
        .iter()
        .map(|c| (c.id.clone(), c.level))
        .filter(|(_, level)| *level >= Level::Quarantine)
        .collect()
}

/// A text with replacements at byte places, applied from the end.
fn edited(text: &str, mut edits: Vec<(usize, usize, String)>) -> String {
    edits.sort();
    edits.dedup();
    let mut out = text.to_owned();
    for (from, to, with) in edits.into_iter().rev() {
        out.replace_range(from..to, &with);
    }
    out
}

#[derive(Default)]
struct Starts(Vec<usize>);

impl<'a> Visit<'a> for Starts {
    fn visit_statements(&mut self, it: &oxc_allocator::Vec<'a, Statement<'a>>) {
        for statement in it {
            self.0.push(statement.span().start as usize);
        }
        walk::walk_statements(self, it);
    }
}

fn at_statements(text: &str, with: impl Fn(usize) -> String) -> Option<String> {
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, text, SourceType::unambiguous()).parse();
    if parsed.panicked {
        return None;
    }
    let mut starts = Starts::default();
    starts.visit_program(&parsed.program);
    let edits = starts
        .0
        .iter()
        .enumerate()
        .map(|(ix, at)| (*at, *at, with(ix)))
        .collect();
    Some(edited(text, edits))
}

fn with_comments(text: &str) -> Option<String> {
    at_statements(text, |ix| match ix % 3 {
        0 => format!("/* step {ix}: see the guide */ "),
        1 => format!("\n// {ix}. keep in order\n"),
        _ => "/** @type {import('./types').Options} */ ".to_owned(),
    })
}

fn with_dead_code(text: &str) -> Option<String> {
    at_statements(text, |ix| match ix % 5 {
        0 => format!("if (false) {{ let idle{ix} = {ix}; idle{ix} += 1; }} "),
        1 => format!("while (1 > 2) {{ String({ix}); }} "),
        2 => format!("switch ({ix}) {{ case -1: Math.max({ix}, 2); break; }} "),
        3 => format!("try {{ Number({ix}); }} catch {{ }} "),
        _ => format!("void [{ix}, {ix}].map((n) => n * 2); "),
    })
}

/// Other names for every local name, two characters long as minifiers choose them.
struct Renamer<'s> {
    scoping: &'s Scoping,
    names: BTreeMap<String, String>,
    module: bool,
    edits: Vec<(usize, usize, String)>,
    shorthand: bool,
}

impl Renamer<'_> {
    fn name(&mut self, symbol: oxc_semantic::SymbolId) -> Option<String> {
        if self.module && self.scoping.symbol_scope_id(symbol) == self.scoping.root_scope_id() {
            return None;
        }
        let key = format!("{symbol:?}");
        if let Some(name) = self.names.get(&key) {
            return Some(name.clone());
        }
        let ix = self.names.len();
        let letter = char::from(b'A' + u8::try_from(ix / 10).ok().filter(|n| *n < 26)?);
        let name = format!("{letter}{}", ix % 10);
        self.names.insert(key, name.clone());
        Some(name)
    }

    fn put(&mut self, old: &str, span: oxc_span::Span, symbol: Option<oxc_semantic::SymbolId>) {
        let short = std::mem::take(&mut self.shorthand);
        let Some(new) = symbol.and_then(|s| self.name(s)) else {
            return;
        };
        let with = if short { format!("{old}: {new}") } else { new };
        self.edits.push((span.start as usize, span.end as usize, with));
    }
}

impl<'a> Visit<'a> for Renamer<'_> {
    fn visit_binding_identifier(&mut self, it: &BindingIdentifier<'a>) {
        self.put(it.name.as_str(), it.span, it.symbol_id.get());
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        let symbol = it
            .reference_id
            .get()
            .and_then(|id| self.scoping.get_reference(id).symbol_id());
        self.put(it.name.as_str(), it.span, symbol);
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if it.shorthand {
            self.shorthand = true;
            self.visit_expression(&it.value);
            self.shorthand = false;
        } else {
            walk::walk_object_property(self, it);
        }
    }

    fn visit_binding_property(&mut self, it: &BindingProperty<'a>) {
        if it.shorthand {
            self.shorthand = true;
            self.visit_binding_pattern(&it.value);
            self.shorthand = false;
        } else {
            walk::walk_binding_property(self, it);
        }
    }

    fn visit_assignment_target_property_identifier(&mut self, it: &AssignmentTargetPropertyIdentifier<'a>) {
        self.shorthand = true;
        walk::walk_assignment_target_property_identifier(self, it);
        self.shorthand = false;
    }
}

fn renamed(text: &str) -> Option<String> {
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, text, SourceType::unambiguous()).parse();
    if parsed.panicked {
        return None;
    }
    let built = SemanticBuilder::new().build(&parsed.program);
    let mut renamer = Renamer {
        scoping: built.semantic.scoping(),
        names: BTreeMap::new(),
        module: parsed.program.source_type.is_module(),
        edits: Vec::new(),
        shorthand: false,
    };
    renamer.visit_program(&parsed.program);
    let edits = std::mem::take(&mut renamer.edits);
    Some(edited(text, edits))
}

/// Every CommonJS file in one, in the manner of the common bundlers.
fn bundled(files: &Files) -> Option<Files> {
    let manifest: serde_json::Value = serde_json::from_slice(files.get("package.json")?).ok()?;
    let entry = manifest
        .get("main")
        .and_then(|m| m.as_str())
        .unwrap_or("index.js");
    let entry = entry.trim_start_matches("./").to_owned();
    let code: Vec<(&String, String)> = files
        .iter()
        .filter(|(p, _)| p.ends_with(".js") && !p.contains("node_modules"))
        .map(|(p, b)| (p, String::from_utf8_lossy(b).into_owned()))
        .collect();
    let plain =
        |text: &str| !text.contains("import ") && !text.contains("export ") && !text.starts_with("#!");
    if !code.iter().any(|(p, _)| **p == entry) || !code.iter().all(|(_, t)| plain(t)) {
        return None;
    }
    let mut out = String::from(
        "var __names=Object.getOwnPropertyNames;var __commonJS=(cb,mod)=>function __require(){return mod||(0,cb[__names(cb)[0]])((mod={exports:{}}).exports,mod),mod.exports};\n",
    );
    let variable = |path: &str| {
        let plain: String = path
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .collect();
        format!("require_{plain}")
    };
    for (path, text) in &code {
        let mut body = text.clone();
        for (other, _) in &code {
            let stem = other.trim_end_matches(".js");
            let stem = stem.strip_suffix("/index").unwrap_or(stem);
            let dir = path.rsplit_once('/').map_or("", |(d, _)| d);
            let mut names = vec![format!("./{other}"), format!("./{stem}")];
            if !dir.is_empty() {
                names.extend([format!("../{other}"), format!("../{stem}")]);
                if let Some(near) = other.strip_prefix(&format!("{dir}/")) {
                    names.extend([format!("./{near}"), format!("./{}", near.trim_end_matches(".js"))]);
                }
            }
            for name in names {
                for quote in ['\'', '"'] {
                    body = body.replace(
                        &format!("require({quote}{name}{quote})"),
                        &format!("{}()", variable(other)),
                    );
                }
            }
        }
        out.push_str(&format!(
            "var {}=__commonJS({{\"{path}\"(exports,module){{\n{body}\n}}}});\n",
            variable(path)
        ));
    }
    out.push_str(&format!("module.exports={}();\n", variable(&entry)));
    let mut files = files.clone();
    files.insert(entry, out.into_bytes());
    Some(files)
}

/// Judges every case before and after, and lists what changed.
fn same(change: impl Fn(&Files) -> Option<Files>, leaves: impl Fn(&str) -> bool, least: usize) {
    let (mut wrong, mut done) = (Vec::new(), 0usize);
    for (name, files) in cases() {
        let Some(other) = change(&files) else { continue };
        if other == files {
            continue;
        }
        done += 1;
        let keep = |a: &Analysis| -> BTreeSet<(String, Level)> {
            verdict(a).into_iter().filter(|(id, _)| leaves(id)).collect()
        };
        let (before, after) = (keep(&judged(&files)), keep(&judged(&other)));
        if before != after {
            wrong.push(format!("{name}: {before:?} became {after:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(done >= least, "only {done} cases were changed");
}

fn each(files: &Files, change: impl Fn(&str) -> Option<String>) -> Option<Files> {
    let mut out = files.clone();
    for (path, bytes) in &mut out {
        if is_code(path)
            && let Ok(text) = std::str::from_utf8(bytes)
            && let Some(new) = change(text)
        {
            *bytes = new.into_bytes();
        }
    }
    Some(out)
}

#[test]
fn comments_change_no_verdict() {
    same(|f| each(f, with_comments), |_| true, 40);
}

#[test]
fn dead_code_changes_no_verdict() {
    same(|f| each(f, with_dead_code), |_| true, 40);
}

#[test]
fn names_change_no_verdict() {
    // That a parameter is called a private key is evidence by its name alone, and goes with the name.
    same(|f| each(f, renamed), |id| id != "FLO-10", 40);
}

#[test]
fn one_bundle_changes_no_verdict() {
    same(bundled, |_| true, 15);
}
