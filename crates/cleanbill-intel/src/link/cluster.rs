//! Clusters by average linkage, each with its weakest link and what would split it.
//! Candidates come from an index, so the work grows with what is shared and not with all pairs.
use std::collections::{BinaryHeap, HashMap, HashSet};

use cleanbill_model::Confidence;
use serde::Serialize;

use super::{
    Background, Facts, Kind, Pair, compare,
    evidence::{LINKS, features},
    words::{Likelihood, alternatives, confidence},
};

/// A feature shared by more nodes than this makes no candidates: it is a platform, not a hand.
const MAX_DEGREE: usize = 256;
/// Fingerprints of code looked up for candidates, the smallest of each release: a sample that equal code shares.
const CANDIDATE_PRINTS: usize = 64;
/// One in so many runs is looked up as well: a payload inside much other code shares these, and not the smallest.
const SAMPLED: u64 = 16;
/// Most such runs looked up of one release.
const MAX_SAMPLED: usize = 512;

/// Releases that belong together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cluster {
    /// The releases.
    pub releases: Vec<String>,
    /// What is claimed of them.
    pub level: Level,
    /// How likely that is.
    pub likelihood: Likelihood,
    /// How firm the basis is.
    pub confidence: Confidence,
    /// Why it is that firm.
    pub confidence_reason: String,
    /// Kinds of evidence that count in it.
    pub kinds: Vec<Kind>,
    /// Its strongest links, with what they rest on.
    pub links: Vec<Link>,
    /// The weakest link that holds it.
    pub weakest: Option<Link>,
    /// What would split it.
    pub split: Vec<String>,
    /// Other explanations.
    pub alternatives: Vec<&'static str>,
}

/// What may be claimed of a cluster by itself; a named actor never is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Every one carries the same payload.
    SamePayload,
    /// Two independent kinds of evidence, one of them rare.
    SameCampaign,
}

/// Two releases and what ties them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// One.
    pub a: String,
    /// The other.
    pub b: String,
    /// The sum.
    pub score: f64,
    /// What it rests on.
    pub pair: Pair,
}

/// Links shown of one cluster.
const SHOWN_LINKS: usize = 5;

/// Finds the clusters of two and more. `background` counts over honest releases as well.
#[must_use]
pub fn link(all: &[Facts], background: &Background) -> Vec<Cluster> {
    let nodes = twins(all, background);
    let pairs = candidates(all, &nodes, background);
    let merged = average_linkage(nodes.len(), &pairs);
    let mut clusters: Vec<Cluster> = merged
        .into_iter()
        .filter(|group| {
            group
                .iter()
                .filter_map(|node| nodes.get(*node))
                .map(Vec::len)
                .sum::<usize>()
                > 1
        })
        .map(|group| describe(all, &nodes, &pairs, &group, background))
        .collect();
    clusters.sort_by(|a, b| {
        b.releases
            .len()
            .cmp(&a.releases.len())
            .then_with(|| a.releases.cmp(&b.releases))
    });
    clusters
}

type Pairs = HashMap<(usize, usize), Pair>;

/// Releases alike in everything that counts become one node, if two of them link: a burst of a thousand
/// is then one node and not half a million pairs.
fn twins(all: &[Facts], background: &Background) -> Vec<Vec<usize>> {
    type Likeness<'a> = (Option<u64>, &'a [u64], &'a [String], &'a [String], &'a [String]);
    let mut groups: HashMap<Likeness<'_>, Vec<usize>> = HashMap::new();
    for (at, facts) in all.iter().enumerate() {
        let likeness = (
            facts.exact,
            facts.code.as_slice(),
            facts.indicators.as_slice(),
            facts.publishers.as_slice(),
            facts.injects.as_slice(),
        );
        groups.entry(likeness).or_default().push(at);
    }
    let mut nodes = Vec::new();
    for group in groups.into_values() {
        let link = match group.as_slice() {
            [a, b, ..] => all
                .get(*a)
                .zip(all.get(*b))
                .is_some_and(|(a, b)| compare(a, b, background).links()),
            _ => true,
        };
        if link {
            nodes.push(group)
        } else {
            nodes.extend(group.into_iter().map(|at| vec![at]))
        }
    }
    nodes.sort();
    nodes
}

