//! What two releases share, kind by kind, each with a cap: no kind but an identical payload ties them alone.
//! Weights are log-likelihood ratios set by hand from the literature; they are not estimated from pairs.
use std::collections::HashMap;

use serde::Serialize;

use super::Facts;

/// Kinds of evidence that do not follow from one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The same code.
    Code,
    /// The same hosts, wallets, markers.
    Indicator,
    /// Infrastructure of the same make.
    Infrastructure,
    /// The same account.
    Publisher,
    /// One brings in the other, or both bring in the same.
    Dependency,
    /// Published at the same time.
    Timing,
    /// They do the same.
    Behaviour,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Code,
        Self::Indicator,
        Self::Infrastructure,
        Self::Publisher,
        Self::Dependency,
        Self::Timing,
        Self::Behaviour,
    ];

    /// The most this kind can add.
    #[must_use]
    pub fn cap(self) -> f64 {
        match self {
            Self::Code | Self::Indicator | Self::Dependency => 4.0,
            Self::Publisher => 3.0,
            Self::Infrastructure => 2.0,
            Self::Timing | Self::Behaviour => 1.0,
        }
    }

    /// The word people read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Indicator => "indicators",
            Self::Infrastructure => "infrastructure",
            Self::Publisher => "publisher",
            Self::Dependency => "dependency",
            Self::Timing => "timing",
            Self::Behaviour => "behaviour",
        }
    }
}

/// One kind's part of a pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// Its kind.
    pub kind: Kind,
    /// What it adds, within its cap.
    pub score: f64,
    /// What exactly is shared.
    pub note: String,
}

/// What two releases share.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Pair {
    /// Kind by kind.
    pub evidence: Vec<Evidence>,
    /// The payload is the same once names and blanks are taken out, or all but its names and its writing is.
    pub same_payload: bool,
}

/// Evidence below this is not counted as a kind.
pub const COUNTS: f64 = 1.0;
/// One kind at least must reach this: rare enough to mean something.
pub const RARE: f64 = 2.5;
/// The sum from which two releases are linked.
pub const LINKS: f64 = 4.0;
/// The most a shared mail host adds; below what counts as a kind.
const MAIL_HOST: f64 = 0.5;
/// What an identical payload adds beside everything else.
const SAME_PAYLOAD: f64 = 6.0;

impl Pair {
    /// The sum.
    #[must_use]
    pub fn score(&self) -> f64 {
        let sum: f64 = self.evidence.iter().map(|evidence| evidence.score).sum();
        if self.same_payload {
            sum + SAME_PAYLOAD
        } else {
            sum
        }
    }

    /// True when two independent kinds, one of them rare, agree; or the payload is the same.
    #[must_use]
    pub fn links(&self) -> bool {
        self.links_without(None)
    }

    /// The same, had one kind never been seen.
    #[must_use]
    pub fn links_without(&self, left_out: Option<Kind>) -> bool {
        if self.same_payload && left_out != Some(Kind::Code) {
            return true;
        }
        let counts = |evidence: &&Evidence| Some(evidence.kind) != left_out && evidence.score >= COUNTS;
        // What code does follows from the code: with the same code, the same behaviour is no second kind.
        let by_code = self
            .evidence
            .iter()
            .filter(counts)
            .any(|evidence| evidence.kind == Kind::Code);
        let counted = || {
            self.evidence
                .iter()
                .filter(counts)
                .filter(move |evidence| !(by_code && evidence.kind == Kind::Behaviour))
        };
        let sum: f64 = counted().map(|evidence| evidence.score).sum();
        counted().count() >= 2 && counted().any(|evidence| evidence.score >= RARE) && sum >= LINKS
    }
}

/// How often each feature occurs over all releases looked at, honest ones among them.
#[derive(Debug, Default)]
pub struct Background {
    releases: usize,
    counts: HashMap<String, usize>,
}

