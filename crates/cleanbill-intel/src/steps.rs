//! What to do first about one campaign, in the order that loses least.
//! It orders and words the steps; which machine or project they are for is the caller's knowledge.
use std::collections::BTreeMap;

use serde::Serialize;

use crate::Reach;

/// What is known of a campaign and of this machine, as far as it decides the steps.
#[derive(Clone, Debug, Default)]
pub struct Case<'a> {
    /// The strongest evidence found.
    pub reach: Option<Reach>,
    /// Signals of the campaign: `code:destructive`, `code:persistence`, …
    pub signals: Vec<&'a str>,
    /// When its code ran: `install`, `import`, `browser`.
    pub when: Vec<&'a str>,
    /// Everything its file tells in words: remediation, notes, hiding.
    pub words: Vec<&'a str>,
    /// Remediation alone, as its file has it.
    pub remediation: Vec<&'a str>,
    /// Traces to look for on a machine, as its file writes them.
    pub traces: Vec<&'a str>,
    /// Addresses to block, defanged.
    pub addresses: Vec<&'a str>,
    /// Package and the last good version, in words; `None` where it has none.
    pub last_good: BTreeMap<&'a str, Option<&'a str>>,
}

/// What happens to who revokes a stolen credential while the code still runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Punishment {
    /// Nothing is known.
    None,
    /// The code can destroy and steals credentials: nobody should find out the hard way.
    Possible,
    /// Its file says that revoking sets off destruction.
    Known,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What sort of step it is.
    pub kind: StepKind,
    /// What to do, in a sentence or two.
    pub text: String,
}

/// The sorts of steps, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// Cut it off.
    Isolate,
    /// Keep what an investigation needs.
    Evidence,
    /// Find and stop what survives a restart.
    Persistence,
    /// Take its loot's value away.
    Revoke,
    /// Move to good versions.
    Replace,
    /// Keep it from coming back.
    Block,
    /// What its own file says besides.
    Advice,
}

/// Most traces and addresses named in one step; the rest are in the campaign's own page.
const NAMED: usize = 12;

/// Whether revoking is punished.
#[must_use]
pub fn punishment(case: &Case<'_>) -> Punishment {
    let told = case.words.iter().any(|text| {
        let text = text.to_lowercase();
        text.contains("revo")
            && ["wipe", "destroy", "delete", "erase"]
                .iter()
                .any(|word| text.contains(word))
    });
    let has = |signal: &str| case.signals.contains(&signal);
    let steals = STOLEN.iter().any(|(signal, _)| has(signal));
    match (told, has("code:destructive") && steals) {
        (true, _) => Punishment::Known,
        (false, true) => Punishment::Possible,
        (false, false) => Punishment::None,
    }
}

/// What each signal puts within reach.
const STOLEN: &[(&str, &str)] = &[
    (
        "code:credential_file_read",
        "registry, cloud, git and SSH credentials in files of the user",
    ),
    (
        "code:env_harvest",
        "every secret in the environment of the process, CI variables among them",
    ),
    (
        "code:self_publish_worm",
        "publishing rights of every registry token found, and the packages they can publish",
    ),
    ("code:crypto_key_theft", "wallet keys and seed phrases"),
    (
        "code:ai_cli_or_agent_config_abuse",
        "keys and sessions of AI tools, and their configuration",
    ),
    (
        "code:wallet_address_rewrite_or_drainer",
        "payments made through the page or program that loaded it",
    ),
    ("code:mail_diversion", "mail sent through it"),
    (
        "code:download_and_execute",
        "everything the user account can reach, since code was fetched and run",
    ),
];

