//! What a changed lockfile does differently: releases that came, went and moved, each judged and held against the
//! one it stands for. It compares two models of any format and reads neither file.
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use cleanbill_engine::{
    GatherOptions, Inputs, NamedLockfile, Ports, Subject, Subjects, assess::assess, gather,
};
use cleanbill_facts::Source;
use cleanbill_model::{Judgement, Known, PackageName, Purl, Timestamp, Untrusted, Verdict, Version};
use cleanbill_policy::Policy;
use rayon::prelude::*;

use crate::{range::Step, weigh::weigh};

/// A comparison.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The clock reading.
    pub as_of: Timestamp,
    /// The path of the lockfile that is proposed.
    pub head: Arc<str>,
    /// Releases that came, the worst first.
    pub came: Vec<Came>,
    /// Releases that went and have no successor.
    pub went: Vec<Purl>,
    /// Releases that stayed and are pinned to other bytes or another place.
    pub repinned: Vec<Repinned>,
}

/// A release that came.
#[derive(Clone, Debug)]
pub struct Came {
    /// The release.
    pub purl: Purl,
    /// The version it stands for, where one of that name went.
    pub from: Option<Version>,
    /// The judgement on it.
    pub judgement: Judgement,
    /// Vulnerabilities that went with the old one.
    pub fixes: Vec<Untrusted>,
    /// What it does that the old one did not.
    pub changes: Vec<Untrusted>,
    /// The line of its entry in the head.
    pub line: u32,
}

/// A release whose entry changed though its version did not: the way a lockfile is poisoned in a review.
#[derive(Clone, Debug)]
pub struct Repinned {
    /// The release.
    pub purl: Purl,
    /// What changed.
    pub what: &'static str,
    /// The line of its entry in the head.
    pub line: u32,
}

impl Comparison {
    /// The worst verdict among what came; another pin of the same version holds, whoever made it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let worst = self
            .came
            .iter()
            .map(|came| came.judgement.verdict)
            .max()
            .unwrap_or(Verdict::Allow);
        if self.repinned.is_empty() {
            worst
        } else {
            worst.max(Verdict::Quarantine)
        }
    }
}

/// Compares.
pub async fn compare(
    base: &NamedLockfile,
    head: &NamedLockfile,
    ports: &Ports,
    options: &GatherOptions,
    policy: &Policy,
) -> Comparison {
    let registry = Arc::clone(&ports.registry);
    let subjects = |named: &NamedLockfile| {
        Subjects::collect(std::slice::from_ref(named), &|name| registry.host_of(name)).all
    };
    let (old, new) = (subjects(base), subjects(head));
    let known: HashMap<&Purl, &Subject> = old.iter().map(|subject| (&subject.purl, subject)).collect();
    let here: BTreeSet<&Purl> = new.iter().map(|subject| &subject.purl).collect();
    let mut gone: BTreeMap<PackageName, Vec<Version>> = BTreeMap::new();
    for subject in old.iter().filter(|subject| !here.contains(&subject.purl)) {
        gone.entry(subject.purl.name.clone())
            .or_default()
            .push(subject.purl.version.clone());
    }
    let repinned = new
        .iter()
        .filter_map(|subject| repinned(known.get(&subject.purl)?, subject))
        .collect();
    let came: Vec<(Subject, Option<Version>)> = new
        .iter()
        .filter(|subject| !known.contains_key(&subject.purl))
        .map(|subject| {
            (
                subject.clone(),
                stood_for(&subject.purl.version, gone.get(&subject.purl.name)),
            )
        })
        .collect();
    let mut wanted: Vec<Subject> = came.iter().map(|(subject, _)| subject.clone()).collect();
    wanted.extend(came.iter().filter_map(|(subject, from)| {
        let purl = Purl::new(subject.purl.name.clone(), from.clone()?);
        Some(Subject {
            purl,
            pins: Vec::new(),
        })
    }));
    let inputs = gather(&wanted, ports, options).await;
    let succeeded: BTreeSet<(PackageName, Version)> = came
        .iter()
        .filter_map(|(subject, from)| Some((subject.purl.name.clone(), from.clone()?)))
        .collect();
    let mut came: Vec<Came> = came
        .par_iter()
        .map(|(subject, from)| judge(subject, from.as_ref(), &inputs, policy))
        .collect();
    came.sort_by(|a, b| (b.judgement.verdict, &a.purl).cmp(&(a.judgement.verdict, &b.purl)));
    let went = old.iter().map(|subject| &subject.purl).filter(|purl| {
        !here.contains(purl) && !succeeded.contains(&(purl.name.clone(), purl.version.clone()))
    });
    Comparison {
        as_of: options.as_of,
        head: Arc::clone(&head.path),
        went: went.cloned().collect(),
        came,
        repinned,
    }
}

/// The version that went which is nearest: the same line before others, the highest first.
fn stood_for(version: &Version, gone: Option<&Vec<Version>>) -> Option<Version> {
    gone?
        .iter()
        .min_by_key(|old| (Step::between(old, version), std::cmp::Reverse((*old).clone())))
        .cloned()
}

fn repinned(old: &Subject, new: &Subject) -> Option<Repinned> {
    let (_, _, before) = old.pins.first()?;
    new.pins.iter().find_map(|(_, _, pin)| {
        let what = match (&before.integrity, &pin.integrity) {
            (Some(a), Some(b)) if a.compare(b) == cleanbill_model::Comparison::Differs => {
                "its digest is another one"
            }
            (Some(_), None) => "its digest is gone",
            _ if std::mem::discriminant(&before.origin) != std::mem::discriminant(&pin.origin) => {
                "it comes from elsewhere"
            }
            _ => return None,
        };
        Some(Repinned {
            purl: new.purl.clone(),
            what,
            line: pin.line,
        })
    })
}

fn judge(subject: &Subject, from: Option<&Version>, inputs: &Inputs, policy: &Policy) -> Came {
    let judgement = assess(&inputs.facts(subject, 0), policy).judgement;
    let name = &subject.purl.name;
    let mut came = Came {
        purl: subject.purl.clone(),
        from: from.cloned(),
        fixes: Vec::new(),
        changes: Vec::new(),
        line: subject
            .pins
            .first()
            .map(|(_, _, pin)| pin.line)
            .unwrap_or_default(),
        judgement,
    };
    let Some(Known::Known(package)) = inputs.packages.get(name) else {
        return came;
    };
    let Some(release) = package.release(&subject.purl.version) else {
        return came;
    };
    let Some(from) = from else {
        came.changes.extend(
            release
                .install_scripts
                .get()
                .into_iter()
                .flatten()
                .map(|script| Untrusted::new(format!("runs a script at {}", script.event))),
        );
        return came;
    };
    let about = inputs.advisories.get(name).cloned().unwrap_or_default();
    let mut standing = came.judgement.clone();
    standing.capabilities = source(inputs, name, from)
        .map(|source| source.capability_words())
        .unwrap_or_default();
    let weighed = weigh(
        package,
        from,
        release,
        came.judgement.clone(),
        &standing,
        &about,
        policy,
    );
    came.fixes = weighed.fixes;
    came.changes = weighed.changes;
    came
}

fn source(inputs: &Inputs, name: &PackageName, version: &Version) -> Option<Arc<Source>> {
    inputs
        .sources
        .get(&Purl::new(name.clone(), version.clone()))?
        .get()
        .cloned()
}
