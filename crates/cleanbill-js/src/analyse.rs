//! The whole way: types, entries, reach, looks, the machine phase by phase, and what it noted.
//! It is pure and bounded; it must run on a thread with [`crate::REQUIRED_STACK_BYTES`] of stack.
use std::collections::{BTreeSet, HashSet};
use std::hash::Hasher;

use cleanbill_model::Level;

use crate::analysis::{
    Analysis, DecodedLayer, Destination, FileFacts, Outcome, RULESET_VERSION, Structural, Use,
};
use crate::entry::{self, Entries, Trigger};
use crate::graph::Graph;
use crate::host::command;
use crate::kind::FileKind;
use crate::look::files::{self, Looks};
use crate::look::structure;
use crate::machine::heap::{Frame, Kind};
use crate::machine::marks::Place;
use crate::machine::modules::FILE_SHARE;
use crate::machine::value::{Taint, V, Val};
use crate::machine::{Act, Machine, ModState};
use crate::notebook::step;
use crate::package::{Budget, Context, Indexed, Package};

/// Steps all functions nobody calls may take together in one phase.
const LEFTOVER_SHARE: u64 = 700_000;
/// The same where nothing reaches: chains there say little.
const IDLE_SHARE: u64 = 150_000;
/// Steps a function nobody calls may take: it runs on unknown arguments, so it is soon through.
const CALL_SHARE: u64 = 15_000;
/// The same in obfuscated code, where each word a function says is decoded first.
const OBFUSCATED_CALL_SHARE: u64 = 1_000_000;
/// Steps all functions nobody calls may take together for obfuscated code.
const OBFUSCATED_LEFTOVER_SHARE: u64 = 12_000_000;
/// Steps of a package in which nothing is obfuscated.
const CLEAR_STEPS: u64 = 8_000_000;
/// Rounds over functions nobody called: each may make new ones.
const LEFTOVER_ROUNDS: usize = 4;

/// Analyses a package.
#[must_use]
pub fn analyse(package: &Package, context: &Context, budget: &Budget) -> Analysis {
    let pkg = Indexed::new(package, context);
    let entries = entry::entries(&pkg);
    let looks: Vec<Looks> = pkg.files.iter().map(|f| files::look(f.kind, f.bytes)).collect();
    let graph = Graph::new(&pkg, &looks);
    let reach = graph.reach(&entries.files);
    let users: Vec<(u32, Trigger)> = entries
        .files
        .iter()
        .filter(|(_, t)| !t.is_install())
        .copied()
        .collect();
    let shared = graph.reach(&users);
    let wanted = graph.followed(&looks);
    let code: u64 = pkg
        .files
        .iter()
        .filter(|f| f.kind.is_code())
        .map(|f| f.bytes.len() as u64)
        .sum();
    // Obfuscated code alone may need the whole; large packages get some on top for the same depth.
    let obfuscated = pkg
        .files
        .iter()
        .zip(&looks)
        .any(|(f, l)| f.kind.is_code() && !l.marks.is_empty());
    let base = if obfuscated {
        budget.max_steps
    } else {
        budget.max_steps.min(CLEAR_STEPS)
    };
    let budget = &Budget {
        max_steps: base.saturating_add((code / 4).min(base)),
        ..*budget
    };
    let mut machine = Machine::new(&pkg, *budget);
    for (file, look) in pkg.files.iter().zip(&looks) {
        if !look.marks.is_empty() && file.kind.is_code() {
            machine.obfuscated.insert(file.path.clone());
        }
    }
    for (file, trigger) in (0u32..).zip(shared) {
        let own = entries
            .files
            .iter()
            .any(|(entry, t)| *entry == file && t.is_install());
        if !own && trigger <= Trigger::Bin {
            machine.shared.insert(file, trigger);
        }
    }
    let followed = run(&mut machine, &pkg, &entries, &wanted, &reach, code, budget);
    let mut structural = structure::facts(&pkg, &entries, &looks, &reach);
    native_facts(&machine, &pkg, &mut structural);
    endless_facts(&machine, &mut structural);
    copied_facts(&machine, &mut structural);
    report(machine, &pkg, entries, &looks, &reach, structural, &followed)
}

