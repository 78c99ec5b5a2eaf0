//! `cleanbill audit`: every lockfile under the paths, judged release by release.
use std::{collections::HashMap, path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

use clap::Args;
use cleanbill_engine::{GatherOptions, NamedLockfile, audit};
use cleanbill_facts::PopularNames;
use cleanbill_model::{Level, PackageName, Version};
use cleanbill_report::{ExitCode as Answer, Format, render_audit};

use crate::{
    cli::Common,
    commands::{update::sets, why},
    compose::{self, Session},
    discover::{self, Found},
    failure::Failure,
    output, present, progress,
    world::World,
};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill audit                                  every lockfile below this folder\n  \
    cleanbill audit package-lock.json --offline      one lockfile, from what is cached\n  \
    cleanbill audit --format sarif -o out.sarif      for code scanning\n  \
    cleanbill audit --as-of 2026-06-17T01:16:00Z     what it would have said then")]
pub struct Arguments {
    /// Lockfiles, or folders to search
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How to tell it: human, json, sarif, cyclonedx, junit, html or github
    #[arg(long, default_value = "human")]
    format: Format,
    /// Fail from this level on: warn, quarantine or block
    #[arg(long, value_parser = fail_on)]
    fail_on: Option<Level>,
    /// Read the code of every release as well; readings are kept, so a second run costs little
    #[arg(long)]
    deep: bool,
}

/// Reads `--fail-on`.
pub(crate) fn fail_on(text: &str) -> Result<Level, String> {
    [Level::Warn, Level::Quarantine, Level::Block]
        .into_iter()
        .find(|level| level.as_str() == text)
        .ok_or_else(|| "use warn, quarantine or block".into())
}

/// Audits.
///
/// # Errors
/// When nothing can be found or asked.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let found = discover::discover(&arguments.paths, world)?;
    let project = compose::project_folder(&arguments.paths, world);
    let session = Session::open(common, world, &project, arguments.fail_on)?;
    let lockfiles: Vec<NamedLockfile> = found
        .iter()
        .filter_map(|found| found.lockfile.as_ref().ok())
        .cloned()
        .collect();
    let (hears, bar) = progress::bar(common, world);
    let options = GatherOptions {
        as_of: session.as_of,
        progress: hears,
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(installed(&found)),
    };
    let policy = Arc::new(session.settings.policy.clone());
    let deep = arguments.deep || session.settings.deep;
    let ports = if deep {
        session.ports_with_code(world)?
    } else {
        session.ports.clone()
    };
    let outcome = session
        .runtime
        .block_on(audit(Arc::new(lockfiles), &ports, &options, Arc::clone(&policy)));
    bar.finish_and_clear();
    let mut report = present::audit_report(&outcome, &found, &policy, session.as_of);
    report.client_settings = session.client_settings(&project);
    report.elapsed_millis = u64::try_from(started.elapsed().as_millis()).ok();
    let text = render_audit(&report, arguments.format, &output::render_options(common, world))
        .map_err(|error| Failure::ours("cannot draw the report").because(&error))?;
    output::answer(&text, common)?;
    why::remember(
        &session,
        outcome.judged.iter().map(|(_, judgement)| judgement),
        common,
    );
    sets::remember_clean(&session, common, world, &found, &outcome.judged);
    session.tell_refused(common);
    Ok(Answer::of_audit(&report, Some(policy.fail_on)).into())
}

/// What is installed beside the lockfiles now, by npm's hidden lockfile, where there is one.
fn installed(found: &[Found]) -> HashMap<PackageName, Version> {
    let mut installed = HashMap::new();
    for found in found {
        let Some(folder) = found.file.parent() else {
            continue;
        };
        let hidden = folder.join("node_modules").join(".package-lock.json");
        let Some(lockfile) = discover::read_installed(&hidden) else {
            continue;
        };
        for locked in &lockfile.packages {
            if let Some(purl) = locked.purl() {
                installed.entry(purl.name).or_insert(purl.version);
            }
        }
    }
    installed
}
