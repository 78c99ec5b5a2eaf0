//! What a run hands over to be told: the judgements, and everything around them worth a line.
//! It decides nothing and knows no view; whoever ran the audit fills it in.
use cleanbill_model::{AuditMeta, Defect, Judgement, Timestamp, Untrusted, Verdict};

/// What the policy does with a release that could not be assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum UnassessedRule {
    /// It is held as if quarantined; the default of the product.
    #[default]
    Hold,
    /// It is told and let through.
    Tell,
}

/// The answer on a project: every lockfile, every release in them, and how the run stood.
/// Begin with [`AuditReport::new`] and fill in what the run learnt.
#[derive(Clone, Debug)]
pub struct AuditReport {
    /// The clock reading the answer holds for.
    pub as_of: Timestamp,
    /// What the policy does with the unassessed.
    pub unassessed: UnassessedRule,
    /// The lockfiles found, in the order they were read.
    pub lockfiles: Vec<LockfileReport>,
    /// One entry a release, in any order; views sort for themselves.
    pub packages: Vec<PackageReport>,
    /// Facts that were not to be had, once a run and not once a release.
    pub not_known: Vec<NotKnown>,
    /// How each feed stands; empty means that no feed was set up, which is said.
    pub feeds: Vec<FeedLine>,
    /// The package managers' own settings, to stand beside ours.
    pub client_settings: Vec<ClientSetting>,
    /// Waivers that did nothing.
    pub waivers: Vec<WaiverNote>,
    /// How long the run took; only the human view tells it.
    pub elapsed_millis: Option<u64>,
    /// Every audit that ran, for rules, titles and pages.
    pub audits: Vec<AuditMeta>,
    /// The version of Cleanbill.
    pub tool_version: String,
}

/// The answer on one release.
#[derive(Clone, Debug)]
pub struct InspectReport {
    /// The release and what was found.
    pub judgement: Judgement,
    /// What the policy does with the unassessed.
    pub unassessed: UnassessedRule,
    /// Dependencies it would bring in that are themselves held or blocked.
    pub brings_in: Vec<BroughtIn>,
    /// What it did on invented machines, where it was rehearsed.
    pub rehearsal: Vec<Story>,
    /// Facts that were not to be had.
    pub not_known: Vec<NotKnown>,
    /// How each feed stands.
    pub feeds: Vec<FeedLine>,
    /// Every audit that ran.
    pub audits: Vec<AuditMeta>,
    /// The version of Cleanbill.
    pub tool_version: String,
}

/// What a release did on one invented machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// The machine's name; empty where the rehearsal itself failed.
    pub machine: String,
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// Moments left out.
    pub more: usize,
    /// Why it is not the whole story.
    pub stops: Vec<Untrusted>,
}

/// One thing that happened in a rehearsal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Virtual milliseconds since the start.
    pub at_ms: u64,
    /// The file and line, where known.
    pub place: Untrusted,
    /// What it did.
    pub did: Untrusted,
    /// Marked secrets that went with it.
    pub stolen: Vec<Untrusted>,
}

/// One lockfile.
#[derive(Clone, Debug, Default)]
pub struct LockfileReport {
    /// Where it lies, as the user would write it.
    pub path: Untrusted,
    /// Its format: `package-lock`, `yarn-classic`, `yarn-berry`, `pnpm`, `bun`.
    pub format: String,
    /// The version it claims, as text.
    pub version: String,
    /// Distinct registry releases it pins.
    pub releases: usize,
    /// All entries, those from elsewhere included.
    pub entries: usize,
    /// What is wrong with it, and was read around.
    pub defects: Vec<Defect>,
    /// Why it could not be read at all.
    pub error: Option<LockfileProblem>,
}

/// A lockfile that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LockfileProblem {
    /// What could not be done, and to what.
    pub message: Untrusted,
    /// What the user can do about it.
    pub hint: Option<Untrusted>,
}

/// One release of the tree.
#[derive(Clone, Debug)]
pub struct PackageReport {
    /// The release and what was found.
    pub judgement: Judgement,
    /// Ways from a root to it: the root's name first, then `name@version` a step, itself last.
    pub paths: Vec<Vec<Untrusted>>,
    /// How many more ways there are than `paths` lists.
    pub more_paths: usize,
    /// Where lockfiles pin it.
    pub pins: Vec<PinPlace>,
    /// Only development brings it in.
    pub dev: bool,
    /// An install succeeds without it.
    pub optional: bool,
    /// The purls of what it depends on, as resolved.
    pub depends_on: Vec<String>,
}

