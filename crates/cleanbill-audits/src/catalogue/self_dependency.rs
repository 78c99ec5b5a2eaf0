//! The release asks for its own package, so installing it brings in a second version of it: a way to pull the
//! armed release in beside one that looks clean. Long-standing cases are mostly a slip at the keyboard.
//! Incident: `jscrambler`, July 2026.
use cleanbill_facts::{Dependency, DependencyKind, Facts};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, history, words};

pub(crate) struct SelfDependency;

static META: AuditMeta = AuditMeta {
    id: AuditId("self-dependency"),
    title: "the release depends on its own package",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["EXE-13"],
    attack: &["T1195.002"],
    page: include_str!("../../docs/self-dependency.md"),
};

impl Audit for SelfDependency {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let own = |dependency: &&Dependency| means(dependency, package.name.as_str());
        let Some(dependency) = release.dependencies.iter().find(own) else {
            return;
        };
        let before = history::baseline(package, release);
        let habit = package
            .before(release)
            .filter(|earlier| history::age(earlier, facts.as_of).is_some_and(|age| age >= history::FRESH))
            .any(|earlier| {
                earlier
                    .dependencies
                    .iter()
                    .any(|dependency| means(dependency, package.name.as_str()))
            });
        let signal = Signal::new(
            &META,
            &facts.subject,
            words::field(&release.version, &format!("dependencies[{:?}]", dependency.name), &words::quote(&dependency.range)),
        )
        .words(
            format!("{} asks for `{}` itself, as `{}`.", release.version, package.name, words::quote(&dependency.range)),
            if habit {
                "It brings a second version of the package in. Releases that have been out for months do the same, so it \
                 is most likely an old slip."
            } else {
                "It brings a second version of the package in, which no one who reads this release looks at. No \
                 established release of the package does that."
            },
            format!(
                "See which version it brings in, or {}.",
                words::keep(package.name.as_str(), before.map(|before| &before.version))
            ),
        );
        signals.push(if habit {
            signal
                .level(Level::Note)
                .confidence(Confidence::Low)
                .severity(Severity::Info)
        } else {
            signal
        });
    }
}

/// An alias for an earlier version, such as `"left-1": "npm:left@1"`, is an honest way to keep it at hand; the
/// plain name is not.
fn means(dependency: &Dependency, name: &str) -> bool {
    dependency.kind != DependencyKind::Peer && dependency.name == name
}
