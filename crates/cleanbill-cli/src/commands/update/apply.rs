//! Carrying a plan out: the project's own client writes a new lockfile in a copy, behind a gate that offers what
//! the plan chose; the copy is audited; only then do the project's files change, all or none.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use cleanbill_engine::{GatherOptions, NamedLockfile, audit};
use cleanbill_facts::PopularNames;
use cleanbill_lockfile::limits::MAX_MANIFEST_BYTES;
use cleanbill_model::{PackageName, Purl, Timestamp, Verdict};
use cleanbill_policy::{Policy, UnassessedAction, Waiver};
use cleanbill_update::{
    Choice, Entry, How, Plan,
    apply::{
        client::Client,
        commit::{Change, commit},
        edit,
        narrow::{Narrowed, Offers},
        stage::Stage,
    },
    project::held,
    words::json::Applied,
};

use crate::{
    cli::Common,
    commands::{gate, run},
    compose::{self, Session},
    discover::{self, Found},
    failure::Failure,
    output,
    world::World,
};

/// How long one call of a client may take; resolving a large tree from an empty cache takes a minute or two.
const PATIENCE: Duration = Duration::from_secs(600);
/// How much of a client's own words is shown when it fails.
const TOLD_BYTES: u64 = 2_000;
/// Releases told one by one in a failure.
const TOLD: usize = 5;

/// What to do with a plan.
pub struct Order<'a> {
    /// The session.
    pub session: &'a Session,
    /// The flags.
    pub common: &'a Common,
    /// The machine.
    pub world: &'a World,
    /// Whether uncommitted changes are no obstacle.
    pub allow_dirty: bool,
}

/// Carries `plan` out; what was done, or `None` where there was nothing to do.
///
/// # Errors
/// When anything stands in the way. Every file then stands as it stood.
pub fn apply(order: &Order<'_>, plan: &Plan, found: &Found) -> Result<Option<Applied>, Failure> {
    let cannot =
        |why: String| Failure::usage(format!("cannot carry out the plan for `{}`: {why}", found.path));
    let wanted: Vec<(&Entry, &Choice)> = plan
        .proposals()
        .filter(|(_, choice)| !matches!(choice.how, How::ByHand(_)))
        .collect();
    for (entry, choice) in plan.proposals() {
        if let How::ByHand(specifier) = &choice.how {
            output::remark(
                &format!(
                    "note: {} {} is left to you: it is asked for as `{specifier}`",
                    entry.name, choice.to
                ),
                order.common,
            );
        }
    }
    if wanted.is_empty() {
        return Ok(None);
    }
    let client = Client::of_format(plan.format)
        .ok_or_else(|| cannot("no client writes this format any more".into()))?;
    let project = found
        .file
        .parent()
        .ok_or_else(|| cannot("it lies in no folder".into()))?;
    let lockfile = found
        .file
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| cannot("its name cannot be read".into()))?;
    let Ok(named) = &found.lockfile else {
        return Err(cannot("it cannot be read".into()));
    };
    if !order.allow_dirty {
        refuse_dirty(project, order.world)?;
    }
    let stage = Stage::copy(
        project,
        &order.world.cache_folder().join("update"),
        order.world.now,
    )
    .map_err(|error| cannot("its manifests cannot be copied".into()).because(&error))?;
    let edited = edit_manifests(client, plan, &wanted, &stage, named)?;
    run_client(order, client, &wanted, &stage, lockfile, named)?;
    let new = verified(order, &wanted, &stage, lockfile, named)?;
    let old_bytes =
        fs::read(&found.file).map_err(|error| cannot("it cannot be read".into()).because(&error))?;
    let new_bytes = fs::read(stage.file(lockfile))
        .map_err(|error| cannot("the new one cannot be read".into()).because(&error))?;
    let mut changes: Vec<Change> = edited;
    changes.push(Change {
        path: lockfile.to_owned(),
        old: Some(old_bytes),
        new: new_bytes,
    });
    changes.retain(|change| change.old.as_ref() != Some(&change.new));
    commit(project, &changes)
        .map_err(|error| cannot("its files were put back as they were".into()).because(&error))?;
    let (before, after) = (releases(named), releases(&new));
    Ok(Some(Applied {
        files: changes.into_iter().map(|change| change.path).collect(),
        client: client.program().to_owned(),
        added: after.difference(&before).map(Purl::spec).collect(),
        removed: before.difference(&after).map(Purl::spec).collect(),
    }))
}

fn releases(named: &NamedLockfile) -> BTreeSet<Purl> {
    held(&named.lockfile).into_iter().map(|held| held.purl).collect()
}

