//! Builds small packages in memory and asks what the analysis says of them.
//! It knows no fixture folder: every case is written where it is read.
use std::sync::Arc;

use cleanbill_js::{Analysis, Budget, Context, Package, REQUIRED_STACK_BYTES, SourceFile, analyse};
use cleanbill_model::Level;

/// A package of text files.
pub fn package(files: &[(&str, &str)]) -> Package {
    let list: Vec<(&str, &[u8])> = files.iter().map(|(p, t)| (*p, t.as_bytes())).collect();
    raw(&list)
}

/// A package of any files.
pub fn raw(files: &[(&str, &[u8])]) -> Package {
    Package {
        files: files
            .iter()
            .map(|(path, bytes)| SourceFile {
                path: (*path).to_owned(),
                bytes: Arc::from(*bytes),
            })
            .collect(),
    }
}

/// Analyses on a thread with the stack the library asks for.
pub fn run(package: Package) -> Analysis {
    run_with(package, Budget::default())
}

/// The same with a budget.
pub fn run_with(package: Package, budget: Budget) -> Analysis {
    std::thread::Builder::new()
        .stack_size(REQUIRED_STACK_BYTES)
        .spawn(move || analyse(&package, &Context::default(), &budget))
        .expect("a thread")
        .join()
        .expect("no panic")
}

/// Analyses with one registry known.
pub fn run_for(package: Package, registry: &str) -> Analysis {
    let context = Context {
        registry_hosts: vec![registry.to_owned()],
        ..Context::default()
    };
    std::thread::Builder::new()
        .stack_size(REQUIRED_STACK_BYTES)
        .spawn(move || analyse(&package, &context, &Budget::default()))
        .expect("a thread")
        .join()
        .expect("no panic")
}

/// One file, run by importing the package.
pub fn imported(code: &str) -> Analysis {
    run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","main":"index.js"}"#,
        ),
        ("index.js", code),
    ]))
}

/// One file, run by installing the package.
pub fn installed(code: &str) -> Analysis {
    run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}"#,
        ),
        ("setup.js", code),
    ]))
}

/// The level of the strongest chain of one id.
pub fn level(analysis: &Analysis, id: &str) -> Option<Level> {
    let chains = analysis.chains.iter().filter(|c| c.id == id).map(|c| c.level);
    chains
        .chain(analysis.structural.iter().filter(|s| s.id == id).map(|s| s.level))
        .max()
}

/// Fails unless the id reaches the level.
#[track_caller]
pub fn flagged(analysis: &Analysis, id: &str, want: Level) {
    let got = level(analysis, id);
    assert!(
        got >= Some(want),
        "{id}: wanted {want:?}, got {got:?}\nchains: {:#?}\nstructural: {:#?}",
        analysis.chains,
        analysis.structural
    );
}

/// Fails when anything would hold the release.
#[track_caller]
pub fn clean(analysis: &Analysis) {
    let got = analysis.level();
    assert!(
        got < Some(Level::Quarantine),
        "got {got:?}\nchains: {:#?}\nstructural: {:#?}",
        analysis.chains,
        analysis.structural
    );
}