impl Background {
    /// Counts features over releases.
    pub fn of<'a>(all: impl IntoIterator<Item = &'a Facts>) -> Self {
        let mut background = Self::default();
        for facts in all {
            background.releases += 1;
            for (kind, feature) in features(facts) {
                *background.counts.entry(key(kind, feature)).or_default() += 1;
            }
        }
        background
    }

    /// How much sharing this feature says: the rarer, the more. A feature of a single pair says most.
    fn weight(&self, kind: Kind, feature: &str) -> f64 {
        let count = self.counts.get(&key(kind, feature)).copied().unwrap_or(1).max(1);
        // Below some thousand releases the corpus is too small to call anything rare, hence the floor.
        let all = self.releases.max(1_000);
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of releases stay far below 2^52"
        )]
        let weight = (all as f64 / count as f64).ln();
        // A mail host says less than it looks: a million people write from one, and low traits never add up.
        let most = if kind == Kind::Infrastructure && feature.starts_with("mail host ") {
            MAIL_HOST
        } else {
            f64::INFINITY
        };
        weight.clamp(0.0, most)
    }
}

fn key(kind: Kind, feature: &str) -> String {
    format!("{} {feature}", kind.as_str())
}

/// Features by which a pair can become a candidate.
pub(crate) fn features(facts: &Facts) -> impl Iterator<Item = (Kind, &str)> {
    let lists = [
        (Kind::Indicator, &facts.indicators),
        (Kind::Infrastructure, &facts.infrastructure),
        (Kind::Publisher, &facts.publishers),
        (Kind::Dependency, &facts.injects),
    ];
    lists
        .into_iter()
        .flat_map(|(kind, list)| list.iter().map(move |feature| (kind, feature.as_str())))
}

/// Compares two releases.
#[must_use]
pub fn compare(a: &Facts, b: &Facts, background: &Background) -> Pair {
    let mut evidence = Vec::new();
    let mut push = |kind: Kind, score: f64, note: String| {
        if score > 0.0 {
            evidence.push(Evidence {
                kind,
                score: score.min(kind.cap()),
                note,
            });
        }
    };
    let (score, note, same_code) = code(a, b);
    push(Kind::Code, score, note);
    for (kind, mine, theirs) in [
        (Kind::Indicator, &a.indicators, &b.indicators),
        (Kind::Infrastructure, &a.infrastructure, &b.infrastructure),
        (Kind::Publisher, &a.publishers, &b.publishers),
    ] {
        let shared: Vec<&String> = mine
            .iter()
            .filter(|feature| theirs.binary_search(feature).is_ok())
            .collect();
        let score = shared
            .iter()
            .map(|feature| background.weight(kind, feature))
            .sum();
        push(kind, score, format!("both have {}", list(&shared)));
    }
    let (score, note) = dependency(a, b, background);
    push(Kind::Dependency, score, note);
    if let (Some(first), Some(second)) = (a.published, b.published) {
        let apart = first.as_millis().abs_diff(second.as_millis());
        // Within an hour counts as a kind of its own, within a day only adds.
        let score = if apart <= 3_600_000 {
            1.0
        } else if apart <= 86_400_000 {
            0.5
        } else {
            0.0
        };
        push(
            Kind::Timing,
            score,
            format!("published {} minutes apart", apart / 60_000),
        );
    }
    let shared: Vec<&String> = a
        .behaviours
        .iter()
        .filter(|chain| b.behaviours.binary_search(chain).is_ok())
        .collect();
    let all = a.behaviours.len() + b.behaviours.len() - shared.len();
    // Two or fewer chains are those of any stealer.
    if shared.len() >= 3 && shared.len() * 10 >= all * 8 {
        push(Kind::Behaviour, 1.0, format!("both do {}", list(&shared)));
    }
    Pair {
        evidence,
        same_payload: same_code || (a.exact.is_some() && a.exact == b.exact),
    }
}

/// Fewer fingerprints than this are shared by chance.
const FEW: usize = 8;

/// Distances of TLSH within which two files count as one, and as worth a second kind of evidence. Measured on the
/// open replays: strangers lie beyond 100.
const SAME: u32 = 30;
const NEAR: u32 = 60;

/// Fewer sub-trees and fewer runs than these are shared by chance.
const FEW_TREES: usize = 24;
const FEW_RUNS: usize = 16;
/// Shares, in a hundred, of the smaller one's own code. From the first on both carry one payload, whatever was done
/// to its names and its writing; from the second on most of it is one.
const SAME_SHAPE: usize = 90;
const MUCH: usize = 50;
const SOME: usize = 25;

