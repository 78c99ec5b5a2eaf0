//! A disguise keeps what a script does: a harmless one is run as it is and under every disguise, and says the same.
//! No replay is ever run here.
use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::json;

use crate::{
    Act, all, apply,
    case::{Mutable, Release},
    code::{Edits, read},
    dice::Dice,
};

/// Harmless, and full of places where a careless edit would break it.
const SCRIPT: &str = r#"'use strict';
const path = require('path');
const { join, basename: last } = path;
const table = { 'first key': 'alpha', second: `beta`, third(value) { return value + '!'; }, get fourth() { return "de\"lta"; } };
class Box { constructor(item = 'empty') { this.item = item; } static of(...items) { return items.map((item) => new Box(item)); } }
function pick({ second, missing = 'none' }, [head, ...tail]) { return [second, missing, head, tail.length].join('/'); }
let label;
({ label } = { label: 'shorthand target' });
for (const { item } of Box.of('one', 'two')) { console.log(item, table?.second?.length, typeof item === 'string'); }
switch (table['first key']) { case 'alpha': console.log('case alpha'); break; default: console.log('other'); }
console.log(pick(table, ['x', 'y', 'z']), label, table.third('wow'), table.fourth, `${label}:${new Box().item}`);
console.log(join('folder', 'file.txt').replace(/[\\/]/g, '|'), last('/a/b/c.js'), "caf\u00e9 'quoted' \n".trim());
try { null.reach; } catch ({ name }) { console.log(name); }
module.exports = { table, pick };
console.log(Object.keys(module.exports).join(','), typeof process.version, String(this === undefined || typeof this));
"#;

fn case(script: &str) -> Mutable {
    let mut files = BTreeMap::new();
    let mut put = |path: &str, text: String| files.insert(path.to_owned(), text.into_bytes());
    put("registry/left/packument.json", json!({"name": "left", "dist-tags": {"latest": "1.0.1"},
        "time": {"created": "2026-01-01T00:00:00Z", "1.0.0": "2026-01-01T00:00:00Z", "1.0.1": "2026-02-01T00:00:00Z"},
        "versions": {"1.0.0": {}, "1.0.1": {}}}).to_string());
    for (version, scripts) in [
        ("1.0.0", json!({})),
        ("1.0.1", json!({"postinstall": "node lib/setup.js"})),
    ] {
        let manifest = json!({"name": "left", "version": version, "main": "index.js", "scripts": scripts});
        put(
            &format!("registry/left/{version}/package.json"),
            manifest.to_string(),
        );
        put(
            &format!("registry/left/{version}/index.js"),
            "exports.left = 1;\n".to_owned(),
        );
    }
    put("registry/left/1.0.1/lib/setup.js", script.to_owned());
    let about = json!({"id": "left-case", "title": "t", "family": "f", "class": "malicious", "as_of": "2026-02-01T01:00:00Z",
        "target": "left@1.0.1", "bad": ["left@1.0.1"], "expect": "block", "techniques": [], "transform": null,
        "trigger": "install", "inspired_by": "nothing"});
    Mutable {
        case: about.as_object().unwrap().clone(),
        files,
    }
}

fn said_by_node(folder: &Path, file: &str) -> Option<(bool, String)> {
    let told = Command::new("node").arg(file).current_dir(folder).output().ok()?;
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    Some((
        told.status.success(),
        text + &String::from_utf8_lossy(&told.stderr),
    ))
}

#[test]
fn a_disguise_keeps_what_the_script_says() {
    let original = case(SCRIPT);
    let scratch = tempfile::tempdir().unwrap();
    let plain = original.write(scratch.path()).unwrap();
    let Some(expected) = said_by_node(&plain.join("registry/left/1.0.1"), "lib/setup.js") else {
        eprintln!("node is not here, so nothing was run");
        return;
    };
    assert!(expected.0, "{}", expected.1);
    let mut ran = 0;
    for transform in all() {
        // What waits, or asks the machine or the network, has another way of saying the same.
        let keeps = matches!(
            transform.act,
            Act::Script(_) | Act::Through(_) | Act::Split | Act::Layer(_)
        );
        if !keeps {
            continue;
        }
        let Some(mutant) = apply(&original, &transform, 7) else {
            continue;
        };
        let folder = mutant.write(scratch.path()).unwrap();
        let (_, said) = said_by_node(&folder.join("registry/left/1.0.1"), "lib/setup.js").unwrap();
        assert_eq!(said, expected.1, "{}", transform.id);
        ran += 1;
    }
    assert!(ran >= 20, "only {ran} transforms were run");
}

#[test]
fn the_same_seed_gives_the_same_mutant() {
    let original = case(SCRIPT);
    for transform in all() {
        let one = apply(&original, &transform, 7).map(|mutant| mutant.files);
        assert_eq!(
            one,
            apply(&original, &transform, 7).map(|mutant| mutant.files),
            "{}",
            transform.id
        );
    }
}

#[test]
fn a_mutant_names_its_case_and_its_transform() {
    let original = case(SCRIPT);
    for transform in all() {
        let Some(mutant) = apply(&original, &transform, 7) else {
            continue;
        };
        assert_eq!(mutant.text("base"), "left-case");
        assert_eq!(mutant.text("transform"), transform.id);
        assert_eq!(mutant.text("id"), format!("left-case--{}", transform.id));
        assert_ne!(mutant.files, original.files, "{}", transform.id);
    }
}

#[test]
fn only_what_no_other_release_has_carries_an_attack() {
    let carriers: Vec<String> = case(SCRIPT).carriers().into_iter().collect();
    assert_eq!(carriers, ["registry/left/1.0.1/lib/setup.js"]);
}

#[test]
fn a_hook_names_the_file_it_runs() {
    let release = Release {
        name: "left".to_owned(),
        version: "1.0.1".to_owned(),
        folder: "registry/left/1.0.1".to_owned(),
    };
    let hook = case(SCRIPT).hook(&release).unwrap();
    assert_eq!(
        (hook.name, hook.file.as_deref()),
        ("postinstall", Some("lib/setup.js"))
    );
}

#[test]
fn modules_are_told_from_scripts() {
    assert!(read("import a from 'b';\n").unwrap().is_module);
    assert!(!read("require('b');\n").unwrap().is_module);
    assert!(read("return 1;\n").unwrap().returns_at_top);
    assert!(read("const = ;").is_none());
}

#[test]
fn edits_are_made_where_they_were_meant() {
    let mut edits = Edits::default();
    edits.replace(oxc_span::Span::new(2, 3), "X");
    edits.insert(2, "(");
    edits.insert(3, ")");
    assert_eq!(edits.apply("a b c"), "a (X) c");
}

#[test]
fn dice_fall_alike() {
    let throw = |label: &str| Dice::new(1, label).bytes(8);
    assert_eq!(throw("a"), throw("a"));
    assert_ne!(throw("a"), throw("b"));
}
