//! The search for one release's successor: which versions might be, in which order, and what became of each.
//! It holds state and decides; reading is done around it.
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use cleanbill_engine::{Inputs, Subject, assess::assess, resolve::resolve};
use cleanbill_facts::{Package, Release, source::compare};
use cleanbill_model::{Advisory, Judgement, Known, Level, PackageName, Purl, Untrusted, Version};
use cleanbill_policy::Policy;

use crate::{
    age::age,
    below::{self, Has},
    outranked::outranked,
    plan::{Admission, Cause, Choice, Entry, How, PassedOver, Problem},
    project::{Held, asked_range},
    range::{Step, rewrite, split_alias, stays, takes},
    weigh::{Weighed, against, open, weigh},
};

/// Candidates looked at for one release: the newest, or, for a fix, the nearest.
const MAX_CANDIDATES: usize = 10;
/// Versions passed over that are told.
const MAX_TOLD: usize = 6;

/// What is known of the installed release.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The judgement on it.
    pub judgement: Judgement,
    /// Advisories on its package.
    pub about: Vec<Arc<Advisory>>,
    /// It has known vulnerabilities.
    pub vulnerable: bool,
    /// It is held for more than its age, or blocked.
    pub held: bool,
    /// Its publisher advises against it.
    pub deprecated: Option<Untrusted>,
    /// It was taken back.
    pub withdrawn: bool,
}

/// What came of a look below a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// These names must be read first.
    Needs(BTreeSet<PackageName>),
    /// It was refused; another stands first now.
    Refused,
    /// There is nothing more to look at.
    Done,
}

/// Where the releases of the project go, by `name@version`: whoever moves asks for something else from then on.
pub type Moves = HashMap<String, (PackageName, Version)>;

/// One search.
pub struct Search {
    /// The installed release and who asks for it.
    pub held: Held,
    /// Versions that might do, in the order in which they will be looked at.
    pub versions: Vec<Version>,
    findings: Findings,
    beyond: Option<Version>,
    left: Vec<Weighed>,
    looked: Option<Version>,
    admissions: Vec<Admission>,
    brings: Vec<Purl>,
    passed: Vec<PassedOver>,
    repository: Option<Untrusted>,
}

impl Search {
    /// Begins; `None` where the release is the best there is and nothing is wrong with it.
    #[must_use]
    pub fn begin(held: &Held, findings: Findings, package: &Package, major: bool) -> Option<Self> {
        let must_leave = findings.vulnerable || findings.held || findings.withdrawn;
        if !held.is_direct() && !must_leave {
            return None;
        }
        let from = &held.purl.version;
        let as_of = findings.judgement.as_of;
        let stable = |release: &&Release| !release.version.is_prerelease() || from.is_prerelease();
        let newer: Vec<&Release> = package
            .releases
            .iter()
            .filter(|r| r.version > *from)
            .filter(stable)
            .collect();
        let in_scope =
            |version: &Version| major || held.asks.iter().all(|ask| stays(&ask.specifier, from, version));
        let highest = newer.iter().map(|release| &release.version).max();
        let beyond = highest.filter(|version| !in_scope(version)).cloned();
        let mut versions: Vec<Version> = newer.iter().map(|r| r.version.clone()).filter(in_scope).collect();
        if must_leave {
            let bad = open(&findings.about, from, as_of).len();
            versions.retain(|version| {
                findings.held || findings.withdrawn || open(&findings.about, version, as_of).len() < bad
            });
            versions.sort_by_key(|version| {
                (
                    open(&findings.about, version, as_of).len(),
                    Step::between(from, version),
                    version.clone(),
                )
            });
            if findings.held || findings.withdrawn {
                let mut back: Vec<Version> = package
                    .releases
                    .iter()
                    .filter(|r| r.version < *from)
                    .filter(stable)
                    .map(|r| r.version.clone())
                    .collect();
                back.sort();
                back.reverse();
                versions.truncate(MAX_CANDIDATES / 2);
                versions.extend(back.into_iter().filter(|v| {
                    major || from.same_line(v) || held.asks.iter().all(|ask| stays(&ask.specifier, from, v))
                }));
            }
        } else {
            versions.sort();
            versions.reverse();
        }
        versions.truncate(MAX_CANDIDATES);
        let search = Self {
            held: held.clone(),
            versions,
            findings,
            beyond,
            left: Vec::new(),
            looked: None,
            admissions: Vec::new(),
            brings: Vec::new(),
            passed: Vec::new(),
            repository: None,
        };
        let worth_telling = must_leave || search.findings.deprecated.is_some();
        (worth_telling || !search.versions.is_empty() || search.beyond.is_some()).then_some(search)
    }

