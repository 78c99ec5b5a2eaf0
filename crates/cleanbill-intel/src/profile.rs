//! Traits that published reports give an activity cluster, with how much each tells it from others.
//! "Consistent with" is the most this says, by one rule; a name is only ever a quotation.
use std::collections::BTreeMap;

use serde::Serialize;

/// How much a trait tells one hand from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// Anybody may have it; it never adds up.
    Low,
    /// Copyable, or shared by some.
    Medium,
    /// Hard to have by chance.
    High,
}

impl Power {
    /// The word people read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One trait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trait {
    /// The side of the activity it belongs to; traits of one facet count once.
    pub facet: &'static str,
    /// How much it tells.
    pub power: Power,
    /// The text looked for, in small letters, as it stands refanged in code, names or addresses.
    pub needle: &'static str,
    /// What it is.
    pub what: &'static str,
}

/// A profile: traits, and who published them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// Names, each with its speaker; they overlap and are no synonyms.
    pub named: &'static [(&'static str, &'static str)],
    /// The traits.
    pub traits: &'static [Trait],
    /// Names that are often confused with it and must not be merged in.
    pub not: &'static [&'static str],
}

const fn told(facet: &'static str, power: Power, needle: &'static str, what: &'static str) -> Trait {
    Trait {
        facet,
        power,
        needle,
        what,
    }
}

/// The profiles: of actors that a campaign of the pack is attributed to by somebody, where the pack's own facts hold
/// traits that tell them from others.
pub static PROFILES: &[Profile] = &[SAPPHIRE_SLEET, TEAM_PCP, UNC6691];

const SAPPHIRE_SLEET: Profile = Profile {
    named: &[
        ("Microsoft", "Sapphire Sleet"),
        ("Google", "UNC1069"),
        ("Hunt.io", "TA444 / BlueNoroff"),
        ("CrowdStrike", "STARDUST CHOLLIMA"),
    ],
    traits: &[
        told(
            "user agent",
            Power::High,
            "msie 8.0; windows nt 5.1; trident/4.0",
            "a user agent of a browser from 2009",
        ),
        told(
            "host artefacts",
            Power::High,
            "com.apple.act.mond",
            "an implant named like a part of the system",
        ),
        told(
            "host artefacts",
            Power::High,
            "nvmprotocal",
            "a run value with a misspelling of its own",
        ),
        told(
            "host artefacts",
            Power::High,
            "com.nvm.protocal",
            "a launch agent with the same misspelling",
        ),
        told("host artefacts", Power::High, "nvmconf", "a unit of that name"),
        told(
            "host artefacts",
            Power::High,
            "run: microsoftupdate",
            "a run value named like a part of the system",
        ),
        told(
            "url",
            Power::High,
            "/6202033",
            "a numeric id as the only step of the address",
        ),
        told(
            "url",
            Power::High,
            "/49890878",
            "a numeric id as the only step of the address",
        ),
        told(
            "hosting",
            Power::Medium,
            "hostwindsdns",
            "default host names of one hosting company",
        ),
        told("hosting", Power::Medium, ":8000/", "a raw port in the address"),
        told(
            "staging",
            Power::Medium,
            "plain-crypto-js",
            "a look-alike of a much used utility",
        ),
        told(
            "staging",
            Power::Medium,
            "easy-day-js",
            "a look-alike of a much used utility",
        ),
        told("mail", Power::Low, "@proton.me", "an anonymous mail host"),
        told("mail", Power::Low, "@tutamail.com", "an anonymous mail host"),
        told("goal", Power::Low, "wallet", "an interest in wallets"),
    ],
    not: &[
        "Contagious Interview",
        "Famous Chollima",
        "PolinRider",
        "NullReceiver",
        "TraderTraitor",
        "Graphalgo",
    ],
};

