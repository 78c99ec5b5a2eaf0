//! `cleanbill eval`: recall and false alarms over folders of replays, which anyone can run again.
use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;
use cleanbill_facts::PopularNames;

use crate::{
    cli::Common,
    compose::Session,
    eval::{
        corpus::{Readers, Voices, cases, judge},
        memory::Peak,
        page,
        score::{Score, score},
        tell::{self, Detail, Run},
    },
    failure::Failure,
    output,
    readers::Workers,
    world::World,
};

/// Cases between two looks at the memory in use.
const LOOK_EVERY: usize = 32;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill eval corpus/replays\n  \
    cleanbill eval corpus/replays ../mutants --voices both --format html -o recall.html\n  \
    cleanbill eval ~/private-corpus --counts-only --format json -o counts.json\n\n\
    Each case is judged against a registry in memory, with no advisories, on its merits: age alone holds nothing.")]
pub struct Arguments {
    /// Folders with replays at or below them
    #[arg(required = true)]
    corpus: Vec<PathBuf>,
    /// Whom to hear, each in a run of its own
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [
        Voices::Metadata, Voices::Reading, Voices::Rehearsal, Voices::Both, Voices::ReadingAlone, Voices::BothAlone,
    ])]
    voices: Vec<Voices>,
    /// How to tell it
    #[arg(long, default_value = "human", value_parser = ["human", "json", "html"])]
    format: String,
    /// Name no case: only counts, which can be shared where the corpus cannot
    #[arg(long)]
    counts_only: bool,
    /// Fail when fewer attacks than this are held, in percent
    #[arg(long, value_name = "PERCENT")]
    min_held: Option<f64>,
    /// Fail when fewer attacks that a transform made are held than this, in percent
    #[arg(long, value_name = "PERCENT")]
    min_transformed: Option<f64>,
    /// Fail when more honest releases than this are held, those that a transform made included
    #[arg(long, value_name = "COUNT")]
    max_alarms: Option<usize>,
}

/// Evaluates.
///
/// # Errors
/// When there is no replay, or one of them does not follow the format.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let folders: Vec<PathBuf> = arguments
        .corpus
        .iter()
        .map(|folder| world.folder.join(folder))
        .collect();
    let found = cases(&folders);
    if found.is_empty() {
        let shown: Vec<String> = arguments
            .corpus
            .iter()
            .map(|folder| format!("`{}`", folder.display()))
            .collect();
        return Err(
            Failure::usage(format!("no replay at or below {}", shown.join(", ")))
                .hint("a replay is a folder with a case.json and a registry folder"),
        );
    }
    let session = Session::without_registry(common, world, &world.folder, None)?;
    let lost = || Failure::ours("cannot find the program to start workers from");
    let readers = Readers {
        reader: Arc::new(Workers::of_this_program().ok_or_else(lost)?),
        stage: Arc::new(Workers::of_the_stage().ok_or_else(lost)?),
        popular: Arc::new(PopularNames::builtin()),
    };
    let mut peak = Peak::default();
    let mut runs: Vec<Run> = Vec::new();
    for voices in &arguments.voices {
        let mut judged = Vec::with_capacity(found.len());
        for (index, case) in found.iter().enumerate() {
            let one = session.runtime.block_on(judge(case, *voices, &readers));
            judged.push(one.map_err(|reason| {
                Failure::usage(format!("cannot read replay `{}`", case.display())).hint(reason)
            })?);
            if index % LOOK_EVERY == 0 {
                peak.look();
            }
        }
        peak.look();
        let score = score(&judged);
        runs.push(Run {
            voices: *voices,
            judged,
            score,
        });
    }
    let detail = if arguments.counts_only {
        Detail::Counts
    } else {
        Detail::Cases
    };
    let text = match arguments.format.as_str() {
        "json" => format!("{:#}\n", tell::json(&runs, peak, detail)),
        "html" => page::page(&runs, peak, detail),
        _ => {
            let mut text = format!("{} cases\n\n", found.len());
            for run in &runs {
                text.push_str(&tell::human(run, detail));
                text.push('\n');
            }
            if let Some(run) = page::fullest(&runs) {
                text.push_str(&tell::kinds(&run.score, detail));
            }
            text
        }
    };
    output::answer(&text, common)?;
    let failed = page::fullest(&runs).is_some_and(|run| fails(&run.score, arguments));
    Ok(ExitCode::from(u8::from(failed)))
}

/// Whether a score is below what was asked for.
fn fails(score: &Score, arguments: &Arguments) -> bool {
    let below = |least: Option<f64>, rate: f64| least.is_some_and(|least| rate * 100.0 < least);
    below(arguments.min_held, score.held.rate())
        || below(arguments.min_transformed, score.transformed_held().rate())
        || arguments
            .max_alarms
            .is_some_and(|most| score.false_held.count + score.transformed_false_held().count > most)
}
