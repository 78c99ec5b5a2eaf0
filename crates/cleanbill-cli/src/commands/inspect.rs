//! `cleanbill inspect`: one release in depth.
use std::{collections::HashMap, process::ExitCode, sync::Arc};

use clap::Args;
use cleanbill_engine::{GatherOptions, InspectOutcome, Spec, code, inspect, local::judge};
use cleanbill_facts::PopularNames;
use cleanbill_model::Level;
use cleanbill_policy::CooldownUse;
use cleanbill_report::{ExitCode as Answer, Format, render_inspect};

use crate::{
    cli::Common,
    commands::{audit::fail_on, why},
    compose::Session,
    failure::Failure,
    local, output, present, progress, spec,
    world::World,
};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill inspect left@1.2.3\n  \
    cleanbill inspect @scope/tool                    its latest version\n  \
    cleanbill inspect ./left-1.2.3.tgz               a tarball, or a folder with a package.json\n  \
    cleanbill inspect left@1.2.3 --format json --as-of 2026-06-17T01:16:00Z\n\n\
    The age of a release is told here and does not decide; `--cooldown` judges as `audit` and the gate do.")]
pub struct Arguments {
    /// What: name, name@version, name@tag, name@range, a .tgz, or a folder with a package.json
    spec: String,
    /// How to tell it: human, json, sarif, cyclonedx, junit, html or github
    #[arg(long, default_value = "human")]
    format: Format,
    /// Fail from this level on: warn, quarantine or block
    #[arg(long, value_parser = fail_on)]
    fail_on: Option<Level>,
    /// Hold what is younger than the cooldown, too
    #[arg(long)]
    cooldown: bool,
    /// Judge by the registry's metadata and advisories alone; read no code
    #[arg(long)]
    metadata_only: bool,
}

/// Inspects.
///
/// # Errors
/// When no such release can be had.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    if spec::is_path(&arguments.spec) {
        let path = world.folder.join(&arguments.spec);
        let tarball = local::tarball(&path)?.ok_or_else(|| {
            Failure::usage(format!("cannot inspect `{}`", arguments.spec))
                .hint("name a .tgz, a folder with a package.json, or name@version")
        })?;
        return inspect_local(arguments, &tarball, common, world);
    }
    let spec = Spec::parse(&arguments.spec).map_err(|error| {
        Failure::usage(format!("cannot inspect `{}`", arguments.spec))
            .because(&error)
            .hint("write name, name@version or name@tag")
    })?;
    let session = Session::open(common, world, &world.folder, arguments.fail_on)?;
    let mut policy = session.settings.policy.clone();
    if !arguments.cooldown {
        policy.cooldown_use = CooldownUse::Tell;
    }
    let (hears, bar) = progress::bar(common, world);
    let options = GatherOptions {
        as_of: session.as_of,
        progress: hears,
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(HashMap::new()),
    };
    let ports = if arguments.metadata_only {
        session.ports.clone()
    } else {
        session.ports_with_code(world)?
    };
    let outcome = session
        .runtime
        .block_on(inspect(&spec, &ports, &options, &policy));
    bar.finish_and_clear();
    let outcome = outcome.map_err(|error| {
        Failure::usage(format!("cannot inspect `{}`", arguments.spec))
            .because(&error)
            .hint("check the name, the version and the registry; `-vv` shows what was asked")
    })?;
    let report = present::inspect_report(outcome, &policy);
    let text = render_inspect(&report, arguments.format, &output::render_options(common, world))
        .map_err(|error| Failure::ours("cannot draw the report").because(&error))?;
    output::answer(&text, common)?;
    why::remember(&session, std::iter::once(&report.judgement), common);
    session.tell_refused(common);
    Ok(Answer::of_inspect(&report, Some(policy.fail_on)).into())
}

/// A tarball or folder, judged by its files alone.
fn inspect_local(
    arguments: &Arguments,
    tarball: &[u8],
    common: &Common,
    world: &World,
) -> Result<ExitCode, Failure> {
    let cannot = || Failure::usage(format!("cannot inspect `{}`", arguments.spec));
    let session = Session::without_registry(common, world, &world.folder, arguments.fail_on)?;
    let ports = session.ports_with_code(world)?;
    let code = ports
        .code
        .as_ref()
        .ok_or_else(|| Failure::ours("no reader of code is set up"))?;
    let source = session
        .runtime
        .block_on(code::read_local(tarball, code))
        .map_err(|reason| cannot().hint(reason))?;
    let policy = &session.settings.policy;
    let rehearsal = source.rehearsal.clone();
    let judgement = judge(source, session.as_of, Arc::new(PopularNames::builtin()), policy)
        .ok_or_else(|| cannot().hint("its package.json must name the package"))?;
    let outcome = InspectOutcome {
        judgement,
        not_known: Vec::new(),
        feeds: Vec::new(),
        edges: Vec::new(),
        rehearsal,
    };
    let report = present::inspect_report(outcome, policy);
    let text = render_inspect(&report, arguments.format, &output::render_options(common, world))
        .map_err(|error| Failure::ours("cannot draw the report").because(&error))?;
    output::answer(&text, common)?;
    why::remember(&session, std::iter::once(&report.judgement), common);
    Ok(Answer::of_inspect(&report, Some(policy.fail_on)).into())
}
