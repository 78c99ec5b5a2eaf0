//! The manifest asks for a dependency by address instead of by version, so whoever owns the address decides
//! at every install what comes. It works in any map and passes every check of the package itself.
//! Incident: PhantomRaven, 2025: clean packages, one dependency by URL, the payload behind it.
use cleanbill_facts::{DependencyKind, Facts};
use cleanbill_model::{
    AuditId, AuditMeta, Confidence, Level, Mark, Need, SafeUrl, Severity, Signal, Stability,
};

use crate::{Audit, address::Address, history, words};

pub(crate) struct RemoteDependencySpec;

static META: AuditMeta = AuditMeta {
    id: AuditId("remote-dependency-spec"),
    title: "asks for a dependency by address",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-02"],
    attack: &["T1195.001"],
    page: include_str!("../../docs/remote-dependency-spec.md"),
};

impl Audit for RemoteDependencySpec {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let before = history::baseline(package, release);
        for dependency in &release.dependencies {
            let Some(address) = address(&dependency.range) else {
                continue;
            };
            let (level, confidence, why) = address.judge(address.commit);
            let new = before.is_some_and(|before| !before.dependencies.contains(dependency));
            let map = match dependency.kind {
                DependencyKind::Runtime => "dependencies",
                DependencyKind::Optional => "optionalDependencies",
                DependencyKind::Peer => "peerDependencies",
            };
            let shown = SafeUrl::new(words::quote(&dependency.range));
            let place = format!("{map}[{:?}]", dependency.name);
            let mut signal = Signal::new(
                &META,
                &facts.subject,
                words::field(&release.version, &place, &shown.to_string()),
            );
            if let Some(before) = before {
                let shows = if new {
                    "another request, or none"
                } else {
                    "the same"
                };
                signal = signal.also(words::field(&before.version, &place, shows));
            }
            // What an address newly serves is unknown code, and git runs its `prepare`.
            if new && level >= Level::Quarantine {
                signal = signal.mark(Mark::Dependency);
            }
            signals.push(
                signal
                    .level(level)
                    .confidence(confidence)
                    .severity(if level >= Level::Quarantine {
                        Severity::High
                    } else {
                        Severity::Low
                    })
                    .words(
                        format!(
                            "{} takes its dependency `{}` from {shown}{}.",
                            facts.subject.spec(),
                            dependency.name,
                            before
                                .filter(|_| new)
                                .map(|before| format!(", and {} did not", before.version))
                                .unwrap_or_default()
                        ),
                        format!("No registry keeps, dates or checks those bytes, and {why}."),
                        format!(
                            "Look at what is served there before you install it, or {}.",
                            words::keep(
                                package.name.as_str(),
                                before.filter(|_| new).map(|before| &before.version)
                            )
                        ),
                    ),
            );
        }
    }
}

/// The address of a request, where it is one: a URL, a git specifier, or npm's `owner/repository`.
fn address(range: &str) -> Option<Address> {
    let range = range.trim_start();
    Address::parse(range).or_else(|| {
        let path = range.split('#').next().unwrap_or(range);
        let (owner, repository) = path.split_once('/')?;
        let word = |text: &str| {
            !text.is_empty()
                && !text.starts_with('.')
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        let shorthand = word(owner) && word(repository);
        shorthand
            .then(|| Address::parse(&format!("github:{range}")))
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(range: &str) -> Option<Level> {
        address(range).map(|address| address.judge(address.commit).0)
    }

    #[test]
    fn requests_by_address_are_told_from_ranges() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        for (range, level) in [
            ("^1.0.0".to_owned(), None),
            ("npm:left@^1.0.0".to_owned(), None),
            (">=1 <2 || 3.x".to_owned(), None),
            ("1.0.0 - 2.0.0".to_owned(), None),
            ("./a/b".to_owned(), None),
            ("http://files.example/a.tgz".to_owned(), Some(Level::Block)),
            (" https://203.0.113.9/a.tgz".to_owned(), Some(Level::Block)),
            ("https://files.example/a.tgz".to_owned(), Some(Level::Quarantine)),
            ("left/left".to_owned(), Some(Level::Warn)),
            (format!("left/left#{commit}"), Some(Level::Note)),
            (
                format!("git+https://github.com/left/left.git#{commit}"),
                Some(Level::Note),
            ),
        ] {
            assert_eq!(judged(&range), level, "{range}");
        }
    }
}
