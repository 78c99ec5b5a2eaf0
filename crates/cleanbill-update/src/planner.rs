//! From a lockfile to a plan: what could be better, which versions might, and which of them can be vouched
//! for. It asks the engine for facts and judgements, and neither draws nor writes anything.
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use cleanbill_engine::{
    GatherOptions, Inputs, NamedLockfile, Ports, Subject, Subjects, assess::assess, gather,
};
use cleanbill_model::{Judgement, Known, PackageName, Purl, Verdict, Version};
use cleanbill_policy::{NamePattern, Policy, ScopedCooldown};
use rayon::prelude::*;

use crate::{
    peers,
    plan::Plan,
    project::{Held, held},
    search::{Findings, Search},
    weigh::open,
};

/// Rounds of choosing, looking one step down, and choosing again; each takes at least one candidate away.
const MAX_ROUNDS: usize = 12;

/// What is wished for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Only these packages; empty for all.
    pub names: Vec<PackageName>,
    /// Look beyond what the manifests take.
    pub major: bool,
    /// Only what is held or vulnerable.
    pub only_fixes: bool,
}

impl Wish {
    fn wants(&self, name: &PackageName) -> bool {
        self.names.is_empty() || self.names.contains(name)
    }
}

/// Plans for `named`.
pub async fn plan(
    named: &NamedLockfile,
    ports: &Ports,
    options: &GatherOptions,
    policy: &Policy,
    wish: &Wish,
) -> Plan {
    let project = held(&named.lockfile);
    let registry = Arc::clone(&ports.registry);
    let subjects = Subjects::collect(std::slice::from_ref(named), &|name| registry.host_of(name));
    let policy = for_hosts(policy, &project, &|name| registry.host_of(name));
    let mut inputs = gather(&subjects.all, ports, options).await;
    let standing = standing(&subjects.all, &inputs, &policy);
    let mut searches: Vec<Search> = project
        .iter()
        .filter(|held| wish.wants(&held.purl.name))
        .filter_map(|held| {
            let findings = findings(held, &inputs, &standing)?;
            Search::begin(
                held,
                findings,
                inputs.packages.get(&held.purl.name)?.get()?,
                wish.major,
            )
        })
        .filter(|search| !wish.only_fixes || search.must_leave())
        .collect();
    let names: BTreeSet<PackageName> = searches
        .iter()
        .filter(|s| !s.versions.is_empty())
        .map(|s| s.held.purl.name.clone())
        .collect();
    let mut whole: BTreeSet<PackageName> = names.clone();
    inputs.read(names, ports, &HashMap::new()).await;
    if ports.code.is_some() {
        // With code, only the best two of each are read: every further one costs a tarball.
        let best: Vec<Purl> = searches
            .iter()
            .flat_map(|s| s.best(2).chain(std::iter::once(s.held.purl.clone())))
            .collect();
        inputs.read_code(&best, ports).await;
    }
    searches
        .par_iter_mut()
        .for_each(|search| search.weigh(&inputs, &policy));
    settle(&mut searches, &project, &mut inputs, &mut whole, ports, &policy).await;
    let unknown = project
        .iter()
        .filter_map(|held| match inputs.packages.get(&held.purl.name) {
            Some(Known::Missing(reason)) => Some((held.purl.name.clone(), reason.reason().to_owned())),
            _ => None,
        })
        .collect::<BTreeMap<_, _>>();
    let mut entries: Vec<_> = searches.into_iter().filter_map(Search::finish).collect();
    entries.sort_by(|a, b| {
        (a.cause, a.choice.is_none(), a.asks.is_empty(), &a.name, &a.from).cmp(&(
            b.cause,
            b.choice.is_none(),
            b.asks.is_empty(),
            &b.name,
            &b.from,
        ))
    });
    Plan {
        as_of: options.as_of,
        lockfile: Arc::clone(&named.path),
        format: named.lockfile.format,
        considered: project.len(),
        entries,
        unknown: unknown.into_iter().collect(),
        feeds: inputs.feeds,
    }
}