    /// True when the installed release is held, vulnerable or taken back.
    #[must_use]
    pub fn must_leave(&self) -> bool {
        self.findings.vulnerable || self.findings.held || self.findings.withdrawn
    }

    /// Every candidate.
    pub fn candidates(&self) -> impl Iterator<Item = Purl> {
        self.versions
            .iter()
            .map(|version| Purl::new(self.held.purl.name.clone(), version.clone()))
    }

    /// Judges and weighs every candidate, and puts them in order.
    pub fn weigh(&mut self, inputs: &Inputs, policy: &Policy, project: &Has) {
        let Some(Known::Known(package)) = inputs.packages.get(&self.held.purl.name) else {
            return;
        };
        for version in std::mem::take(&mut self.versions) {
            let Some(release) = package.release(&version) else {
                continue;
            };
            let judgement = self.judge(inputs, policy, &version, Known::Known(Vec::new()));
            let about = &self.findings.about;
            let mut weighed = weigh(
                package,
                &self.held.purl.version,
                release,
                judgement,
                &self.findings.judgement,
                about,
                policy,
            );
            weighed.forced = !self.holders(&version).is_empty();
            weighed.there = project
                .get(&self.held.purl.name)
                .is_some_and(|versions| versions.contains(&version));
            let code = |version: &Version| {
                inputs
                    .sources
                    .get(&Purl::new(self.held.purl.name.clone(), version.clone()))
                    .and_then(Known::get)
            };
            if let (Some(old), Some(new)) = (code(&self.held.purl.version), code(&version)) {
                weighed.by_code(&compare(&old.analysis, &new.analysis));
            }
            self.left.push(weighed);
        }
        self.order();
        self.drop_refused();
        self.repository = self
            .left
            .first()
            .and_then(|best| repository(package, &best.version));
    }

    fn judge(
        &self,
        inputs: &Inputs,
        policy: &Policy,
        version: &Version,
        edges: Known<Vec<cleanbill_facts::JudgedEdge>>,
    ) -> Judgement {
        let subject = Subject {
            purl: Purl::new(self.held.purl.name.clone(), version.clone()),
            pins: Vec::new(),
        };
        let mut facts = inputs.facts(&subject, 0);
        facts.edges = edges;
        if let Known::Known(notices) = &mut facts.notices {
            // The fast lane is for what this project has, not for what came before the candidate.
            let as_of = self.findings.judgement.as_of;
            let after = open(&self.findings.about, version, as_of);
            notices.fixes = open(&self.findings.about, &self.held.purl.version, as_of)
                .into_iter()
                .filter(|advisory| !after.iter().any(|other| other.id == advisory.id))
                .cloned()
                .collect();
        }
        assess(&facts, policy).judgement
    }

    /// The candidate that stands first now.
    #[must_use]
    pub fn candidate(&self) -> Option<&Weighed> {
        self.left.first()
    }

    /// Takes the first candidate away for `reason`.
    pub fn refuse_best(&mut self, reason: String) {
        if let Some(best) = self.left.first_mut() {
            best.refuse(reason);
        }
        self.drop_refused();
    }

