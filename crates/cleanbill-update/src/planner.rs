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
    apply::{
        catalog::{self, Catalogs},
        overrides::Standing,
    },
    below::Has,
    peers,
    plan::{Plan, Young},
    project::{Held, fill_ranges, held},
    range::takes,
    search::{Findings, Looked, Moves, Search},
    weigh::open,
};

/// Rounds of choosing, looking one step down, and choosing again; each takes at least one candidate away.
const MAX_ROUNDS: usize = 24;
/// Levels read below a candidate before it counts as too deep; new trees are a few levels deep.
const MAX_DEPTH: usize = 16;

/// What is wished for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Only these packages; empty for all.
    pub names: Vec<PackageName>,
    /// Look beyond what the manifests take.
    pub major: bool,
    /// Only what is held or vulnerable.
    pub only_fixes: bool,
    /// Releases that stay where they are, since a client would not move them.
    pub left: Vec<Purl>,
    /// The ranges of the project's catalogs.
    pub catalogs: Catalogs,
    /// The overrides the project has.
    pub overrides: Vec<Standing>,
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
    let mut project = held(&named.lockfile);
    let registry = Arc::clone(&ports.registry);
    let subjects = Subjects::collect(std::slice::from_ref(named), &|name| registry.host_of(name));
    let policy = for_hosts(policy, &project, &|name| registry.host_of(name));
    let mut inputs = gather(&subjects.all, ports, options).await;
    fill_ranges(&mut project, &inputs);
    catalog::fill(&mut project, &wish.catalogs);
    let standing = standing(&subjects.all, &inputs, &policy);
    let mut searches: Vec<Search> = project
        .iter()
        .filter(|held| wish.wants(&held.purl.name) && !wish.left.contains(&held.purl))
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
    let compared: Vec<Purl> = searches
        .iter()
        .flat_map(|search| {
            search
                .candidates()
                .chain(std::iter::once(search.held.purl.clone()))
        })
        .collect();
    inputs.read_code(&compared, ports).await;
    let mut has = Has::new();
    for held in &project {
        has.entry(held.purl.name.clone())
            .or_default()
            .push(held.purl.version.clone());
    }
    searches
        .par_iter_mut()
        .for_each(|search| search.weigh(&inputs, &policy, &has));
    settle(
        &mut searches,
        &project,
        &has,
        &mut inputs,
        &mut whole,
        ports,
        &policy,
    )
    .await;
    let unknown = project
        .iter()
        .filter_map(|held| match inputs.packages.get(&held.purl.name) {
            Some(Known::Missing(reason)) => Some((held.purl.name.clone(), reason.reason().to_owned())),
            _ => None,
        })
        .collect::<BTreeMap<_, _>>();
    let worst = standing.values().map(|judgement| judgement.verdict).max();
    let mut young: Vec<Young> = standing.values().filter_map(young).collect();
    young.sort_by(|a, b| a.purl.cmp(&b.purl));
    let moves: Moves = searches
        .iter()
        .filter_map(|search| {
            let to = search.candidate()?.version.clone();
            Some((search.held.purl.spec(), (search.held.purl.name.clone(), to)))
        })
        .collect();
    let mut entries: Vec<_> = searches
        .into_iter()
        .filter_map(|search| search.finish(&moves, &inputs))
        .collect();
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
        worst: worst.unwrap_or(Verdict::Allow),
        removable: removable(&project, &wish.overrides),
        entries,
        young,
        unknown: unknown.into_iter().collect(),
        feeds: inputs.feeds,
    }
}

