//! A campaign as its file tells it: what was published, when, how it showed, who said what.
//! It keeps every claim with its speaker, and draws no conclusion.
use serde::{Deserialize, Serialize};

/// The version of the file's shape.
pub const SCHEMA: &str = "cleanbill-campaign/1";

/// One campaign, one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// [`SCHEMA`].
    pub schema: String,
    /// Its id, such as `axios-2026-03`; also the file's name.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What kind of thing happened.
    pub class: Class,
    /// How sure this file is: `high`, `medium` or `low`.
    pub confidence: cleanbill_model::Confidence,
    /// How they got in.
    pub vector: String,
    /// When the code ran.
    pub execution: Execution,
    /// How it hid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hiding: Option<String>,
    /// What happened when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Moment>,
    /// How long it stood.
    #[serde(default)]
    pub exposure: Exposure,
    /// How many packages and versions sources report, against what is listed here.
    #[serde(default)]
    pub reported: Reported,
    /// Signals seen, as `pre:` (before reading code), `code:` or `anti:`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<String>,
    /// The packages.
    pub packages: Vec<CampaignPackage>,
    /// Addresses, files and accounts, defanged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Indicator>,
    /// Who said who did it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attribution: Vec<Claim>,
    /// What was done, and what to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remediation: Vec<String>,
    /// Ids others use for the whole of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Where it is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// What a reader should know of the data itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A good package was taken over.
    Hijack,
    /// A new package made to be mistaken or believed.
    Squat,
    /// A useful package that turned.
    Sleeper,
    /// The author's own harm.
    Sabotage,
    /// The package was reached through something else: a bucket, an extension, a workflow.
    Infra,
    /// It was no malware, and somebody said it was.
    FalsePositive,
}

/// When the code ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// `install`, `import`, `browser`, `other`, or `not verified`.
    pub when: Vec<String>,
    /// In words.
    pub detail: String,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// RFC 3339 in UTC, or a date, month or year where no more is known.
    pub at: String,
    /// What.
    pub what: String,
    /// Who says so, where that is known apart from the campaign's sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// How long it stood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// Hours from the first bad publication to the first flag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_to_first_flag: Option<f64>,
    /// Hours until removal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_exposed: Option<f64>,
    /// The class of that length: `<1h`, `1-24h`, `1-3d`, `3-7d`, `>7d`, `unknown`.
    #[serde(default)]
    pub window: String,
    /// Days of a cooldown, and whether that many would have been enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooldown_days_enough: Option<std::collections::BTreeMap<String, bool>>,
}

/// Counts that sources give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// Packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packages: Option<u64>,
    /// Versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<u64>,
}

/// One package of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignPackage {
    /// Its name.
    pub name: String,
    /// Bad versions, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// An npm range, where sources give one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// Every version is bad: the package was made for this.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// The last good versions, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_good: Option<String>,
    /// Digests of bad tarballs, in hexadecimal, where a source says that they are of tarballs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tarballs: Vec<String>,
    /// What is not known of it; a package with neither versions, range nor `whole` is never matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// What it is.
    pub kind: IndicatorKind,
    /// Its value, defanged: `files[.]example`.
    pub value: String,
    /// Of what, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Who gave it, where that is known apart from the campaign's sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What an indicator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// A host name.
    Domain,
    /// An address.
    Ip,
    /// A digest, of a file or a tarball.
    Hash,
    /// A file, a marker, a service or a registry value.
    File,
    /// A mail address.
    Email,
    /// An account on the registry.
    NpmUser,
    /// The account of somebody who was robbed, not of an attacker.
    VictimUser,
}

/// Who said who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The actor's name, as the speaker has it.
    pub actor: String,
    /// The speaker, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How sure the speaker is, in the speaker's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

/// A known false alarm of somebody's feed: told, never held against a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// Its id, such as `puppeteer-2026`.
    pub id: String,
    /// The packages.
    pub packages: Vec<String>,
    /// When, as well as is known: a date, a month or a year.
    pub when: String,
    /// What was said of them, and by whom.
    pub what: String,
    /// `withdrawn` by its own source, or `disputed` by others.
    pub standing: Standing,
    /// Ids of the records meant, where known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
    /// Where it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// How far a dispute has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The source took it back.
    Withdrawn,
    /// Others say that it is wrong.
    Disputed,
}
