//! Carrying a plan out: the project's own client writes a new lockfile in a copy, behind a gate that offers what
//! the plan chose; the copy is audited; only then do the project's files change, all or none.
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use cleanbill_engine::NamedLockfile;
use cleanbill_lockfile::limits::MAX_MANIFEST_BYTES;
use cleanbill_model::{PackageName, Purl, Timestamp};
use cleanbill_policy::Policy;
use cleanbill_update::{
    Cause, Choice, Entry, How, Plan,
    apply::{
        client::{Client, Within},
        commit::{Change, commit},
        manifests::{self, Ways},
        narrow::{Narrowed, Offers},
        overrides::pnpm_keeps_in_workspace,
        stage::Stage,
    },
    project::held,
    sync,
    words::json::{Admission, Applied, Left},
};

use super::{
    admissions::{self, Admitted, youth},
    call, sets, verify,
};
use crate::{
    cli::Common,
    compose::{self, Session},
    discover::Found,
    failure::Failure,
    world::World,
};

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
    /// Whether code is read as well.
    pub deep: bool,
}

/// A project whose files are about to change.
pub struct Ground<'a> {
    /// Its lockfile as it was read.
    pub named: &'a NamedLockfile,
    /// Its folder.
    pub project: &'a Path,
    /// The lockfile's name.
    pub lockfile: &'a str,
    /// Its client.
    pub client: Client,
    /// The copy the client works on.
    pub stage: Stage,
}

impl<'a> Ground<'a> {
    /// Copies what the client needs, after a look at whether the project may be changed at all.
    ///
    /// # Errors
    /// When it may not, or cannot be copied.
    pub fn prepare(order: &Order<'_>, found: &'a Found) -> Result<Self, Failure> {
        let cannot = |why: String| refusal(found, &why);
        let Ok(named) = &found.lockfile else {
            return Err(cannot("it cannot be read".into()));
        };
        let client = Client::of_format(named.lockfile.format)
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
        if !order.allow_dirty {
            refuse_dirty(project, order.world)?;
        }
        refuse_read_only(found, &found.file, lockfile)?;
        let stage = Stage::copy(
            project,
            &order.world.cache_folder().join("update"),
            order.world.now,
        )
        .map_err(|error| cannot("its manifests cannot be copied".into()).because(&error))?;
        Ok(Self {
            named,
            project,
            lockfile,
            client,
            stage,
        })
    }

    /// Changes the project's files, all or none; what was done.
    ///
    /// # Errors
    /// When one cannot be changed. Every file then stands as it stood.
    pub fn commit(
        &self,
        found: &Found,
        mut changes: Vec<Change>,
        new: &NamedLockfile,
    ) -> Result<Applied, Failure> {
        let cannot = |why: &str| refusal(found, why);
        let old_bytes = fs::read(&found.file).map_err(|error| cannot("it cannot be read").because(&error))?;
        let new_bytes = fs::read(self.stage.file(self.lockfile))
            .map_err(|error| cannot("the new one cannot be read").because(&error))?;
        changes.push(Change {
            path: self.lockfile.to_owned(),
            old: Some(old_bytes),
            new: new_bytes,
        });
        changes.retain(|change| change.old.as_ref() != Some(&change.new));
        commit(self.project, &changes)
            .map_err(|error| cannot("its files stand as they stood").because(&error))?;
        let (before, after) = (verify::releases(self.named), verify::releases(new));
        Ok(Applied {
            files: changes.into_iter().map(|change| change.path).collect(),
            client: self.client.program().to_owned(),
            added: after.difference(&before).map(Purl::spec).collect(),
            removed: before.difference(&after).map(Purl::spec).collect(),
            left: Vec::new(),
            admitted: Vec::new(),
        })
    }
}

/// That the plan for `found` cannot be carried out, and why.
pub fn refusal(found: &Found, why: &str) -> Failure {
    Failure::usage(format!("cannot carry out the plan for `{}`: {why}", found.path))
}

/// What came of an attempt.
pub enum Tried {
    /// The project's files changed.
    Done(Applied),
    /// There was nothing to do but what is left to the owner.
    Nothing(Vec<Left>),
    /// The client left some where they were, and nothing was changed: another plan must do without them.
    Stayed(Vec<Left>),
}

