//! The archive holds entries no honest tool writes: paths that leave their folder, links, broken headers, paths
//! that occur twice. Readers disagree on such archives, so what is reviewed and what is installed can differ.
//! Incident: demonstrated against several clients, 2018 to 2025.
use cleanbill_facts::{Facts, Flaw};
use cleanbill_model::{
    AuditId, AuditMeta, Confidence, Evidence, Level, Need, Severity, Signal, Stability, Untrusted,
};

use crate::Audit;

pub(crate) struct ArchiveMalformed;

static META: AuditMeta = AuditMeta {
    id: AuditId("archive-malformed"),
    title: "the archive holds what no honest tool writes",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["MET-09"],
    attack: &["T1195.002", "T1036"],
    page: include_str!("../../docs/archive-malformed.md"),
};

/// Most flaws shown; an archive with more is no better understood by all of them.
const MAX_SHOWN: usize = 12;

impl Audit for ArchiveMalformed {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(source) = facts.source.get() else { return };
        let mut told: Vec<(Level, &Flaw)> = source
            .flaws
            .iter()
            .filter_map(|flaw| Some((level(&flaw.code)?, flaw)))
            .collect();
        told.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        let Some((worst, first)) = told.first().copied() else {
            return;
        };
        let signal = told.iter().skip(1).take(MAX_SHOWN - 1).fold(
            Signal::new(&META, &facts.subject, evidence(first)),
            |signal, (_, flaw)| signal.also(evidence(flaw)),
        );
        let count = match told.len() {
            1 => String::new(),
            more => format!(", and {} more of the kind", more - 1),
        };
        let (severity, confidence) = match worst {
            Level::Block => (Severity::Critical, Confidence::High),
            Level::Quarantine => (Severity::High, Confidence::Medium),
            _ => (Severity::Medium, Confidence::Medium),
        };
        signals.push(signal.level(worst).severity(severity).confidence(confidence).words(
            format!("The tarball of {} is not as clients write them: {}{count}.", facts.subject.version, sentence(first)),
            "Tools disagree on what such an archive holds. One shows you the harmless file, another installs the other \
             one, or writes outside the folder it was told to.",
            if worst >= Level::Quarantine {
                "Do not unpack it with a tool of your own. Tell the registry, and use another version."
            } else {
                "Compare what your client installs with what you read before you rely on it."
            },
        ));
    }
}

/// How far a flaw goes. What old clients and other systems did by accident is not counted; limits are told as
/// what could not be assessed.
fn level(code: &str) -> Option<Level> {
    Some(match code {
        "path-traversal" | "path-absolute" => Level::Block,
        "link-on-file" | "header-checksum" | "path-control-character" => Level::Quarantine,
        "entry-link" | "entry-not-a-file" | "path-twice" | "path-case" | "path-backslash"
        | "gzip-members" | "archive-after-end" | "archive-cut" | "gzip-damaged" => Level::Warn,
        _ => return None,
    })
}

fn sentence(flaw: &Flaw) -> String {
    let note = &flaw.note;
    if flaw.place.is_empty() {
        note.clone()
    } else {
        format!("at `{}`, {note}", flaw.place)
    }
}

fn evidence(flaw: &Flaw) -> Evidence {
    let note = Untrusted::from(format!("{}: {}", flaw.code, flaw.note));
    if flaw.place.is_empty() {
        Evidence::note(note)
    } else {
        Evidence::note(note).file(flaw.place.as_str())
    }
}