/// Runs every phase over `code` bytes of code; gives the files that were followed.
fn run(
    m: &mut Machine<'_>,
    pkg: &Indexed<'_>,
    entries: &Entries,
    wanted: &[bool],
    reach: &[Trigger],
    code: u64,
    budget: &Budget,
) -> BTreeSet<u32> {
    let mut followed = BTreeSet::new();
    let mut total = 0u64;
    for trigger in [
        Trigger::Install,
        Trigger::Gyp,
        Trigger::Import,
        Trigger::Bin,
        Trigger::Test,
        Trigger::Unreached,
    ] {
        m.trigger = trigger;
        m.lazy = false;
        let from = m.closures.len();
        let share = if trigger > Trigger::Bin {
            IDLE_SHARE
        } else if m.obfuscated.is_empty() {
            LEFTOVER_SHARE + code / 10
        } else {
            OBFUSCATED_LEFTOVER_SHARE
        };
        m.allow(FILE_SHARE);
        for (t, text, file) in &entries.commands {
            if *t == trigger && trigger.is_install() {
                script(m, text, file);
            }
        }
        for inline in entries
            .inline
            .iter()
            .filter(|i| i.trigger == trigger && trigger.is_install())
        {
            let Some(src) = m.add_source(inline.why.as_str().into(), inline.code.as_str().into(), None, 0)
            else {
                continue;
            };
            let mut act = scratch(m, src);
            m.run_layer(&mut act, &inline.code, Place { src, at: 0 }, &Taint::none(), None);
        }
        // Entries first, then whatever they reach.
        let mut order: Vec<u32> = entries
            .files
            .iter()
            .filter(|(_, t)| *t == trigger)
            .map(|(f, _)| *f)
            .collect();
        order.extend((0..pkg.files.len() as u32).filter(|ix| reach.get(*ix as usize) == Some(&trigger)));
        for file in order {
            let ix = file as usize;
            let (Some(entry), Some(wanted)) = (pkg.files.get(ix), wanted.get(ix)) else {
                continue;
            };
            let wanted = *wanted
                || (trigger.is_install() && entries.files.iter().any(|(f, t)| *f == file && *t == trigger));
            if !wanted || !runnable(entry.kind, trigger) || followed.contains(&file) {
                continue;
            }
            total += entry.bytes.len() as u64;
            let share = m.file_share(file);
            // Tests and what nothing reaches are a courtesy: that they are not read holds nobody.
            let matters = trigger <= Trigger::Bin;
            if total > budget.max_total_bytes || !m.allow(share) {
                if matters {
                    m.notes
                        .unassessed(&entry.path, "beyond the work allowed for one package");
                }
                continue;
            }
            followed.insert(file);
            m.exports_of(file);
        }
        leftovers(m, from, share);
    }
    followed
}

/// Code by type; a hook's target is code whatever its name says.
fn runnable(kind: FileKind, trigger: Trigger) -> bool {
    kind.is_code() || (trigger.is_install() && matches!(kind, FileKind::Text | FileKind::Declaration))
}

fn scratch(m: &mut Machine<'_>, src: u32) -> Act {
    let func = std::rc::Rc::new(crate::ir::Func {
        id: m.next_func,
        src,
        at: 0,
        end: 0,
        name: None,
        params: Vec::new(),
        param_names: Vec::new(),
        rest: None,
        body: Vec::new(),
        slots: 5,
        self_slot: None,
        arrow: false,
        generator: false,
        size: 0,
    });
    m.next_func += 1;
    Act {
        frame: Frame::new(5, None),
        src,
        func,
        this: Val::undef(),
        args: Vec::new(),
        home: None,
        ret: None,
        unsure: 0,
        maybe_exit: false,
        explore: false,
    }
}

/// A lifecycle script or build command, judged as a command line.
fn script(m: &mut Machine<'_>, text: &str, file: &str) {
    let Some(src) = m.add_source(file.into(), text.into(), None, 0) else {
        return;
    };
    let mut act = scratch(m, src);
    let commands = crate::shell::parse(text);
    let t = Taint::none();
    let whole = Val::str(text);
    let started = command::Started::Line(&whole);
    command::judge(m, &mut act, &commands, &started, &t, &[], 0);
}

/// Runs what was made and never called: exported functions, handlers, methods; then closed branches.
fn leftovers(m: &mut Machine<'_>, from: usize, share: u64) {
    m.lazy = true;
    let most = m.steps + share;
    let mut next = from;
    let mut takers = HashSet::new();
    for _ in 0..LEFTOVER_ROUNDS {
        let until = m.closures.len();
        if next >= until {
            break;
        }
        takers = m.key_takers();
        for ix in next..until {
            let Some((obj, id)) = m.closures.get(ix).copied() else {
                continue;
            };
            if m.steps > most || !m.allow(call_share(m, obj)) {
                break;
            }
            let counts = m.counts(id);
            if counts.sure == 0 && counts.vague.is_empty() && worth_calling(m, obj) {
                call_unused(m, obj, takers.contains(&id), false);
            }
        }
        next = until;
    }
    // Branches a constant closed may open for another caller.
    let mut skipped: Vec<u32> = m.skipped.drain().collect();
    skipped.sort_unstable();
    let closures: Vec<(u32, u32)> = m.closures.get(from..).unwrap_or_default().to_vec();
    for (obj, id) in closures {
        if skipped.binary_search(&id).is_ok()
            && m.steps <= most
            && m.allow(call_share(m, obj))
            && worth_calling(m, obj)
        {
            call_unused(m, obj, takers.contains(&id), true);
        }
    }
    m.lazy = false;
}

