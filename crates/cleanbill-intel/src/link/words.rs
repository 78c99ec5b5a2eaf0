//! Likelihood in the words of ICD 203, and confidence as a statement of its own, with its reason.
//! It never mixes the two in one phrase.
use serde::Serialize;

use super::{Kind, Pair, evidence::LINKS};

/// How likely, in the standard's words with their range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likelihood {
    /// 1 to 5 %.
    AlmostNoChance,
    /// 5 to 20 %.
    VeryUnlikely,
    /// 20 to 45 %.
    Unlikely,
    /// 45 to 55 %.
    RoughlyEven,
    /// 55 to 80 %.
    Likely,
    /// 80 to 95 %.
    VeryLikely,
    /// 95 to 99 %.
    AlmostCertain,
}

impl Likelihood {
    /// From the sum of a cluster's evidence: the sum is log-odds against odds that start at even where pairs begin to link.
    #[must_use]
    pub fn of(score: f64) -> Self {
        let probability = 1.0 / (1.0 + (LINKS - score).exp());
        match probability {
            p if p < 0.05 => Self::AlmostNoChance,
            p if p < 0.20 => Self::VeryUnlikely,
            p if p < 0.45 => Self::Unlikely,
            p if p < 0.55 => Self::RoughlyEven,
            p if p < 0.80 => Self::Likely,
            p if p < 0.95 => Self::VeryLikely,
            _ => Self::AlmostCertain,
        }
    }

    /// The words with their range.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AlmostNoChance => "almost no chance (1-5 %)",
            Self::VeryUnlikely => "very unlikely (5-20 %)",
            Self::Unlikely => "unlikely (20-45 %)",
            Self::RoughlyEven => "roughly even chance (45-55 %)",
            Self::Likely => "likely (55-80 %)",
            Self::VeryLikely => "very likely (80-95 %)",
            Self::AlmostCertain => "almost certain (95-99 %)",
        }
    }
}

/// How firm the basis is, with the reason.
#[must_use]
pub fn confidence(kinds: &[Kind]) -> (cleanbill_model::Confidence, String) {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let level = match kinds.len() {
        0..=1 => cleanbill_model::Confidence::Low,
        2 => cleanbill_model::Confidence::Medium,
        _ => cleanbill_model::Confidence::High,
    };
    let reason = format!(
        "{} independent kind{} of evidence ({}); weights are set by hand, not estimated",
        kinds.len(),
        if kinds.len() == 1 { "" } else { "s" },
        names.join(", ")
    );
    (level, reason)
}

/// Other explanations that the evidence leaves open.
#[must_use]
pub fn alternatives(pairs: &[&Pair], research: bool) -> Vec<&'static str> {
    let has = |kind: Kind| {
        pairs
            .iter()
            .any(|pair| pair.evidence.iter().any(|evidence| evidence.kind == kind))
    };
    let mut open = Vec::new();
    if (has(Kind::Code) || pairs.iter().any(|pair| pair.same_payload)) && !has(Kind::Publisher) {
        open.push("a copy-cat with the same published or leaked code");
    }
    if has(Kind::Indicator) || has(Kind::Infrastructure) {
        open.push("a service or host that unrelated people share");
    }
    if has(Kind::Publisher) {
        open.push("one stolen account used by more than one hand");
    }
    if research {
        open.push("security research: versions and behaviour are those of a beacon");
    }
    open.push("traits copied on purpose to point elsewhere");
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_rise_with_the_sum() {
        assert_eq!(Likelihood::of(LINKS), Likelihood::RoughlyEven);
        assert_eq!(Likelihood::of(5.0), Likelihood::Likely);
        assert_eq!(Likelihood::of(9.0), Likelihood::AlmostCertain);
        assert_eq!(Likelihood::of(0.0), Likelihood::AlmostNoChance);
    }
}