    /// Takes every candidate away for `reason`.
    pub fn refuse_all(&mut self, reason: &str) {
        for candidate in &mut self.left {
            candidate.refuse(reason);
        }
        self.drop_refused();
    }

    fn drop_refused(&mut self) {
        let (left, refused): (Vec<_>, Vec<_>) = std::mem::take(&mut self.left)
            .into_iter()
            .partition(|w| w.refused.is_empty());
        self.left = left;
        self.passed.extend(refused.into_iter().map(Weighed::passed_over));
    }

    /// Looks at the tree below the first candidate.
    pub fn look_below(&mut self, inputs: &Inputs, policy: &Policy, project: &Has) -> Looked {
        let Some(best) = self.left.first() else {
            return Looked::Done;
        };
        if self.looked.as_ref() == Some(&best.version) {
            return Looked::Done;
        }
        let version = best.version.clone();
        let fix = !best.fixes.is_empty();
        let Some(package) = inputs.packages.get(&self.held.purl.name).and_then(Known::get) else {
            return Looked::Done;
        };
        let Some(release) = package.release(&version) else {
            return Looked::Done;
        };
        let before = package.release(&self.held.purl.version);
        let found = below::look(inputs, policy, release, &self.held, project, before, fix);
        // A refusal stands whatever else is still to be read.
        if !found.missing.is_empty() && found.refused.is_empty() {
            return Looked::Needs(found.missing);
        }
        self.looked = Some(version.clone());
        self.admissions.clear();
        self.brings.clear();
        if !found.refused.is_empty() {
            if let Some(best) = self.left.first_mut() {
                for (reason, ready) in found.refused {
                    best.hold(reason, ready);
                }
            }
            self.drop_refused();
            return Looked::Refused;
        }
        // With its edges known, the audits on what a release brings in have their say as well.
        let judgement = self.judge(inputs, policy, &version, Known::Known(found.edges));
        if judgement.verdict > best_verdict(self.left.first())
            && let Some(best) = self.left.first_mut()
        {
            best.hold(
                format!("with what it brings in, it is held: {}", against(&judgement)),
                judgement.until,
            );
            self.drop_refused();
            return Looked::Refused;
        }
        self.admissions = found.admissions;
        self.brings = found.brings;
        if self.demote(inputs) {
            Looked::Refused
        } else {
            Looked::Done
        }
    }

    /// Counts the known problems of what the first candidate brings in; true when another stands first for it.
    fn demote(&mut self, inputs: &Inputs) -> bool {
        let as_of = self.findings.judgement.as_of;
        let mut below: Vec<Untrusted> = Vec::new();
        for purl in &self.brings {
            let about = inputs.advisories.get(&purl.name).map_or(&[][..], Vec::as_slice);
            let known = open(about, &purl.version, as_of);
            below.extend(
                known
                    .iter()
                    .map(|advisory| format!("{}, which has {}", purl.spec(), advisory.id.raw()).into()),
            );
        }
        let before = self.left.first().map(|best| best.version.clone());
        if let Some(best) = self.left.first_mut() {
            if best.below == below {
                return false;
            }
            best.below = below;
        }
        self.order();
        self.left.first().map(|best| &best.version) != before.as_ref()
    }

    fn order(&mut self) {
        let from = self.held.purl.version.clone();
        if self.must_leave() {
            self.left
                .sort_by_cached_key(|weighed| weighed.smallest_first(&from));
        } else {
            self.left.sort_by_cached_key(Weighed::newest_first);
        }
    }

    /// What the first candidate brings in, as far as it was looked at.
    pub fn brought(&self) -> impl Iterator<Item = &Purl> {
        self.brings
            .iter()
            .chain(self.admissions.iter().map(|admission| &admission.purl))
    }

    /// Has the tree below the first candidate looked at anew, since more is known of it.
    pub fn look_again(&mut self) {
        self.looked = None;
    }

