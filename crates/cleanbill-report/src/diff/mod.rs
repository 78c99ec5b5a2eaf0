//! Two releases side by side: what the new one does, holds and asks for that the old one did not.
//! It is handed a comparison that was made elsewhere, and judges nothing itself.
use cleanbill_model::{Evidence, Integrity, Level, Unassessed, Untrusted};

use crate::{
    format::{RenderError, RenderOptions},
    view::EvidenceView,
};

mod html;
mod human;
mod json;
#[cfg(test)]
mod samples;
mod sarif;
#[cfg(test)]
mod tests;

/// What a comparison found.
#[derive(Clone, Debug, Default)]
pub struct DiffReport {
    /// The version of what compared them.
    pub tool_version: String,
    /// The release before.
    pub old: DiffSide,
    /// The release after.
    pub new: DiffSide,
    /// How far the changes go together; `None` where nothing speaks against the new release.
    pub level: Option<Level>,
    /// Only the last part of the version grew.
    pub patch: bool,
    /// Capabilities only the new release has.
    pub gained: Vec<String>,
    /// Capabilities only the old one has.
    pub lost: Vec<String>,
    /// Flows from a source to a sink that are new, strongest first.
    pub chains: Vec<DiffChain>,
    /// Every other change, those that count first.
    pub changes: Vec<DiffChange>,
    /// Hosts that only one of the two speaks to.
    pub hosts: Vec<DiffHost>,
    /// Requests for other packages that came, went or changed.
    pub dependencies: Vec<DiffDependency>,
    /// Files that came, went or changed, by kind.
    pub files: Vec<DiffFiles>,
    /// Texts the new release decodes and the old one did not.
    pub decoded: Vec<Evidence>,
    /// What of the new release could not be read.
    pub unassessed: Vec<Unassessed>,
}

/// One of the two releases.
#[derive(Clone, Debug, Default)]
pub struct DiffSide {
    /// What was asked for.
    pub asked: Untrusted,
    /// Its name, from its manifest.
    pub name: Option<Untrusted>,
    /// Its version, from its manifest.
    pub version: Option<Untrusted>,
    /// Digest of its tarball.
    pub integrity: Option<Integrity>,
}

/// A new flow.
#[derive(Clone, Debug)]
pub struct DiffChain {
    /// The id of the taxonomy.
    pub id: String,
    /// What starts it: `install`, `import` and so on.
    pub trigger: String,
    /// How far it goes, being new.
    pub level: Level,
    /// Where it leads, where a host is known, and of what class that is.
    pub host: Option<(Untrusted, String)>,
    /// The way from its source to its sink.
    pub steps: Vec<Evidence>,
}

/// A change that is no flow.
#[derive(Clone, Debug)]
pub struct DiffChange {
    /// Its kind in kebab-case: `host`, `trigger`, `opaque` and so on.
    pub kind: String,
    /// It counts towards a hold; others are told only.
    pub counts: bool,
    /// What was seen.
    pub note: Untrusted,
    /// Where.
    pub steps: Vec<Evidence>,
}

/// A host.
#[derive(Clone, Debug)]
pub struct DiffHost {
    /// Only the new release speaks to it; otherwise only the old one.
    pub added: bool,
    /// The host.
    pub host: Untrusted,
    /// Its class in words.
    pub class: String,
    /// The place, with the address as its decoded value.
    pub place: Evidence,
}

/// A request for another package.
#[derive(Clone, Debug)]
pub struct DiffDependency {
    /// The map it stands in.
    pub map: String,
    /// The name.
    pub name: Untrusted,
    /// What the old release asks for.
    pub old: Option<Untrusted>,
    /// What the new one asks for.
    pub new: Option<Untrusted>,
}

/// Files of one kind.
#[derive(Clone, Debug, Default)]
pub struct DiffFiles {
    /// The kind in kebab-case.
    pub kind: String,
    /// Only in the new release.
    pub added: Vec<Untrusted>,
    /// Only in the old one.
    pub removed: Vec<Untrusted>,
    /// In both, with other bytes.
    pub changed: Vec<Untrusted>,
}

/// The views of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiffFormat {
    /// For people, in a terminal or a log.
    Human,
    /// Cleanbill's own JSON, version 1.
    Json,
    /// SARIF 2.1.0, a new chain as a code flow.
    Sarif,
    /// One self-contained page.
    Html,
}

impl DiffFormat {
    /// Every view, in the order help lists them.
    pub const ALL: [Self; 4] = [Self::Human, Self::Json, Self::Sarif, Self::Html];

    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Html => "html",
        }
    }
}

impl std::str::FromStr for DiffFormat {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| "the formats are `human`, `json`, `sarif` and `html`".to_owned())
    }
}

/// Draws a comparison.
///
/// # Errors
/// Only for a fault of our own; no text of a package can cause one.
pub fn render_diff(
    report: &DiffReport,
    format: DiffFormat,
    options: &RenderOptions,
) -> Result<String, RenderError> {
    match format {
        DiffFormat::Human => Ok(human::draw(report, options)),
        DiffFormat::Json => json::draw(report),
        DiffFormat::Sarif => sarif::draw(report),
        DiffFormat::Html => html::draw(report),
    }
}

impl DiffReport {
    /// The changes would hold the new release.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.level >= Some(Level::Quarantine)
    }

    /// The decision in a sentence.
    fn decision(&self) -> &'static str {
        match self.level {
            Some(Level::Block) => {
                "one of the new chains would block the new release; do not take it before the places below are explained"
            }
            Some(Level::Quarantine) => {
                "these changes together would hold the new release; read the places below before you take it"
            }
            Some(Level::Warn) => "worth a look before you take it",
            _ => "nothing here speaks against the new release",
        }
    }

    /// Nothing came, went or changed.
    fn is_empty(&self) -> bool {
        self.gained.is_empty()
            && self.lost.is_empty()
            && self.chains.is_empty()
            && self.changes.is_empty()
            && self.hosts.is_empty()
            && self.dependencies.is_empty()
            && self.files.is_empty()
            && self.decoded.is_empty()
    }
}

impl DiffSide {
    /// `name@version` where the manifest tells both, what was asked for otherwise.
    fn spec(&self) -> String {
        match (&self.name, &self.version) {
            (Some(name), Some(version)) => format!("{}@{}", name.raw(), version.raw()),
            _ => self.asked.raw().to_owned(),
        }
    }
}

impl DiffChain {
    /// `FLO-06 at install, to evil.example (a host …)`.
    fn title(&self) -> String {
        let place = self
            .host
            .as_ref()
            .map(|(host, class)| format!(", `{}` ({class})", host.raw()))
            .unwrap_or_default();
        format!("{}, started by {}{place}", self.id, self.trigger)
    }

    /// What happens at its end.
    fn ending(&self) -> &str {
        self.steps.last().map_or("", |step| step.note.raw())
    }
}

impl DiffDependency {
    /// `added`, `removed` or `changed`.
    fn fate(&self) -> &'static str {
        match (&self.old, &self.new) {
            (None, _) => "added",
            (Some(_), None) => "removed",
            (Some(_), Some(_)) => "changed",
        }
    }

    /// What it was and what it is.
    fn ranges(&self) -> String {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => format!("{} to {}", old.raw(), new.raw()),
            (Some(one), None) | (None, Some(one)) => one.raw().to_owned(),
            (None, None) => String::new(),
        }
    }
}

fn views(steps: &[Evidence]) -> Vec<EvidenceView<'_>> {
    steps.iter().map(EvidenceView::from).collect()
}
