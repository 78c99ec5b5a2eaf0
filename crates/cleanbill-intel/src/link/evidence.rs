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
    /// The payload is the same once names and blanks are taken out.
    pub same_payload: bool,
}

/// Evidence below this is not counted as a kind.
pub const COUNTS: f64 = 1.0;
/// One kind at least must reach this: rare enough to mean something.
pub const RARE: f64 = 2.5;
/// The sum from which two releases are linked.
pub const LINKS: f64 = 4.0;
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
        let counted = || {
            self.evidence
                .iter()
                .filter(|evidence| Some(evidence.kind) != left_out && evidence.score >= COUNTS)
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
        weight.max(0.0)
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
    let (score, note) = code(a, b);
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
        same_payload: a.exact.is_some() && a.exact == b.exact,
    }
}

/// Fewer fingerprints than this are shared by chance.
const FEW: usize = 8;

/// Distances of TLSH within which two files count as one, and as worth a second kind of evidence. Measured on the
/// open replays: strangers lie beyond 100.
const SAME: u32 = 30;
const NEAR: u32 = 60;

/// The stronger of two ways to look at the same code: they are one kind and never add up.
fn code(a: &Facts, b: &Facts) -> (f64, String) {
    let (by_prints, by_distance) = (prints(a, b), distance(a, b));
    if by_distance.0 > by_prints.0 {
        by_distance
    } else {
        by_prints
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
    let (small, large) = if a.code.len() <= b.code.len() {
        (&a.code, &b.code)
    } else {
        (&b.code, &a.code)
    };
    if small.len() < FEW {
        return (0.0, String::new());
    }
    let shared = small
        .iter()
        .filter(|print| large.binary_search(print).is_ok())
        .count();
    let percent = shared * 100 / small.len();
    let score = match percent {
        90.. => 4.0,
        50.. => 3.0,
        25.. => 1.5,
        _ => 0.0,
    };
    (
        score,
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