/// Carries `plan` out.
///
/// # Errors
/// When anything stands in the way. Every file then stands as it stood.
pub fn apply(order: &Order<'_>, plan: &Plan, found: &Found) -> Result<Tried, Failure> {
    let mut wanted: Vec<(&Entry, &Choice)> = plan.proposals().collect();
    if wanted.is_empty() {
        return Ok(Tried::Nothing(Vec::new()));
    }
    let ground = Ground::prepare(order, found)?;
    let overrides = wanted
        .iter()
        .any(|(_, choice)| matches!(choice.how, How::Override { .. }));
    let pnpm_workspace = ground.client == Client::Pnpm
        && overrides
        && pnpm_keeps_in_workspace(call::version(ground.client, ground.stage.path(), order.world).as_deref());
    let ways = Ways {
        client: ground.client,
        pnpm_workspace,
        several: &several(ground.named),
    };
    let edited = manifests::change(&ground.stage, &wanted, &ways)
        .map_err(|error| refusal(found, "its manifests cannot be changed").because(&error))?;
    let mut left: Vec<Left> = Vec::new();
    for (at, why) in edited.left.iter().rev() {
        if *at < wanted.len() {
            let (entry, choice) = wanted.remove(*at);
            left.push(left_to_owner(entry, choice, why.clone()));
        }
    }
    if wanted.is_empty() {
        return Ok(Tried::Nothing(left));
    }
    for change in &edited.changes {
        refuse_read_only(found, &ground.project.join(&change.path), &change.path)?;
    }
    let names = |takes: &dyn Fn(&Entry, &Choice) -> bool| -> Vec<PackageName> {
        wanted
            .iter()
            .filter(|(entry, choice)| takes(entry, choice))
            .map(|(entry, _)| entry.name.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    };
    let asked = names(&|entry, choice| choice.how == How::Lockfile && !entry.asks.is_empty());
    let mut brought = names(&|entry, choice| choice.how == How::Lockfile && entry.asks.is_empty());
    brought.retain(|name| !asked.contains(name));
    let within = Within {
        asked,
        brought,
        workspace: ground.named.lockfile.roots.len() > 1,
    };
    let policy = with_admissions(order.session, plan, &wanted);
    let registry = order.session.whole_documents(order.world, order.common.offline)?;
    call::write_lockfile(
        order,
        call::Task {
            client: ground.client,
            stage: &ground.stage,
            lockfile: ground.lockfile,
            registry: Arc::new(Narrowed::new(registry, offers(&wanted, ground.named))),
            policy: policy.clone(),
            within: &within,
            forgotten: &names(&|_, _| true),
            young: wanted.iter().any(|(_, choice)| !choice.fixes.is_empty()),
        },
    )?;
    let new = verify::read(order, &ground.stage.file(ground.lockfile), ground.named)?;
    let stayed = verify::stayed(&new, &wanted);
    if !stayed.is_empty() {
        if stayed.len() == wanted.len() {
            return Err(verify::nothing_moved(&stayed));
        }
        let why = format!("{} did not come to it", ground.client.program());
        let stayed = stayed
            .into_iter()
            .map(|(entry, choice)| left_to_owner(entry, choice, why.clone()));
        return Ok(Tried::Stayed(stayed.collect()));
    }
    verify::clean(order, &new, ground.named, &verify::releases(ground.named), policy)?;
    sets::remember(order.session, order.common, order.world, found, ground.named);
    let admitted = admitted(order.session, &wanted, &new);
    let mut changes = edited.changes;
    exempt(&ground, &admitted, &mut changes)?;
    let mut done = ground.commit(found, changes, &new)?;
    if !admitted.is_empty() {
        let as_of = order.session.as_of;
        admissions::admit(order.world, ground.project, as_of, &admitted).map_err(|error| {
            Failure::ours("the update is done; what it let in young could not be written down")
                .because(&error)
                .hint("installs behind the gate hold it until its cooldown ends, or a waiver lets it in")
        })?;
    }
    done.admitted = admitted
        .iter()
        .map(|one| Admission {
            purl: Purl::new(one.name.clone(), one.version.clone()),
            until: one.until.to_string(),
        })
        .collect();
    sets::remember(order.session, order.common, order.world, found, &new);
    done.left = left;
    Ok(Tried::Done(done))
}

fn left_to_owner(entry: &Entry, choice: &Choice, why: String) -> Left {
    Left {
        name: entry.name.to_string(),
        from: entry.from.to_string(),
        to: choice.to.to_string(),
        why,
        must: entry.cause <= Cause::Vulnerable,
    }
}

/// Names the project has in several versions.
fn several(named: &NamedLockfile) -> BTreeSet<PackageName> {
    let mut seen = BTreeSet::new();
    held(&named.lockfile)
        .into_iter()
        .filter_map(|held| (!seen.insert(held.purl.name.clone())).then_some(held.purl.name))
        .collect()
}

/// A file that cannot be written is told before a client has worked for a minute.
fn refuse_read_only(found: &Found, file: &Path, shown: &str) -> Result<(), Failure> {
    if fs::metadata(file).is_ok_and(|metadata| metadata.permissions().readonly()) {
        let why = format!("`{shown}` is read-only");
        return Err(refusal(found, &why).hint("make it writable, or look at the plan without `--apply`"));
    }
    Ok(())
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

/// Of each package that moves: what was chosen, and beside it what is there and what other choices bring in.
fn offers(wanted: &[(&Entry, &Choice)], named: &NamedLockfile) -> Offers {
    let mut offers = Offers::new();
    for (entry, choice) in wanted {
        let offer = offers.entry(entry.name.clone()).or_default();
        if !offer.chosen.contains(&choice.to) {
            offer.chosen.push(choice.to.clone());
        }
    }
    let there = held(&named.lockfile).into_iter().map(|held| held.purl);
    let brought = wanted.iter().flat_map(|(_, choice)| {
        choice
            .brings
            .iter()
            .chain(choice.admissions.iter().map(|admission| &admission.purl))
            .cloned()
    });
    for purl in there.chain(brought) {
        if let Some(offer) = offers.get_mut(&purl.name) {
            offer.beside.insert(purl.version);
        }
    }
    offers
}

/// What of a plan came young: fixes, and what they need.
fn admitted(session: &Session, wanted: &[(&Entry, &Choice)], new: &NamedLockfile) -> Vec<Admitted> {
    let there = verify::releases(new);
    let mut admitted: Vec<Admitted> = Vec::new();
    for (entry, choice) in wanted {
        let reason = format!("came with the fix of {} {}", entry.name, entry.from);
        let fix = choice
            .published
            .filter(|_| !choice.fixes.is_empty())
            .map(|published| {
                (
                    Purl::new(entry.name.clone(), choice.to.clone()),
                    published.plus(session.settings.policy.cooldown.release),
                )
            });
        let needs = choice
            .admissions
            .iter()
            .map(|admission| (admission.purl.clone(), admission.until));
        for (purl, until) in fix.into_iter().chain(needs) {
            if until > session.as_of && there.contains(&purl) {
                admitted.push(Admitted {
                    name: purl.name,
                    version: purl.version,
                    until,
                    reason: reason.clone(),
                });
            }
        }
    }
    admitted
}

/// Where the project sets its client an age of its own, what was let in is exempt there by name and version: the client
/// would take it back at its next look. `--sync-clients` takes the exemption out again.
fn exempt(ground: &Ground<'_>, admitted: &[Admitted], changes: &mut Vec<Change>) -> Result<(), Failure> {
    let Some(file) = sync::age_file(ground.client).filter(|_| !admitted.is_empty()) else {
        return Ok(());
    };
    let old = match changes.iter().find(|change| change.path == file) {
        Some(change) => String::from_utf8(change.new.clone()).ok(),
        None => compose::read_text(&ground.project.join(file), MAX_MANIFEST_BYTES)?,
    };
    let Some(text) = old else { return Ok(()) };
    let specs: Vec<String> = admitted.iter().map(Admitted::spec).collect();
    let Some(new) = sync::exempt(ground.client, &text, &specs) else {
        return Ok(());
    };
    match changes.iter_mut().find(|change| change.path == file) {
        Some(change) => change.new = new.into_bytes(),
        None => changes.push(Change {
            path: file.to_owned(),
            old: Some(text.into_bytes()),
            new: new.into_bytes(),
        }),
    }
    Ok(())
}

/// Where waivers come from that a plan brings along.
const PLACE: &str = "the plan";

/// The policy with waivers of youth: for what a fix lets in, by name and until its own cooldown ends, and for what is
/// there already, which a client must be able to read again.
fn with_admissions(session: &Session, plan: &Plan, wanted: &[(&Entry, &Choice)]) -> Policy {
    let mut policy = session.settings.policy.clone();
    for young in &plan.young {
        let mut waiver = youth(
            &young.purl,
            young.until,
            "the project has it already".to_owned(),
            PLACE,
        );
        waiver.audits.clone_from(&young.audits);
        policy.waivers.push(waiver);
    }
    let youth = |purl: &Purl, until: Timestamp, fixes: &Entry| {
        let reason = format!("needed by the fix of {} {}", fixes.name, fixes.from);
        youth(purl, until, reason, PLACE)
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