/// Uncommitted changes would be mixed with ours, and taking ours back would then cost theirs.
fn refuse_dirty(project: &Path, world: &World) -> Result<(), Failure> {
    let output = Command::new("git")
        // What a repository has set up to be run is not run by us.
        .args([
            "-c",
            "core.fsmonitor=false",
            "--no-optional-locks",
            "status",
            "--porcelain",
            "--untracked-files=no",
            "--",
            ".",
        ])
        .current_dir(project)
        .env_clear()
        .envs(world.environment.iter())
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => {
            Err(Failure::usage("the project has uncommitted changes")
                .hint("commit or stash them first, or pass `--allow-dirty`"))
        }
        // No git, or no repository: nothing to mix with.
        _ => Ok(()),
    }
}

/// Writes new ranges and overrides into the copy's manifests; the changes as they would be made in the project.
fn edit_manifests(
    client: Client,
    plan: &Plan,
    wanted: &[(&Entry, &Choice)],
    stage: &Stage,
    named: &NamedLockfile,
) -> Result<Vec<Change>, Failure> {
    let mut texts: BTreeMap<String, (String, String)> = BTreeMap::new();
    let several = |name: &PackageName| {
        held(&named.lockfile)
            .iter()
            .filter(|held| held.purl.name == *name)
            .count()
            > 1
    };
    for (entry, choice) in wanted {
        let mut edits: Vec<(String, Edit)> = Vec::new();
        match &choice.how {
            How::Manifest(written) | How::Override { written, .. } => {
                for (ask, new) in written {
                    let path = vec![ask.map.to_owned(), ask.key.clone()];
                    edits.push((
                        manifest_of(&ask.folder),
                        Edit {
                            path,
                            old: Some(ask.specifier.clone()),
                            new: new.clone(),
                        },
                    ));
                }
            }
            How::Lockfile | How::ByHand(_) => {}
        }
        match &choice.how {
            How::Override { until, .. } => {
                let parents: Vec<PackageName> = until.iter().filter_map(|by| parent(by)).collect();
                let targets: Vec<Option<&PackageName>> = if several(&entry.name) {
                    parents.iter().map(Some).collect()
                } else {
                    vec![None]
                };
                for target in targets {
                    let path = client.override_path(&entry.name, target).ok_or_else(|| {
                        Failure::usage(format!(
                            "{} {} needs an override, which is not written for {} here",
                            entry.name,
                            choice.to,
                            client.program()
                        ))
                        .hint(format!(
                            "override it by hand in {}, or leave it out by naming other packages",
                            plan.lockfile
                        ))
                    })?;
                    edits.push((
                        manifest_of(""),
                        Edit {
                            path,
                            old: None,
                            new: override_value(client, entry, choice),
                        },
                    ));
                }
            }
            How::Lockfile | How::Manifest(_) | How::ByHand(_) => {}
        }
        for (file, edit) in edits {
            let text = match texts.get_mut(&file) {
                Some((_, text)) => text,
                None => {
                    let text =
                        compose::read_text(&stage.file(&file), MAX_MANIFEST_BYTES)?.ok_or_else(|| {
                            Failure::usage(format!("no manifest at `{file}`"))
                                .hint("let the client write its lockfile anew first")
                        })?;
                    &mut texts.entry(file.clone()).or_insert((text.clone(), text)).1
                }
            };
            let path: Vec<&str> = edit.path.iter().map(String::as_str).collect();
            let changed = match &edit.old {
                // Yarn's lockfile writes `npm:` before what the manifest has without.
                Some(old) => edit::replace(text, &path, old, &edit.new).or_else(|error| {
                    match (old.strip_prefix("npm:"), edit.new.strip_prefix("npm:")) {
                        (Some(old), Some(new)) => edit::replace(text, &path, old, new),
                        _ => Err(error),
                    }
                }),
                None => edit::put(text, &path, &edit.new),
            };
            *text =
                changed.map_err(|error| Failure::usage(format!("cannot change `{file}`")).because(&error))?;
        }
    }
    let mut changes = Vec::new();
    for (path, (old, new)) in texts {
        fs::write(stage.file(&path), &new)
            .map_err(|error| Failure::ours(format!("cannot write the copy of `{path}`")).because(&error))?;
        changes.push(Change {
            path,
            old: Some(old.into_bytes()),
            new: new.into_bytes(),
        });
    }
    Ok(changes)
}

/// npm takes an override of what the project itself asks for only where it says the same, which `$name` does.
fn override_value(client: Client, entry: &Entry, choice: &Choice) -> String {
    match entry.asks.iter().find(|ask| ask.folder.is_empty()) {
        Some(ask) if client == Client::Npm => format!("${}", ask.key),
        _ => choice.to.to_string(),
    }
}

struct Edit {
    path: Vec<String>,
    old: Option<String>,
    new: String,
}