/// Chooses, looks one step below every choice and at its peers, and chooses again where that refuses one.
async fn settle(
    searches: &mut [Search],
    project: &[Held],
    versions: &Has,
    inputs: &mut Inputs,
    whole: &mut BTreeSet<PackageName>,
    ports: &Ports,
    policy: &Policy,
) {
    let mut reads = 0_usize;
    let mut rounds = 0_usize;
    while rounds < MAX_ROUNDS {
        let shared: &Inputs = inputs;
        let looked: Vec<Looked> = searches
            .par_iter_mut()
            .map(|search| search.look_below(shared, policy, versions))
            .collect();
        let missing: BTreeSet<PackageName> = looked
            .iter()
            .filter_map(|looked| match looked {
                Looked::Needs(names) => Some(names),
                Looked::Refused | Looked::Done => None,
            })
            .flatten()
            .filter(|name| whole.insert((*name).clone()))
            .cloned()
            .collect();
        if !missing.is_empty() && reads < MAX_DEPTH {
            // One level further down; nothing was decided yet.
            reads += 1;
            for name in &missing {
                inputs.notice(name, ports);
            }
            inputs.read(missing, ports, &HashMap::new()).await;
            continue;
        }
        for (search, looked) in searches.iter_mut().zip(&looked) {
            if let Looked::Needs(names) = looked {
                let names: Vec<&str> = names.iter().take(3).map(PackageName::as_str).collect();
                let depth = format!(
                    "what it brings in goes deeper than is looked at: {}",
                    names.join(", ")
                );
                search.refuse_best(depth);
            }
        }
        rounds += 1;
        reads = 0;
        if read_brought(searches, inputs, ports).await {
            continue;
        }
        let conflicts = peers::conflicts(searches, project, inputs);
        let clashed = !conflicts.is_empty();
        for (at, reason) in conflicts {
            if let Some(search) = searches.get_mut(at) {
                search.refuse_best(reason);
            }
        }
        if looked.iter().all(|looked| *looked == Looked::Done) && !clashed {
            return;
        }
    }
    // Whoever is still undecided was not looked at to the end, and is not proposed.
    for search in searches.iter_mut() {
        let shared: &Inputs = inputs;
        if search.look_below(shared, policy, versions) != Looked::Done {
            search.refuse_all("it could not be decided within the rounds a plan takes");
        }
    }
}

/// Reads the code of what the candidates bring in, where the run reads code, and has those looked at anew.
async fn read_brought(searches: &mut [Search], inputs: &mut Inputs, ports: &Ports) -> bool {
    if ports.code.is_none() {
        return false;
    }
    let unread = |inputs: &Inputs, search: &Search| -> Vec<Purl> {
        search
            .brought()
            .filter(|purl| !inputs.sources.contains_key(*purl))
            .cloned()
            .collect()
    };
    let mut wanted: Vec<Purl> = Vec::new();
    for search in searches.iter_mut() {
        let unread = unread(inputs, search);
        if !unread.is_empty() {
            wanted.extend(unread);
            search.look_again();
        }
    }
    wanted.sort();
    wanted.dedup();
    inputs.read_code(&wanted, ports).await;
    !wanted.is_empty()
}

/// What a judgement holds for its age alone.
fn young(judgement: &Judgement) -> Option<Young> {
    let until = judgement
        .until
        .filter(|_| judgement.verdict == Verdict::Quarantine)?;
    let audits = judgement
        .findings
        .iter()
        .filter(|finding| !finding.waived && finding.signal.maturity.is_some())
        .map(|finding| finding.signal.audit.to_string())
        .collect();
    Some(Young {
        purl: judgement.subject.clone(),
        audits,
        until,
    })
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

/// Overrides without which everything that asks would come to the same version or a newer one by itself.
fn removable(project: &[Held], overrides: &[Standing]) -> Vec<Standing> {
    let needless = |one: &&Standing| {
        let Ok(version) = Version::parse(&one.value) else {
            return false;
        };
        let mut there = project
            .iter()
            .filter(|held| held.purl.name == one.name)
            .peekable();
        if there.peek().is_none() {
            // Nobody asks for it any more.
            return true;
        }
        there.all(|held| {
            let wanted = held.wants.iter().filter(|want| !want.peer);
            held.purl.version >= version
                && wanted.clone().all(|want| {
                    want.range
                        .as_deref()
                        .is_some_and(|range| takes(range, &version) && takes(range, &held.purl.version))
                })
                && held
                    .asks
                    .iter()
                    .all(|ask| takes(&ask.specifier, &held.purl.version))
        })
    };
    overrides.iter().filter(needless).cloned().collect()
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
