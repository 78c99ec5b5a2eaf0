//! `cleanbill campaign link`: which unpacked releases belong together, by what, and what would part them.
use std::{
    collections::HashSet,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Args;
use cleanbill_engine::code::traits;
use cleanbill_hunt::samples::{Code, ReadsCode, Sample, samples};
use cleanbill_intel::{
    link::{Background, Cluster, Facts, Library, cluster::Link, link},
    profile::{self, PROFILES},
};
use cleanbill_ports::Reader;
use cleanbill_report::escape::{json::pretty, terminal::line};

use crate::{
    cli::Common,
    commands::campaign::Told,
    compose::{Runtime, runtime},
    failure::Failure,
    local, output,
    readers::Workers,
    world::World,
};

/// The arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folders with unpacked releases below them, each with its package.json
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folders of honest releases: code and features they share with the others count for nothing
    #[arg(long, value_name = "FOLDER")]
    benign: Vec<PathBuf>,
    /// How to tell it
    #[arg(long, value_enum, default_value = "human")]
    format: Told,
}

/// Links.
///
/// # Errors
/// When a folder is not there or holds no release.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let folders = |paths: &[PathBuf]| -> Result<Vec<PathBuf>, Failure> {
        let there = |path: &PathBuf| {
            let full = world.folder.join(path);
            if full.is_dir() {
                Ok(full)
            } else {
                Err(Failure::usage(format!("no such folder: `{}`", path.display())))
            }
        };
        paths.iter().map(there).collect()
    };
    let away = Away {
        runtime: runtime()?,
        reader: Arc::new(Workers::of_this_program().ok_or_else(|| {
            Failure::ours("cannot find the program itself, which reads code in processes of its own")
        })?),
    };
    let mut found = samples(&folders(&arguments.folders)?, &away);
    if found.is_empty() {
        return Err(Failure::usage("no release lies below these folders")
            .hint("unpack each release into a folder of its own, its package.json at the top"));
    }
    let honest = samples(&folders(&arguments.benign)?, &away);
    told_unread(found.iter().chain(&honest), common);
    let mut all: Vec<Facts> = found.drain(..).map(|sample| sample.facts).collect();
    let honest: Vec<Facts> = honest.into_iter().map(|sample| sample.facts).collect();
    let library = Library::of(&honest);
    for facts in &mut all {
        facts.without_library(&library);
    }
    let background = Background::of(all.iter().chain(&honest));
    let clusters = link(&all, &background);
    let traits: Vec<Vec<profile::Match>> = clusters.iter().map(|cluster| matches(cluster, &all)).collect();
    let text = match arguments.format {
        Told::Human => human(&clusters, &traits, all.len()),
        Told::Json => pretty(&serde_json::json!({
            "schema": "cleanbill.link/v1", "releases": all.len(), "honest": honest.len(), "clusters": clusters, "traits": traits,
        }))
        .map_err(|error| Failure::ours("cannot draw the answer").because(&error))?,
    };
    output::answer(&text, common)?;
    Ok(ExitCode::SUCCESS)
}

/// Reads code in worker processes of this program: what is linked here is mostly known to be hostile.
struct Away {
    runtime: Runtime,
    reader: Arc<dyn Reader>,
}

impl ReadsCode for Away {
    fn read(&self, folder: &Path) -> Result<Code, String> {
        let tarball = local::tarball(folder)
            .map_err(|failure| failure.what)?
            .ok_or_else(|| "it is no folder of a release".to_owned())?;
        let traits = self.runtime.block_on(traits(&tarball, &self.reader))?;
        Ok(Code {
            trees: traits.shape.trees,
            runs: traits.shape.runs,
            behaviours: traits.chains,
            hosts: traits.hosts,
        })
    }
}

/// Releases named of those whose code was not read.
const SHOWN_UNREAD: usize = 5;

