//! `cleanbill update`: the safest newer versions, as a plan; `--apply` carries it out.
pub(crate) mod admissions;
mod apply;
mod back;
mod call;
mod check;
mod choose;
mod clients;
pub(crate) mod sets;
mod verify;

use std::{collections::HashMap, path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;
use cleanbill_engine::{GatherOptions, NamedLockfile};
use cleanbill_facts::PopularNames;
use cleanbill_lockfile::limits::MAX_MANIFEST_BYTES;
use cleanbill_model::{PackageName, Purl, Version};
use cleanbill_report::ExitCode as Answer;
use cleanbill_update::{
    Plan, Wish,
    apply::{catalog, client::Client, commit, overrides},
    plan, project,
    words::{self, json::Applied},
};

use crate::{
    cli::Common,
    compose::{self, Session},
    discover::{self, Found},
    failure::Failure,
    output, progress,
    world::World,
};

/// Plans tried where a client leaves some of one where it was.
const MAX_ATTEMPTS: usize = 3;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill update                                 what could be better, and why not newer still\n  \
    cleanbill update left --major                    look beyond what the manifest takes\n  \
    cleanbill update --only-fixes --format json      what must be left\n  \
    cleanbill update --apply                         carry it out with the project's own client\n  \
    cleanbill update --apply --interactive           ask of each proposal first\n  \
    cleanbill update --roll-back --apply             back to the last set that nothing is known against\n  \
    cleanbill update --check --base old/package-lock.json --head package-lock.json --format markdown\n\n\
    `--apply` changes manifests and the lockfile, all or none, and installs nothing: `cleanbill run -- npm ci` does.")]
pub struct Arguments {
    /// Only these packages
    packages: Vec<String>,
    /// The lockfile, or the folder it lies in
    #[arg(long, default_value = ".", value_name = "PATH")]
    project: PathBuf,
    /// Look beyond what the manifests take
    #[arg(long)]
    major: bool,
    /// Only what is held or vulnerable
    #[arg(long)]
    only_fixes: bool,
    /// Read the code of candidates as well; readings are kept, so a second run costs little
    #[arg(long)]
    deep: bool,
    /// Carry the plan out: the client writes the lockfile behind a gate, and the result is audited first
    #[arg(long)]
    apply: bool,
    /// Carry it out although the project has uncommitted changes
    #[arg(long, requires = "apply")]
    allow_dirty: bool,
    /// Ask of every proposal whether to carry it out
    #[arg(long, requires = "apply")]
    interactive: bool,
    /// Go back to the last set of releases that nothing is known against, from the local log; with `--apply`, else
    /// only told
    #[arg(long, conflicts_with_all = ["check", "sync_clients", "interactive", "packages", "major", "only_fixes"])]
    roll_back: bool,
    /// Compare two lockfiles in place of planning: what each changed release does differently
    #[arg(long, requires = "base", requires = "head", conflicts_with = "apply")]
    check: bool,
    /// With `--check`: the lockfile as it was
    #[arg(long, value_name = "FILE", requires = "check")]
    base: Option<PathBuf>,
    /// With `--check`: the lockfile as it is proposed
    #[arg(long, value_name = "FILE", requires = "check")]
    head: Option<PathBuf>,
    /// Write the clients' own age, script and trust settings from the policy; with `--apply`, else only told
    #[arg(long, conflicts_with = "check")]
    sync_clients: bool,
    /// How to tell it: human or json; with `--check` also sarif and markdown
    #[arg(long, default_value = "human", value_parser = ["human", "json", "sarif", "markdown"])]
    format: String,
}

/// Plans.
///
/// # Errors
/// When nothing can be found or asked.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    if arguments.check {
        return check::run(arguments, common, world);
    }
    if arguments.sync_clients {
        return clients::run(arguments, common, world);
    }
    if arguments.roll_back {
        return back::run(arguments, common, world);
    }
    if !["human", "json"].contains(&arguments.format.as_str()) {
        return Err(
            Failure::usage(format!("a plan has no format `{}`", arguments.format)).hint("use human or json"),
        );
    }
    let wish = wish(arguments)?;
    let paths = [arguments.project.clone()];
    let found = discover::discover(&paths, world)?;
    let folder = compose::project_folder(&paths, world);
    let session = Session::open(common, world, &folder, None)?;
    if arguments.apply && found.len() > 1 {
        let named: Vec<String> = found.iter().map(|found| format!("`{}`", found.path)).collect();
        let what = format!(
            "a plan is carried out for one lockfile at a time: {}",
            named.join(", ")
        );
        return Err(Failure::usage(what).hint("name one with `--project`"));
    }
    recover(&found, common)?;
    let mut plans = Vec::new();
    let mut applied = Vec::new();
    for found in &found {
        let named = found.lockfile.as_ref().map_err(|error| {
            Failure::usage(format!("cannot read lockfile `{}`", found.path)).because(error)
        })?;
        let order = apply::Order {
            session: &session,
            common,
            world,
            allow_dirty: arguments.allow_dirty,
            deep: arguments.deep || session.settings.deep,
        };
        let mut wish = with_project(&wish, found, named)?;
        let mut plan = plan_for(named, found, &session, arguments, common, world, &wish)?;
        sets::remember(&session, common, world, found, named);
        if arguments.interactive {
            match chosen(&plan, common)? {
                // What was chosen is planned by itself: a step may lean on one that was not.
                Some(names) => {
                    wish.names = names;
                    plan = plan_for(named, found, &session, arguments, common, world, &wish)?;
                }
                None => return Ok(Answer::Clean.into()),
            }
        }
        if arguments.apply {
            let again = |wish: &Wish| plan_for(named, found, &session, arguments, common, world, wish);
            applied.extend(carry_out(&order, &plan, found, wish, &again)?);
        }
        plans.push(plan);
    }
    tell(&plans, &applied, arguments, common, world)?;
    session.tell_refused(common);
    Ok(answer(&plans, &applied).into())
}

