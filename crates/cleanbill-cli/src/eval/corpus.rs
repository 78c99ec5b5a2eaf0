//! Every replay below a folder, each judged against a registry of its own that lives in memory.
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use cleanbill_engine::{CodePorts, GatherOptions, Ports, Spec, inspect};
use cleanbill_facts::PopularNames;
use cleanbill_model::{Advisory, Level, PackageName, Timestamp, Verdict};
use cleanbill_policy::{CooldownUse, Policy};
use cleanbill_ports::{Advisories, FeedStatus};
use cleanbill_replay::{Case, MemoryRegistry, Replay};
use walkdir::WalkDir;

/// Deepest folder searched for cases.
const MAX_DEPTH: usize = 6;

/// Which voices are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Voices {
    /// What the registry tells.
    Metadata,
    /// The same and what the code does.
    Both,
}

impl Voices {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Both => "metadata and code",
        }
    }
}

/// One case judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The case.
    pub case: Case,
    /// The verdict, or why there is none.
    pub verdict: Result<Verdict, String>,
    /// The audits that held it.
    pub held_by: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// Case folders at or below `corpus`, sorted.
#[must_use]
pub fn cases(corpus: &Path) -> Vec<PathBuf> {
    let found = WalkDir::new(corpus)
        .max_depth(MAX_DEPTH)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    found
        .filter(|entry| entry.file_name() == "case.json")
        .filter_map(|entry| entry.path().parent().map(Path::to_owned))
        .collect()
}

/// No advisory at all: a verdict must stand on what is seen.
pub struct Silence;

impl Advisories for Silence {
    fn about(&self, _name: &PackageName) -> Vec<Arc<Advisory>> {
        Vec::new()
    }
    fn status(&self, _as_of: Timestamp) -> Vec<FeedStatus> {
        Vec::new()
    }
}

/// Judges the case in `folder`.
///
/// # Errors
/// When the folder is no replay of the format, with the reason.
pub async fn judge(
    folder: &Path,
    voices: Voices,
    code: &CodePorts,
    popular: &Arc<PopularNames>,
) -> Result<Judged, String> {
    let case = Case::read(folder).map_err(|error| error.to_string())?;
    let replay = Replay::read(folder).map_err(|error| error.to_string())?;
    let spec = Spec::parse(&case.target).map_err(|error| format!("`target` is no release: {error}"))?;
    let ports = Ports {
        registry: Arc::new(MemoryRegistry::new(replay)),
        advisories: Arc::new(Silence),
        code: (voices == Voices::Both).then(|| code.clone()),
    };
    let options = GatherOptions {
        as_of: case.as_of,
        progress: Arc::new(|_| {}),
        popular: Arc::clone(popular),
        installed: Arc::new(HashMap::new()),
    };
    let policy = Policy {
        cooldown_use: CooldownUse::Tell,
        ..Policy::default()
    };
    let started = Instant::now();
    let outcome = inspect(&spec, &ports, &options, &policy).await;
    let took = started.elapsed();
    let (verdict, held_by) = match outcome {
        Ok(outcome) => {
            let holding = outcome
                .judgement
                .findings
                .iter()
                .filter(|finding| !finding.waived && finding.level >= Level::Quarantine);
            (
                Ok(outcome.judgement.verdict),
                holding.map(|finding| finding.signal.audit.0.to_owned()).collect(),
            )
        }
        Err(error) => (Err(error.to_string()), Vec::new()),
    };
    Ok(Judged {
        case,
        verdict,
        held_by,
        took,
    })
}
