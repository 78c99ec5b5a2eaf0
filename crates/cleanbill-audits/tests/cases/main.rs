//! Every case of every audit: a flagged one says what its snapshot says, a clean one says nothing.
//! What the audits promise of themselves is checked here too, over all cases at once.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test reads its cases from disk and fails by panicking"
)]

mod covers;
mod read;
mod tarball;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use cleanbill_audits::{Audit, CATALOGUE};
use cleanbill_model::{Evidence, Level, Maturity, Need, Signal};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// Runs one audit as the engine does: not at all where a needed fact is missing.
fn run(audit: &dyn Audit, folder: &Path) -> Vec<Signal> {
    let facts = read::facts(folder);
    let mut signals = Vec::new();
    let missing = audit
        .meta()
        .needs
        .iter()
        .find_map(|need| facts.missing(*need).map(|reason| (need, reason)));
    assert_eq!(
        missing,
        None,
        "{}: a fact the audit needs is not in the case",
        folder.display()
    );
    audit.run(&facts, &mut signals);
    signals
}

fn cases(kind: &str) -> Vec<(&'static dyn Audit, PathBuf)> {
    let of = |audit: &&'static dyn Audit| {
        let audit = *audit;
        folders(&fixtures().join(audit.meta().id.0).join(kind))
            .into_iter()
            .map(move |folder| (audit, folder))
    };
    CATALOGUE.iter().flat_map(of).collect()
}

#[test]
fn flagged_cases_say_what_was_seen() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut silent = Vec::new();
    for (audit, folder) in cases("flagged") {
        let signals = run(audit, &folder);
        if signals.is_empty() {
            silent.push(folder);
            continue;
        }
        settings.set_snapshot_path(&folder);
        settings.bind(|| insta::assert_snapshot!("expected", shown(&signals)));
    }
    assert!(silent.is_empty(), "nothing was seen: {silent:#?}");
}

#[test]
fn clean_cases_say_nothing() {
    for (audit, folder) in cases("clean") {
        let signals = run(audit, &folder);
        assert!(signals.is_empty(), "{}: {}", folder.display(), shown(&signals));
    }
}

#[test]
fn every_audit_has_both_kinds_of_case_and_nothing_else_lies_about() {
    let mut known = BTreeSet::new();
    for audit in CATALOGUE {
        let id = audit.meta().id.0;
        known.insert(fixtures().join(id));
        for kind in ["flagged", "clean"] {
            assert!(
                !folders(&fixtures().join(id).join(kind)).is_empty(),
                "{id} has no {kind} case"
            );
        }
    }
    let found: BTreeSet<PathBuf> = folders(&fixtures()).into_iter().collect();
    assert_eq!(found, known);
}

#[test]
fn ids_are_sorted_unique_and_each_page_says_what_the_audit_says_of_itself() {
    let ids: Vec<&str> = CATALOGUE.iter().map(|audit| audit.meta().id.0).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    for audit in CATALOGUE {
        let meta = audit.meta();
        let needs: Vec<String> = meta
            .needs
            .iter()
            .map(|need: &Need| format!("{need:?}").to_lowercase())
            .collect();
        for row in [
            format!("| severity | {}, at most |", meta.severity.as_str()),
            format!("| confidence | {}, at most |", meta.confidence.as_str()),
            format!("| level | {}, at most |", meta.level.as_str()),
            format!("| needs | {} |", needs.join(", ")),
            format!("| since | {} |", meta.since),
            format!(
                "| stability | {} |",
                format!("{:?}", meta.stability).to_lowercase()
            ),
        ] {
            assert!(
                meta.page.contains(&row),
                "{}: its page has no row {row:?}; run `cargo xtask gen`",
                meta.id
            );
        }
    }
}

