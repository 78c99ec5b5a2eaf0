//! One candidate held against the release that is installed: what it mends, what speaks against it, what it
//! does that the old one does not. It is given facts and a judgement, and fetches nothing.
use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

use cleanbill_facts::{
    Dependency, DependencyKind, Package, Release,
    source::{Change, ChangeKind, Delta},
};
use cleanbill_model::{
    Advisory, AdvisoryKind, Age, Judgement, Known, Level, Timestamp, Untrusted, Verdict, Version,
};
use cleanbill_policy::{Policy, UnassessedAction};

use crate::{plan::PassedOver, range::Step};

/// An account that published this package for longer than this is no news.
const KNOWN_PUBLISHER: Age = Age::days(30);
/// Longest piece of a package's own text that is told.
const TOLD_CHARS: usize = 200;
/// Differences of code told of one candidate; the comparison page has them all.
const MAX_CODE_TOLD: usize = 5;
/// New names it depends on that are told of one candidate.
const MAX_ADDED_TOLD: usize = 4;
/// Weight of a mark that hijacks carry: something new runs at install, provenance is gone.
const HEAVY: u32 = 4;
/// Weight of a mark that honest releases carry often: another account published.
const LIGHT: u32 = 1;
/// A release is told to have grown from this factor and this many bytes on.
const GROWN: (u64, u64) = (3, 1024 * 1024);

/// A candidate, weighed.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// The version.
    pub version: Version,
    /// The judgement on it.
    pub judgement: Judgement,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// Known problems of the installed release that it does not have.
    pub fixes: Vec<Untrusted>,
    /// Known problems it has.
    pub still: Vec<Untrusted>,
    /// Known problems of what it brings in, where that was looked at.
    pub below: Vec<Untrusted>,
    /// What speaks against it without refusing it, as a weight.
    pub weight: u32,
    /// What it does that the installed one does not.
    pub changes: Vec<Untrusted>,
    /// Why it cannot be vouched for; empty where it can.
    pub refused: Vec<Untrusted>,
    /// When time alone will have made it fit, where only time is wanting.
    pub ready: Option<Timestamp>,
    /// True when somebody's request does not take it.
    pub forced: bool,
    /// True when the project has it elsewhere already, so that it brings in nothing at all.
    pub there: bool,
}

/// Vulnerabilities in force at `as_of` that cover `version`.
#[must_use]
pub fn open<'a>(
    advisories: &'a [Arc<Advisory>],
    version: &Version,
    as_of: Timestamp,
) -> Vec<&'a Arc<Advisory>> {
    let in_force = |advisory: &Advisory| {
        advisory.published.is_none_or(|published| published <= as_of)
            && advisory.withdrawn.is_none_or(|withdrawn| withdrawn > as_of)
    };
    let mut seen = BTreeSet::new();
    advisories
        .iter()
        .filter(|a| a.kind == AdvisoryKind::Vulnerable && in_force(a) && a.covers(version))
        .filter(|a| seen.insert(a.id.clone()))
        .collect()
}

