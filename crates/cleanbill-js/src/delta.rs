//! One release against another: what the new one does that the old one did not.
//! It compares two analyses and nothing else; who published, and when, is for other audits.
use std::collections::{BTreeMap, BTreeSet, HashSet};

use cleanbill_model::Level;
use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, Capability, FileFacts};
use crate::chain::{Chain, Source, Step};
use crate::entry::Trigger;
use crate::kind::FileKind;

/// The kinds of change, with the letters of the rules they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// (a) a new network host.
    Host,
    /// (b) something new starts by itself.
    Trigger,
    /// (c) a new native or opaque file.
    Opaque,
    /// (d) obfuscation where there was none.
    Obfuscation,
    /// (f) a new sensitive source reaches a sink.
    Chain,
    /// (h) code added to a file whose other code is unchanged.
    Appended,
    /// (i) the set of capabilities grows.
    Capability,
}

impl ChangeKind {
    /// Without one of these, two changes hold nothing.
    #[must_use]
    pub fn is_leading(self) -> bool {
        matches!(self, Self::Host | Self::Trigger | Self::Opaque | Self::Chain)
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What kind.
    pub kind: ChangeKind,
    /// It counts towards a hold; others are told only.
    pub counts: bool,
    /// What was seen.
    pub note: String,
    /// The proof.
    pub evidence: Vec<Step>,
}

/// What changed between two releases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// The old release's version.
    pub from: Option<String>,
    /// The new one's.
    pub to: Option<String>,
    /// Only the last part of the version grew.
    pub patch: bool,
    /// The changes.
    pub changes: Vec<Change>,
    /// Capabilities gained and lost.
    pub gained: Vec<Capability>,
    /// Capabilities lost.
    pub lost: Vec<Capability>,
    /// Files only in the new release, by kind.
    pub added: BTreeMap<FileKind, Vec<String>>,
    /// Files only in the old one.
    pub removed: Vec<String>,
    /// Signatures of the chains that are new, with the level the change gives them.
    pub new_chains: Vec<(String, Level)>,
    /// Signatures of the chains the old release had as well (NEG-11).
    pub known_chains: Vec<String>,
    /// How far the changes go together.
    pub level: Option<Level>,
}

/// Most evidence kept for one change.
const MOST_EVIDENCE: usize = 6;

/// Compares two releases of one package.
#[must_use]
pub fn compare(old: &Analysis, new: &Analysis) -> Delta {
    let mut delta = Delta {
        from: old.version.clone(),
        to: new.version.clone(),
        patch: is_patch(old.version.as_deref(), new.version.as_deref()),
        ..Delta::default()
    };
    triggers(old, new, &mut delta);
    hosts(old, new, &mut delta);
    files(old, new, &mut delta);
    capabilities(old, new, &mut delta);
    chains(old, new, &mut delta);
    copies(old, new, &mut delta);
    let copied = delta.changes.iter().any(|c| c.note.starts_with(COPIED));
    delta.level = together(&delta).max(copied.then_some(Level::Quarantine));
    delta
}

/// How the note of a new fixed copy begins.
const COPIED: &str = "new in this release: mail";

/// Mail that goes to one more fixed address than before is read by one more person.
fn copies(old: &Analysis, new: &Analysis, delta: &mut Delta) {
    let of = |a: &Analysis| -> BTreeSet<String> {
        a.structural
            .iter()
            .filter(|s| s.id == "FLO-10")
            .flat_map(|s| s.evidence.iter().filter_map(|e| e.decoded.clone()))
            .collect()
    };
    let before = of(old);
    for fact in new.structural.iter().filter(|s| s.id == "FLO-10") {
        let fresh = fact
            .evidence
            .iter()
            .filter_map(|e| e.decoded.as_ref())
            .find(|d| !before.contains(*d));
        if let Some(address) = fresh {
            let note = format!("{COPIED} is copied to `{address}`");
            change(delta, ChangeKind::Chain, true, note, fact.evidence.clone());
            // An address is a destination like any other, only mail goes there instead of a request.
            if let Some((_, host)) = address.split_once('@') {
                let note = format!("mail goes to `{host}` for the first time");
                change(delta, ChangeKind::Host, true, note, fact.evidence.clone());
            }
        }
    }
}

