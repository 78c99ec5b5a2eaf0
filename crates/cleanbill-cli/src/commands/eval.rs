//! `cleanbill eval`: recall and false alarms over a folder of replays, which anyone can run again.
use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;
use cleanbill_engine::CodePorts;
use cleanbill_facts::PopularNames;
use cleanbill_replay::MemoryBlobs;

use crate::{
    cli::Common,
    compose::Session,
    eval::{
        corpus::{Judged, Voices, cases, judge},
        score::{Score, score},
        tell,
    },
    failure::Failure,
    output,
    readers::Workers,
    world::World,
};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill eval corpus/replays\n  \
    cleanbill eval ~/private-corpus --format json -o counts.json\n\n\
    Each case is judged against a registry in memory, with no advisories, on its merits: age alone holds nothing.")]
pub struct Arguments {
    /// A folder with replays at or below it
    corpus: PathBuf,
    /// How to tell it
    #[arg(long, default_value = "human", value_parser = ["human", "json"])]
    format: String,
    /// Fail when fewer attacks than this are held, in percent
    #[arg(long, value_name = "PERCENT")]
    min_held: Option<f64>,
    /// Fail when more honest releases than this are held
    #[arg(long, value_name = "COUNT")]
    max_alarms: Option<usize>,
}

/// Evaluates.
///
/// # Errors
/// When there is no replay, or one of them does not follow the format.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let folder = world.folder.join(&arguments.corpus);
    let found = cases(&folder);
    if found.is_empty() {
        return Err(
            Failure::usage(format!("no replay at or below `{}`", arguments.corpus.display()))
                .hint("a replay is a folder with a case.json and a registry folder"),
        );
    }
    let session = Session::without_registry(common, world, &world.folder, None)?;
    let workers = Workers::of_this_program()
        .ok_or_else(|| Failure::ours("cannot find the program to start workers from"))?;
    let code = CodePorts {
        reader: Arc::new(workers),
        cache: Arc::new(MemoryBlobs::default()),
    };
    let popular = Arc::new(PopularNames::builtin());
    let mut runs: Vec<(Voices, Vec<Judged>, Score)> = Vec::new();
    for voices in [Voices::Metadata, Voices::Both] {
        let mut judged = Vec::with_capacity(found.len());
        for case in &found {
            let one = session.runtime.block_on(judge(case, voices, &code, &popular));
            judged.push(one.map_err(|reason| {
                Failure::usage(format!("cannot read replay `{}`", case.display())).hint(reason)
            })?);
        }
        let counted = score(&judged);
        runs.push((voices, judged, counted));
    }
    let text = if arguments.format == "json" {
        format!("{:#}\n", tell::json(&runs))
    } else {
        let mut text = format!("{} cases\n\n", found.len());
        for (voices, _, counted) in &runs {
            text.push_str(&tell::human(*voices, counted));
            text.push('\n');
        }
        if let Some((_, _, counted)) = runs.last() {
            text.push_str("held by kind\n");
            text.push_str(&tell::kinds(counted));
        }
        text
    };
    output::answer(&text, common)?;
    let failed = runs.last().is_some_and(|(_, _, counted)| {
        arguments
            .min_held
            .is_some_and(|least| counted.held.rate() * 100.0 < least)
            || arguments
                .max_alarms
                .is_some_and(|most| counted.false_held.count > most)
    });
    Ok(ExitCode::from(u8::from(failed)))
}
