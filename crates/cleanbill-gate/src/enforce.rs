//! Which versions of a package may be seen and fetched at a moment, and when that changes by time alone.
//! It asks the engine about the versions that could be held at all and leaves the long past alone.
use std::{collections::BTreeMap, sync::Arc};

use cleanbill_engine::{CodePorts, GatherOptions, Ports, Subject, assess::assess, gather};
use cleanbill_facts::{Package, PopularNames};
use cleanbill_model::{Age, Judgement, PackageName, Purl, Timestamp, Verdict, Version};
use cleanbill_policy::{Policy, UnassessedAction};

use crate::problem::sentence;

/// Versions younger than this, or than the policy's longest cooldown, are judged by every audit; older ones
/// only where an advisory names them. It covers the longest window of the hijack audits.
const JUDGED: Age = Age::days(90);
/// Most versions of one package judged by every audit at one time. A name that publishes more within
/// the window is a nightly channel; the youngest matter most.
const MAX_JUDGED: usize = 400;

/// A version that is not let through.
#[derive(Clone, Debug)]
pub struct HeldVersion {
    /// Quarantined, blocked or unassessed.
    pub verdict: Verdict,
    /// Why and what to do, in one line of plain words.
    pub sentence: String,
    /// When time alone lets it through.
    pub until: Option<Timestamp>,
    /// What a project that had it locked may do with it.
    pub locked: LockedUse,
}

/// What becomes of a held version that a project had locked before the gate came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LockedUse {
    /// Nobody had.
    #[default]
    No,
    /// It stays to be seen, and its tarball is refused.
    Shown,
    /// It stays to be seen, and as nothing but its age speaks against it, its tarball is served.
    Served,
}

/// What may not be seen of one package.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// By version.
    pub versions: BTreeMap<Version, HeldVersion>,
    /// The first moment at which one of them matures.
    pub next_change: Option<Timestamp>,
}

/// Judges packages for a gate.
#[derive(Clone)]
pub struct Enforcer {
    /// The registry and the advisories.
    pub ports: Ports,
    /// The policy.
    pub policy: Arc<Policy>,
    /// Popular names.
    pub popular: Arc<PopularNames>,
    /// Reads the code of young releases before their tarball leaves; `None` judges by metadata alone.
    pub code: Option<CodePorts>,
    /// Covers the program, the policy and the feeds: a verdict kept under another one is not used.
    pub basis: String,
}

impl Enforcer {
    /// Judges one release by its code, too; `None` where this gate reads no code. What is older than the
    /// window has been in the open for long and is left to audits.
    pub async fn examine(&self, release: &Purl, now: Timestamp) -> Option<Judgement> {
        let ports = Ports {
            code: Some(self.code.clone()?),
            ..self.ports.clone()
        };
        let subject = Subject {
            purl: release.clone(),
            pins: Vec::new(),
        };
        let inputs = gather(std::slice::from_ref(&subject), &ports, &self.options(now)).await;
        Some(assess(&inputs.facts(&subject, 0), &self.policy).judgement)
    }

    /// True when a version published at `moment` is young enough to be judged in full.
    #[must_use]
    pub fn is_young(moment: Option<Timestamp>, now: Timestamp) -> bool {
        moment.is_none_or(|moment| now.since(moment) <= JUDGED)
    }

    /// How far back versions are judged by every audit.
    fn window(&self) -> Age {
        let cooldown = &self.policy.cooldown;
        let scoped = cooldown
            .scopes
            .iter()
            .flat_map(|scope| [scope.release, scope.name]);
        let upstreams = cooldown
            .upstreams
            .iter()
            .flat_map(|upstream| [upstream.release, upstream.name]);
        scoped
            .chain(upstreams)
            .flatten()
            .chain([cooldown.release, cooldown.name, JUDGED])
            .max()
            .unwrap_or(JUDGED)
    }

    fn options(&self, now: Timestamp) -> GatherOptions {
        GatherOptions {
            as_of: now,
            progress: Arc::new(|_| {}),
            popular: Arc::clone(&self.popular),
            installed: Arc::default(),
        }
    }

    /// True when a judgement stops a release under this policy.
    #[must_use]
    pub fn stops(&self, judgement: &Judgement) -> bool {
        self.stops_verdict(judgement.verdict)
    }

    /// The same of a verdict alone.
    #[must_use]
    pub fn stops_verdict(&self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Block | Verdict::Quarantine => true,
            Verdict::Unassessed => self.policy.unassessed == UnassessedAction::Hold,
            Verdict::Allow => false,
        }
    }

    /// What of `package` is held at `now`, with every judgement that was made.
    pub async fn judge(
        &self,
        name: &PackageName,
        package: &Package,
        now: Timestamp,
    ) -> (Held, Vec<Judgement>) {
        self.judge_with(&self.ports, name, package, now).await
    }

    /// The same, asking `ports`.
    pub(crate) async fn judge_with(
        &self,
        ports: &Ports,
        name: &PackageName,
        package: &Package,
        now: Timestamp,
    ) -> (Held, Vec<Judgement>) {
        let about = self.ports.advisories.about(name);
        let window = self.window();
        let young = package.releases.iter().rev().filter(|release| {
            release
                .published
                .get()
                .is_none_or(|moment| now.since(*moment) <= window)
        });
        let mut versions: Vec<Version> = young
            .take(MAX_JUDGED)
            .map(|release| release.version.clone())
            .collect();
        for release in &package.releases {
            let named = about.iter().any(|advisory| advisory.covers(&release.version));
            if named && !versions.contains(&release.version) {
                versions.push(release.version.clone());
            }
        }
        let subjects: Vec<Subject> = versions
            .into_iter()
            .map(|version| Subject {
                purl: Purl::new(name.clone(), version),
                pins: Vec::new(),
            })
            .collect();
        let inputs = gather(&subjects, ports, &self.options(now)).await;
        let judgements: Vec<Judgement> = subjects
            .iter()
            .map(|subject| assess(&inputs.facts(subject, 0), &self.policy).judgement)
            .collect();
        let mut held = Held::default();
        for judgement in &judgements {
            let stops = self.stops(judgement);
            if stops {
                let until = judgement.until;
                held.next_change = [held.next_change, until].into_iter().flatten().min();
                held.versions.insert(
                    judgement.subject.version.clone(),
                    HeldVersion {
                        verdict: judgement.verdict,
                        sentence: sentence(judgement),
                        until,
                        locked: LockedUse::No,
                    },
                );
            }
        }
        (held, judgements)
    }
}