fn is_patch(old: Option<&str>, new: Option<&str>) -> bool {
    let head = |v: &str| v.rsplit_once('.').map(|(h, _)| h.to_owned());
    match (old.and_then(head), new.and_then(head)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

fn change(delta: &mut Delta, kind: ChangeKind, counts: bool, note: String, mut evidence: Vec<Step>) {
    evidence.truncate(MOST_EVIDENCE);
    delta.changes.push(Change {
        kind,
        counts,
        note,
        evidence,
    });
}

fn triggers(old: &Analysis, new: &Analysis, delta: &mut Delta) {
    let starts = |a: &Analysis| -> BTreeSet<(Trigger, String, String)> {
        a.entries
            .iter()
            .filter(|e| e.trigger.is_install())
            .map(|e| {
                (
                    e.trigger,
                    e.command.clone().unwrap_or_default(),
                    e.file.clone().unwrap_or_default(),
                )
            })
            .collect()
    };
    let before = starts(old);
    for (trigger, command, file) in starts(new) {
        if before
            .iter()
            .any(|(t, c, _)| *t == trigger && same_command(c, &command))
        {
            continue;
        }
        let what = if command.is_empty() { &file } else { &command };
        let note = format!("something new runs at install ({}): `{what}`", trigger.as_str());
        let evidence = vec![Step {
            file: "package.json".to_owned(),
            line: 1,
            column: 1,
            note: note.clone(),
            decoded: Some(what.clone()),
            excerpt: String::new(),
        }];
        change(delta, ChangeKind::Trigger, true, note, evidence);
    }
}

/// Commands compared with their versions taken out.
fn same_command(a: &str, b: &str) -> bool {
    let plain = |s: &str| s.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    plain(a) == plain(b)
}

fn hosts(old: &Analysis, new: &Analysis, delta: &mut Delta) {
    let before: BTreeSet<&str> = old
        .destinations
        .iter()
        .map(|d| crate::hosts::registrable(&d.host))
        .collect();
    let mut seen = BTreeSet::new();
    for d in &new.destinations {
        if before.contains(crate::hosts::registrable(&d.host)) || !seen.insert(&d.host) {
            continue;
        }
        let note = format!(
            "the code speaks to `{}`, {}, for the first time",
            d.host,
            d.class.words()
        );
        let evidence = vec![Step {
            file: d.file.clone(),
            line: d.line,
            column: 1,
            note: note.clone(),
            decoded: Some(d.url.clone()),
            excerpt: String::new(),
        }];
        change(delta, ChangeKind::Host, d.class.is_abnormal(), note, evidence);
    }
}

fn files(old: &Analysis, new: &Analysis, delta: &mut Delta) {
    let before: BTreeMap<&str, &FileFacts> = old.files.iter().map(|f| (f.path.as_str(), f)).collect();
    let after: BTreeMap<&str, &FileFacts> = new.files.iter().map(|f| (f.path.as_str(), f)).collect();
    let digests: HashSet<u64> = old.files.iter().map(|f| f.digest).collect();
    let opaque_before: BTreeSet<FileKind> = old
        .files
        .iter()
        .filter(|f| f.kind.is_opaque())
        .map(|f| f.kind)
        .collect();
    let obfuscated_before = old.files.iter().any(|f| !f.obfuscation.is_empty());
    delta.removed = old
        .files
        .iter()
        .filter(|f| !after.contains_key(f.path.as_str()))
        .map(|f| f.path.clone())
        .collect();
    for file in &new.files {
        let had = before.get(file.path.as_str());
        if had.is_none() {
            delta.added.entry(file.kind).or_default().push(file.path.clone());
        }
        if had.is_none() && file.kind.is_opaque() && !digests.contains(&file.digest) {
            let note = format!("`{}` is new and cannot be read", file.path);
            let counts = !opaque_before.contains(&file.kind) && !bundles_another(&before, &after, &file.path);
            change(
                delta,
                ChangeKind::Opaque,
                counts,
                note.clone(),
                vec![place(file, note)],
            );
        }
        if !file.obfuscation.is_empty()
            && had.is_none_or(|f| f.obfuscation.is_empty())
            && !digests.contains(&file.digest)
        {
            let marks = file.obfuscation.join(", ");
            let note = format!("`{}` is obfuscated ({marks})", file.path);
            change(
                delta,
                ChangeKind::Obfuscation,
                !obfuscated_before,
                note.clone(),
                vec![place(file, note)],
            );
        }
        if let Some(had) = had
            && had.digest != file.digest
            && file.kind.is_code()
            && let Some(note) = appended(had, file)
        {
            // Sources and tests that travel along grow at their ends with every honest change, and nothing runs them.
            let runs = file.trigger <= Trigger::Bin && !bundles_another(&before, &after, &file.path);
            change(
                delta,
                ChangeKind::Appended,
                runs,
                note.clone(),
                vec![place(file, note)],
            );
        }
    }
}

/// The file lies in a bundled package, and the manifest there is another: what differs came with that package's next
/// release. Its chains, hosts and triggers count as ever.
fn bundles_another(
    before: &BTreeMap<&str, &FileFacts>,
    after: &BTreeMap<&str, &FileFacts>,
    path: &str,
) -> bool {
    const FOLDER: &str = "node_modules/";
    let Some(at) = path.rfind(FOLDER).map(|at| at + FOLDER.len()) else {
        return false;
    };
    let (base, rest) = path.split_at(at);
    let parts = if rest.starts_with('@') { 2 } else { 1 };
    let name: Vec<&str> = rest.split('/').take(parts).collect();
    let manifest = format!("{base}{}/package.json", name.join("/"));
    let digest = |files: &BTreeMap<&str, &FileFacts>| files.get(manifest.as_str()).map(|file| file.digest);
    digest(after).is_some() && digest(before) != digest(after)
}

fn place(file: &FileFacts, note: String) -> Step {
    Step {
        file: file.path.clone(),
        line: 1,
        column: 1,
        note,
        decoded: None,
        excerpt: String::new(),
    }
}

/// True when nothing was taken away and what came stands at one end.
fn appended(old: &FileFacts, new: &FileFacts) -> Option<String> {
    if old.pieces.len() < 3 || new.pieces.len() <= old.pieces.len() {
        return None;
    }
    let have: HashSet<u64> = old.pieces.iter().copied().collect();
    let now: HashSet<u64> = new.pieces.iter().copied().collect();
    let gone = old.pieces.iter().filter(|p| !now.contains(p)).count();
    // The last piece of a file without a closing bracket runs into what follows.
    if gone > 1 {
        return None;
    }
    let fresh: Vec<bool> = new.pieces.iter().map(|p| !have.contains(p)).collect();
    let count = fresh.iter().filter(|f| **f).count();
    let tail = fresh.iter().rev().take_while(|f| **f).count();
    let head = fresh.iter().take_while(|f| **f).count();
    (count > 0 && (tail == count || head == count)).then(|| {
        let end = if tail == count { "end" } else { "beginning" };
        format!(
            "code was added at the {end} of `{}`; the rest of the file is unchanged",
            new.path
        )
    })
}

fn capabilities(old: &Analysis, new: &Analysis, delta: &mut Delta) {
    let (before, after) = (old.capability_set(), new.capability_set());
    delta.gained = after.iter().filter(|c| !before.contains(c)).copied().collect();
    delta.lost = before.iter().filter(|c| !after.contains(c)).copied().collect();
    let gained = delta.gained.clone();
    for capability in gained {
        let used = new.capabilities.iter().find(|u| u.capability == capability);
        let evidence = used.map(|u| u.places.clone()).unwrap_or_default();
        let note = format!("the package gains the capability `{}`", capability.as_str());
        let strong = matches!(
            capability,
            Capability::Network
                | Capability::Process
                | Capability::Eval
                | Capability::Native
                | Capability::Dns
        );
        let counts = delta.patch && strong;
        change(delta, ChangeKind::Capability, counts, note, evidence);
    }
}

fn chains(old: &Analysis, new: &Analysis, delta: &mut Delta) {
    let before: BTreeSet<&str> = old.chains.iter().map(|c| c.signature.as_str()).collect();
    let hosts: BTreeSet<&str> = old
        .destinations
        .iter()
        .map(|d| crate::hosts::registrable(&d.host))
        .collect();
    for chain in &new.chains {
        if before.contains(chain.signature.as_str()) {
            delta.known_chains.push(chain.signature.clone());
            continue;
        }
        let fresh_host = chain
            .host
            .as_deref()
            .is_none_or(|h| !hosts.contains(crate::hosts::registrable(h)));
        let level = raised(chain, fresh_host, old);
        delta.new_chains.push((chain.signature.clone(), level));
        let counts = chain
            .sources
            .iter()
            .any(|s| s.is_sensitive() || *s == Source::Network || *s == Source::DeadDrop)
            && (chain.level >= Level::Warn || (chain.abnormal_host && fresh_host && !is_client(chain)));
        if counts {
            let note = format!(
                "{} is new: {}",
                chain.id,
                chain.steps.last().map_or("", |s| s.note.as_str())
            );
            change(delta, ChangeKind::Chain, true, note, chain.steps.clone());
        }
    }
}

/// The level of a chain the old release did not have.
#[must_use]
pub fn raised(chain: &Chain, fresh_host: bool, old: &Analysis) -> Level {
    let data = matches!(chain.id.as_str(), "FLO-01" | "FLO-10" | "FLO-16");
    let code = matches!(chain.id.as_str(), "FLO-03" | "FLO-06" | "FLO-15");
    let idle = matches!(chain.trigger, Trigger::Test | Trigger::Unreached);
    // Another package's loaded code, replaced as soon as this one is imported.
    if chain.id == "PER-02" && chain.level == Level::Warn && !idle {
        return Level::Quarantine;
    }
    // Decoded text that runs where none did before is hidden from whoever reads the package, whatever it does.
    if chain.id == "FLO-04" && chain.level == Level::Warn && !chain.lazy && !idle && !decodes(old) {
        return Level::Quarantine;
    }
    // A library that never started a program now publishes with a token or a manifest of its own making: no tool for
    // releases begins like that.
    if chain.id == "FLO-08"
        && chain.trigger == Trigger::Import
        && chain.is_aggravated()
        && !old.capability_set().contains(&Capability::Process)
    {
        return chain.level.max(Level::Quarantine);
    }
    if !chain.abnormal_host || !fresh_host || idle {
        return chain.level;
    }
    match chain.level {
        Level::Quarantine if data || code => Level::Block,
        Level::Warn if data || code || chain.id == "FLO-02" => Level::Quarantine,
        other => other,
    }
}

/// Secrets go to the provider they are named after, and nowhere else: every client of a provider does that.
fn is_client(chain: &Chain) -> bool {
    let secrets = chain.sources.iter().all(|source| *source == Source::Secret);
    chain.id == "FLO-01" && chain.level == Level::Note && secrets && chain.trigger <= Trigger::Bin
}

/// Has run text it decoded.
fn decodes(a: &Analysis) -> bool {
    !a.layers.is_empty() || a.chains.iter().any(|c| c.id == "FLO-04")
}

/// Two different kinds that count, one of them leading: held.
fn together(delta: &Delta) -> Option<Level> {
    let kinds: BTreeSet<ChangeKind> = delta
        .changes
        .iter()
        .filter(|c| c.counts)
        .map(|c| c.kind)
        .collect();
    let by_rule = kinds.len() >= 2 && kinds.iter().any(|k| k.is_leading());
    let by_chain = delta.new_chains.iter().map(|(_, l)| *l).max();
    let by_rule = by_rule.then_some(Level::Quarantine);
    // Obfuscation that comes new into a clear-text package holds by itself (NEG-18).
    let hidden = kinds
        .contains(&ChangeKind::Obfuscation)
        .then_some(Level::Quarantine);
    by_chain.max(by_rule).max(hidden).filter(|l| *l > Level::Note)
}
