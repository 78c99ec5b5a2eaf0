//! `cleanbill update --roll-back`: to the last set of releases that nothing is known against today.
//! It asks the log what there was and the engine what is thought of it now.
use std::{collections::BTreeSet, fs, process::ExitCode, sync::Arc};

use cleanbill_engine::{GatherOptions, NamedLockfile, audit};
use cleanbill_facts::PopularNames;
use cleanbill_model::{Judgement, Purl, Verdict};
use cleanbill_report::ExitCode as Answer;
use cleanbill_update::{
    apply::{
        client::{Client, Within},
        manifests,
    },
    project::{Ask, held},
    weigh::worst,
    words::{
        json::Applied,
        rollback::{self, Bad, Rollback},
    },
};

use super::{
    Arguments,
    apply::{Ground, Order},
    call,
    sets::{self, Line, Set},
    verify,
};
use crate::{
    cli::Common,
    compose::{self, Session},
    discover::{self, Found},
    failure::Failure,
    output,
    world::World,
};

/// Tells, and with `--apply` does.
///
/// # Errors
/// When nothing can be found or asked, or a set cannot be brought back.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let paths = [arguments.project.clone()];
    let found = discover::discover(&paths, world)?;
    let folder = compose::project_folder(&paths, world);
    let session = Session::open(common, world, &folder, None)?;
    let [found] = found.as_slice() else {
        return Err(Failure::usage("a set is brought back for one lockfile at a time")
            .hint("name one with `--project`"));
    };
    super::recover(std::slice::from_ref(found), common)?;
    let named = found
        .lockfile
        .as_ref()
        .map_err(|error| Failure::usage(format!("cannot read lockfile `{}`", found.path)).because(error))?;
    let order = Order {
        session: &session,
        common,
        world,
        allow_dirty: arguments.allow_dirty,
        deep: arguments.deep || session.settings.deep,
    };
    let mut told = Rollback {
        lockfile: Arc::clone(&named.path),
        bad: bad(&order, named),
        taken: None,
        came: Vec::new(),
        went: Vec::new(),
        passed_over: Vec::new(),
        applied: None,
    };
    if !told.bad.is_empty() {
        let known = sets::all(world, &found.file)
            .map_err(|error| Failure::usage("cannot read the log of what was installed").because(&error))?;
        if let Some((set, old)) = last_good(&order, found, named, &known, &mut told) {
            told.taken = Some(set.taken);
            let (now, then) = (verify::releases(named), verify::releases(&old));
            told.came = then.difference(&now).map(Purl::spec).collect();
            told.went = now.difference(&then).map(Purl::spec).collect();
            if arguments.apply {
                told.applied = Some(bring_back(&order, found, set, &old, &told.bad)?);
            }
        }
    }
    let text = if arguments.format == "json" {
        serde_json::to_string_pretty(&rollback::json(&told))
            .map_err(|error| Failure::ours("cannot write the answer").because(&error))?
            + "\n"
    } else {
        rollback::human(&told)
    };
    output::answer(&text, common)?;
    session.tell_refused(common);
    let stays_bad = !told.bad.is_empty() && told.applied.is_none();
    Ok(if stays_bad { Answer::Held } else { Answer::Clean }.into())
}

/// What of a lockfile is blocked, or held for more than its age.
fn bad(order: &Order<'_>, named: &NamedLockfile) -> Vec<Bad> {
    let options = GatherOptions {
        as_of: order.session.as_of,
        progress: Arc::new(|_| {}),
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(super::installed(named)),
    };
    let outcome = order.session.runtime.block_on(audit(
        Arc::new(vec![named.clone()]),
        &order.session.ports,
        &options,
        Arc::new(order.session.settings.policy.clone()),
    ));
    let turned = |judgement: &Judgement| {
        judgement.verdict == Verdict::Block
            || (judgement.verdict == Verdict::Quarantine && judgement.until.is_none())
    };
    outcome
        .judged
        .iter()
        .filter(|(_, judgement)| turned(judgement))
        .map(|(subject, judgement)| Bad {
            purl: subject.purl.clone(),
            verdict: judgement.verdict,
            why: worst(judgement).into(),
        })
        .collect()
}