const TEAM_PCP: Profile = Profile {
    named: &[("StepSecurity", "TeamPCP")],
    traits: &[
        told(
            "command channel",
            Power::High,
            "tdtqy-oyaaa-aaaae-af2dq-cai",
            "a canister of the Internet Computer that tells where the next stage is",
        ),
        told(
            "host artefacts",
            Power::High,
            "pgmon",
            "a unit named like a monitor of a database",
        ),
        told(
            "host artefacts",
            Power::Medium,
            "router_init.js",
            "a worm's file of that name in the release",
        ),
        told(
            "host artefacts",
            Power::Medium,
            "tanstack_runner.js",
            "a runner named after its victim",
        ),
        told(
            "hosting",
            Power::High,
            "api.masscan.cloud",
            "a host named like a scanner's service",
        ),
        told(
            "exit",
            Power::Medium,
            "filev2.getsession.org",
            "a messenger's file service as the way out",
        ),
        told(
            "staging",
            Power::Medium,
            "setup.mjs",
            "a bootstrap that fetches Bun first",
        ),
        told(
            "staging",
            Power::Medium,
            "git-tanstack.com",
            "a host named after its victim",
        ),
        told("goal", Power::Low, "worm", "an interest in publishing further"),
    ],
    not: &[
        "Sapphire Sleet",
        "the first wave of Shai-Hulud, whose code is public",
    ],
};

const UNC6691: Profile = Profile {
    named: &[("Google", "UNC6691")],
    traits: &[
        told(
            "hosting",
            Power::High,
            "l1ewsu3yjkqeroy.xyz",
            "a host with a name drawn by lot",
        ),
        told(
            "staging",
            Power::Medium,
            "v3.jiathis.com",
            "a given-up host of a widget that many pages still load",
        ),
        told("loader", Power::Medium, "cfww.shop", "the host of its loader"),
        told("loader", Power::Medium, "youzzjizz.com", "the host of its loader"),
        told(
            "goal",
            Power::Low,
            "iphone",
            "an interest in telephones that open web pages",
        ),
    ],
    not: &["North Korean activity against wallets"],
};

/// What a comparison with a profile came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Match {
    /// True by the rule: one high trait and two medium ones, all of different facets.
    pub consistent: bool,
    /// Traits found.
    pub found: Vec<&'static Trait>,
    /// The words: facts first, names as quotations.
    pub words: String,
}

/// Compares texts (addresses, names of files, user agents, code) with a profile.
#[must_use]
pub fn compare<'a>(profile: &'static Profile, texts: impl IntoIterator<Item = &'a str>) -> Match {
    let texts: Vec<String> = texts
        .into_iter()
        .map(|text| crate::refang(text).to_lowercase())
        .collect();
    let found: Vec<&'static Trait> = profile
        .traits
        .iter()
        .filter(|sought| texts.iter().any(|text| text.contains(sought.needle)))
        .collect();
    let facets = |power: Power| {
        let mut facets: Vec<&str> = found
            .iter()
            .filter(|known| known.power == power)
            .map(|known| known.facet)
            .collect();
        facets.sort_unstable();
        facets.dedup();
        facets
    };
    let high = facets(Power::High);
    let medium = facets(Power::Medium)
        .into_iter()
        .filter(|facet| !high.contains(facet))
        .count();
    // A second high facet says more than a medium one, and counts as such.
    let consistent = !high.is_empty() && medium + high.len() > 2;
    let names: Vec<String> = profile
        .named
        .iter()
        .map(|(by, name)| format!("`{name}` by {by}"))
        .collect();
    let words = if consistent {
        format!(
            "consistent with published traits of an activity called {}",
            names.join(", ")
        )
    } else {
        format!(
            "{} traits found, too few of different facets to say anything",
            found.len()
        )
    };
    Match {
        consistent,
        found,
        words,
    }
}

/// What two activities share of one profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Relation {
    /// True by the same rule as for one: one high facet and two more that both show.
    pub related: bool,
    /// Facets both show, with the weaker power of the two.
    pub shared: Vec<(&'static str, Power)>,
}

