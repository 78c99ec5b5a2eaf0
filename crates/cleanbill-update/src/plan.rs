//! What a plan says: from, to, why this one, why not the newer one and when that will be ready.
//! It is the result alone; how it was found and how it is told are elsewhere.
use std::sync::Arc;

use cleanbill_model::{PackageName, Purl, Timestamp, Untrusted, Verdict, Version};
use cleanbill_ports::FeedStatus;

use crate::{apply::overrides::Standing, project::Ask, range::Step};

/// A plan for one lockfile.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The clock reading it holds for.
    pub as_of: Timestamp,
    /// The lockfile, as its user would write its path.
    pub lockfile: Arc<str>,
    /// Its format.
    pub format: &'static str,
    /// Releases looked at.
    pub considered: usize,
    /// The worst verdict on what is there.
    pub worst: Verdict,
    /// Overrides that are needed no more.
    pub removable: Vec<Standing>,
    /// What could be better, in the order to read: the worst first.
    pub entries: Vec<Entry>,
    /// What is there and held by nothing but its age, each with the audits that say so and when that ends: it stays.
    pub young: Vec<Young>,
    /// Packages of which nothing could be learnt, and why.
    pub unknown: Vec<(PackageName, String)>,
    /// How the feeds stand.
    pub feeds: Vec<FeedStatus>,
}

/// Why a release should be left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It is malware, or held as if it were.
    Held,
    /// It has known vulnerabilities.
    Vulnerable,
    /// Its publisher took it back or advises against it.
    Deprecated,
    /// Something newer is there.
    Outdated,
}

impl Cause {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Vulnerable => "vulnerable",
            Self::Deprecated => "deprecated",
            Self::Outdated => "outdated",
        }
    }
}

/// One release of the project that could be better.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The package.
    pub name: PackageName,
    /// What is there now.
    pub from: Version,
    /// The verdict on what is there.
    pub standing: Verdict,
    /// Why it should be left, the gravest reason.
    pub cause: Cause,
    /// What is known to be wrong with it.
    pub problems: Vec<Problem>,
    /// The project's own requests; empty for a package others bring in.
    pub asks: Vec<Ask>,
    /// Others that ask for it, `name@version`.
    pub wanted_by: Vec<String>,
    /// What is proposed; `None` where nothing can be vouched for.
    pub choice: Option<Choice>,
    /// Versions that were not taken, newest first, each with its reasons.
    pub passed_over: Vec<PassedOver>,
    /// Newer versions beyond what the manifest takes; `--major` looks at them.
    pub beyond: Option<Version>,
}

/// Something known to be wrong with a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The advisory's id, or the audit that found it.
    pub id: Untrusted,
    /// One line.
    pub summary: Untrusted,
    /// Where to read on.
    pub url: Option<Untrusted>,
}

/// The version that is proposed.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The version.
    pub to: Version,
    /// How far the step goes.
    pub step: Step,
    /// The verdict on it.
    pub verdict: Verdict,
    /// How it gets there.
    pub how: How,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// Known problems it fixes.
    pub fixes: Vec<Untrusted>,
    /// Known problems it still has.
    pub still: Vec<Untrusted>,
    /// Why this one, in sentences.
    pub why: Vec<Untrusted>,
    /// What it does that the installed one does not.
    pub changes: Vec<Untrusted>,
    /// Releases it brings in that the project has not, the whole tree.
    pub brings: Vec<Purl>,
    /// Young releases the fix needs, let in by name and until their own cooldown ends.
    pub admissions: Vec<Admission>,
    /// Where the package says its source is.
    pub repository: Option<Untrusted>,
}

/// How a version gets into the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Every request takes it: only the lockfile changes.
    Lockfile,
    /// Requests of the project's manifests are written anew: each request and its new specifier.
    Manifest(Vec<(Ask, String)>),
    /// Nobody's request takes it: an override is needed until these ask for something newer.
    Override {
        /// Who holds it back, `name@version`.
        until: Vec<String>,
        /// Requests of the project's own manifests that are written anew beside it.
        written: Vec<(Ask, String)>,
    },
    /// A request stands in a form that is not written by us: a tag or a catalog.
    ByHand(String),
}

/// A young release that is let in for a fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The release.
    pub purl: Purl,
    /// When its own cooldown ends and the admission with it.
    pub until: Timestamp,
}

/// A release of the project that time alone will clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Young {
    /// The release.
    pub purl: Purl,
    /// The audits that hold it.
    pub audits: Vec<String>,
    /// When it will have been cleared.
    pub until: Timestamp,
}

/// A version that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// The version.
    pub version: Version,
    /// Why.
    pub reasons: Vec<Untrusted>,
    /// When time alone will have made it fit.
    pub ready: Option<Timestamp>,
}

impl Plan {
    /// Entries with a proposal.
    pub fn proposals(&self) -> impl Iterator<Item = (&Entry, &Choice)> {
        self.entries
            .iter()
            .filter_map(|entry| Some((entry, entry.choice.as_ref()?)))
    }

    /// Entries that are held or vulnerable and for which nothing is proposed that mends it.
    pub fn unmended(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| {
            entry.cause <= Cause::Vulnerable
                && entry
                    .choice
                    .as_ref()
                    .is_none_or(|choice| !choice.still.is_empty())
        })
    }
}
