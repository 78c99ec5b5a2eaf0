//! A feed or campaign pack names this release as malware. How far that goes depends on how closely it is
//! meant: by its bytes, by its version, or only by its name, which feeds have more than once got wrong.
//! Incident: whole popular packages listed in all versions after one release of theirs was hijacked.
use std::collections::BTreeSet;

use cleanbill_facts::{Facts, Notice, Tier};
use cleanbill_model::{
    Advisory, AdvisoryKind, AdvisoryRef, Age, AuditId, AuditMeta, Confidence, Evidence, Level, Missing, Need,
    Severity, Signal, Stability, Timestamp,
};

use crate::{Audit, history, words};

pub(crate) struct KnownMalicious;

static META: AuditMeta = AuditMeta {
    id: AuditId("known-malicious"),
    title: "known malware",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Notices],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["NEG-17"],
    attack: &["T1195.002"],
    page: include_str!("../../docs/known-malicious.md"),
};

/// Age from which a name or a release counts as established: a name-only notice on it waits for a second
/// voice. Names of malware are mostly taken down long before.
const ESTABLISHED: Age = Age::days(30);

impl Audit for KnownMalicious {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(notices) = facts.notices.get() else {
            return;
        };
        for advisory in notices
            .disputed
            .iter()
            .filter(|advisory| advisory.kind == AdvisoryKind::Malicious)
        {
            signals.push(disputed(facts, advisory));
        }
        let mut about: Vec<&Notice> = notices
            .about
            .iter()
            .filter(|notice| stands(&notice.advisory, facts.as_of))
            .collect();
        about.sort_by_key(|notice| std::cmp::Reverse((notice.tier, notice.advisory.confidence)));
        let Some(best) = about.first() else { return };
        let standing = match best.tier {
            Tier::Hash => Standing {
                level: Level::Block,
                confidence: Confidence::High,
                why: "It names the very bytes of this release.",
            },
            Tier::Version => Standing {
                level: Level::Block,
                confidence: Confidence::High,
                why: "It means this version and no other.",
            },
            Tier::Name => by_name(facts, &about),
        };
        let mut signal = Signal::new(&META, &facts.subject, evidence(best))
            .level(standing.level)
            .confidence(standing.confidence.min(best.advisory.confidence))
            .words(
                what(facts, best),
                why(&standing, &best.advisory),
                advice(facts, &best.advisory, standing.level),
            );
        for notice in about.iter().skip(1) {
            signal = signal.also(evidence(notice));
        }
        if standing.level < Level::Quarantine {
            signal = signal.titled("named as malware, waiting for a second voice");
        }
        signal.advisory = Some(reference(&best.advisory));
        signals.push(signal);
    }
}

/// How far a notice goes, and why no further.
struct Standing {
    level: Level,
    confidence: Confidence,
    why: &'static str,
}

/// A notice on the whole name: as good as certain for a new name, often wrong for an established one.
fn by_name(facts: &Facts, about: &[&Notice]) -> Standing {
    let old = |moment: Option<Timestamp>| moment.map(|moment| facts.as_of.since(moment) >= ESTABLISHED);
    let name_is_old = facts
        .package
        .get()
        .and_then(|package| old(history::created(package)));
    let popular = facts.popular.contains(facts.subject.name.as_str());
    let gone = facts.release().missing() == Some(Missing::NotFound)
        || facts.package.missing() == Some(Missing::NotFound);
    if gone && !popular {
        let why = "It names the whole package, and the registry no longer offers this release, which is a second voice.";
        return Standing {
            level: Level::Block,
            confidence: Confidence::High,
            why,
        };
    }
    if name_is_old == Some(false) && !popular {
        let why = "It names the whole package, whose name is younger than 30 days.";
        return Standing {
            level: Level::Block,
            confidence: Confidence::High,
            why,
        };
    }
    if voices(about) > 1 {
        let why = "It names the whole package, not this version; a second feed says the same independently.";
        return Standing {
            level: Level::Quarantine,
            confidence: Confidence::Medium,
            why,
        };
    }
    let release_is_old =
        history::subject(facts).and_then(|(_, release)| old(release.published.get().copied()));
    match release_is_old {
        Some(true) => Standing {
            level: Level::Warn,
            confidence: Confidence::Low,
            why: "It names the whole package, not this version, which has been out for more than 30 days. Feeds have \
                  listed whole packages by mistake, so this waits for a second voice.",
        },
        None if popular => Standing {
            level: Level::Warn,
            confidence: Confidence::Low,
            why: "It names the whole of a widely used package, not this version. Feeds have listed whole packages by \
                  mistake, so this waits for a second voice.",
        },
        Some(false) => Standing {
            level: Level::Quarantine,
            confidence: Confidence::Medium,
            why: "It names the whole package, and this release is younger than 30 days: it is held until a second voice \
                  agrees or the notice is taken back.",
        },
        None => Standing {
            level: Level::Quarantine,
            confidence: Confidence::Medium,
            why: "It names the whole package, and how old this release is could not be learnt, so it is held.",
        },
    }
}

