//! The built-in campaigns: found by name and version with nothing fetched, and nothing beside them.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]
use cleanbill_feeds::{FeedSet, campaign::Class, pack};
use cleanbill_model::{Advisory, Integrity, PackageName, Range, Timestamp, Version};
use cleanbill_ports::{Advisories, FeedState};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T12:00:00Z").unwrap()
}

fn about(name: &str) -> Vec<std::sync::Arc<Advisory>> {
    FeedSet::built_in(now()).about(&PackageName::parse(name).unwrap())
}

/// Ids of standing advisories that name the version outright.
fn named(name: &str, version: &str) -> Vec<String> {
    let version = Version::parse(version).unwrap();
    about(name)
        .iter()
        .filter(|advisory| advisory.withdrawn.is_none() && advisory.names(&version))
        .map(|advisory| advisory.id.raw().to_owned())
        .collect()
}

#[test]
fn compromised_versions_are_found_and_their_good_neighbours_are_not() {
    let cases = [
        ("axios", "1.14.1", "1.14.0", "CB-axios-2026-03"),
        ("axios", "0.30.4", "0.30.3", "CB-axios-2026-03"),
        ("plain-crypto-js", "4.2.1", "4.1.9", "CB-axios-2026-03"),
        ("@mastra/core", "1.42.1", "1.42.0", "CB-mastra-2026-06"),
        ("mastra", "1.13.1", "1.13.0", "CB-mastra-2026-06"),
        ("easy-day-js", "1.11.22", "1.11.20", "CB-mastra-2026-06"),
        ("ua-parser-js", "0.7.29", "0.7.28", "CB-ua-parser-js-2021"),
        ("event-stream", "3.3.6", "3.3.5", "CB-event-stream-2018"),
        ("flatmap-stream", "0.1.1", "0.1.2", "CB-event-stream-2018"),
        ("coa", "2.0.3", "2.0.2", "CB-coa-2021"),
        ("rc", "1.2.9", "1.2.8", "CB-rc-2021"),
        ("eslint-scope", "3.7.2", "3.7.1", "CB-eslint-scope-2018"),
        ("@solana/web3.js", "1.95.7", "1.95.8", "CB-solana-web3js-2024"),
        (
            "@ledgerhq/connect-kit",
            "1.1.5",
            "1.1.8",
            "CB-ledger-connect-kit-2023",
        ),
        ("chalk", "5.6.1", "5.6.0", "CB-qix-2025"),
        ("debug", "4.4.2", "4.4.1", "CB-qix-2025"),
        ("node-ipc", "9.2.2", "9.2.1", "CB-node-ipc-2022"),
        ("node-ipc", "12.0.1", "12.0.0", "CB-node-ipc-2026-05"),
        ("keyv", "6.0.0", "5.6.0", "CB-keyv-2026-08"),
        (
            "@bitwarden/cli",
            "2026.4.0",
            "2026.3.0",
            "CB-bitwarden-cli-2026-04",
        ),
        ("jscrambler", "8.14.0", "8.13.0", "CB-jscrambler-2026-07"),
    ];
    for (name, bad, good, id) in cases {
        assert_eq!(named(name, bad), [id], "{name} {bad}");
        assert!(named(name, good).is_empty(), "{name} {good} is good");
        let good = Version::parse(good).unwrap();
        assert!(
            about(name)
                .iter()
                .all(|a| a.withdrawn.is_some() || !a.covers(&good)),
            "{name} {good} is covered"
        );
    }
}

#[test]
fn an_advisory_of_the_pack_carries_campaign_confidence_and_last_good() {
    let advisory = about("axios").into_iter().next().unwrap();
    assert_eq!(advisory.feed, "cleanbill-campaigns");
    assert_eq!(advisory.campaign.as_ref().unwrap().raw(), "axios-2026-03");
    assert_eq!(
        advisory.last_good.as_ref().unwrap().raw(),
        "1.14.0 (1.x), 0.30.3 (0.x)"
    );
    assert_eq!(advisory.confidence, cleanbill_model::Confidence::High);
    assert!(
        advisory
            .aliases
            .iter()
            .any(|alias| alias.raw() == "GHSA-fw8c-xr5c-95f9")
    );
    assert_eq!(
        about("@apexfdn/apex").first().unwrap().confidence,
        cleanbill_model::Confidence::Low
    );
}

#[test]
fn a_package_made_to_deceive_is_meant_as_a_whole() {
    let any = Version::parse("9.9.9").unwrap();
    let advisory = about("crossenv").into_iter().next().unwrap();
    assert!(advisory.covers_everything() && advisory.covers(&any) && !advisory.names(&any));
}

#[test]
fn a_good_package_whose_bad_versions_nobody_named_is_not_matched() {
    for name in [
        "conventional-changelog",
        "load-from-cwd-or-npm",
        "rate-map",
        "bignum",
        "@dydxprotocol/v4-client-js",
    ] {
        assert!(about(name).is_empty(), "{name}");
    }
}