fn call_share(m: &Machine<'_>, obj: u32) -> u64 {
    let obfuscated = match m.get(obj).map(|o| &o.kind) {
        Some(Kind::Func { f, .. }) => m
            .sources
            .get(f.src as usize)
            .is_some_and(|s| m.notes_obfuscated(&s.path)),
        _ => false,
    };
    if obfuscated {
        OBFUSCATED_CALL_SHARE
    } else {
        CALL_SHARE
    }
}

/// Files up to this size are looked at whole: a payload is small, a library is not.
const SMALL_FILE: usize = 48 << 10;

/// True when a function nobody calls holds a source or a sink; those between are run by their callers.
fn worth_calling(m: &Machine<'_>, obj: u32) -> bool {
    let Some(Kind::Func { f, .. }) = m.get(obj).map(|o| &o.kind) else {
        return false;
    };
    let Some(source) = m.sources.get(f.src as usize) else {
        return false;
    };
    if source.text.len() <= SMALL_FILE || source.layer.is_some() || m.notes_obfuscated(&source.path) {
        return true;
    }
    source
        .text
        .get(f.at as usize..f.end as usize)
        .is_none_or(|body| files::has_hot_word(body.as_bytes()))
}

fn call_unused(m: &mut Machine<'_>, obj: u32, takes_keys: bool, explore: bool) {
    let Some(Kind::Func { f, frame, this, home }) = m.get(obj).map(|o| o.kind.clone()) else {
        return;
    };
    let starter = starter(m, f.src);
    let trigger = std::mem::replace(&mut m.trigger, starter);
    let args: Vec<Val> = (0..f.params.len())
        .map(|ix| m.caller_value(&f, ix, takes_keys))
        .collect();
    let this = match (this, home) {
        (Some(this), _) => this,
        (None, Some(home)) => {
            // A method of a class nobody built: its fields are what the constructor would have set.
            let mut object = crate::machine::heap::Object::new(Kind::Plain);
            object.proto = Some(home);
            Val::new(V::Obj(m.alloc(object)))
        }
        (None, None) => Val::unknown(),
    };
    m.run(None, Some(obj), &f, &frame, this, home, args, f.at, explore);
    m.trigger = trigger;
}

/// Who starts a function that whoever loaded its file never called. A hook that imports the package's own library
/// does not run all of it: what users of the library start as well waits for them.
fn starter(m: &Machine<'_>, src: u32) -> Trigger {
    let plain = m
        .sources
        .get(src as usize)
        .filter(|s| m.trigger.is_install() && s.layer.is_none() && !m.notes_obfuscated(&s.path));
    let shared = plain.and_then(|s| m.shared.get(&m.pkg.find(&s.path)?));
    shared.copied().unwrap_or(m.trigger)
}

/// Native files of the tarball that code or a hook runs (EXE-11).
fn native_facts(m: &Machine<'_>, pkg: &Indexed<'_>, out: &mut Vec<Structural>) {
    for (path, trigger) in &m.notes.natives {
        let native = pkg
            .find(path)
            .and_then(|ix| pkg.files.get(ix as usize))
            .is_some_and(|f| f.kind.is_program(&f.path));
        if !native || path.ends_with(".node") {
            continue;
        }
        let level = if trigger.is_install() {
            Level::Quarantine
        } else {
            Level::Note
        };
        let note = format!("a program from the tarball is run ({})", trigger.as_str());
        let evidence = vec![step(path, "", 0, note.clone(), Some(path.clone()))];
        out.push(Structural {
            id: "EXE-11".to_owned(),
            level,
            note,
            evidence,
        });
    }
}

/// Loops without an end that an import or an install runs into (EXE-14). Alone that is a mistake until the difference
/// to the release before says otherwise.
fn endless_facts(m: &Machine<'_>, out: &mut Vec<Structural>) {
    for (place, trigger) in &m.notes.endless {
        let note = format!("a loop without an end is entered ({})", trigger.as_str());
        out.push(Structural {
            id: "EXE-14".to_owned(),
            level: Level::Warn,
            evidence: vec![place_step(m, *place, &note)],
            note,
        });
    }
}