/// Weighs `release` against `from`.
#[must_use]
pub fn weigh(
    package: &Package,
    from: &Version,
    release: &Release,
    judgement: Judgement,
    standing: &Judgement,
    advisories: &[Arc<Advisory>],
    policy: &Policy,
) -> Weighed {
    let as_of = judgement.as_of;
    let before = open(advisories, from, as_of);
    let after = open(advisories, &release.version, as_of);
    let has = |list: &[&Arc<Advisory>], id: &Untrusted| list.iter().any(|advisory| &advisory.id == id);
    let mut weighed = Weighed {
        version: release.version.clone(),
        published: release.published.get().copied(),
        fixes: before
            .iter()
            .filter(|a| !has(&after, &a.id))
            .map(|a| a.id.clone())
            .collect(),
        still: after.iter().map(|a| a.id.clone()).collect(),
        below: Vec::new(),
        weight: 0,
        changes: Vec::new(),
        refused: Vec::new(),
        ready: None,
        forced: false,
        there: false,
        judgement,
    };
    weighed.by_verdict(policy);
    for added in after.iter().filter(|a| !has(&before, &a.id)) {
        weighed.refuse(format!(
            "it has {}, which the installed one has not",
            added.id.raw()
        ));
    }
    if let Some(message) = &release.deprecated {
        weighed.refuse(format!(
            "it is deprecated: {}",
            Untrusted::clipped(message.raw(), TOLD_CHARS).raw()
        ));
    }
    if let Some(latest) = package.dist_tags.get("latest")
        && release.version > *latest
        && from <= latest
    {
        weighed.refuse(format!(
            "its publisher has not made it `latest`, which is {latest}"
        ));
    }
    if let Some(old) = package.release(from) {
        weighed.compare(package, old, release);
    }
    let gained: Vec<&str> = weighed
        .judgement
        .capabilities
        .iter()
        .filter(|word| !standing.capabilities.is_empty() && !standing.capabilities.contains(word))
        .map(String::as_str)
        .collect();
    if !gained.is_empty() {
        let told = format!("its code can now use: {}", gained.join(", "));
        weighed.changes.push(told.into());
        weighed.weight += LIGHT;
    }
    weighed
}

impl Weighed {
    /// Refuses it for a reason that time does not heal.
    pub fn refuse(&mut self, reason: impl Into<Untrusted>) {
        self.refused.push(reason.into());
        self.ready = None;
    }

    /// Refuses it until `ready`.
    pub fn hold(&mut self, reason: impl Into<Untrusted>, ready: Option<Timestamp>) {
        self.ready = if self.refused.is_empty() {
            ready
        } else {
            self.ready.filter(|_| ready.is_some()).max(ready)
        };
        self.refused.push(reason.into());
    }

    /// It, as one that was not taken.
    #[must_use]
    pub fn passed_over(self) -> PassedOver {
        PassedOver {
            version: self.version,
            reasons: self.refused,
            ready: self.ready,
        }
    }

    fn by_verdict(&mut self, policy: &Policy) {
        let held = match self.judgement.verdict {
            Verdict::Allow => return,
            Verdict::Unassessed if policy.unassessed == UnassessedAction::Warn => return,
            Verdict::Unassessed => {
                let reason = self
                    .judgement
                    .unassessed
                    .first()
                    .map(|u| u.reason.raw().to_owned())
                    .unwrap_or_default();
                self.refuse(format!("it could not be assessed: {reason}"));
                return;
            }
            Verdict::Quarantine => "it is held",
            Verdict::Block => "it is blocked",
        };
        let reason = worst(&self.judgement);
        let until = self.judgement.until;
        self.hold(
            format!("{held}: {}", Untrusted::clipped(&reason, TOLD_CHARS).raw()),
            until,
        );
    }

    /// Weighs what its code does that the code of the installed release does not. What the audits make of a release
    /// against the one before it is in the judgement already; here the whole way from the installed one counts.
    pub fn by_code(&mut self, delta: &Delta) {
        let told = |change: &&Change| change.counts && change.kind != ChangeKind::Capability;
        for change in delta.changes.iter().filter(told).take(MAX_CODE_TOLD) {
            self.weight += LIGHT;
            self.changes.push(Untrusted::clipped(&change.note, TOLD_CHARS));
        }
    }