/// Where a lockfile pins a release.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PinPlace {
    /// The lockfile's path, as in [`LockfileReport::path`].
    pub lockfile: Untrusted,
    /// The line the entry starts at, from 1.
    pub line: u32,
    /// The source from that line on, a few lines; may be empty for a release with nothing to tell.
    pub text: Untrusted,
}

/// A fact that was not to be had, told once a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotKnown {
    /// The fact: `who published each release`.
    pub what: String,
    /// Why not: `the registry does not send it`.
    pub reason: String,
    /// For how many releases.
    pub count: usize,
}

/// How a feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedState {
    /// Within its age budget.
    Fresh,
    /// Older than its age budget.
    Stale,
    /// Never fetched, or its index is gone.
    Missing,
    /// There, and without a record.
    Empty,
    /// There, and not readable.
    Unreadable,
}

impl FeedState {
    /// The word used in JSON and text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One feed's standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedLine {
    /// Its name in the settings.
    pub name: String,
    /// How it stands.
    pub state: FeedState,
    /// When it was last brought up to date.
    pub synced: Option<Timestamp>,
    /// Records of malware in it.
    pub malicious: u64,
    /// Records of vulnerabilities in it.
    pub vulnerable: u64,
    /// What is wrong with it, and what follows for this run.
    pub problem: Option<Untrusted>,
}

/// One age or script rule of a package manager, beside ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSetting {
    /// `npm`, `pnpm`, `yarn`, `bun`.
    pub client: String,
    /// The setting's name, as that client writes it.
    pub setting: String,
    /// Its value; `None` when it is not set.
    pub value: Option<Untrusted>,
    /// The file it was read from.
    pub origin: Option<Untrusted>,
    /// Our own value for the same thing.
    pub ours: String,
}

/// What is the matter with a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverState {
    /// It matched nothing.
    Unused,
    /// Its end date has passed; it waived nothing.
    Expired(Timestamp),
}

/// A waiver that did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverNote {
    /// The release it names.
    pub release: Untrusted,
    /// The audit it names.
    pub audit: Untrusted,
    /// Why it was made.
    pub reason: Untrusted,
    /// Who answers for it.
    pub owner: Untrusted,
    /// What is the matter.
    pub state: WaiverState,
}

/// A dependency that a release would bring in, and why it is held or blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroughtIn {
    /// `name@version`.
    pub spec: Untrusted,
    /// The range the release asks for.
    pub range: Untrusted,
    /// The verdict on it.
    pub verdict: Verdict,
    /// The title of the finding that decided.
    pub reason: Untrusted,
}

impl AuditReport {
    /// The answer on nothing yet, as of a moment, by a version of Cleanbill.
    pub fn new(as_of: Timestamp, tool_version: impl Into<String>) -> Self {
        Self {
            as_of,
            unassessed: UnassessedRule::Hold,
            lockfiles: vec![],
            packages: vec![],
            not_known: vec![],
            feeds: vec![],
            client_settings: vec![],
            waivers: vec![],
            elapsed_millis: None,
            audits: vec![],
            tool_version: tool_version.into(),
        }
    }

    /// The worst verdict of all releases; a lockfile that cannot be read is at least unassessed.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let unread = self.lockfiles.iter().any(|lockfile| lockfile.error.is_some());
        let floor = if unread {
            Verdict::Unassessed
        } else {
            Verdict::Allow
        };
        self.packages
            .iter()
            .map(|package| package.judgement.verdict)
            .max()
            .unwrap_or(floor)
            .max(floor)
    }
}

impl InspectReport {
    /// The same answer as an audit of a tree of one, for the views that only know trees.
    #[must_use]
    pub fn as_audit(&self) -> AuditReport {
        AuditReport {
            unassessed: self.unassessed,
            packages: vec![PackageReport::alone(self.judgement.clone())],
            not_known: self.not_known.clone(),
            feeds: self.feeds.clone(),
            audits: self.audits.clone(),
            ..AuditReport::new(self.judgement.as_of, self.tool_version.clone())
        }
    }
}

impl PackageReport {
    /// A release outside any tree.
    #[must_use]
    pub fn alone(judgement: Judgement) -> Self {
        Self {
            judgement,
            paths: vec![],
            more_paths: 0,
            pins: vec![],
            dev: false,
            optional: false,
            depends_on: vec![],
        }
    }
}