#[test]
fn versions_since_one_are_matched_as_a_range() {
    assert_eq!(named("codexui-android", "0.1.83"), ["CB-codexui-2026-05"]);
    assert!(named("codexui-android", "0.1.81").is_empty());
}

#[test]
fn false_alarms_come_withdrawn_and_say_so() {
    for name in [
        "stylus",
        "puppeteer",
        "puppeteer-core",
        "supabase",
        "react",
        "dotenv-expand",
        "base-ui-cli",
    ] {
        let found = about(name);
        assert!(!found.is_empty(), "{name} is told");
        assert!(
            found.iter().all(|a| a.withdrawn.is_some_and(|at| at <= now())),
            "{name} is never held"
        );
        assert!(
            found.iter().all(|a| a.summary.raw().starts_with("false alarm")),
            "{name}"
        );
    }
    let disputed = about("base-ui-cli");
    assert_eq!(
        disputed.first().unwrap().aliases.first().unwrap().raw(),
        "MAL-2026-13522"
    );
}

#[test]
fn a_digest_that_a_source_calls_a_tarball_is_carried_and_the_clean_baits_is_not() {
    let armed =
        Integrity::parse_hex("ae70dd4f6bc0d1c8c2848e4e6b51934626c4818dcb5af99d080ddbd7dc337185").unwrap();
    assert!(
        about("easy-day-js")
            .iter()
            .any(|a| a.affected.hashes.contains(&armed))
    );
    let bait =
        Integrity::parse_hex("4a8860240e4231c3a74c81949be655a28e096a7d72f38fbe84e5b37636b98417").unwrap();
    assert!(
        !about("easy-day-js")
            .iter()
            .any(|a| a.affected.hashes.contains(&bait))
    );
}

#[test]
fn nothing_was_known_before_it_was_detected() {
    let early = FeedSet::built_in(Timestamp::parse("2026-06-17T01:00:00Z").unwrap());
    assert!(
        early
            .about(&PackageName::parse("@mastra/core").unwrap())
            .is_empty()
    );
    let later = FeedSet::built_in(Timestamp::parse("2026-06-17T01:07:00Z").unwrap());
    assert_eq!(later.about(&PackageName::parse("@mastra/core").unwrap()).len(), 1);
}

#[test]
fn the_pack_shows_among_the_feeds() {
    let status = FeedSet::built_in(now()).status(now());
    let pack = status.first().unwrap();
    assert_eq!(
        (pack.name.as_str(), pack.state),
        ("cleanbill-campaigns", FeedState::Fresh)
    );
    assert!(pack.malicious > 2400, "{}", pack.malicious);
}

#[test]
fn every_campaign_file_is_whole_and_every_fact_in_it_readable() {
    let campaigns = pack::campaigns().unwrap();
    let files = std::fs::read_dir("data/campaigns").unwrap().count();
    assert!(files >= 83);
    assert_eq!(campaigns.len(), files);
    let mut ids: Vec<_> = campaigns.iter().map(|c| c.id.as_str()).collect();
    ids.dedup();
    assert_eq!(ids.len(), files, "each file once, in order");
    let mut matchable = 0;
    for campaign in &campaigns {
        assert_eq!(campaign.schema, cleanbill_feeds::campaign::SCHEMA);
        for package in &campaign.packages {
            let name = PackageName::parse(&package.name).unwrap();
            package
                .versions
                .iter()
                .for_each(|v| assert!(Version::parse(v).is_ok(), "{}: {v}", campaign.id));
            package
                .range
                .iter()
                .for_each(|r| assert!(Range::parse(r).is_ok(), "{}: {r}", campaign.id));
            package
                .tarballs
                .iter()
                .for_each(|h| assert!(Integrity::parse_hex(h).is_ok(), "{}: {h}", campaign.id));
            let known = package.whole || package.range.is_some() || !package.versions.is_empty();
            assert!(
                known || package.note.is_some(),
                "{}: {name} has neither versions nor a note",
                campaign.id
            );
            assert!(
                !package.whole || campaign.class == Class::Squat,
                "{}: {name}",
                campaign.id
            );
            matchable += u64::from(known && campaign.class != Class::FalsePositive);
        }
        for indicator in &campaign.indicators {
            use cleanbill_feeds::campaign::IndicatorKind::{Domain, Email, Hash, Ip};
            let value = &indicator.value;
            match indicator.kind {
                Domain | Ip => assert!(
                    !value.replace("[.]", "").contains('.'),
                    "{}: {value}",
                    campaign.id
                ),
                Email => assert!(!value.split('@').nth(1).unwrap().replace("[.]", "").contains('.')),
                Hash => assert!(Integrity::parse_hex(value).is_ok(), "{}: {value}", campaign.id),
                _ => {}
            }
        }
        for moment in &campaign.timeline {
            assert!(
                moment.at.len() >= 4 && moment.at.starts_with("20"),
                "{}: {}",
                campaign.id,
                moment.at
            );
        }
    }
    assert_eq!(
        matchable,
        FeedSet::built_in(now()).status(now()).first().unwrap().malicious
    );
    assert!(!pack::disputes().unwrap().is_empty());
}
