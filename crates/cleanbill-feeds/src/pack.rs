//! The campaigns Cleanbill itself knows, carried in the program: found with no feed fetched.
//! It reads them once, on first use; false alarms are kept apart and come out as withdrawn.
use std::{borrow::Cow, collections::HashMap, sync::OnceLock};

use cleanbill_model::{
    Advisory, AdvisoryKind, Affected, Confidence, Integrity, PackageName, Range, Timestamp, Untrusted,
    Version, VersionRange,
};
use serde::Deserialize;

use crate::campaign::{Campaign, Class, Dispute, Standing};

/// The pack's name among feeds.
pub const FEED: &str = "cleanbill-campaigns";
/// What the pack's sources knew last; its age in `feed status`.
pub const AS_OF: &str = "2026-09-15";
const CAMPAIGNS: &str = include_str!(concat!(env!("OUT_DIR"), "/campaigns.json"));
const DISPUTES: &str = include_str!("../data/disputed.json");

/// The parts of a campaign that a look-up needs; the rest is passed over unread.
#[derive(Deserialize)]
struct Brief<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    class: Class,
    confidence: Confidence,
    #[serde(borrow, default)]
    timeline: Vec<BriefMoment<'a>>,
    #[serde(borrow)]
    packages: Vec<BriefPackage<'a>>,
    #[serde(borrow, default)]
    aliases: Vec<Cow<'a, str>>,
    #[serde(borrow, default)]
    sources: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct BriefMoment<'a> {
    #[serde(borrow)]
    at: Cow<'a, str>,
    #[serde(borrow)]
    what: Cow<'a, str>,
}

#[derive(Deserialize)]
struct BriefPackage<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    versions: Vec<Cow<'a, str>>,
    #[serde(borrow, default)]
    range: Option<Cow<'a, str>>,
    #[serde(default)]
    whole: bool,
    #[serde(borrow, default)]
    last_good: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    tarballs: Vec<Cow<'a, str>>,
}

/// The pack, ready for look-ups.
pub(crate) struct Pack {
    campaigns: Vec<Brief<'static>>,
    disputes: Vec<Dispute>,
    /// Package name to the campaign and the package's place in it.
    names: HashMap<&'static str, Vec<(u32, u32)>>,
}

/// The pack, read on first use.
///
/// # Errors
/// When the carried text is not readable: a fault of the build, told as a broken feed.
pub(crate) fn pack() -> Result<&'static Pack, &'static str> {
    static PACK: OnceLock<Result<Pack, String>> = OnceLock::new();
    PACK.get_or_init(|| Pack::read(CAMPAIGNS, DISPUTES))
        .as_ref()
        .map_err(String::as_str)
}

/// Every campaign with all its facts, read anew at each call.
///
/// # Errors
/// When the carried text is not readable.
pub fn campaigns() -> Result<Vec<Campaign>, serde_json::Error> {
    serde_json::from_str(CAMPAIGNS)
}

/// Every known false alarm.
///
/// # Errors
/// When the carried text is not readable.
pub fn disputes() -> Result<Vec<Dispute>, serde_json::Error> {
    serde_json::from_str(DISPUTES)
}

/// What a campaign's timeline calls the moments that date its advisories.
const DETECTED: &str = "detected";
const FIRST_BAD: &str = "first bad release published";
const MISTAKEN: &str = "taken down by mistake";

impl Pack {
    fn read(campaigns: &'static str, disputes: &str) -> Result<Self, String> {
        let campaigns: Vec<Brief<'static>> =
            serde_json::from_str(campaigns).map_err(|error| format!("campaigns are unreadable: {error}"))?;
        let disputes: Vec<Dispute> =
            serde_json::from_str(disputes).map_err(|error| format!("disputes are unreadable: {error}"))?;
        let mut pack = Self {
            campaigns: Vec::new(),
            disputes,
            names: HashMap::with_capacity(4096),
        };
        for (at, campaign) in (0_u32..).zip(&campaigns) {
            for (place, package) in (0_u32..).zip(&campaign.packages) {
                // Names never carry an escape, so they always borrow from the carried text.
                if let Cow::Borrowed(name) = package.name {
                    pack.names.entry(name).or_default().push((at, place));
                }
            }
        }
        pack.campaigns = campaigns;
        Ok(pack)
    }