#[test]
fn no_signal_goes_beyond_what_its_audit_declares_and_all_answer_the_three_questions() {
    for (audit, folder) in cases("flagged") {
        let meta = audit.meta();
        for signal in run(audit, &folder) {
            let place = folder.display();
            assert_eq!(signal.audit, meta.id, "{place}");
            assert!(
                signal.level <= meta.level,
                "{place}: {:?} goes beyond {:?}",
                signal.level,
                meta.level
            );
            assert!(signal.severity <= meta.severity, "{place}: {:?}", signal.severity);
            assert!(
                signal.confidence <= meta.confidence,
                "{place}: {:?}",
                signal.confidence
            );
            assert!(!signal.evidence.is_empty(), "{place}");
            for words in [&signal.what, &signal.why, &signal.advice] {
                let text = words.raw();
                assert!(text.len() > 10 && !text.contains('!'), "{place}: {text:?}");
                assert!(!text.contains("  "), "{place}: {text:?}");
            }
            assert!(!signal.title.raw().ends_with('.'), "{place}");
        }
    }
}

#[test]
fn the_same_facts_give_the_same_signals() {
    for (audit, folder) in cases("flagged") {
        assert_eq!(run(audit, &folder), run(audit, &folder), "{}", folder.display());
    }
}

/// Everything every audit says of one release, without what time alone heals.
fn all_signals(folder: &Path) -> Vec<Signal> {
    let facts = read::facts(folder);
    let mut signals = Vec::new();
    for audit in CATALOGUE {
        if audit
            .meta()
            .needs
            .iter()
            .all(|need| facts.missing(*need).is_none())
        {
            audit.run(&facts, &mut signals);
        }
    }
    signals.retain(|signal| signal.maturity.is_none());
    signals
}

#[test]
fn hijacks_bear_two_different_marks_and_honest_releases_do_not() {
    let timelines = Path::new(env!("CARGO_MANIFEST_DIR")).join("timelines");
    let (hijacks, honest) = (
        folders(&timelines.join("hijack")),
        folders(&timelines.join("honest")),
    );
    assert!(!hijacks.is_empty() && !honest.is_empty());
    for (folder, hijack) in hijacks
        .iter()
        .map(|f| (f, true))
        .chain(honest.iter().map(|f| (f, false)))
    {
        let signals = all_signals(folder);
        let marks: BTreeSet<_> = signals.iter().filter_map(|signal| signal.mark).collect();
        let seen = || format!("{}: {marks:?}\n{}", folder.display(), shown(&signals));
        assert_eq!(marks.len() > 1, hijack, "{}", seen());
        let worst = signals.iter().map(|signal| signal.level).max();
        assert!(hijack || worst < Some(Level::Quarantine), "{}", seen());
    }
}

/// One signal after the other, as text that reads in review.
fn shown(signals: &[Signal]) -> String {
    let mut text = String::new();
    for signal in signals {
        let mark = signal
            .mark
            .map_or_else(|| "-".to_owned(), |mark| format!("{mark:?}").to_lowercase());
        let (level, severity, confidence) = (
            signal.level.as_str(),
            signal.severity.as_str(),
            signal.confidence.as_str(),
        );
        writeln!(text, "{}: {}", signal.audit, signal.title.raw()).unwrap();
        writeln!(
            text,
            "  level {level} · severity {severity} · confidence {confidence} · mark {mark}"
        )
        .unwrap();
        if let Some(maturity) = signal.maturity {
            let (kind, since) = match maturity {
                Maturity::Release(since) => ("release", since),
                Maturity::Name(since) => ("name", since),
            };
            writeln!(text, "  counts while the {kind} of {since} is young").unwrap();
        }
        if let Some(advisory) = &signal.advisory {
            let fixed = advisory.fixed.as_ref().map_or("-", |version| version.as_str());
            writeln!(text, "  advisory {} · fixed {fixed}", advisory.id.raw()).unwrap();
        }
        writeln!(text, "  what: {}", signal.what.raw()).unwrap();
        writeln!(text, "  why: {}", signal.why.raw()).unwrap();
        writeln!(text, "  do: {}", signal.advice.raw()).unwrap();
        for evidence in &signal.evidence {
            writeln!(text, "  {}", step(evidence)).unwrap();
        }
    }
    text
}

fn step(evidence: &Evidence) -> String {
    let file = evidence.file.as_ref().map_or("", |file| file.raw());
    let line = evidence.line.map(|line| format!(":{line}")).unwrap_or_default();
    let value = evidence
        .decoded
        .as_ref()
        .map(|value| format!(" = {}", value.raw().replace('\n', "⏎")));
    format!(
        "> {file}{line} · {}{}",
        evidence.note.raw(),
        value.unwrap_or_default()
    )
}