/// Chooses, looks one step below every choice and at its peers, and chooses again where that refuses one.
async fn settle(
    searches: &mut [Search],
    project: &[Held],
    inputs: &mut Inputs,
    whole: &mut BTreeSet<PackageName>,
    ports: &Ports,
    policy: &Policy,
) {
    let mut versions: BTreeMap<PackageName, Vec<Version>> = BTreeMap::new();
    for held in project {
        versions
            .entry(held.purl.name.clone())
            .or_default()
            .push(held.purl.version.clone());
    }
    for _ in 0..MAX_ROUNDS {
        let missing: BTreeSet<PackageName> = searches
            .iter()
            .flat_map(|search| search.requests_below(inputs, &versions))
            .map(|(name, _)| name)
            .filter(|name| whole.insert(name.clone()))
            .collect();
        for name in &missing {
            inputs.notice(name, ports);
        }
        inputs.read(missing, ports, &HashMap::new()).await;
        let shared: &Inputs = inputs;
        let refused: Vec<bool> = searches
            .par_iter_mut()
            .map(|search| search.look_below(shared, policy, &versions))
            .collect();
        let conflicts = peers::conflicts(searches, project, shared);
        let clashed = !conflicts.is_empty();
        for (at, reason) in conflicts {
            if let Some(search) = searches.get_mut(at) {
                search.refuse_best(reason);
            }
        }
        if !refused.contains(&true) && !clashed {
            return;
        }
    }
}

/// The judgement on what is installed, by release.
fn standing(subjects: &[Subject], inputs: &Inputs, policy: &Policy) -> HashMap<Purl, Judgement> {
    let judge = |subject: &Subject| {
        // The release itself, without its entry: what is wrong with an entry, another version does not mend.
        let bare = Subject {
            purl: subject.purl.clone(),
            pins: Vec::new(),
        };
        (
            subject.purl.clone(),
            assess(&inputs.facts(&bare, 0), policy).judgement,
        )
    };
    subjects.par_iter().map(judge).collect()
}

fn findings(held: &Held, inputs: &Inputs, standing: &HashMap<Purl, Judgement>) -> Option<Findings> {
    let judgement = standing.get(&held.purl)?.clone();
    let about = inputs
        .advisories
        .get(&held.purl.name)
        .cloned()
        .unwrap_or_default();
    let package = inputs.packages.get(&held.purl.name)?.get()?;
    let release = package.release(&held.purl.version);
    Some(Findings {
        vulnerable: !open(&about, &held.purl.version, judgement.as_of).is_empty(),
        // What only time holds is not left for another: it will pass by itself.
        held: judgement.verdict == Verdict::Block
            || (judgement.verdict == Verdict::Quarantine && judgement.until.is_none()),
        deprecated: release.and_then(|release| release.deprecated.clone()),
        withdrawn: package.withdrawal(&held.purl.version).is_some(),
        about,
        judgement,
    })
}

/// The policy with its rules by upstream turned into rules by name, since a candidate is pinned nowhere and its
/// facts tell no host.
fn for_hosts(policy: &Policy, project: &[Held], host_of: &dyn Fn(&PackageName) -> Option<String>) -> Policy {
    let mut policy = policy.clone();
    if policy.cooldown.upstreams.is_empty() {
        return policy;
    }
    for held in project {
        let name = &held.purl.name;
        let host = host_of(name);
        let rule = policy
            .cooldown
            .upstreams
            .iter()
            .find(|rule| Some(&rule.host) == host.as_ref());
        if let Some(rule) = rule
            && !policy
                .cooldown
                .scopes
                .iter()
                .any(|scope| scope.pattern.matches(name))
        {
            let (release, age) = (rule.release, rule.name);
            policy.cooldown.scopes.push(ScopedCooldown {
                pattern: NamePattern(name.as_str().to_owned()),
                release,
                name: age,
            });
        }
    }
    policy
}