fn told_unread<'a>(samples: impl Iterator<Item = &'a Sample>, common: &Common) {
    let unread: Vec<(&Sample, &String)> = samples
        .filter_map(|sample| Some((sample, sample.unread.as_ref()?)))
        .collect();
    for (sample, reason) in unread.iter().take(SHOWN_UNREAD) {
        let text = format!(
            "note: the code of {} was not read, and is compared as text alone: {reason}",
            sample.facts.release
        );
        output::remark(&line(&text), common);
    }
    if unread.len() > SHOWN_UNREAD {
        output::remark(
            &format!(
                "note: the same holds for {} more releases",
                unread.len() - SHOWN_UNREAD
            ),
            common,
        );
    }
}

/// What a cluster's facts share with published profiles; only what has any trait at all.
fn matches(cluster: &Cluster, all: &[Facts]) -> Vec<profile::Match> {
    let members: HashSet<&str> = cluster.releases.iter().map(String::as_str).collect();
    let of = all
        .iter()
        .filter(|facts| members.contains(facts.release.as_str()));
    let texts: Vec<&str> = of
        .flat_map(|facts| {
            facts
                .indicators
                .iter()
                .chain(&facts.infrastructure)
                .chain(&facts.injects)
                .map(String::as_str)
                .chain([facts.name.as_str()])
        })
        .collect();
    PROFILES
        .iter()
        .map(|known| profile::compare(known, texts.iter().copied()))
        .filter(|found| found.consistent)
        .collect()
}

/// Releases named of one cluster; the JSON has them all.
const SHOWN: usize = 12;

fn human(clusters: &[Cluster], traits: &[Vec<profile::Match>], releases: usize) -> String {
    let mut out = String::new();
    for (number, (cluster, traits)) in (1..).zip(clusters.iter().zip(traits)) {
        let what = match cluster.level {
            cleanbill_intel::link::cluster::Level::SamePayload => "the same payload",
            cleanbill_intel::link::cluster::Level::SameCampaign => "the same campaign",
        };
        let _ = writeln!(
            out,
            "cluster {number}: {} releases, {what}",
            cluster.releases.len()
        );
        for release in cluster.releases.iter().take(SHOWN) {
            let _ = writeln!(out, "  {}", line(release));
        }
        if cluster.releases.len() > SHOWN {
            let _ = writeln!(out, "  and {} more", cluster.releases.len() - SHOWN);
        }
        let _ = writeln!(out, "  likelihood: {}", cluster.likelihood.as_str());
        let _ = writeln!(
            out,
            "  confidence: {}; {}",
            cluster.confidence.as_str(),
            cluster.confidence_reason
        );
        if let Some(strongest) = cluster.links.first() {
            told(&mut out, "strongest link", strongest);
        }
        if let Some(weakest) = &cluster.weakest {
            told(&mut out, "weakest link", weakest);
        }
        for text in &cluster.split {
            let _ = writeln!(out, "  would split: {}", line(text));
        }
        for text in &cluster.alternatives {
            let _ = writeln!(out, "  alternative: {text}");
        }
        for found in traits {
            let _ = writeln!(out, "  traits: {}", line(&found.words));
        }
        out.push('\n');
    }
    let linked: usize = clusters.iter().map(|cluster| cluster.releases.len()).sum();
    let _ = writeln!(
        out,
        "{} {} over {linked} of {releases} releases",
        clusters.len(),
        if clusters.len() == 1 {
            "cluster"
        } else {
            "clusters"
        }
    );
    out
}

fn told(out: &mut String, what: &str, link: &Link) {
    let _ = writeln!(
        out,
        "  {what}: {} and {}, {:.1}",
        line(&link.a),
        line(&link.b),
        link.score
    );
    if link.pair.same_payload {
        let _ = writeln!(
            out,
            "    payload: the same once names and the way it is written are taken out"
        );
    }
    for evidence in &link.pair.evidence {
        let _ = writeln!(
            out,
            "    {}: {:.1}, {}",
            evidence.kind.as_str(),
            evidence.score,
            line(&evidence.note)
        );
    }
}