/// Blind copies of letters to fixed addresses, where the text of the file does not show them already (FLO-10).
fn copied_facts(m: &Machine<'_>, out: &mut Vec<Structural>) {
    for (place, address) in &m.notes.copies {
        let note = "mail is always copied to a fixed address";
        let mut at = place_step(m, *place, note);
        at.decoded = Some(address.clone());
        let told = out.iter().any(|fact| {
            let mut steps = fact.evidence.iter();
            fact.id == "FLO-10" && steps.any(|step| step.file == at.file && step.decoded == at.decoded)
        });
        if !told {
            out.push(Structural {
                id: "FLO-10".to_owned(),
                level: Level::Warn,
                note: note.to_owned(),
                evidence: vec![at],
            });
        }
    }
}

fn digest(bytes: &[u8]) -> u64 {
    let mut hash = crate::hash::Fx::default();
    hash.write(bytes);
    hash.finish()
}

fn place_step(m: &Machine<'_>, place: Place, note: &str) -> crate::chain::Step {
    match m.sources.get(place.src as usize) {
        Some(s) => step(&s.path, &s.text, place.at, note.to_owned(), None),
        None => step("", "", 0, note.to_owned(), None),
    }
}

fn report(
    mut m: Machine<'_>,
    pkg: &Indexed<'_>,
    entries: Entries,
    looks: &[Looks],
    reach: &[Trigger],
    structural: Vec<Structural>,
    followed: &BTreeSet<u32>,
) -> Analysis {
    if m.steps >= m.budget.max_steps {
        m.notes.unassessed(
            "package.json",
            "the work allowed for one package was used up before its end",
        );
    }
    let files = pkg
        .files
        .iter()
        .enumerate()
        .map(|(ix, f)| {
            let look = looks.get(ix);
            let ran = followed.contains(&(ix as u32)) || matches!(m.modules.get(ix), Some(ModState::Done(_)));
            let outcome = match () {
                () if m.notes.unassessed.contains_key(&f.path) => Outcome::Unassessed,
                () if !f.kind.is_code() && !ran => Outcome::Data,
                () if ran => Outcome::Followed,
                () => Outcome::Quiet,
            };
            FileFacts {
                path: f.path.clone(),
                kind: f.kind,
                bytes: f.bytes.len() as u64,
                trigger: reach.get(ix).copied().unwrap_or(Trigger::Unreached),
                minified: look.is_some_and(|l| l.minified),
                obfuscation: look
                    .map(|l| l.marks.iter().map(|(id, _)| (*id).to_owned()).collect())
                    .unwrap_or_default(),
                outcome,
                pieces: if f.kind.is_code() {
                    files::pieces(f.bytes)
                } else {
                    Vec::new()
                },
                digest: digest(f.bytes),
            }
        })
        .collect();
    let capabilities = m
        .notes
        .capabilities
        .iter()
        .map(|((capability, trigger), places)| Use {
            capability: *capability,
            trigger: *trigger,
            places: places
                .iter()
                .map(|p| place_step(&m, *p, capability.as_str()))
                .collect(),
        })
        .collect();
    let mut destinations: Vec<Destination> = m
        .notes
        .dests
        .iter()
        .filter_map(|d| {
            let at = place_step(&m, d.place, "");
            Some(Destination {
                host: d.host.clone()?,
                class: d.class,
                url: d.url.chars().take(300).collect(),
                file: at.file,
                line: at.line,
            })
        })
        .collect();
    destinations.sort();
    destinations.dedup_by(|a, b| a.host == b.host && a.file == b.file);
    let layers = m
        .notes
        .layers
        .iter()
        .map(|(_, place, head)| DecodedLayer {
            at: place_step(&m, *place, "decoded here"),
            head: head.clone(),
        })
        .collect();
    let mut chains = std::mem::take(&mut m.notes.chains);
    chains.sort_by(|a, b| {
        b.level
            .cmp(&a.level)
            .then_with(|| a.id.cmp(&b.id))
            .then_with(|| a.signature.cmp(&b.signature))
    });
    let mut structural = structural;
    structural.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.id.cmp(&b.id)));
    Analysis {
        ruleset: RULESET_VERSION,
        name: pkg.manifest.name.clone(),
        version: pkg.manifest.version.clone(),
        entries: entries.list,
        files,
        capabilities,
        destinations,
        chains,
        structural,
        layers,
        unassessed: std::mem::take(&mut m.notes.unassessed),
        steps: m.steps,
    }
}
