//! One audit's observation, with evidence, before any policy.
use crate::{AuditId, AuditMeta, Confidence, Evidence, Level, Purl, Severity, Timestamp, Untrusted, Version};

/// What a signal says towards "this release was hijacked". Two different marks on one release hold it;
/// one alone never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// Who published: another account, a dormant one, another mail domain.
    Publisher,
    /// How it was published: channel or provenance lost.
    Channel,
    /// A young dependency of another owner came in.
    Dependency,
    /// Something new runs at install.
    Script,
    /// The shape of the release: burst, line anomaly, tag moved.
    Shape,
    /// The name imitates another.
    Name,
    /// New behaviour in the code.
    Code,
}

/// A signal that time alone heals: it counts while younger than the policy's cooldown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Maturity {
    /// The release came into being at this moment.
    Release(Timestamp),
    /// The name came into being at this moment.
    Name(Timestamp),
}

/// The advisory a signal rests on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AdvisoryRef {
    /// Its id in the feed.
    pub id: Untrusted,
    /// Other ids of the same thing.
    pub aliases: Vec<Untrusted>,
    /// The lowest version that is not affected and not below this one.
    pub fixed: Option<Version>,
    /// CVSS base score, where the record gives one.
    pub score: Option<f32Bits>,
    /// True for malware, false for a vulnerability.
    pub malicious: bool,
    /// The feed that said so.
    pub feed: String,
}

/// A score kept as bits, so that signals compare and hash exactly.
#[allow(non_camel_case_types, reason = "reads as the float it carries")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct f32Bits(u32);
impl f32Bits {
    /// From a float.
    #[must_use]
    pub fn new(score: f32) -> Self {
        Self(score.to_bits())
    }
    /// As a float.
    #[must_use]
    pub fn get(self) -> f32 {
        f32::from_bits(self.0)
    }
}

/// One observation. Made by [`Signal::new`], which asks for evidence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signal {
    /// Who saw it.
    pub audit: AuditId,
    /// The release it is about.
    pub subject: Purl,
    /// How bad if true.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// How far it goes alone.
    pub level: Level,
    /// What it says towards a hijack, where it does.
    pub mark: Option<Mark>,
    /// The evidence is a whole way, from what starts it to what it does, each step with its place, and the release
    /// before did not have it.
    pub proven: bool,
    /// Set when time heals it.
    pub maturity: Option<Maturity>,
    /// Set when it rests on an advisory.
    pub advisory: Option<AdvisoryRef>,
    /// One line.
    pub title: Untrusted,
    /// What we saw.
    pub what: Untrusted,
    /// Why it matters.
    pub why: Untrusted,
    /// What to do.
    pub advice: Untrusted,
    /// The proof, in order; never empty.
    pub evidence: Vec<Evidence>,
    /// Ids of the detection taxonomy.
    pub taxonomy: Vec<&'static str>,
    /// MITRE ATT&CK techniques.
    pub attack: Vec<&'static str>,
}

impl Signal {
    /// A signal of `meta`'s audit with its default severity, confidence and level.
    pub fn new(meta: &AuditMeta, subject: &Purl, first: Evidence) -> Self {
        Self {
            audit: meta.id,
            subject: subject.clone(),
            severity: meta.severity,
            confidence: meta.confidence,
            level: meta.level,
            mark: None,
            proven: false,
            maturity: None,
            advisory: None,
            title: meta.title.into(),
            what: Untrusted::default(),
            why: Untrusted::default(),
            advice: Untrusted::default(),
            evidence: vec![first],
            taxonomy: meta.taxonomy.to_vec(),
            attack: meta.attack.to_vec(),
        }
    }

    /// What, why, what to do.
    #[must_use]
    pub fn words(
        mut self,
        what: impl Into<Untrusted>,
        why: impl Into<Untrusted>,
        advice: impl Into<Untrusted>,
    ) -> Self {
        (self.what, self.why, self.advice) = (what.into(), why.into(), advice.into());
        self
    }

    /// Another title than the audit's.
    #[must_use]
    pub fn titled(mut self, title: impl Into<Untrusted>) -> Self {
        self.title = title.into();
        self
    }

    /// Further evidence.
    #[must_use]
    pub fn also(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// Another level than the audit's most.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Another severity than the audit's most.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Another confidence than the audit's most.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Its evidence is a whole new way.
    #[must_use]
    pub fn proven(mut self) -> Self {
        self.proven = true;
        self
    }

    /// Counts towards a hijack.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> Self {
        self.mark = Some(mark);
        self
    }
}