    /// Advisories on `name`; false alarms come as withdrawn.
    pub(crate) fn about(&self, name: &PackageName) -> Vec<Advisory> {
        let mut found = Vec::new();
        for (campaign, package) in self.names.get(name.as_str()).into_iter().flatten() {
            let campaign = self.campaigns.get(*campaign as usize);
            let package = campaign.and_then(|campaign| campaign.packages.get(*package as usize));
            if let (Some(campaign), Some(package)) = (campaign, package) {
                found.extend(campaign.advisory(package, name));
            }
        }
        for dispute in self
            .disputes
            .iter()
            .filter(|d| d.packages.iter().any(|p| p == name.as_str()))
        {
            found.push(told_dispute(dispute, name));
        }
        found
    }

    /// Advisories that can match, over all names.
    pub(crate) fn count(&self) -> u64 {
        let matchable = |campaign: &Brief<'_>| {
            let real = campaign.class != Class::FalsePositive;
            campaign
                .packages
                .iter()
                .filter(|package| real && package.is_matchable())
                .count() as u64
        };
        self.campaigns.iter().map(matchable).sum()
    }
}

impl BriefPackage<'_> {
    fn is_matchable(&self) -> bool {
        self.whole || self.range.is_some() || !self.versions.is_empty()
    }
}

impl Brief<'_> {
    /// `None` when nothing is known to match: an advisory without version data would mean all versions.
    fn advisory(&self, package: &BriefPackage<'_>, name: &PackageName) -> Option<Advisory> {
        let told = self.class == Class::FalsePositive;
        if !told && !package.is_matchable() {
            return None;
        }
        let mut affected = Affected {
            versions: package
                .versions
                .iter()
                .filter_map(|text| Version::parse(text).ok())
                .collect(),
            npm_ranges: package
                .range
                .iter()
                .filter_map(|text| Range::parse(text).ok())
                .collect(),
            ranges: Vec::new(),
            hashes: package
                .tarballs
                .iter()
                .filter_map(|text| Integrity::parse_hex(text).ok())
                .collect(),
        };
        if package.whole {
            affected.ranges.push(VersionRange {
                introduced: None,
                fixed: None,
                last_affected: None,
            });
        }
        let first = self.moment(FIRST_BAD).or_else(|| self.moment(MISTAKEN));
        let published = self.moment(DETECTED).or(first);
        let summary = format!("{}: {}", in_words(self.class), self.name);
        Some(Advisory {
            id: Untrusted::from(format!("CB-{}", self.id)),
            aliases: self
                .aliases
                .iter()
                .map(|alias| Untrusted::from(alias.as_ref()))
                .collect(),
            name: name.clone(),
            kind: AdvisoryKind::Malicious,
            summary: Untrusted::from(summary),
            url: self.sources.first().map(|url| Untrusted::from(url.as_ref())),
            published,
            withdrawn: if told {
                published.or(Some(Timestamp::from_millis(0)))
            } else {
                None
            },
            severity: None,
            affected,
            feed: FEED.to_owned(),
            campaign: Some(Untrusted::from(self.id.as_ref())),
            confidence: self.confidence,
            last_good: package
                .last_good
                .as_ref()
                .map(|text| Untrusted::from(text.as_ref())),
        })
    }

    fn moment(&self, what: &str) -> Option<Timestamp> {
        self.timeline
            .iter()
            .find(|moment| moment.what == what)
            .and_then(|moment| loose_time(&moment.at))
    }
}

fn in_words(class: Class) -> &'static str {
    match class {
        Class::Hijack => "release of a package that was taken over",
        Class::Squat => "package made to deceive",
        Class::Sleeper => "package that turned against its users",
        Class::Sabotage => "release its own author made harmful",
        Class::Infra => "package reached through its surroundings",
        Class::FalsePositive => "false alarm",
    }
}

fn told_dispute(dispute: &Dispute, name: &PackageName) -> Advisory {
    let standing = match dispute.standing {
        Standing::Withdrawn => "false alarm, taken back",
        Standing::Disputed => "false alarm, disputed",
    };
    let when = loose_time(&dispute.when);
    Advisory {
        id: Untrusted::from(format!("CB-disputed-{}", dispute.id)),
        aliases: dispute
            .records
            .iter()
            .map(|id| Untrusted::from(id.as_str()))
            .collect(),
        name: name.clone(),
        kind: AdvisoryKind::Malicious,
        summary: Untrusted::from(format!("{standing}: {}", dispute.what)),
        url: dispute.source.as_deref().map(Untrusted::from),
        published: when,
        withdrawn: when.or(Some(Timestamp::from_millis(0))),
        severity: None,
        affected: Affected::default(),
        feed: FEED.to_owned(),
        campaign: None,
        confidence: Confidence::Medium,
        last_good: None,
    }
}

/// A time that may be a month or a year only: its first moment.
fn loose_time(text: &str) -> Option<Timestamp> {
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    Timestamp::parse(&full).ok()
}
