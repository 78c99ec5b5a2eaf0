//! The release ships a lockfile that takes a dependency from somewhere else than the registry does. npm obeys it for
//! everything below the package, so the payload sits behind an address that no manifest and no reviewer shows.
use std::collections::BTreeMap;

use cleanbill_facts::{
    Facts, Release,
    shrinkwrap::{SHRINKWRAP, Shipped},
};
use cleanbill_model::{
    AuditId, AuditMeta, Confidence, Evidence, Level, Mark, Need, SafeUrl, Severity, Signal, Stability,
};

use crate::{
    Audit,
    address::{Address, Place},
    words,
};

pub(crate) struct ShrinkwrapRedirected;

static META: AuditMeta = AuditMeta {
    id: AuditId("shrinkwrap-redirected"),
    title: "ships a lockfile that takes dependencies from elsewhere",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["MET-02"],
    attack: &["T1195.001", "T1574"],
    page: include_str!("../../docs/shrinkwrap-redirected.md"),
};

/// Most entries shown of one host.
const MAX_SHOWN: usize = 6;

impl Audit for ShrinkwrapRedirected {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(source) = facts.source.get() else { return };
        let own = own_hosts(facts);
        let known = facts.before.get().map(|before| hosts(&before.shrinkwrap));
        let all: Vec<(&Shipped, Address)> = source
            .shrinkwrap
            .iter()
            .filter_map(|shipped| Some((shipped, Address::parse(&shipped.address)?)))
            .collect();
        // A file that somebody's own mirror wrote names that mirror throughout, and in a registry's own layout.
        let mirror = common_host(&all);
        let mut odd: BTreeMap<&str, Vec<(&Shipped, &Address)>> = BTreeMap::new();
        for (shipped, address) in &all {
            let layout = in_layout(shipped, address);
            let from_mirror = layout && Some(address.host.as_str()) == mirror;
            if !own.contains(&address.host) && !from_mirror {
                odd.entry(&address.host).or_default().push((shipped, address));
            }
        }
        for (host, entries) in odd {
            let new = known.as_ref().is_some_and(|known| !known.contains_key(host));
            signals.extend(signal(facts, host, &entries, new));
        }
    }
}

fn signal(facts: &Facts, host: &str, entries: &[(&Shipped, &Address)], new: bool) -> Option<Signal> {
    let (level, _, why) = entries
        .iter()
        .map(|(shipped, address)| {
            address.judge(shipped.pinned && address.place != Place::Forge || address.commit)
        })
        .max_by_key(|(level, _, _)| *level)?;
    // The bytes are behind the address and were not read, so the file alone proves no theft.
    let level = level.min(Level::Quarantine);
    let (first, _) = entries.first()?;
    let evidence = |shipped: &Shipped| {
        Evidence::note(format!(
            "{} comes from {}",
            shipped.spec,
            SafeUrl::new(&*shipped.address)
        ))
        .file(SHRINKWRAP)
        .at(shipped.line.max(1), 1)
    };
    let mut signal = Signal::new(&META, &facts.subject, evidence(first));
    for (shipped, _) in entries.iter().skip(1).take(MAX_SHOWN - 1) {
        signal = signal.also(evidence(shipped));
    }
    if new && level >= Level::Quarantine {
        signal = signal.mark(Mark::Dependency);
    }
    let more = match entries.len() {
        1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    Some(
        signal
            .level(level)
            .severity(if level >= Level::Quarantine {
                Severity::High
            } else {
                Severity::Low
            })
            .words(
                format!(
                    "{} ships `{SHRINKWRAP}`, which takes `{}`{more} from {}{}.",
                    facts.subject.spec(),
                    first.spec,
                    words::quote(host),
                    if new { ", and the release before did not" } else { "" }
                ),
                format!(
                    "npm takes what that file says in place of the registry's answer, for everything below the package; \
                     {why}."
                ),
                format!(
                    "Look at what is served at {} before you install the release, or leave it out.",
                    SafeUrl::new(&*first.address)
                ),
            ),
    )
}

/// Hosts that answer for this release itself.
fn own_hosts(facts: &Facts) -> Vec<String> {
    let tarball = facts
        .release()
        .get()
        .and_then(|release: &&Release| Some(Address::parse(release.tarball.as_ref()?.expose())?.host));
    let configured = facts.pin.get().and_then(|pin| pin.registry_host.clone());
    let bare = configured
        .as_deref()
        .map(|host| host.rsplit_once(':').map_or(host, |(host, _)| host).to_owned());
    tarball.into_iter().chain(bare).collect()
}

fn hosts(entries: &[Shipped]) -> BTreeMap<String, usize> {
    let mut hosts = BTreeMap::new();
    for address in entries
        .iter()
        .filter_map(|shipped| Address::parse(&shipped.address))
    {
        *hosts.entry(address.host).or_default() += 1;
    }
    hosts
}

/// The host most entries of the file name, where those stand in a registry's layout and are more than half.
fn common_host<'a>(all: &'a [(&Shipped, Address)]) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, address) in all
        .iter()
        .filter(|(shipped, address)| in_layout(shipped, address))
    {
        *counts.entry(&address.host).or_default() += 1;
    }
    let (host, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count * 2 > all.len()).then_some(host)
}

/// True where the path is the one a registry gives this entry: `…/name/-/…`.
fn in_layout(shipped: &Shipped, address: &Address) -> bool {
    address.path.contains(&format!("/{}/-/", shipped.name))
}