fn candidates(all: &[Facts], nodes: &[Vec<usize>], background: &Background) -> Pairs {
    let facts = |node: usize| {
        nodes
            .get(node)
            .and_then(|members| members.first())
            .and_then(|at| all.get(*at))
    };
    let mut index: HashMap<String, Vec<usize>> = HashMap::new();
    let mut prints: HashMap<u64, Vec<usize>> = HashMap::new();
    let names: HashSet<&str> = all.iter().map(|facts| facts.name.as_str()).collect();
    for node in 0..nodes.len() {
        let Some(facts) = facts(node) else { continue };
        for (kind, feature) in features(facts) {
            index
                .entry(format!("{} {feature}", kind.as_str()))
                .or_default()
                .push(node);
        }
        // A parent and the child it brings in meet under the child's name.
        for name in facts
            .injects
            .iter()
            .map(String::as_str)
            .filter(|name| names.contains(name))
            .chain([facts.name.as_str()])
        {
            index.entry(format!("child {name}")).or_default().push(node);
        }
        for (at, band) in facts.tlsh.iter().flat_map(super::Tlsh::bands) {
            index
                .entry(format!("band {at} {band:x?}"))
                .or_default()
                .push(node);
        }
        let sampled = facts
            .runs
            .iter()
            .filter(|run| **run % SAMPLED == 0)
            .take(MAX_SAMPLED);
        let looked_up: HashSet<u64> = facts
            .code
            .iter()
            .take(CANDIDATE_PRINTS)
            .chain(facts.runs.iter().take(CANDIDATE_PRINTS))
            .chain(sampled)
            .chain(&facts.exact)
            .copied()
            .collect();
        for print in &looked_up {
            prints.entry(*print).or_default().push(node);
        }
    }
    let mut pairs = Pairs::new();
    let mut seen: HashSet<(usize, usize)> = HashSet::new();
    for group in index.into_values().chain(prints.into_values()) {
        if group.len() > MAX_DEGREE {
            continue;
        }
        for (at, a) in group.iter().enumerate() {
            for b in group.iter().skip(at + 1) {
                let key = (*a.min(b), *a.max(b));
                if a == b || !seen.insert(key) {
                    continue;
                }
                if let (Some(first), Some(second)) = (facts(key.0), facts(key.1)) {
                    let pair = compare(first, second, background);
                    if pair.links() {
                        pairs.insert(key, pair);
                    }
                }
            }
        }
    }
    pairs
}

/// A possible merge, the best first; ties go to the smaller numbers, so runs repeat.
struct Merge {
    average: f64,
    a: usize,
    b: usize,
}