/// Feeds that say so without repeating each other's records.
fn voices(about: &[&Notice]) -> usize {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut feeds: BTreeSet<&str> = BTreeSet::new();
    for notice in about {
        let ids: Vec<&str> = ids(&notice.advisory).collect();
        if ids.iter().all(|id| !seen.contains(id)) {
            feeds.insert(&notice.advisory.feed);
        }
        seen.extend(ids);
    }
    feeds.len()
}

fn ids(advisory: &Advisory) -> impl Iterator<Item = &str> {
    std::iter::once(&advisory.id)
        .chain(&advisory.aliases)
        .map(cleanbill_model::Untrusted::raw)
}

fn stands(advisory: &Advisory, as_of: Timestamp) -> bool {
    advisory.kind == AdvisoryKind::Malicious && advisory.withdrawn.is_none_or(|moment| moment > as_of)
}

fn what(facts: &Facts, notice: &Notice) -> String {
    let advisory = &notice.advisory;
    let campaign = advisory
        .campaign
        .as_ref()
        .map(|name| format!(", part of {}", words::quote(name.raw())));
    let meant = match notice.tier {
        Tier::Hash => format!("the bytes of {}", facts.subject.spec()),
        Tier::Version => format!("{} outright", facts.subject.spec()),
        Tier::Name => format!("every version of `{}`", facts.subject.name),
    };
    format!(
        "{} in feed `{}` names {meant} as malware{}: {}",
        advisory.id.raw(),
        advisory.feed,
        campaign.unwrap_or_default(),
        words::quote(advisory.summary.raw()),
    )
}

fn why(standing: &Standing, advisory: &Advisory) -> String {
    let doubt = match advisory.confidence {
        Confidence::High => "",
        Confidence::Medium => " The source itself is only fairly sure.",
        Confidence::Low => " The source itself is not sure.",
    };
    format!(
        "{}{doubt} Malware runs with the rights of whoever installs or imports it.",
        standing.why
    )
}

fn advice(facts: &Facts, advisory: &Advisory, level: Level) -> String {
    if level < Level::Quarantine {
        return format!(
            "Read the notice before you next update `{}`; nothing has to be done at once.",
            facts.subject.name
        );
    }
    let good = match &advisory.last_good {
        Some(good) => format!(
            "go back to a version the source calls good ({})",
            words::quote(good.raw())
        ),
        None => "the source names no good version, so remove the package".to_owned(),
    };
    format!(
        "Do not install it; {good}. Where it was installed, take the secrets of that machine for stolen and rotate \
         them from another one."
    )
}

fn evidence(notice: &Notice) -> Evidence {
    let advisory = &notice.advisory;
    let tier = match notice.tier {
        Tier::Hash => "by digest",
        Tier::Version => "by version",
        Tier::Name => "by name only",
    };
    let link = advisory
        .url
        .as_ref()
        .map(|url| format!(", {}", words::quote(url.raw())))
        .unwrap_or_default();
    Evidence::note(format!("{} matches {tier}{link}", advisory.id.raw()))
        .file(format!("feed {}", advisory.feed))
}

fn reference(advisory: &Advisory) -> AdvisoryRef {
    AdvisoryRef {
        id: advisory.id.clone(),
        aliases: advisory.aliases.clone(),
        fixed: None,
        score: None,
        malicious: true,
        feed: advisory.feed.clone(),
    }
}

fn disputed(facts: &Facts, advisory: &Advisory) -> Signal {
    let since = advisory
        .withdrawn
        .map(|moment| format!(" on {moment}"))
        .unwrap_or_default();
    let mut signal = Signal::new(
        &META,
        &facts.subject,
        Evidence::note(format!(
            "{} is taken back or a known false alarm",
            advisory.id.raw()
        ))
        .file(format!("feed {}", advisory.feed)),
    )
    .titled("named as malware by mistake")
    .level(Level::Note)
    .severity(Severity::Info)
    .words(
        format!(
            "{} named {} as malware and was taken back{since}.",
            advisory.id.raw(),
            facts.subject.spec()
        ),
        "Other tools may still report it, and caches may still refuse it.",
        "Nothing; this is here so that an alarm elsewhere can be answered.",
    );
    signal.advisory = Some(reference(advisory));
    signal
}