/// Carries a plan out; where the client leaves some of it where it was, another plan without that is tried, since one
/// stubborn package should not cost the fixes of all others.
fn carry_out(
    order: &apply::Order<'_>,
    plan: &Plan,
    found: &Found,
    mut wish: Wish,
    again: &dyn Fn(&Wish) -> Result<Plan, Failure>,
) -> Result<Option<Applied>, Failure> {
    let mut stayed: Vec<words::json::Left> = Vec::new();
    let mut tried = apply::apply(order, plan, found)?;
    for _ in 0..MAX_ATTEMPTS {
        let apply::Tried::Stayed(more) = tried else { break };
        for left in more {
            if let (Ok(name), Ok(version)) = (PackageName::parse(&left.name), Version::parse(&left.from)) {
                wish.left.push(Purl::new(name, version));
            }
            stayed.push(left);
        }
        tried = apply::apply(order, &again(&wish)?, found)?;
    }
    match tried {
        apply::Tried::Done(mut done) => {
            done.left.extend(stayed);
            Ok(Some(done))
        }
        apply::Tried::Nothing(left) => {
            stayed.extend(left);
            let nothing = Applied {
                left: stayed,
                ..Applied::default()
            };
            Ok((!nothing.left.is_empty()).then_some(nothing))
        }
        apply::Tried::Stayed(more) => {
            let names: Vec<&str> = more.iter().map(|left| left.name.as_str()).collect();
            Err(Failure::usage(format!(
                "the client left {} where they were, after {MAX_ATTEMPTS} attempts without others; nothing was changed",
                names.join(", ")
            ))
            .hint("name the packages to update, fewer at a time"))
        }
    }
}

