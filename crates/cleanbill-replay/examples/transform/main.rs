//! Applies every disguise of the list to every replay of a corpus, so that recall can be told per disguise. What comes
//! out follows the replay format, goes to a folder outside the repository, and is as inert as what went in: a disguise
//! changes how a payload is written, where it lies and what sets it going, never what it would do.
//!
//! `cargo run -p cleanbill-replay --example transform -- CORPUS OUT [--seed N] [--only ID,…] [--sample N]`; without
//! OUT it prints, as JSON, which scripts carry each case.
#![expect(clippy::disallowed_methods, reason = "this tool reads and writes folders")]

mod case;
mod code;
mod dice;
mod layers;
mod moves;
mod words;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use case::Mutable;
use dice::Dice;
use layers::{Layer, layered};
use moves::{Carrier, Trigger};
use serde_json::json;
use words::{Gate, Way};

type OnScript = fn(&str, &mut Dice) -> Option<String>;

/// What a transform does.
enum Act {
    /// Writes scripts anew.
    Script(OnScript),
    /// Sends arguments a longer way.
    Through(Way),
    /// Splits a script in three.
    Split,
    /// Turns scripts into data.
    Layer(Layer),
    /// Puts scripts behind a gate.
    Gate(Gate),
    /// Changes the trigger.
    Trigger(Trigger),
    /// Changes the package.
    Carrier(Carrier),
    /// Changes the runtime.
    Runtime,
}

/// One transform.
struct Transform {
    id: &'static str,
    act: Act,
    /// Whether honest packages are published like this too, so that it says something about false alarms.
    is_honest: bool,
}

const fn of(id: &'static str, act: Act) -> Transform {
    Transform {
        id,
        act,
        is_honest: false,
    }
}

const fn also_honest(id: &'static str, act: Act) -> Transform {
    Transform {
        id,
        act,
        is_honest: true,
    }
}

/// All of them. Minifiers, bundlers and obfuscators are in `corpus/transform`, which has them from the registry.
fn all() -> Vec<Transform> {
    vec![
        also_honest("rename", Act::Script(words::rename)),
        also_honest("padding", Act::Script(words::padding)),
        of("split-strings", Act::Script(words::split_strings)),
        of("char-codes", Act::Script(words::char_codes)),
        of("escapes", Act::Script(words::escapes)),
        of("computed-members", Act::Script(words::computed)),
        of("base64-eval", Act::Layer(Layer::Base64)),
        of("gzip-function", Act::Layer(Layer::Gzip)),
        of("aes-compile", Act::Layer(Layer::Aes)),
        of("constructor-of-function", Act::Layer(Layer::Constructor)),
        of("in-json", Act::Layer(Layer::Json)),
        of("in-picture", Act::Layer(Layer::Picture)),
        of("in-font", Act::Layer(Layer::Font)),
        of("in-declarations", Act::Layer(Layer::Declarations)),
        of("in-fixture", Act::Layer(Layer::Fixture)),
        of("in-wasm", Act::Layer(Layer::Wasm)),
        of("invisible-unicode", Act::Layer(Layer::Invisible)),
        of("off-screen", Act::Script(words::off_screen)),
        of("long-line", Act::Layer(Layer::LongLine)),
        of("split-modules", Act::Split),
        of("through-module", Act::Through(Way::Module)),
        of("through-class", Act::Through(Way::Class)),
        of("through-emitter", Act::Through(Way::Emitter)),
        of("through-callback", Act::Through(Way::Callback)),
        of("through-getter", Act::Through(Way::Getter)),
        of("through-proxy", Act::Through(Way::Proxy)),
        of("to-install", Act::Trigger(Trigger::Install)),
        of("to-gyp", Act::Trigger(Trigger::Gyp)),
        of("to-import", Act::Trigger(Trigger::Import)),
        of("to-bin", Act::Trigger(Trigger::Bin)),
        of("to-lazy", Act::Trigger(Trigger::Lazy)),
        of("by-dependency", Act::Carrier(Carrier::Dependency)),
        of("by-optional", Act::Carrier(Carrier::Optional)),
        of("by-git", Act::Carrier(Carrier::Git)),
        of("by-address", Act::Carrier(Carrier::Address)),
        of("by-shrinkwrap", Act::Carrier(Carrier::Shrinkwrap)),
        of("gate-environment", Act::Gate(Gate::Environment)),
        of("gate-delay", Act::Gate(Gate::Delay)),
        of("gate-host", Act::Gate(Gate::Host)),
        of("gate-date", Act::Gate(Gate::Date)),
        of("dead-drop", Act::Script(words::dead_drop)),
        of("other-runtime", Act::Runtime),
        of("reviewer-notes", Act::Script(words::reviewer_notes)),
    ]
}

/// The case under this transform; `None` where the case has nothing for it.
fn apply(case: &Mutable, transform: &Transform, seed: u64) -> Option<Mutable> {
    let base = case.text("id").to_owned();
    let mut dice = Dice::new(seed, &format!("{base}/{}", transform.id));
    let mut mutant = match transform.act {
        Act::Trigger(to) => moves::trigger(case.clone(), to)?,
        Act::Carrier(by) => moves::carried(case.clone(), by, &mut dice)?,
        Act::Runtime => moves::other_runtime(case.clone())?,
        _ => on_scripts(case, &transform.act, &mut dice)?,
    };
    // A hand-over to another trigger, package or runtime still has to be a release; scripts were parsed on the way.
    mutant
        .case
        .insert("id".to_owned(), json!(format!("{base}--{}", transform.id)));
    mutant.case.insert("base".to_owned(), json!(base));
    mutant.case.insert("transform".to_owned(), json!(transform.id));
    Some(mutant)
}