/// The newest set that is another than the present one and that nothing is known against.
fn last_good<'s>(
    order: &Order<'_>,
    found: &Found,
    named: &NamedLockfile,
    known: &'s [Set],
    told: &mut Rollback,
) -> Option<(&'s Set, NamedLockfile)> {
    let now = verify::releases(named);
    let name = found.file.file_name()?.to_str()?;
    for set in known {
        let Ok(lockfile) = cleanbill_lockfile::parse(name, set.text.as_bytes()) else {
            continue;
        };
        let old = NamedLockfile {
            path: Arc::clone(&named.path),
            lockfile,
        };
        if verify::releases(&old) == now {
            continue;
        }
        match bad(order, &old).first() {
            Some(bad) => told.passed_over.push((set.taken, bad.purl.spec())),
            None => return Some((set, old)),
        }
    }
    None
}

/// Brings the set back: the lockfile as it was, ranges as they were, and the client's word that both agree.
fn bring_back(
    order: &Order<'_>,
    found: &Found,
    set: &Set,
    old: &NamedLockfile,
    bad: &[Bad],
) -> Result<Applied, Failure> {
    let cannot = |why: &str| Failure::usage(format!("cannot roll back `{}`: {why}", found.path));
    let ground = Ground::prepare(order, found)?;
    let asked = |ask: &Ask| {
        let line = Line::of(ask);
        set.asks
            .iter()
            .find(|old| old.folder == line.folder && old.map == line.map && old.key == line.key)
            .filter(|old| old.specifier != line.specifier)
            .map(|old| old.specifier.clone())
    };
    let written: Vec<(Ask, String)> = held(&ground.named.lockfile)
        .into_iter()
        .flat_map(|held| held.asks)
        .filter_map(|ask| Some((ask.clone(), asked(&ask)?)))
        .collect();
    let edited = manifests::rewrite(
        &ground.stage,
        &written,
        &manifests::Ways {
            client: ground.client,
            pnpm_workspace: false,
            several: &BTreeSet::new(),
        },
    )
    .map_err(|error| cannot("its manifests cannot be changed").because(&error))?;
    if let Some((_, why)) = edited.left.first() {
        return Err(cannot(why));
    }
    fs::write(ground.stage.file(ground.lockfile), &set.text)
        .map_err(|error| Failure::ours("cannot write the copy of the lockfile").because(&error))?;
    call::write_lockfile(
        order,
        call::Task {
            client: ground.client,
            stage: &ground.stage,
            lockfile: ground.lockfile,
            registry: order.session.whole_documents(order.world, order.common.offline)?,
            policy: order.session.settings.policy.clone(),
            within: &Within::default(),
            forgotten: &[],
            young: true,
        },
    )?;
    let new = verify::read(order, &ground.stage.file(ground.lockfile), ground.named)?;
    let after = verify::releases(&new);
    let still: Vec<String> = bad
        .iter()
        .filter(|bad| after.contains(&bad.purl))
        .map(|bad| bad.purl.spec())
        .collect();
    if !still.is_empty() {
        return Err(cannot(&format!("the client keeps {}", still.join(", ")))
            .hint("an override or a request made since then asks for it; take that out first"));
    }
    verify::clean(
        order,
        &new,
        ground.named,
        &verify::releases(old),
        order.session.settings.policy.clone(),
    )?;
    // What the client itself would write anew, only to say the same, stays as it was.
    if after == verify::releases(old) && ground.client != Client::Npm {
        fs::write(ground.stage.file(ground.lockfile), &set.text)
            .map_err(|error| Failure::ours("cannot write the copy of the lockfile").because(&error))?;
    }
    ground.commit(found, edited.changes, &new)
}