impl PartialEq for Merge {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Merge {}
impl PartialOrd for Merge {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Merge {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.average
            .total_cmp(&other.average)
            .then_with(|| (other.a, other.b).cmp(&(self.a, self.b)))
    }
}

/// A pair that does not link adds nothing to an average, so a chain through one popular host does not hold.
/// Half of what a single link needs must remain on average over all pairs.
const HOLDS: f64 = LINKS / 2.0;

fn average_linkage(count: usize, pairs: &Pairs) -> Vec<Vec<usize>> {
    let mut members: Vec<Vec<usize>> = (0..count).map(|node| vec![node]).collect();
    let mut sums: Vec<HashMap<usize, f64>> = vec![HashMap::new(); count];
    let mut heap = BinaryHeap::new();
    for ((a, b), pair) in pairs {
        for (from, to) in [(*a, *b), (*b, *a)] {
            if let Some(sums) = sums.get_mut(from) {
                sums.insert(to, pair.score());
            }
        }
        heap.push(Merge {
            average: pair.score(),
            a: *a,
            b: *b,
        });
    }
    let average = |members: &[Vec<usize>], sum: f64, a: usize, b: usize| {
        let size = |node: usize| members.get(node).map_or(0, Vec::len);
        #[expect(clippy::cast_precision_loss, reason = "clusters stay far below 2^52")]
        let pairs = (size(a) * size(b)) as f64;
        if pairs > 0.0 { sum / pairs } else { 0.0 }
    };
    while let Some(Merge { average: was, a, b }) = heap.pop() {
        if was < HOLDS {
            break;
        }
        let Some(sum) = sums.get(a).and_then(|sums| sums.get(&b)).copied() else {
            continue;
        };
        // An entry from before one of them grew is stale.
        if (average(&members, sum, a, b) - was).abs() > 1e-9 {
            continue;
        }
        let moved = members.get_mut(b).map(std::mem::take).unwrap_or_default();
        if let Some(members) = members.get_mut(a) {
            members.extend(moved);
        }
        let theirs = sums.get_mut(b).map(std::mem::take).unwrap_or_default();
        for (other, sum) in theirs.into_iter().filter(|(other, _)| *other != a) {
            if let Some(sums) = sums.get_mut(a) {
                *sums.entry(other).or_default() += sum;
            }
            if let Some(sums) = sums.get_mut(other) {
                sums.remove(&b);
                *sums.entry(a).or_default() += sum;
            }
        }
        if let Some(sums) = sums.get_mut(a) {
            sums.remove(&b);
        }
        let neighbours: Vec<(usize, f64)> = sums
            .get(a)
            .map(|sums| sums.iter().map(|(other, sum)| (*other, *sum)).collect())
            .unwrap_or_default();
        for (other, sum) in neighbours {
            heap.push(Merge {
                average: average(&members, sum, a, other),
                a: a.min(other),
                b: a.max(other),
            });
        }
    }
    members.into_iter().filter(|group| !group.is_empty()).collect()
}

fn describe(
    all: &[Facts],
    nodes: &[Vec<usize>],
    pairs: &Pairs,
    group: &[usize],
    background: &Background,
) -> Cluster {
    let name = |node: usize| {
        nodes
            .get(node)
            .and_then(|members| members.first())
            .and_then(|at| all.get(*at))
            .map(|facts| facts.release.clone())
            .unwrap_or_default()
    };
    let inside: HashSet<usize> = group.iter().copied().collect();
    let mut links: Vec<Link> = pairs
        .iter()
        .filter(|((a, b), _)| inside.contains(a) && inside.contains(b))
        .map(|((a, b), pair)| Link {
            a: name(*a),
            b: name(*b),
            score: pair.score(),
            pair: pair.clone(),
        })
        .collect();
    // Twins inside one node are tied by the pair of its first two.
    for members in group.iter().filter_map(|node| nodes.get(*node)) {
        if let [a, b, ..] = members.as_slice()
            && let (Some(a), Some(b)) = (all.get(*a), all.get(*b))
        {
            let pair = compare(a, b, background);
            links.push(Link {
                a: a.release.clone(),
                b: b.release.clone(),
                score: pair.score(),
                pair,
            });
        }
    }
    links.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| (&a.a, &a.b).cmp(&(&b.a, &b.b)))
    });
    let mut releases: Vec<String> = group
        .iter()
        .filter_map(|node| nodes.get(*node))
        .flatten()
        .filter_map(|at| all.get(*at))
        .map(|facts| facts.release.clone())
        .collect();
    releases.sort();
    let kinds: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| {
            links.iter().any(|link| {
                link.pair
                    .evidence
                    .iter()
                    .any(|evidence| evidence.kind == *kind && evidence.score >= 1.0)
            })
        })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "links stay far below 2^52")]
    let mean = links.iter().map(|link| link.score).sum::<f64>() / links.len().max(1) as f64;
    let (confidence, confidence_reason) = confidence(&kinds);
    let research = releases.iter().all(|release| {
        release
            .rsplit('@')
            .next()
            .is_some_and(|version| version.starts_with("99"))
    });
    let level = if links.iter().all(|link| link.pair.same_payload) {
        Level::SamePayload
    } else {
        Level::SameCampaign
    };
    let all_pairs: Vec<&Pair> = links.iter().map(|link| &link.pair).collect();
    Cluster {
        level,
        likelihood: Likelihood::of(mean),
        confidence,
        confidence_reason,
        alternatives: alternatives(&all_pairs, research),
        split: splits(pairs, group, &kinds),
        weakest: links.last().cloned(),
        kinds,
        releases,
        links: links.into_iter().take(SHOWN_LINKS).collect(),
    }
}

