//! From advisories to what they say of one release, by how closely they mean it.
//! It knows no feed and takes no advisory's word for more than it says.
use std::sync::Arc;

use cleanbill_model::{Advisory, AdvisoryKind, Comparison, Integrity, Purl, Timestamp, Version};

use crate::{Notice, Notices, Tier};

impl Notices {
    /// Sorts advisories on a package into those about `subject`, those it fixes, and false alarms.
    ///
    /// `integrities` are the digests of the release's bytes as far as they are known. An advisory on a
    /// whole name counts as one on the version where the name is not yet established: nobody can have
    /// meant an older, honest release. `replaced` is the version the release would replace. An advisory
    /// published after `as_of` does not exist; one withdrawn by then says nothing.
    #[must_use]
    pub fn collect(
        advisories: &[Arc<Advisory>],
        subject: &Purl,
        integrities: &[&Integrity],
        name_is_established: bool,
        replaced: Option<&Version>,
        as_of: Timestamp,
    ) -> Self {
        let mut notices = Self::default();
        for advisory in advisories {
            if advisory.published.is_some_and(|published| published > as_of) {
                continue;
            }
            let in_force = advisory.withdrawn.is_none_or(|withdrawn| withdrawn > as_of);
            match tier(advisory, subject, integrities) {
                Some(tier) if in_force => {
                    let tier = if tier == Tier::Name && !name_is_established {
                        Tier::Version
                    } else {
                        tier
                    };
                    notices.about.push(Notice {
                        advisory: Arc::clone(advisory),
                        tier,
                    });
                }
                Some(_) if advisory.kind == AdvisoryKind::Malicious => {
                    notices.disputed.push(Arc::clone(advisory))
                }
                None if in_force && fixes(advisory, subject, replaced) => {
                    notices.fixes.push(Arc::clone(advisory))
                }
                _ => {}
            }
        }
        let id = |advisory: &Advisory| (advisory.id.clone(), advisory.feed.clone());
        let malicious = |notice: &Notice| notice.advisory.kind == AdvisoryKind::Malicious;
        notices.about.sort_by(|a, b| {
            let weight = |notice: &Notice| (malicious(notice), notice.tier);
            weight(b)
                .cmp(&weight(a))
                .then_with(|| id(&a.advisory).cmp(&id(&b.advisory)))
        });
        notices
            .about
            .dedup_by(|a, b| a.tier == b.tier && id(&a.advisory) == id(&b.advisory));
        for list in [&mut notices.fixes, &mut notices.disputed] {
            list.sort_by_cached_key(|advisory| id(advisory));
            list.dedup_by(|a, b| id(a) == id(b));
        }
        notices
    }
}

/// How closely an advisory names the release; `None` when it does not.
fn tier(advisory: &Advisory, subject: &Purl, integrities: &[&Integrity]) -> Option<Tier> {
    let same_bytes = |bad: &Integrity| {
        integrities
            .iter()
            .any(|ours| ours.compare(bad) == Comparison::Same)
    };
    // The same bytes under another name are the same malware.
    if advisory.affected.hashes.iter().any(same_bytes) {
        return Some(Tier::Hash);
    }
    // What comes from elsewhere under this name (git, a URL) is not the registry's release of it.
    if advisory.name != subject.name || subject.qualifiers.is_some() {
        return None;
    }
    if advisory.names(&subject.version) {
        return Some(Tier::Version);
    }
    advisory.covers_everything().then_some(Tier::Name)
}

fn fixes(advisory: &Advisory, subject: &Purl, replaced: Option<&Version>) -> bool {
    advisory.kind == AdvisoryKind::Vulnerable
        && advisory.name == subject.name
        && replaced.is_some_and(|replaced| *replaced != subject.version && advisory.covers(replaced))
}

#[cfg(test)]
mod tests {
    use cleanbill_model::{Affected, Confidence, PackageName, Range};

    use super::*;

    fn advisory(id: &str, kind: AdvisoryKind, affected: Affected) -> Advisory {
        Advisory {
            id: id.into(),
            aliases: Vec::new(),
            name: PackageName::parse("left").unwrap(),
            kind,
            summary: "s".into(),
            url: None,
            published: Some(Timestamp::parse("2026-06-01").unwrap()),
            withdrawn: None,
            severity: None,
            affected,
            feed: "test".to_owned(),
            campaign: None,
            confidence: Confidence::High,
            last_good: None,
        }
    }

    fn named(versions: &[&str]) -> Affected {
        Affected {
            versions: versions.iter().map(|v| version(v)).collect(),
            ..Affected::default()
        }
    }

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    fn hash(byte: &str) -> Integrity {
        Integrity::parse_hex(&byte.repeat(64)).unwrap()
    }

