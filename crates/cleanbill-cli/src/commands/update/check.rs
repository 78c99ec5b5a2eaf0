//! `cleanbill update --check`: what a changed lockfile does differently, for a review.
use std::{collections::HashMap, path::Path, process::ExitCode, sync::Arc};

use cleanbill_engine::{GatherOptions, NamedLockfile};
use cleanbill_facts::PopularNames;
use cleanbill_lockfile::{FORMATS, ParseLockfileError, limits::MAX_LOCKFILE_BYTES};
use cleanbill_model::Verdict;
use cleanbill_policy::UnassessedAction;
use cleanbill_report::ExitCode as Answer;
use cleanbill_update::{compare::compare, words};

use super::Arguments;
use crate::{
    cli::Common,
    commands::why,
    compose::{self, Session},
    failure::Failure,
    output, progress,
    world::World,
};

/// Compares two lockfiles.
///
/// # Errors
/// When one cannot be read, or nothing can be asked.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let (Some(base), Some(head)) = (&arguments.base, &arguments.head) else {
        return Err(Failure::usage("`--check` compares two lockfiles")
            .hint("name them with `--base FILE --head FILE`"));
    };
    let session = Session::open(common, world, &world.folder, None)?;
    let (hears, bar) = progress::bar(common, world);
    let options = GatherOptions {
        as_of: session.as_of,
        progress: hears,
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(HashMap::new()),
    };
    let (base, head) = (read(base, head, world)?, read(head, base, world)?);
    let options = GatherOptions {
        installed: Arc::new(super::installed(&base)),
        ..options
    };
    let ports = if arguments.deep || session.settings.deep {
        session.ports_with_code(world)?
    } else {
        session.ports.clone()
    };
    let policy = &session.settings.policy;
    let comparison = session
        .runtime
        .block_on(compare(&base, &head, &ports, &options, policy));
    bar.finish_and_clear();
    let pretty = |value: &serde_json::Value| {
        serde_json::to_string_pretty(value)
            .map(|text| text + "\n")
            .map_err(|error| Failure::ours("cannot write the answer").because(&error))
    };
    let text = match arguments.format.as_str() {
        "json" => pretty(&words::check::json(&comparison))?,
        "sarif" => pretty(&words::sarif::comparison(&comparison))?,
        "markdown" => words::markdown::comparison(&comparison),
        _ => words::check::human(&comparison),
    };
    output::answer(&text, common)?;
    why::remember(
        &session,
        comparison.came.iter().map(|came| &came.judgement),
        common,
    );
    session.tell_refused(common);
    let answer = match comparison.verdict() {
        Verdict::Block | Verdict::Quarantine => Answer::Held,
        Verdict::Unassessed if policy.unassessed == UnassessedAction::Hold => Answer::Unassessed,
        _ => Answer::Clean,
    };
    Ok(answer.into())
}

/// Reads a lockfile. A copy from version control may have any name, so the other's name and every format's own
/// are tried as well.
fn read(path: &Path, other: &Path, world: &World) -> Result<NamedLockfile, Failure> {
    let full = world.folder.join(path);
    let shown = world.shown(&full);
    let cannot = || Failure::usage(format!("cannot read lockfile `{shown}`"));
    let text = compose::read_text(&full, MAX_LOCKFILE_BYTES)?
        .ok_or_else(|| cannot().hint("there is no such file"))?;
    let own = [path, other]
        .into_iter()
        .filter_map(|path| path.file_name()?.to_str());
    let names = own.chain(FORMATS.iter().flat_map(|format| format.file_names()).copied());
    let mut problem: Option<ParseLockfileError> = None;
    for name in names {
        match cleanbill_lockfile::parse(name, text.as_bytes()) {
            Ok(lockfile) => {
                return Ok(NamedLockfile {
                    path: Arc::from(shown.as_str()),
                    lockfile,
                });
            }
            Err(ParseLockfileError::UnknownFormat) => {}
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    let failure = cannot();
    Err(match problem {
        Some(error) => failure.because(&error),
        None => failure.hint("it is no lockfile of npm, pnpm, Yarn or Bun"),
    })
}