fn wish(arguments: &Arguments) -> Result<Wish, Failure> {
    let names = arguments
        .packages
        .iter()
        .map(|text| {
            PackageName::parse(text).map_err(|error| {
                Failure::usage(format!("cannot update `{text}`"))
                    .because(&error)
                    .hint("name packages without a version")
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Wish {
        names,
        major: arguments.major,
        only_fixes: arguments.only_fixes,
        ..Wish::default()
    })
}

/// The wish with what the project keeps beside its lockfile: catalogs and overrides.
fn with_project(wish: &Wish, found: &Found, named: &NamedLockfile) -> Result<Wish, Failure> {
    let mut wish = wish.clone();
    let (Some(client), Some(folder)) = (Client::of_format(named.lockfile.format), found.file.parent()) else {
        return Ok(wish);
    };
    let text = |name: &str| -> Result<String, Failure> {
        Ok(compose::read_text(&folder.join(name), MAX_MANIFEST_BYTES)?.unwrap_or_default())
    };
    if let Some(file) = catalog::file(client) {
        wish.catalogs = catalog::read(client, &text(file)?);
    }
    wish.overrides = overrides::standing(client, &text("package.json")?, &text(overrides::PNPM_WORKSPACE)?);
    Ok(wish)
}

/// Asks which proposals to carry out; `None` where nothing is to be done.
fn chosen(plan: &Plan, common: &Common) -> Result<Option<Vec<PackageName>>, Failure> {
    let answers = choose::choose(plan, &mut std::io::stdin().lock(), &mut std::io::stderr().lock())
        .map_err(|error| Failure::usage("cannot ask which proposals to carry out").because(&error))?;
    match answers {
        choose::Chosen::These(names) if !names.is_empty() => Ok(Some(names)),
        choose::Chosen::These(_) | choose::Chosen::Quit => {
            output::remark("nothing was changed", common);
            Ok(None)
        }
    }
}

fn plan_for(
    named: &NamedLockfile,
    found: &Found,
    session: &Session,
    arguments: &Arguments,
    common: &Common,
    world: &World,
    wish: &Wish,
) -> Result<Plan, Failure> {
    if named.lockfile.roots.is_empty() {
        output::remark(
            &format!(
                "note: `{}` does not tell what its project asks for; only what is held or vulnerable is looked at",
                found.path
            ),
            common,
        );
    }
    let (hears, bar) = progress::bar(common, world);
    let options = GatherOptions {
        as_of: session.as_of,
        progress: hears,
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(installed(named)),
    };
    let ports = if arguments.deep || session.settings.deep {
        session.ports_with_code(world)?
    } else {
        session.ports.clone()
    };
    let made = session
        .runtime
        .block_on(plan(named, &ports, &options, &session.settings.policy, wish));
    bar.finish_and_clear();
    for name in &wish.names {
        if !project::held(&named.lockfile)
            .iter()
            .any(|held| held.purl.name == *name)
        {
            output::remark(&format!("note: `{}` has no {name}", found.path), common);
        }
    }
    Ok(made)
}

/// What the lockfile has, by name; of several versions the lowest, which has most to gain.
fn installed(named: &NamedLockfile) -> HashMap<PackageName, Version> {
    let mut installed: HashMap<PackageName, Version> = HashMap::new();
    for held in project::held(&named.lockfile) {
        installed.entry(held.purl.name).or_insert(held.purl.version);
    }
    installed
}

/// Puts back what an earlier run left half done when it was killed.
fn recover(found: &[Found], common: &Common) -> Result<(), Failure> {
    for folder in found.iter().filter_map(|found| found.file.parent()) {
        let restored = commit::recover(folder)
            .map_err(|error| Failure::usage("an earlier update was cut off").because(&error))?;
        for path in restored {
            output::remark(
                &format!("note: an earlier update was cut off; `{path}` was put back"),
                common,
            );
        }
    }
    Ok(())
}

fn tell(
    plans: &[Plan],
    applied: &[Applied],
    arguments: &Arguments,
    common: &Common,
    world: &World,
) -> Result<(), Failure> {
    let text = if arguments.format == "json" {
        let value = words::json::plans(plans, applied);
        serde_json::to_string_pretty(&value)
            .map_err(|error| Failure::ours("cannot write the plan").because(&error))?
            + "\n"
    } else {
        let options = output::render_options(common, world);
        let mut pages: Vec<String> = plans
            .iter()
            .map(|plan| words::human::plan(plan, arguments.apply, &options))
            .collect();
        if arguments.apply {
            pages.push(words::human::applied(applied, &options));
        }
        pages.join("\n")
    };
    output::answer(&text, common)
}

/// Something held or vulnerable that stays is 1; nothing learnt of a package is 3.
fn answer(plans: &[Plan], applied: &[Applied]) -> Answer {
    let left = applied.iter().flat_map(|done| &done.left).any(|left| left.must);
    if left || plans.iter().any(|plan| plan.unmended().next().is_some()) {
        Answer::Held
    } else if plans.iter().any(|plan| !plan.unknown.is_empty()) {
        Answer::Unassessed
    } else {
        Answer::Clean
    }
}