/// Compares two activities by a profile: what one alone shows ties nothing. Facets are compared and not texts,
/// since a campaign number or the name of a bait is new each time.
#[must_use]
pub fn relate<'a, 'b>(
    profile: &'static Profile,
    one: impl IntoIterator<Item = &'a str>,
    other: impl IntoIterator<Item = &'b str>,
) -> Relation {
    let facets = |found: Match| {
        let mut strongest: BTreeMap<&'static str, Power> = BTreeMap::new();
        for sought in found.found {
            let power = strongest.entry(sought.facet).or_insert(sought.power);
            *power = (*power).max(sought.power);
        }
        strongest
    };
    let (one, other) = (facets(compare(profile, one)), facets(compare(profile, other)));
    let shared: Vec<(&'static str, Power)> = one
        .iter()
        .filter_map(|(facet, power)| Some((*facet, *power.min(other.get(facet)?))))
        .collect();
    let high = shared.iter().filter(|(_, power)| *power == Power::High).count();
    let telling = shared.iter().filter(|(_, power)| *power >= Power::Medium).count();
    Relation {
        related: high > 0 && telling > 2,
        shared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consistent(texts: &[&str]) -> bool {
        compare(&PROFILES[0], texts.iter().copied()).consistent
    }

    #[test]
    fn one_high_and_two_medium_facets_are_needed() {
        assert!(consistent(&[
            "com.apple.act.mond",
            "hwsrv-1[.]hostwindsdns[.]com",
            "plain-crypto-js"
        ]));
        assert!(!consistent(&[
            "com.apple.act.mond",
            "hwsrv-1[.]hostwindsdns[.]com"
        ]));
    }

    #[test]
    fn two_activities_are_related_by_what_both_show_alone() {
        let axios = [
            "com.apple.act.mond",
            "hwsrv-1[.]hostwindsdns[.]com",
            "plain-crypto-js",
            "a@proton.me",
        ];
        let mastra = [
            "nvmconf.service",
            "hwsrv-2[.]hostwindsdns[.]com",
            "easy-day-js",
            "wallet",
        ];
        let relation = relate(&PROFILES[0], axios, mastra);
        assert!(relation.related, "{relation:?}");
        assert_eq!(relation.shared.len(), 3, "what one alone shows ties nothing");
        let copycat = ["hwsrv-3[.]hostwindsdns[.]com", "easy-day-js", "b@proton.me"];
        assert!(!relate(&PROFILES[0], axios, copycat).related);
    }

    #[test]
    fn every_profile_can_be_met_by_its_rule_and_by_no_other_ones_traits() {
        for profile in PROFILES {
            let all = || profile.traits.iter().map(|sought| sought.needle);
            assert!(compare(profile, all()).consistent, "{:?}", profile.named);
            for other in PROFILES.iter().filter(|other| other.named != profile.named) {
                assert!(
                    !compare(other, all()).consistent,
                    "{:?} and {:?}",
                    profile.named,
                    other.named
                );
            }
            let low = profile.traits.iter().filter(|sought| sought.power < Power::High);
            let low: Vec<&str> = low.map(|sought| sought.needle).collect();
            assert!(
                !compare(profile, low).consistent,
                "no high trait: {:?}",
                profile.named
            );
            assert!(
                profile
                    .traits
                    .iter()
                    .all(|sought| sought.needle == sought.needle.to_lowercase())
            );
        }
    }

    #[test]
    fn copyable_and_low_traits_never_add_up() {
        assert!(!consistent(&[
            "hwsrv-1.hostwindsdns.com",
            "easy-day-js",
            "a@proton.me",
            "b@tutamail.com",
            "wallet"
        ]));
        assert!(
            !consistent(&["com.apple.act.mond", "nvmprotocal", "nvmconf"]),
            "three of one facet count once"
        );
    }
}