/// For each kind of evidence, in how many parts the cluster would fall without it.
fn splits(pairs: &Pairs, group: &[usize], kinds: &[Kind]) -> Vec<String> {
    let mut told = Vec::new();
    for kind in kinds {
        let mut parent: HashMap<usize, usize> = group.iter().map(|node| (*node, *node)).collect();
        for ((a, b), pair) in pairs {
            if parent.contains_key(a) && parent.contains_key(b) && pair.links_without(Some(*kind)) {
                let (a, b) = (root(&mut parent, *a), root(&mut parent, *b));
                parent.insert(a, b);
            }
        }
        let parts: HashSet<usize> = group.iter().map(|node| root(&mut parent, *node)).collect();
        if parts.len() > 1 {
            told.push(format!(
                "without the evidence of {} it falls into {} parts",
                kind.as_str(),
                parts.len()
            ));
        }
    }
    told
}

fn root(parent: &mut HashMap<usize, usize>, node: usize) -> usize {
    let mut at = node;
    while let Some(up) = parent.get(&at).copied().filter(|up| *up != at) {
        let above = parent.get(&up).copied().unwrap_or(up);
        parent.insert(at, above);
        at = up;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(name: &str, change: impl Fn(&mut Facts)) -> Facts {
        let mut facts = Facts {
            release: format!("{name}@1.0.1"),
            name: name.into(),
            ..Facts::default()
        };
        change(&mut facts);
        facts.in_order()
    }

    /// A burst: parents of one publisher that all bring in one child.
    fn burst(scope: &str, count: usize) -> Vec<Facts> {
        let mut all: Vec<Facts> = (0..count)
            .map(|n| {
                release(&format!("@{scope}/p{n}"), |facts| {
                    facts.injects = vec![format!("{scope}-child")];
                    facts.publishers = vec![format!("npm:{scope}-thief")];
                })
            })
            .collect();
        all.push(release(&format!("{scope}-child"), |facts| {
            facts.indicators = vec![format!("host:{scope}.example")];
            facts.publishers = vec![format!("npm:{scope}-thief")];
        }));
        all
    }

    #[test]
    fn two_bursts_are_two_clusters_and_bystanders_none() {
        let mut all = burst("one", 20);
        all.extend(burst("two", 5));
        all.push(release("bystander", |facts| {
            facts.indicators = vec!["host:one.example".into()]
        }));
        let background = Background::of(&all);
        let clusters = link(&all, &background);
        let sizes: Vec<usize> = clusters.iter().map(|cluster| cluster.releases.len()).collect();
        assert_eq!(sizes, [21, 6]);
        assert!(
            clusters[0].split.iter().any(|text| text.contains("dependency")),
            "{:?}",
            clusters[0].split
        );
        assert!(clusters[0].weakest.is_some());
    }

    #[test]
    fn a_chain_through_shared_hosts_does_not_join_two_campaigns() {
        // Each neighbour shares two features with the next, and the ends share nothing.
        let all: Vec<Facts> = (0..12)
            .map(|n| {
                release(&format!("p{n}"), |facts| {
                    facts.indicators = vec![format!("host:{n}.example"), format!("host:{}.example", n + 1)];
                    facts.publishers = vec![format!("npm:{n}"), format!("npm:{}", n + 1)];
                })
            })
            .collect();
        let clusters = link(&all, &Background::of(&all));
        assert!(
            clusters.iter().all(|cluster| cluster.releases.len() <= 4),
            "{:?}",
            clusters
                .iter()
                .map(|cluster| &cluster.releases)
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn an_identical_payload_links_alone_and_says_so() {
        let all = [
            release("a", |facts| facts.exact = Some(7)),
            release("b", |facts| facts.exact = Some(7)),
        ];
        let clusters = link(&all, &Background::of(&all));
        assert_eq!(clusters[0].level, Level::SamePayload);
        assert!(
            clusters[0]
                .alternatives
                .iter()
                .any(|text| text.contains("copy-cat"))
        );
    }

    #[test]
    fn ten_thousand_releases_are_linked_without_comparing_all_pairs() {
        let mut all = Vec::new();
        for n in 0..100 {
            all.extend(burst(&format!("s{n}"), 99));
        }
        let clusters = link(&all, &Background::of(&all));
        assert_eq!((all.len(), clusters.len()), (10_000, 100));
    }
}