    fn compare(&mut self, package: &Package, old: &Release, new: &Release) {
        let scripts = |release: &Release| release.install_scripts.get().cloned().unwrap_or_default();
        let known = scripts(old);
        for script in scripts(new) {
            let told = Untrusted::clipped(script.command.raw(), TOLD_CHARS);
            match known.iter().find(|other| other.event == script.event) {
                None => {
                    self.weight += HEAVY;
                    self.changes
                        .push(format!("runs a script at {} now: {}", script.event, told.raw()).into());
                }
                Some(other) if other.command != script.command => {
                    self.weight += LIGHT;
                    self.changes
                        .push(format!("runs another script at {}: {}", script.event, told.raw()).into());
                }
                Some(_) => {}
            }
        }
        if old.provenance == Known::Known(true) && new.provenance != Known::Known(true) {
            self.weight += HEAVY;
            self.changes.push("carries no provenance any more".into());
        }
        if let Some(person) = new.publisher.get() {
            let earlier = |moment: Option<Timestamp>| match (moment, new.published.get()) {
                (Some(theirs), Some(ours)) => ours.since(theirs) > KNOWN_PUBLISHER,
                _ => false,
            };
            let known = package.releases.iter().any(|release| {
                release
                    .publisher
                    .get()
                    .is_some_and(|other| other.name == person.name)
                    && (release.version == old.version || earlier(release.published.get().copied()))
            });
            if !known {
                self.weight += LIGHT;
                let name = Untrusted::clipped(&person.name, TOLD_CHARS);
                self.changes
                    .push(format!("was published by `{}`, who is new to this package", name.raw()).into());
            }
        }
        let added: Vec<String> = added_names(old, new)
            .map(|added| format!("{} ({})", added.name, added.range))
            .collect();
        if !added.is_empty() {
            let shown: Vec<&str> = added.iter().take(MAX_ADDED_TOLD).map(String::as_str).collect();
            let more = match added.len().saturating_sub(MAX_ADDED_TOLD) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let told = format!("depends now on {}", shown.join(", "));
            self.changes
                .push(format!("{}{more}", Untrusted::clipped(&told, TOLD_CHARS).raw()).into());
        }
        if let (Some(a), Some(b)) = (old.unpacked_size.get(), new.unpacked_size.get())
            && *b >= GROWN.1
            && *b / GROWN.0 >= *a
        {
            self.changes
                .push(format!("unpacks to {b} bytes, from {a}").into());
        }
    }

    /// The order among candidates for a release that is only outdated: fewest known problems, fewest marks, newest.
    #[must_use]
    pub fn newest_first(&self) -> impl Ord + use<> {
        (
            self.still.len() + self.below.len(),
            self.forced,
            self.weight,
            Reverse(self.version.clone()),
        )
    }

    /// The order among candidates for a release that must be left: mends most, needs no override, is in the project
    /// already, fewest marks, the smallest step.
    #[must_use]
    pub fn smallest_first(&self, from: &Version) -> impl Ord + use<> {
        let step = Step::between(from, &self.version);
        // Back is further than on: what the project uses may be missing there.
        let back = self.version < *from;
        let distance = if back {
            Err(Reverse(self.version.clone()))
        } else {
            Ok(self.version.clone())
        };
        // What is there already is no new code. Where an override is needed it says nothing of who asks here.
        let new = self.forced || !self.there;
        let known = self.still.len() + self.below.len();
        (known, self.forced, back, new, self.weight, step, distance)
    }
}

/// The worst finding in a line.
#[must_use]
pub fn worst(judgement: &Judgement) -> String {
    let finding = judgement
        .findings
        .iter()
        .find(|f| !f.waived && f.level >= Level::Quarantine);
    finding.map_or_else(String::new, |finding| {
        let because = finding
            .because
            .as_ref()
            .filter(|_| finding.signal.maturity.is_some());
        match because {
            Some(because) => format!("{}; {}", finding.signal.title.raw(), because.raw()),
            None => format!("{} ({})", finding.signal.title.raw(), finding.signal.audit),
        }
    })
}

/// What closes the fast lane and is no matter of age, in a line; the worst finding where there is none.
#[must_use]
pub fn against(judgement: &Judgement) -> String {
    let speaks = judgement
        .findings
        .iter()
        .find(|f| !f.waived && f.signal.maturity.is_none() && f.level >= Level::Warn);
    speaks.map_or_else(
        || worst(judgement),
        |f| {
            let what = Untrusted::clipped(f.signal.what.raw(), TOLD_CHARS);
            format!("{} ({}): {}", f.signal.title.raw(), f.signal.audit, what.raw())
        },
    )
}

/// Dependencies under names the old release did not ask for.
pub fn added_names<'a>(old: &'a Release, new: &'a Release) -> impl Iterator<Item = &'a Dependency> {
    new.dependencies.iter().filter(|wanted| {
        wanted.kind != DependencyKind::Peer && !old.dependencies.iter().any(|o| o.name == wanted.name)
    })
}