    fn collect(advisory: Advisory, integrities: &[&Integrity], established: bool) -> Notices {
        let subject = Purl::parse("pkg:npm/left@1.2.3").unwrap();
        let replaced = version("1.2.2");
        let as_of = Timestamp::parse("2026-07-01").unwrap();
        Notices::collect(
            &[Arc::new(advisory)],
            &subject,
            integrities,
            established,
            Some(&replaced),
            as_of,
        )
    }

    #[track_caller]
    fn tier_is(notices: &Notices, expected: Option<Tier>) {
        assert_eq!(notices.about.first().map(|notice| notice.tier), expected);
    }

    #[test]
    fn a_digest_beats_a_version_and_a_version_beats_a_name() {
        let malicious = |affected| advisory("MAL-1", AdvisoryKind::Malicious, affected);
        tier_is(
            &collect(malicious(named(&["1.2.3"])), &[], true),
            Some(Tier::Version),
        );
        tier_is(
            &collect(malicious(Affected::default()), &[], true),
            Some(Tier::Name),
        );
        tier_is(&collect(malicious(named(&["1.2.4"])), &[], true), None);
        let with_hash = Affected {
            hashes: vec![hash("aa")],
            ..named(&["1.2.3"])
        };
        tier_is(
            &collect(malicious(with_hash.clone()), &[&hash("aa")], true),
            Some(Tier::Hash),
        );
        tier_is(
            &collect(malicious(with_hash), &[&hash("bb")], true),
            Some(Tier::Version),
        );
    }

    #[test]
    fn a_whole_young_name_counts_as_its_version() {
        let everything = advisory("MAL-1", AdvisoryKind::Malicious, Affected::default());
        tier_is(&collect(everything, &[], false), Some(Tier::Version));
    }

    #[test]
    fn the_same_bytes_under_another_name_are_found() {
        let mut other = advisory(
            "MAL-1",
            AdvisoryKind::Malicious,
            Affected {
                hashes: vec![hash("aa")],
                ..named(&["9.9.9"])
            },
        );
        other.name = PackageName::parse("right").unwrap();
        tier_is(&collect(other.clone(), &[&hash("aa")], true), Some(Tier::Hash));
        tier_is(&collect(other, &[], true), None);
    }

    #[test]
    fn what_was_taken_back_or_not_yet_said_does_not_count() {
        let mut withdrawn = advisory("MAL-1", AdvisoryKind::Malicious, named(&["1.2.3"]));
        withdrawn.withdrawn = Some(Timestamp::parse("2026-06-02").unwrap());
        let notices = collect(withdrawn.clone(), &[], true);
        assert!(notices.about.is_empty());
        assert_eq!(notices.disputed.len(), 1);
        withdrawn.kind = AdvisoryKind::Vulnerable;
        assert!(collect(withdrawn, &[], true).disputed.is_empty());
        let mut later = advisory("MAL-2", AdvisoryKind::Malicious, named(&["1.2.3"]));
        later.published = Some(Timestamp::parse("2026-07-02").unwrap());
        assert!(collect(later, &[], true).about.is_empty());
        let mut withdrawn_later = advisory("MAL-3", AdvisoryKind::Malicious, named(&["1.2.3"]));
        withdrawn_later.withdrawn = Some(Timestamp::parse("2026-07-02").unwrap());
        tier_is(&collect(withdrawn_later, &[], true), Some(Tier::Version));
    }

    #[test]
    fn a_release_fixes_what_its_predecessor_had_and_it_has_not() {
        let range = |text| Affected {
            npm_ranges: vec![Range::parse(text).unwrap()],
            ..Affected::default()
        };
        let fixed = advisory("GHSA-1", AdvisoryKind::Vulnerable, range("<1.2.3"));
        assert_eq!(collect(fixed, &[], true).fixes.len(), 1);
        let still = advisory("GHSA-1", AdvisoryKind::Vulnerable, range("<2.0.0"));
        let notices = collect(still, &[], true);
        assert!(notices.fixes.is_empty() && notices.about.len() == 1);
        let malware = advisory("MAL-1", AdvisoryKind::Malicious, range("<1.2.3"));
        assert!(collect(malware, &[], true).fixes.is_empty());
    }

    #[test]
    fn a_git_copy_is_not_the_release_of_that_name() {
        let subject = Purl::parse("pkg:npm/left@1.2.3?vcs_url=git%2Bssh%3A%2F%2Fgit.example%2Fleft").unwrap();
        let found = Arc::new(advisory("MAL-1", AdvisoryKind::Malicious, named(&["1.2.3"])));
        let as_of = Timestamp::parse("2026-07-01").unwrap();
        assert!(
            Notices::collect(&[found], &subject, &[], true, None, as_of)
                .about
                .is_empty()
        );
    }
}