/// The strongest of three ways to look at the same code: they are one kind and never add up. The last part is true
/// where it is the same payload by itself.
fn code(a: &Facts, b: &Facts) -> (f64, String, bool) {
    let (by_shape, same) = shape(a, b);
    let strongest = [prints(a, b), distance(a, b)]
        .into_iter()
        .fold(
            by_shape,
            |best, other| if other.0 > best.0 { other } else { best },
        );
    (strongest.0, strongest.1, same)
}

/// Share of the smaller list, in a hundred, that the other has. `None` below `few`.
fn share(a: &[u64], b: &[u64], few: usize) -> Option<usize> {
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    (small.len() >= few).then(|| {
        let shared = if large.len() / small.len() > MUCH_LARGER {
            let there = small.iter().filter(|print| large.binary_search(print).is_ok());
            there.count()
        } else {
            in_both(small, large)
        };
        shared * 100 / small.len()
    })
}

/// From so many times the length on, looking each up is less work than walking along both.
const MUCH_LARGER: usize = 8;

/// How many of one sorted list are in another, by one walk along both.
fn in_both(small: &[u64], large: &[u64]) -> usize {
    let (mut shared, mut rest) = (0, large.iter().peekable());
    for print in small {
        while rest.next_if(|other| *other < print).is_some() {}
        shared += usize::from(rest.peek() == Some(&print));
    }
    shared
}

/// By sub-trees and by runs along the tree: both must tell it, since one large table is many like sub-trees.
fn shape(a: &Facts, b: &Facts) -> ((f64, String), bool) {
    let (Some(trees), Some(runs)) = (
        share(&a.trees, &b.trees, FEW_TREES),
        share(&a.runs, &b.runs, FEW_RUNS),
    ) else {
        return ((0.0, String::new()), false);
    };
    let both = trees.min(runs);
    let note = format!(
        "{trees} % of the sub-trees and {runs} % of the runs of the smaller one's own code are in the other, names and \
         literals taken out"
    );
    ((by_share(both), note), both >= SAME_SHAPE)
}

fn by_share(percent: usize) -> f64 {
    match percent {
        SAME_SHAPE.. => 4.0,
        MUCH.. => 3.0,
        SOME.. => 1.5,
        _ => 0.0,
    }
}

fn distance(a: &Facts, b: &Facts) -> (f64, String) {
    let (Some(mine), Some(theirs)) = (&a.tlsh, &b.tlsh) else {
        return (0.0, String::new());
    };
    let apart = mine.distance(theirs);
    let score = match apart {
        _ if apart <= SAME => 3.0,
        _ if apart <= NEAR => 1.5,
        _ => 0.0,
    };
    (score, format!("their payloads lie {apart} apart by TLSH"))
}

fn prints(a: &Facts, b: &Facts) -> (f64, String) {
    let Some(percent) = share(&a.code, &b.code, FEW) else {
        return (0.0, String::new());
    };
    (
        by_share(percent),
        format!("{percent} % of the smaller one's own code is in the other"),
    )
}

fn dependency(a: &Facts, b: &Facts, background: &Background) -> (f64, String) {
    for (parent, child) in [(a, b), (b, a)] {
        if !child.name.is_empty() && parent.injects.binary_search(&child.name).is_ok() {
            return (
                Kind::Dependency.cap(),
                format!("`{}` newly depends on `{}`", parent.release, child.name),
            );
        }
    }
    let shared: Vec<&String> = a
        .injects
        .iter()
        .filter(|name| b.injects.binary_search(name).is_ok())
        .collect();
    let score = shared
        .iter()
        .map(|name| background.weight(Kind::Dependency, name))
        .sum();
    (score, format!("both newly depend on {}", list(&shared)))
}

/// Features named in a note; more would not be read.
const NAMED: usize = 4;