    /// Those whose range does not take `version`.
    fn holders(&self, version: &Version) -> Vec<String> {
        let wants = self.held.wants.iter().filter(|want| !want.peer);
        let mut holders: Vec<String> = wants
            .filter(|want| !want.range.as_deref().is_some_and(|range| takes(range, version)))
            .map(|want| want.by.clone())
            .collect();
        holders.sort();
        holders.dedup();
        holders
    }

    /// Those of them that will still hold it back once every proposed step is done.
    fn holders_after(&self, version: &Version, moves: &Moves, inputs: &Inputs) -> Vec<String> {
        let still = |by: &String| {
            let Some((name, to)) = moves.get(by) else {
                return true;
            };
            let release = inputs
                .packages
                .get(name)
                .and_then(Known::get)
                .and_then(|package| package.release(to));
            release.is_none_or(|release| {
                asked_range(release, &self.held.purl.name, false)
                    .is_some_and(|range| !takes(range, version) && !self.mends(range, inputs))
            })
        };
        self.holders(version).into_iter().filter(still).collect()
    }

    /// True when what answers `range` is newer than what is installed and has none of its problems: whoever asks so
    /// brings the fix in itself, and an override would only take it back.
    fn mends(&self, range: &str, inputs: &Inputs) -> bool {
        let package = inputs.packages.get(&self.held.purl.name).and_then(Known::get);
        let answer = package.and_then(|package| resolve(package, range));
        answer.is_some_and(|answer| {
            answer.version > self.held.purl.version
                && open(
                    &self.findings.about,
                    &answer.version,
                    self.findings.judgement.as_of,
                )
                .is_empty()
        })
    }

