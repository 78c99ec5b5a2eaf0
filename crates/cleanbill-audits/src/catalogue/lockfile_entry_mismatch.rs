//! The lockfile's address for an entry is that of another package or version, or of a host nobody configured:
//! the one line of a pull request that reviewers never read, and installers obey.
//! Incident: "lockfile injection", demonstrated publicly in 2019 and seen in pull requests since.
use cleanbill_facts::{Facts, Pin, Release, pin::Origin};
use cleanbill_model::{
    AuditId, AuditMeta, Comparison, Confidence, Level, Need, Purl, SafeUrl, Severity, Signal, Stability,
};

use crate::{Audit, address::Address, words};

pub(crate) struct LockfileEntryMismatch;

static META: AuditMeta = AuditMeta {
    id: AuditId("lockfile-entry-mismatch"),
    title: "the lockfile's address does not belong to the entry",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Pin],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-03"],
    attack: &["T1195.001", "T1036"],
    page: include_str!("../../docs/lockfile-entry-mismatch.md"),
};

impl Audit for LockfileEntryMismatch {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(pin) = facts.pin.get() else { return };
        let Origin::Registry { url: Some(url) } = &pin.origin else {
            return;
        };
        let Some(address) = Address::parse(url.expose()) else {
            signals.push(
                mismatch(facts, pin, url, "which is no address a client could ask").level(Level::Quarantine),
            );
            return;
        };
        let release = facts.release().get().copied();
        let tarball = release.and_then(|release| Address::parse(release.tarball.as_ref()?.expose()));
        let told_by_registry = tarball
            .as_ref()
            .is_some_and(|tarball| tarball.path == address.path);
        if !told_by_registry {
            match Names::of(&address.path) {
                Some(names) if names.name != facts.subject.name.as_str() => {
                    signals.push(mismatch(
                        facts,
                        pin,
                        url,
                        &format!("which is the address of `{}`", names.name),
                    ));
                    return;
                }
                Some(names) if !fits(names.file, &facts.subject) => {
                    signals.push(mismatch(
                        facts,
                        pin,
                        url,
                        &format!("which is the file `{}`", words::quote(names.file)),
                    ));
                    return;
                }
                Some(_) => {}
                // Registries with a layout of their own still write name and version into the address.
                None if mentions(&address.path, &facts.subject) => {}
                None => {
                    let signal = mismatch(facts, pin, url, "which names neither the package nor the version");
                    signals.push(
                        signal
                            .level(Level::Warn)
                            .confidence(Confidence::Low)
                            .severity(Severity::Medium),
                    );
                    return;
                }
            }
        }
        let tarball_host = tarball.map(|tarball| tarball.host);
        if let Some(signal) = foreign_host(facts, pin, url, &address, release, tarball_host.as_deref()) {
            signals.push(signal);
        }
    }
}

/// A host that is neither the configured registry nor the one the registry itself names. Mirrors leak into
/// lockfiles all the time, so bytes that the registry vouches for are never held against it.
fn foreign_host(
    facts: &Facts,
    pin: &Pin,
    url: &SafeUrl,
    address: &Address,
    release: Option<&Release>,
    tarball: Option<&str>,
) -> Option<Signal> {
    let configured = pin.registry_host.as_deref()?;
    let bare = configured.rsplit_once(':').map_or(configured, |(host, _)| host);
    let expected = [Some(configured), Some(bare), tarball];
    if expected
        .iter()
        .flatten()
        .any(|host| host.eq_ignore_ascii_case(&address.host))
    {
        return None;
    }
    let same = match (
        pin.integrity.as_ref(),
        release.and_then(|release| release.integrity.get()),
    ) {
        (Some(ours), Some(theirs)) => ours.compare(theirs) == Comparison::Same,
        _ => false,
    };
    if same {
        return None;
    }
    let signal = mismatch(
        facts,
        pin,
        url,
        &format!("and your registry for it is `{configured}`"),
    )
    .titled("the lockfile takes the entry from another host")
    .severity(Severity::High);
    Some(if pin.integrity.is_some() || !pin.format_pins_integrity {
        signal.level(Level::Warn).confidence(Confidence::Low)
    } else {
        signal.level(Level::Quarantine).confidence(Confidence::Medium)
    })
}

fn mismatch(facts: &Facts, pin: &Pin, url: &SafeUrl, how: &str) -> Signal {
    Signal::new(&META, &facts.subject, words::entry(pin, &format!("resolved to {url}"))).words(
        format!("The entry of {} is resolved to {url}, {how}.", facts.subject.spec()),
        "Installers take the bytes from that address and ask no further. One edited line in a lockfile brings in \
         anything, under a name everybody trusts.",
        format!(
            "See in version control who wrote line {} of `{}`; then delete the entry and let your package manager \
             resolve it anew.",
            pin.line, pin.file
        ),
    )
}

/// What the common layout `<name>/-/<file>` says.
struct Names<'a> {
    name: &'a str,
    file: &'a str,
}

impl<'a> Names<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let (before, after) = path.split_once("/-/")?;
        let file = after.rsplit('/').next().unwrap_or(after);
        let mut slashes = before.rmatch_indices('/').map(|(at, _)| at);
        let (last, second) = (slashes.next(), slashes.next());
        let from = |at: Option<usize>| at.map_or(before, |at| before.get(at + 1..).unwrap_or_default());
        let name = if from(second).starts_with('@') {
            from(second)
        } else {
            from(last)
        };
        Some(Self { name, file })
    }
}

/// Whether the file's name is that of the release: bare name and version, with or without build metadata.
fn fits(file: &str, subject: &Purl) -> bool {
    let file = file
        .strip_suffix(".tgz")
        .or_else(|| file.strip_suffix(".tar.gz"))
        .unwrap_or(file);
    let Some(version) = file
        .strip_prefix(subject.name.bare())
        .and_then(|rest| rest.strip_prefix('-'))
    else {
        return false;
    };
    let plain = |text: &str| {
        text.replace("%2B", "+")
            .replace("%2b", "+")
            .split('+')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    plain(version) == plain(subject.version.as_str())
}

fn mentions(path: &str, subject: &Purl) -> bool {
    path.contains(subject.name.bare()) && path.contains(subject.version.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_read_from_every_common_layout() {
        for (path, name, file) in [
            ("/left/-/left-1.0.0.tgz", "left", "left-1.0.0.tgz"),
            ("/@scope/left/-/left-1.0.0.tgz", "@scope/left", "left-1.0.0.tgz"),
            (
                "/api/npm/own/@scope/left/-/@scope/left-1.0.0.tgz",
                "@scope/left",
                "left-1.0.0.tgz",
            ),
            (
                "/_packaging/own/npm/registry/left/-/left-1.0.0.tgz",
                "left",
                "left-1.0.0.tgz",
            ),
        ] {
            let names = Names::of(path).unwrap();
            assert_eq!((names.name, names.file), (name, file), "{path}");
        }
        assert!(Names::of("/download/@scope/left/1.0.0/0123").is_none());
    }

    #[test]
    fn a_longer_version_is_another_file() {
        let subject = Purl::parse("pkg:npm/left@1.0.0").unwrap();
        assert!(fits("left-1.0.0.tgz", &subject));
        for file in [
            "left-1.0.01.tgz",
            "left-1.0.0-beta.tgz",
            "right-1.0.0.tgz",
            "left1.0.0.tgz",
        ] {
            assert!(!fits(file, &subject), "{file}");
        }
    }
}