fn list(shared: &[&String]) -> String {
    let mut text = shared
        .iter()
        .take(NAMED)
        .map(|feature| format!("`{feature}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if shared.len() > NAMED {
        text.push_str(&format!(" and {} more", shared.len() - NAMED));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(release: &str) -> Facts {
        Facts {
            release: release.into(),
            name: release.split('@').next().unwrap().into(),
            ..Facts::default()
        }
    }

    #[test]
    fn one_kind_alone_never_links_however_much_of_it_there_is() {
        let mut a = facts("a@1.0.0");
        a.indicators = (0..50).map(|n| format!("host:{n}.example")).collect();
        let mut b = facts("b@1.0.0");
        (a, b.indicators) = (a.clone().in_order(), a.indicators.clone());
        let b = b.in_order();
        let pair = compare(&a, &b, &Background::of([&a, &b]));
        assert!(!pair.links(), "{pair:?}");
        assert!(pair.score() <= Kind::Indicator.cap());
    }

    #[test]
    fn two_kinds_one_of_them_rare_link() {
        let mut a = facts("a@1.0.0");
        a.indicators = vec!["host:files.example".into()];
        a.injects = vec!["child".into()];
        let mut b = a.clone();
        b.release = "b@1.0.0".into();
        b.name = "b".into();
        let pair = compare(&a, &b, &Background::of([&a, &b]));
        assert!(
            pair.links() && !pair.links_without(Some(Kind::Dependency)),
            "{pair:?}"
        );
    }

    #[test]
    fn code_that_is_the_same_but_for_its_writing_is_the_same_payload() {
        let mut a = facts("a@1.0.0");
        a.trees = (0..100).collect();
        a.runs = (0..50).collect();
        let mut b = facts("b@1.0.0");
        b.trees = (5..200).collect();
        b.runs = (2..90).collect();
        let background = Background::of([&a, &b]);
        let pair = compare(&a, &b, &background);
        assert!(
            pair.same_payload && pair.links() && !pair.links_without(Some(Kind::Code)),
            "{pair:?}"
        );
        // Sub-trees alone, or few of them, do not tell it.
        b.runs = (1_000..1_050).collect();
        assert!(!compare(&a, &b, &background).links());
        (b.trees, b.runs) = ((0..10).collect(), (0..10).collect());
        assert!(!compare(&a, &b, &background).links());
    }

    #[test]
    fn what_code_does_is_no_second_kind_beside_the_code() {
        let mut a = facts("a@1.0.0");
        a.code = (0..100).collect();
        a.behaviours = ["one", "two", "three"].map(str::to_owned).to_vec();
        a.behaviours.sort();
        let mut b = facts("b@1.0.0");
        (b.code, b.behaviours) = (a.code.clone(), a.behaviours.clone());
        let background = Background::of([&a, &b]);
        let pair = compare(&a, &b, &background);
        assert_eq!(pair.evidence.len(), 2);
        assert!(!pair.links(), "{pair:?}");
    }

    #[test]
    fn both_ways_to_count_what_is_shared_agree() {
        let small: Vec<u64> = (0..50).map(|n| n * 7).collect();
        for step in 1..12 {
            let large: Vec<u64> = (0..400).map(|n| n * step).collect();
            let there = small.iter().filter(|print| large.contains(print)).count();
            assert_eq!(in_both(&small, &large), there);
            assert_eq!(in_both(&large, &small), there);
            assert_eq!(share(&small, &large, 1), Some(there * 100 / small.len()));
        }
    }

    #[test]
    fn what_everybody_has_says_nothing() {
        let all: Vec<Facts> = (0..2_000)
            .map(|n| Facts {
                indicators: vec!["host:cdn.example".into()],
                ..facts(&format!("p{n}@1.0.0"))
            })
            .collect();
        let background = Background::of(&all);
        assert!(compare(&all[0], &all[1], &background).evidence.is_empty());
    }

    #[test]
    fn an_injected_child_ties_its_parent_and_time_alone_ties_nobody() {
        let mut parent = facts("parent@1.0.1");
        parent.injects = vec!["child".into()];
        parent.published = Some(cleanbill_model::Timestamp::from_millis(0));
        let mut child = facts("child@1.0.0");
        child.published = Some(cleanbill_model::Timestamp::from_millis(60_000));
        let background = Background::of([&parent, &child]);
        assert!(compare(&parent, &child, &background).links());
        parent.injects.clear();
        assert!(!compare(&parent, &child, &background).links());
    }
}