    fn how(&self, to: &Version, moves: &Moves, inputs: &Inputs) -> How {
        let mut written = Vec::new();
        for ask in &self.held.asks {
            // Back is written exactly: a range from there on would let the bad one in again.
            let back = *to < self.held.purl.version && !takes(&ask.specifier, to);
            let exact = || format!("{}{to}", split_alias(&ask.specifier).0);
            match rewrite(&ask.specifier, to).map(|new| if back { exact() } else { new }) {
                Some(new) if new == ask.specifier => {}
                Some(new) => written.push((ask.clone(), new)),
                None => return How::ByHand(ask.specifier.clone()),
            }
        }
        let holders = self.holders_after(to, moves, inputs);
        if !holders.is_empty() && self.must_leave() {
            How::Override {
                until: holders,
                written,
            }
        } else if written.is_empty() {
            How::Lockfile
        } else {
            How::Manifest(written)
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let judgement = &self.findings.judgement;
        let known = open(&self.findings.about, &self.held.purl.version, judgement.as_of);
        let mut problems: Vec<Problem> = judgement
            .findings
            .iter()
            .filter(|f| !f.waived && f.level >= Level::Quarantine && f.signal.maturity.is_none())
            .map(|f| Problem {
                id: f.signal.advisory.as_ref().map_or_else(
                    || f.signal.audit.to_string().into(),
                    |advisory| advisory.id.clone(),
                ),
                summary: f.signal.title.clone(),
                url: None,
            })
            .collect();
        for advisory in known {
            if !problems.iter().any(|problem| problem.id == advisory.id) {
                problems.push(Problem {
                    id: advisory.id.clone(),
                    summary: advisory.summary.clone(),
                    url: advisory.url.clone(),
                });
            }
        }
        if let Some(message) = &self.findings.deprecated {
            problems.push(Problem {
                id: "deprecated".into(),
                summary: message.clone(),
                url: None,
            });
        }
        if self.findings.withdrawn {
            problems.push(Problem {
                id: "version-withdrawn".into(),
                summary: "the registry has it no more".into(),
                url: None,
            });
        }
        problems
    }

    /// What is to be told; `None` where there is nothing.
    #[must_use]
    pub fn finish(mut self, moves: &Moves, inputs: &Inputs) -> Option<Entry> {
        let from = self.held.purl.version.clone();
        let cause = match &self.findings {
            f if f.held => Cause::Held,
            f if f.vulnerable => Cause::Vulnerable,
            f if f.deprecated.is_some() || f.withdrawn => Cause::Deprecated,
            _ => Cause::Outdated,
        };
        let mut left = std::mem::take(&mut self.left).into_iter();
        let best = left.next();
        let mut passed = std::mem::take(&mut self.passed);
        let chosen = best.as_ref().map(|best| best.version.clone());
        if let Some(best) = &best {
            passed.extend(
                left.filter(|other| other.version > best.version)
                    .map(|other| outranked(other, best)),
            );
        }
        passed.sort_by(|a, b| b.version.cmp(&a.version));
        // Below the choice nothing is missed; without one, everything is.
        passed.retain(|other| {
            chosen
                .as_ref()
                .is_none_or(|chosen| other.version > *chosen || *chosen < from)
        });
        passed.truncate(MAX_TOLD);
        let choice = best.map(|best| self.choice(best, moves, inputs));
        if choice.is_none() && passed.is_empty() && cause == Cause::Outdated && self.beyond.is_none() {
            return None;
        }
        let mut wanted_by: Vec<String> = self
            .held
            .wants
            .iter()
            .filter(|want| !want.peer)
            .map(|want| want.by.clone())
            .collect();
        wanted_by.sort();
        wanted_by.dedup();
        Some(Entry {
            name: self.held.purl.name.clone(),
            standing: self.findings.judgement.verdict,
            cause,
            problems: self.problems(),
            asks: self.held.asks.clone(),
            wanted_by,
            choice,
            passed_over: passed,
            beyond: self.beyond.clone(),
            from,
        })
    }

    fn choice(&self, best: Weighed, moves: &Moves, inputs: &Inputs) -> Choice {
        let from = &self.held.purl.version;
        let step = Step::between(from, &best.version);
        let mut why: Vec<Untrusted> = Vec::new();
        if best.version < *from {
            why.push("the last version below it that can be vouched for; nothing above it can".into());
        } else if !best.fixes.is_empty() {
            let ids: Vec<&str> = best.fixes.iter().map(Untrusted::raw).collect();
            let what = if best.there && !best.forced {
                "it is in the project already, and fixes"
            } else {
                "the smallest step that fixes"
            };
            why.push(format!("{what} {}", ids.join(", ")).into());
        } else if self.must_leave() {
            why.push("the smallest step to a release that can be vouched for".into());
        } else {
            why.push("the newest version in reach that can be vouched for".into());
        }
        why.push(age(best.published, best.judgement.as_of).into());
        if let Some(note) = best
            .judgement
            .findings
            .iter()
            .find(|f| f.signal.maturity.is_some())
        {
            why.extend(note.because.clone());
        }
        let mut changes = best.changes;
        changes.extend(
            best.below
                .iter()
                .map(|below| Untrusted::new(format!("brings in {}", below.raw()))),
        );
        if best.weight == 0 {
            why.push("no new install script, no lost provenance, no publisher new to the package".into());
        }
        Choice {
            how: self.how(&best.version, moves, inputs),
            to: best.version,
            step,
            verdict: best.judgement.verdict,
            published: best.published,
            fixes: best.fixes,
            still: best.still,
            why,
            changes,
            brings: self.brings.clone(),
            admissions: self.admissions.clone(),
            repository: self.repository.clone(),
        }
    }
}

fn best_verdict(best: Option<&Weighed>) -> cleanbill_model::Verdict {
    best.map_or(cleanbill_model::Verdict::Block, |best| best.judgement.verdict)
}

fn repository(package: &Package, version: &Version) -> Option<Untrusted> {
    package
        .release(version)?
        .identity
        .repository
        .as_deref()
        .map(|text| Untrusted::clipped(text, 200))
}