fn on_scripts(case: &Mutable, act: &Act, dice: &mut Dice) -> Option<Mutable> {
    let mut mutant = case.clone();
    let mut changed = false;
    let releases = case.releases();
    for path in case.carriers() {
        let (Some(source), Some(release)) = (
            case.read_text(&path),
            releases
                .iter()
                .find(|release| path.starts_with(&format!("{}/", release.folder))),
        ) else {
            continue;
        };
        let below = path
            .strip_prefix(&format!("{}/", release.folder))
            .unwrap_or(&path);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut beside: Vec<(String, Vec<u8>)> = Vec::new();
        let script = match act {
            Act::Script(write) => write(source, dice),
            Act::Gate(gate) => words::gate(source, *gate, dice),
            Act::Through(Way::Module) => {
                let file = format!("{}.js", dice.name(6));
                beside.push((
                    format!("{folder}/{file}"),
                    words::hand_on(Way::Module, "").into_bytes(),
                ));
                words::through(source, Way::Module, dice, Some(&format!("./{file}")))
            }
            Act::Through(way) => words::through(source, *way, dice, None),
            Act::Split => {
                let (strings, loaders) = (dice.name(6), dice.name(7));
                let split = words::split_modules(
                    source,
                    &format!("./{strings}.js"),
                    &format!("./{loaders}.js"),
                    dice,
                );
                split.map(|split| {
                    beside.push((format!("{folder}/{strings}.js"), split.strings.into_bytes()));
                    beside.push((format!("{folder}/{loaders}.js"), split.loaders.into_bytes()));
                    split.script
                })
            }
            Act::Layer(layer) => layered(source, below, *layer, dice).map(|layered| {
                beside.extend(layered.beside.map(|(file, bytes)| (release.file(&file), bytes)));
                layered.script
            }),
            Act::Trigger(_) | Act::Carrier(_) | Act::Runtime => None,
        };
        let Some(script) = script else { continue };
        if script == source {
            continue;
        }
        if !code::is_script(&script) {
            eprintln!("{}: {path}: what came out is no script", case.text("id"));
            continue;
        }
        mutant.put(path, script);
        mutant.files.extend(beside);
        changed = true;
    }
    changed.then_some(mutant)
}

struct Arguments {
    corpus: PathBuf,
    /// Where the mutants go; without it, only which scripts carry each case is printed.
    out: Option<PathBuf>,
    seed: u64,
    only: Vec<String>,
    sample: usize,
}

fn arguments() -> Option<Arguments> {
    let (mut folders, mut seed, mut only, mut sample) = (Vec::new(), 20_260_617, Vec::new(), usize::MAX);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seed" => seed = words.next()?.parse().ok()?,
            "--sample" => sample = words.next()?.parse().ok()?,
            "--only" => only = words.next()?.split(',').map(str::to_owned).collect(),
            "--carriers" => {}
            "--list" => {
                for transform in all() {
                    println!("{}", transform.id);
                }
            }
            _ => folders.push(PathBuf::from(word)),
        }
    }
    let mut folders = folders.into_iter();
    Some(Arguments {
        corpus: folders.next()?,
        out: folders.next(),
        seed,
        only,
        sample,
    })
}

fn main() -> std::io::Result<ExitCode> {
    let Some(arguments) = arguments() else {
        eprintln!("transform CORPUS [OUT] [--seed N] [--only ID,...] [--sample N] [--list]");
        return Ok(ExitCode::from(2));
    };
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(&arguments.corpus)? {
        let path = entry?.path();
        if path.join("case.json").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    let Some(out) = &arguments.out else {
        let mut carriers = BTreeMap::new();
        for folder in &folders {
            let case = Mutable::read(folder)?;
            carriers.insert(case.text("id").to_owned(), case.carriers());
        }
        println!("{:#}", json!(carriers));
        return Ok(ExitCode::SUCCESS);
    };
    let transforms = all();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for folder in &folders {
        let case = Mutable::read(folder)?;
        for transform in &transforms {
            let wanted = arguments.only.is_empty() || arguments.only.iter().any(|id| id == transform.id);
            if !wanted || !(case.is_attack() || transform.is_honest) {
                continue;
            }
            // A sample is the same for everyone with the same seed, and another one for each transform.
            let lot = Dice::new(arguments.seed, &format!("{}#{}", case.text("id"), transform.id)).next();
            let share = u64::MAX / (folders.len() as u64).max(1);
            if arguments.sample < folders.len() && lot / share.max(1) >= arguments.sample as u64 {
                continue;
            }
            if let Some(mutant) = apply(&case, transform, arguments.seed) {
                mutant.write(out)?;
                *counts.entry(transform.id).or_default() += 1;
            }
        }
    }
    for transform in &transforms {
        if let Some(count) = counts.get(transform.id) {
            println!("{:24} {count}", transform.id);
        }
    }
    println!("{:24} {}", "mutants", counts.values().sum::<usize>());
    Ok(ExitCode::SUCCESS)
}
