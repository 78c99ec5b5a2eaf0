//! Version 1 of the JSON, frozen: fields may be added with a default, none renamed, removed or given
//! another meaning. These shapes know the wire only, never the model's types.
use serde::{Deserialize, Serialize};

pub use super::record;

/// The schema name of [`Inspect`].
pub const INSPECT: &str = "cleanbill.inspect/v1";
/// The schema name of [`Audit`].
pub const AUDIT: &str = "cleanbill.audit/v1";

/// Writes a frozen shape: documented, comparable, and lenient about fields added later.
macro_rules! shapes {
    ($($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $kind:ty,)+ })+) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[$field_about])* pub $field: $kind,)+ }
    )+};
}

shapes! {
    /// The answer on one release.
    Inspect {
        /// Always [`INSPECT`].
        schema: String,
        /// What wrote it.
        tool: Tool,
        /// The release.
        subject: Subject,
        /// The clock reading it holds for, RFC 3339.
        as_of: String,
        /// `allow`, `quarantine`, `block` or `unassessed`.
        verdict: String,
        /// When time alone may change the answer.
        until: Option<String>,
        /// What was found, the worst first.
        findings: Vec<Finding>,
        /// What could not be assessed.
        unassessed: Vec<Unassessed>,
        /// What the code can do.
        capabilities: Vec<String>,
        /// Dependencies it brings in that are held or blocked.
        brings_in: Vec<BroughtIn>,
        /// How the feeds stood.
        feeds: Vec<Feed>,
        /// Facts that were not to be had.
        not_known: Vec<NotKnown>,
    }

    /// The answer on a project.
    Audit {
        /// Always [`AUDIT`].
        schema: String,
        /// What wrote it.
        tool: Tool,
        /// The clock reading it holds for, RFC 3339.
        as_of: String,
        /// The worst verdict of all.
        verdict: String,
        /// Counts, and how the run stood.
        summary: Summary,
        /// The lockfiles.
        lockfiles: Vec<Lockfile>,
        /// The releases, the worst first.
        packages: Vec<Package>,
    }

    /// What wrote a record.
    Tool {
        /// Always `cleanbill`.
        name: String,
        /// Its version.
        version: String,
    }

    /// A release.
    Subject {
        /// Its package URL.
        purl: String,
        /// The digest it was judged by, as SRI.
        integrity: Option<String>,
    }

    /// Counts, and how the run stood.
    Summary {
        /// Releases blocked.
        block: usize,
        /// Releases quarantined.
        quarantine: usize,
        /// Releases not assessed.
        unassessed: usize,
        /// Releases allowed.
        allow: usize,
        /// All releases.
        releases: usize,
        /// All lockfiles.
        lockfiles: usize,
        /// Lockfiles that could not be read.
        lockfiles_unread: usize,
        /// Findings by level.
        findings: FindingCounts,
        /// How the feeds stood.
        feeds: Vec<Feed>,
        /// Facts that were not to be had.
        not_known: Vec<NotKnown>,
        /// The package managers' own settings.
        client_settings: Vec<ClientSetting>,
        /// Waivers that did nothing.
        waivers: Vec<Waiver>,
    }

    /// Findings by level; the waived are counted apart.
    FindingCounts {
        /// At `block`.
        block: usize,
        /// At `quarantine`.
        quarantine: usize,
        /// At `warn`.
        warn: usize,
        /// At `note`.
        note: usize,
        /// Waived, at any level.
        waived: usize,
    }

    /// A lockfile.
    Lockfile {
        /// Where it lies.
        path: String,
        /// Its format.
        format: String,
        /// The version it claims.
        version: String,
        /// Releases it pins.
        releases: usize,
        /// All its entries.
        entries: usize,
        /// What is wrong with it.
        defects: Vec<Defect>,
        /// Why it could not be read at all.
        error: Option<String>,
        /// What can be done about that.
        hint: Option<String>,
    }

    /// A flaw of a document.
    Defect {
        /// Its kind.
        code: String,
        /// Where.
        place: String,
        /// What stood there.
        note: String,
    }

    /// A release of the tree.
    Package {
        /// Its package URL.
        purl: String,
        /// Its digest, as SRI.
        integrity: Option<String>,
        /// `allow`, `quarantine`, `block` or `unassessed`.
        verdict: String,
        /// When time alone may change the answer.
        until: Option<String>,
        /// What was found, the worst first.
        findings: Vec<Finding>,
        /// What could not be assessed.
        unassessed: Vec<Unassessed>,
        /// What the code can do.
        capabilities: Vec<String>,
        /// Ways from a root to it.
        paths: Vec<Vec<String>>,
        /// How many ways are not listed.
        more_paths: usize,
        /// Where lockfiles pin it.
        pins: Vec<Pin>,
        /// Only development needs it.
        dev: bool,
        /// An install succeeds without it.
        optional: bool,
    }

    /// A place in a lockfile.
    Pin {
        /// The lockfile's path.
        lockfile: String,
        /// The line, from 1.
        line: u32,
    }

    /// What an audit found, under the policy.
    Finding {
        /// The audit's name.
        audit: String,
        /// `note`, `warn`, `quarantine` or `block`.
        level: String,
        /// `info`, `low`, `medium`, `high` or `critical`.
        severity: String,
        /// `low`, `medium` or `high`.
        confidence: String,
        /// One line.
        title: String,
        /// What was seen.
        what: String,
        /// Why it matters.
        why: String,
        /// What to do.
        #[serde(rename = "do")]
        advice: String,
        /// The proof.
        evidence: Vec<Evidence>,
        /// Ids of the detection taxonomy.
        taxonomy: Vec<String>,
        /// MITRE ATT&CK techniques.
        attack: Vec<String>,
        /// Why the policy changed the level.
        because: Option<String>,
        /// A waiver covers it.
        waived: bool,
        /// The advisory it rests on.
        advisory: Option<Advisory>,
    }

    /// A step of proof.
    Evidence {
        /// A file of the release, a lockfile, or a field of a registry document.
        file: Option<String>,
        /// Line, from 1.
        line: Option<u32>,
        /// Column in characters, from 1.
        column: Option<u32>,
        /// What the step shows.
        note: String,
        /// A value recovered from the code.
        decoded: Option<String>,
        /// Source from the line on.
        excerpt: Option<String>,
    }

    /// The advisory a finding rests on.
    Advisory {
        /// Its id.
        id: String,
        /// Other ids of the same.
        aliases: Vec<String>,
        /// The lowest version that is not affected.
        fixed: Option<String>,
        /// CVSS base score.
        score: Option<f32>,
        /// Malware rather than a flaw.
        malicious: bool,
        /// The feed that said so.
        feed: String,
    }

    /// What could not be assessed.
    Unassessed {
        /// The file, where it is one.
        file: Option<String>,
        /// The reason.
        reason: String,
    }

    /// A dependency that is held or blocked.
    BroughtIn {
        /// `name@version`.
        spec: String,
        /// The range asked for.
        range: String,
        /// Its verdict.
        verdict: String,
        /// What decided.
        reason: String,
    }

    /// How a feed stood.
    Feed {
        /// Its name.
        name: String,
        /// `fresh`, `stale`, `missing`, `empty` or `unreadable`.
        state: String,
        /// When it was last brought up to date.
        synced: Option<String>,
        /// Records of malware.
        malicious: u64,
        /// Records of vulnerabilities.
        vulnerable: u64,
        /// What is wrong with it.
        problem: Option<String>,
    }

    /// A fact that was not to be had.
    NotKnown {
        /// The fact.
        what: String,
        /// Why not.
        reason: String,
        /// For how many releases.
        count: usize,
    }

    /// A package manager's rule beside ours.
    ClientSetting {
        /// The client.
        client: String,
        /// The setting.
        setting: String,
        /// Its value, where set.
        value: Option<String>,
        /// The file it was read from.
        origin: Option<String>,
        /// Ours for the same.
        ours: String,
    }

    /// A waiver that did nothing.
    Waiver {
        /// The release it names.
        release: String,
        /// The audit it names.
        audit: String,
        /// Why it was made.
        reason: String,
        /// Who answers for it.
        owner: String,
        /// `unused` or `expired`.
        state: String,
        /// When it expired.
        ended: Option<String>,
    }
}