fn manifest_of(folder: &str) -> String {
    if folder.is_empty() {
        "package.json".to_owned()
    } else {
        format!("{folder}/package.json")
    }
}

/// The name of `name@version`.
fn parent(spec: &str) -> Option<PackageName> {
    let at = spec.char_indices().skip(1).find(|(_, c)| *c == '@')?.0;
    PackageName::parse(spec.get(..at)?).ok()
}

/// Lets the client write the copy's lockfile, behind a gate that offers what was chosen.
fn run_client(
    order: &Order<'_>,
    client: Client,
    wanted: &[(&Entry, &Choice)],
    stage: &Stage,
    lockfile: &str,
    named: &NamedLockfile,
) -> Result<(), Failure> {
    let (session, world) = (order.session, order.world);
    let names: Vec<PackageName> = wanted
        .iter()
        .map(|(entry, _)| entry.name.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let registry = session.whole_documents(world, order.common.offline)?;
    let narrowed = Arc::new(Narrowed::new(registry, offers(wanted, named)));
    let policy = with_admissions(session, wanted);
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let running = session.runtime.block_on(gate::start_before(
        narrowed,
        policy,
        session,
        order.common,
        world,
        listen,
        None,
    ))?;
    let address = format!("http://{}", running.address);
    if let Some(text) = compose::read_text(
        &stage.file(lockfile),
        cleanbill_lockfile::limits::MAX_LOCKFILE_BYTES,
    )? && let Some(without) = client.forgets(&text, &names)
    {
        fs::write(stage.file(lockfile), without)
            .map_err(|error| Failure::ours("cannot write the copy of the lockfile").because(&error))?;
    }
    let within: Vec<PackageName> = wanted
        .iter()
        .filter(|(_, choice)| choice.how == How::Lockfile)
        .map(|(entry, _)| entry.name.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut environment = run::client_environment(&address, false, &session.scopes());
    if wanted.iter().any(|(_, choice)| !choice.fixes.is_empty()) {
        // The gate holds what is young; a client's own age rule knows no fast lane and would hold the fix.
        for name in ["npm_config_min_release_age", "pnpm_config_minimum_release_age"] {
            environment.insert(name.into(), "0".into());
        }
    }
    let mut outcome = Ok(());
    for call in client.calls(&within) {
        outcome = run_one(client, &call, &environment, stage, world);
        if outcome.is_err() {
            break;
        }
    }
    let restored = run::restore_lockfiles(session, &running, &address, stage.path());
    session.runtime.block_on(running.stop());
    outcome?;
    match restored {
        Ok(()) => Ok(()),
        Err(problems) => Err(
            Failure::usage("cannot take the gate's address out of the new lockfile")
                .hint(problems.join("; ")),
        ),
    }
}

/// Of each package that moves, what was chosen first and what stays beside it.
fn offers(wanted: &[(&Entry, &Choice)], named: &NamedLockfile) -> Offers {
    let mut offers = Offers::new();
    for (entry, choice) in wanted {
        offers
            .entry(entry.name.clone())
            .or_default()
            .push(choice.to.to_string());
    }
    for held in held(&named.lockfile) {
        let Some(list) = offers.get_mut(&held.purl.name) else {
            continue;
        };
        let version = held.purl.version.to_string();
        if !list.contains(&version) {
            list.push(version);
        }
    }
    offers
}

/// The policy with waivers of youth for what a fix lets in, by name and until its own cooldown ends.
fn with_admissions(session: &Session, wanted: &[(&Entry, &Choice)]) -> Policy {
    let mut policy = session.settings.policy.clone();
    let youth = |purl: &Purl, until: Timestamp, fixes: &Entry| Waiver {
        name: purl.name.clone(),
        version: purl.version.clone(),
        integrity: None,
        audits: vec!["release-young".to_owned()],
        reason: format!("needed by the fix of {} {}", fixes.name, fixes.from),
        owner: "cleanbill update".to_owned(),
        until,
        place: "the plan".to_owned(),
    };
    for (entry, choice) in wanted {
        for admission in &choice.admissions {
            policy
                .waivers
                .push(youth(&admission.purl, admission.until, entry));
        }
        if !choice.fixes.is_empty()
            && let Some(published) = choice.published
        {
            let purl = Purl::new(entry.name.clone(), choice.to.clone());
            policy.waivers.push(youth(
                &purl,
                published.plus(session.settings.policy.cooldown.release),
                entry,
            ));
        }
    }
    policy
}

fn run_one(
    client: Client,
    call: &[String],
    environment: &BTreeMap<String, String>,
    stage: &Stage,
    world: &World,
) -> Result<(), Failure> {
    let shown = format!("{} {}", client.program(), call.join(" "));
    let ours = |error: &std::io::Error| Failure::ours(format!("cannot watch `{shown}`")).because(error);
    let mut log = tempfile_in(stage).map_err(|error| ours(&error))?;
    let (out, err) = (
        log.try_clone().map_err(|e| ours(&e))?,
        log.try_clone().map_err(|e| ours(&e))?,
    );
    let mut child = Command::new(client.program())
        .args(call)
        .current_dir(stage.path())
        .env_clear()
        .envs(world.environment.iter())
        .envs(environment)
        .stdin(Stdio::null())
        .stdout(Stdio::from(out))
        .stderr(Stdio::from(err))
        .spawn()
        .map_err(|error| {
            Failure::usage(format!("cannot run `{}`", client.program()))
                .because(&error)
                .hint("check that the client is installed and on the PATH")
        })?;
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() > PATIENCE => {
                drop(child.kill());
                drop(child.wait());
                return Err(
                    Failure::usage(format!("`{shown}` did not end within {} s", PATIENCE.as_secs()))
                        .hint("nothing was changed"),
                );
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(ours(&error)),
        }
    };
    if status.success() {
        return Ok(());
    }
    let said = tail(&mut log).unwrap_or_default();
    Err(
        Failure::usage(format!("`{shown}` failed ({status}); nothing was changed"))
            .hint(format!("the client said: {said}")),
    )
}

fn tempfile_in(stage: &Stage) -> std::io::Result<File> {
    File::options()
        .create(true)
        .append(true)
        .read(true)
        .open(stage.file(".client-log"))
}

fn tail(log: &mut File) -> std::io::Result<String> {
    let length = log.metadata()?.len();
    log.seek(SeekFrom::Start(length.saturating_sub(TOLD_BYTES)))?;
    let mut bytes = Vec::new();
    log.take(TOLD_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// Reads and audits the copy's new lockfile: everything that was chosen is there, and nothing came in that cannot
/// be vouched for.
fn verified(
    order: &Order<'_>,
    wanted: &[(&Entry, &Choice)],
    stage: &Stage,
    lockfile: &str,
    old: &NamedLockfile,
) -> Result<NamedLockfile, Failure> {
    let paths = [stage.file(lockfile)];
    let found = discover::discover(&paths, order.world)?;
    let new = match found.into_iter().next().map(|found| found.lockfile) {
        Some(Ok(named)) => NamedLockfile {
            path: Arc::clone(&old.path),
            lockfile: named.lockfile,
        },
        _ => {
            return Err(Failure::usage(
                "the client wrote a lockfile that cannot be read; nothing was changed",
            ));
        }
    };
    let (before, after) = (releases(old), releases(&new));
    let missing: Vec<String> = wanted
        .iter()
        .filter(|(entry, choice)| {
            let there = after.contains(&Purl::new(entry.name.clone(), choice.to.clone()));
            let left = !after.contains(&Purl::new(entry.name.clone(), entry.from.clone()));
            let must_go = entry.cause <= cleanbill_update::Cause::Vulnerable;
            !there || (must_go && !left)
        })
        .map(|(entry, choice)| format!("{} {} to {}", entry.name, entry.from, choice.to))
        .collect();
    if !missing.is_empty() {
        let shown: Vec<String> = missing.iter().take(TOLD).cloned().collect();
        return Err(Failure::usage(format!("the client did not come to what the plan chose: {}; nothing was changed", shown.join(", ")))
            .hint("something else in the project holds it back; name fewer packages, or change the requests by hand"));
    }
    let options = GatherOptions {
        as_of: order.session.as_of,
        progress: Arc::new(|_| {}),
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(super::installed(old)),
    };
    let policy = with_admissions(order.session, wanted);
    let holds = policy.unassessed == UnassessedAction::Hold;
    let outcome = order.session.runtime.block_on(audit(
        Arc::new(vec![new.clone()]),
        &order.session.ports,
        &options,
        Arc::new(policy),
    ));
    let bad: Vec<String> = outcome
        .judged
        .iter()
        .filter(|(subject, judgement)| {
            !before.contains(&subject.purl)
                && (judgement.verdict >= Verdict::Quarantine
                    || (holds && judgement.verdict == Verdict::Unassessed))
        })
        .map(|(subject, judgement)| format!("{} ({})", subject.purl.spec(), judgement.verdict.as_str()))
        .collect();
    if bad.is_empty() {
        return Ok(new);
    }
    let shown: Vec<String> = bad.iter().take(TOLD).cloned().collect();
    Err(Failure::usage(format!(
        "the new lockfile would bring in {}; nothing was changed",
        shown.join(", ")
    ))
    .hint("`cleanbill inspect` tells why"))
}
