//! Something runs at install that did not run with the release before. Install-time execution is how two
//! thirds of hijacked releases struck, because it needs no import and no call.
//! Incident: `easy-day-js@1.11.22`, June 2026, armed minutes after the clean 1.11.21.
use cleanbill_facts::{Facts, Script};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability};

use crate::{Audit, history, words};

pub(crate) struct InstallScriptAdded;

static META: AuditMeta = AuditMeta {
    id: AuditId("install-script-added"),
    title: "something runs at install that did not before",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["EXE-01", "MET-01"],
    attack: &["T1195.002", "T1059.007"],
    page: include_str!("../../docs/install-script-added.md"),
};

impl Audit for InstallScriptAdded {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let Some(scripts) = release
            .install_scripts
            .get()
            .filter(|scripts| !scripts.is_empty())
        else {
            return;
        };
        let Some(before) = history::baseline(package, release) else {
            return;
        };
        let Some(had) = before.install_scripts.get() else {
            return;
        };
        let added: Vec<&Script> = scripts
            .iter()
            .filter(|script| had.iter().all(|old| old.event != script.event))
            .collect();
        let Some(first) = added.first() else { return };
        // The same commands in a release that has stood the test of time are the project's own habit.
        let returned = package
            .before(release)
            .filter(|earlier| history::age(earlier, facts.as_of).is_some_and(|age| age >= history::FRESH))
            .filter_map(|earlier| earlier.install_scripts.get())
            .any(|old| {
                added
                    .iter()
                    .all(|script| !script.command.raw().is_empty() && old.contains(script))
            });
        let events: Vec<String> = added.iter().map(|script| format!("`{}`", script.event)).collect();
        let mut signal = Signal::new(&META, &facts.subject, place(release, first));
        for script in added.iter().skip(1) {
            signal = signal.also(place(release, script));
        }
        let signal = signal
            .also(words::field(&before.version, "scripts", if had.is_empty() { "nothing runs at install" } else { "not this one" }))
            .words(
                format!(
                    "{} runs {} at install; {} did not.",
                    release.version,
                    events.join(" and "),
                    before.version
                ),
                if returned {
                    "Install scripts are the commonest way in. An older release ran the same command, so this one may \
                     only be back."
                } else {
                    "Install scripts are the commonest way in: they run with your rights, before any code of yours \
                     imports the package."
                },
                format!(
                    "Read the script before you let it run, or {}.",
                    words::keep(package.name.as_str(), Some(&before.version))
                ),
            );
        signals.push(if returned {
            signal.level(Level::Note).confidence(Confidence::Low)
        } else {
            signal
                .level(history::alone(release, facts.as_of))
                .mark(Mark::Script)
        });
    }
}

fn place(release: &cleanbill_facts::Release, script: &Script) -> cleanbill_model::Evidence {
    let (place, shows) = match (script.event.as_str(), script.command.raw()) {
        ("gyp", _) => ("gypfile".to_owned(), "a native build runs at install".to_owned()),
        (_, "") => ("hasInstallScript".to_owned(), "true".to_owned()),
        (event, command) => (format!("scripts.{event}"), words::quote(command)),
    };
    words::field(&release.version, &place, &shows)
}