/// Which credentials and goods were within reach, in words.
#[must_use]
pub fn within_reach(case: &Case<'_>) -> Vec<&'static str> {
    STOLEN
        .iter()
        .filter(|(signal, _)| case.signals.contains(signal))
        .map(|(_, words)| *words)
        .collect()
}

/// The ordered steps. Where nothing was found there is nothing to do and the list is empty.
#[must_use]
pub fn first_steps(case: &Case<'_>) -> Vec<Step> {
    let Some(reach) = case.reach else {
        return Vec::new();
    };
    let mut steps = Vec::new();
    let mut push = |kind, text: String| steps.push(Step { kind, text });
    let browser = case.when.contains(&"browser") && !case.when.contains(&"install");
    let punished = punishment(case);
    push(StepKind::Isolate, isolate(reach, browser));
    push(
        StepKind::Evidence,
        "Keep evidence before anything is cleaned: the lockfiles and their history, the unpacked package folders, the package \
         manager's cache and logs, CI logs of the window. Copy them elsewhere and note their digests."
            .into(),
    );
    if !case.traces.is_empty() || case.signals.contains(&"code:persistence") {
        push(StepKind::Persistence, persistence(&case.traces));
    }
    push(StepKind::Revoke, revoke(punished, &within_reach(case), reach));
    push(StepKind::Replace, replace(&case.last_good));
    if !case.addresses.is_empty() {
        push(
            StepKind::Block,
            format!(
                "Block and search the logs of proxies and name servers for {}.",
                named(&case.addresses)
            ),
        );
    }
    for text in &case.remediation {
        push(StepKind::Advice, (*text).to_owned());
    }
    steps
}

fn isolate(reach: Reach, browser: bool) -> String {
    if browser {
        return "Take down every page built with it: the code ran in the browsers of visitors. Purge caches and CDN copies of the bundle.".into();
    }
    match reach {
        Reach::Ran | Reach::Installed | Reach::Fetched => {
            "Isolate each machine named below: off the network, not switched off. Stop CI runners that share its credentials, and run \
             no package manager and no editor in the project meanwhile."
        }
        _ => {
            "Find every machine and CI runner that installed from this lockfile in the window, and isolate those that did: off the \
             network, not switched off. Until that is known, run no install from it."
        }
    }
    .into()
}

fn persistence(traces: &[&str]) -> String {
    if traces.is_empty() {
        return "Its code installs itself to survive a restart: look through launch agents, systemd units, run keys, scheduled tasks, \
                and the start-up files of editors and AI tools, and stop what should not be there."
            .into();
    }
    format!(
        "Look for what it leaves behind, and stop it before going on: {}. Look through launch agents, systemd units, run keys and \
         scheduled tasks as well.",
        named(traces)
    )
}

fn revoke(punished: Punishment, reach: &[&str], found: Reach) -> String {
    let what = if reach.is_empty() {
        "every credential the machine could reach".to_owned()
    } else {
        reach.join("; ")
    };
    let condition = if found >= Reach::Fetched {
        ""
    } else {
        " This holds for every machine that installed in the window."
    };
    match punished {
        Punishment::Known => format!(
            "Only now revoke, from another machine: this code destroys data when it sees its stolen credential revoked, so the steps \
             above come first.{condition} Within reach: {what}."
        ),
        Punishment::Possible => format!(
            "Only now revoke, from another machine: this code can destroy data, and revoking while it runs may set that off.{condition} \
             Within reach: {what}."
        ),
        Punishment::None => format!(
            "Revoke and replace from another machine, without waiting.{condition} Within reach: {what}."
        ),
    }
}

fn replace(last_good: &BTreeMap<&str, Option<&str>>) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for (name, good) in last_good {
        match good {
            Some(good) => known.push(format!("`{name}` to {good}")),
            None => unknown.push(format!("`{name}`")),
        }
    }
    let mut text = String::from("Then move to good versions in every lockfile, with install scripts off");
    if !known.is_empty() {
        text.push_str(&format!(": {}", clipped(&known)));
    }
    if !unknown.is_empty() {
        text.push_str(&format!(
            "{} no good version is on record for {}: remove it, or ask its publisher",
            if known.is_empty() { ":" } else { ";" },
            clipped(&unknown)
        ));
    }
    text.push_str(". Clear the package manager's cache afterwards.");
    text
}

fn named(values: &[&str]) -> String {
    clipped(
        &values
            .iter()
            .map(|value| format!("`{value}`"))
            .collect::<Vec<_>>(),
    )
}

fn clipped(values: &[String]) -> String {
    let more = values.len().saturating_sub(NAMED);
    let mut text = values.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worm() -> Case<'static> {
        Case {
            reach: Some(Reach::Installed),
            signals: vec![
                "code:destructive",
                "code:credential_file_read",
                "code:persistence",
            ],
            when: vec!["install"],
            last_good: BTreeMap::from([("left", Some("1.2.2")), ("right", None)]),
            ..Case::default()
        }
    }

    #[test]
    fn isolation_evidence_and_persistence_come_before_revocation() {
        let kinds: Vec<StepKind> = first_steps(&worm()).iter().map(|step| step.kind).collect();
        assert_eq!(
            kinds,
            [
                StepKind::Isolate,
                StepKind::Evidence,
                StepKind::Persistence,
                StepKind::Revoke,
                StepKind::Replace
            ]
        );
    }

    #[test]
    fn revocation_that_is_punished_says_so() {
        let mut case = worm();
        assert_eq!(punishment(&case), Punishment::Possible);
        case.words = vec!["It wipes the home folder when its token is revoked."];
        assert_eq!(punishment(&case), Punishment::Known);
        let revoke = first_steps(&case)
            .into_iter()
            .find(|step| step.kind == StepKind::Revoke)
            .unwrap();
        assert!(revoke.text.starts_with("Only now revoke"), "{}", revoke.text);
        case.signals = vec!["code:credential_file_read"];
        case.words.clear();
        assert_eq!(punishment(&case), Punishment::None);
    }

    #[test]
    fn good_versions_are_named_and_missing_ones_admitted() {
        let text = first_steps(&worm())
            .into_iter()
            .find(|step| step.kind == StepKind::Replace)
            .unwrap()
            .text;
        assert!(
            text.contains("`left` to 1.2.2") && text.contains("no good version is on record for `right`"),
            "{text}"
        );
    }

    #[test]
    fn nothing_found_means_nothing_to_do() {
        assert!(
            first_steps(&Case {
                reach: None,
                ..worm()
            })
            .is_empty()
        );
    }
}
