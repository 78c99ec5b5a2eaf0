//! Every replay below some folders, each judged against a registry of its own that lives in memory.
//! It counts nothing.
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use cleanbill_engine::{CodePorts, GatherOptions, Ports, Spec, Voices as CodeVoices, inspect};
use cleanbill_facts::PopularNames;
use cleanbill_model::{Advisory, Level, PackageName, Timestamp, Verdict};
use cleanbill_policy::{CooldownUse, Policy};
use cleanbill_ports::{Advisories, FeedStatus, Reader};
use cleanbill_replay::{Case, MemoryBlobs, MemoryRegistry, Replay};
use walkdir::WalkDir;

/// Deepest folder searched for cases.
const MAX_DEPTH: usize = 6;

/// Which voices are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum)]
pub enum Voices {
    /// What the registry tells, without a look at code
    Metadata,
    /// The same, and code as it reads
    Reading,
    /// The registry, and code as it behaves on the stage
    Rehearsal,
    /// Everything: the registry, reading and rehearsal
    Both,
    /// The archive alone, as it reads: no times, no accounts, no earlier release
    ReadingAlone,
    /// The archive alone, read and rehearsed
    BothAlone,
}

impl Voices {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Reading => "metadata, reading",
            Self::Rehearsal => "metadata, rehearsal",
            Self::Both => "metadata, reading, rehearsal",
            Self::ReadingAlone => "reading",
            Self::BothAlone => "reading, rehearsal",
        }
    }

    /// How code is heard, if it is.
    fn of_code(self) -> Option<CodeVoices> {
        match self {
            Self::Metadata => None,
            Self::Reading | Self::ReadingAlone => Some(CodeVoices::Static),
            Self::Rehearsal => Some(CodeVoices::Rehearsal),
            Self::Both | Self::BothAlone => Some(CodeVoices::Both),
        }
    }

    fn is_alone(self) -> bool {
        matches!(self, Self::ReadingAlone | Self::BothAlone)
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
    /// How long it took, with nothing known beforehand.
    pub took: Duration,
}

/// Case folders at or below `corpora`, sorted within each.
#[must_use]
pub fn cases(corpora: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for corpus in corpora {
        let found = WalkDir::new(corpus)
            .max_depth(MAX_DEPTH)
            .sort_by_file_name()
            .into_iter()
            .filter_map(Result::ok);
        folders.extend(
            found
                .filter(|entry| entry.file_name() == "case.json")
                .filter_map(|entry| entry.path().parent().map(Path::to_owned)),
        );
    }
    folders
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

/// What reads and rehearses for every case.
pub struct Readers {
    /// Reads.
    pub reader: Arc<dyn Reader>,
    /// Rehearses.
    pub stage: Arc<dyn Reader>,
    /// The names that others imitate.
    pub popular: Arc<PopularNames>,
}

/// Judges the case in `folder`; nothing read for another case is reused.
///
/// # Errors
/// When the folder is no replay of the format, with the reason.
pub async fn judge(folder: &Path, voices: Voices, readers: &Readers) -> Result<Judged, String> {
    let case = Case::read(folder).map_err(|error| error.to_string())?;
    let spec = Spec::parse(&case.target).map_err(|error| format!("`target` is no release: {error}"))?;
    let replay = if voices.is_alone() {
        let (name, version) = case
            .target
            .rsplit_once('@')
            .and_then(|(name, version)| {
                Some((
                    PackageName::parse(name).ok()?,
                    cleanbill_model::Version::parse(version).ok()?,
                ))
            })
            .ok_or_else(|| "`target` is no release".to_owned())?;
        Replay::read_files_alone(folder, &name, &version)
    } else {
        Replay::read(folder)
    };
    let ports = Ports {
        registry: Arc::new(MemoryRegistry::new(replay.map_err(|error| error.to_string())?)),
        advisories: Arc::new(Silence),
        code: voices.of_code().map(|voices| CodePorts {
            reader: Arc::clone(&readers.reader),
            stage: Arc::clone(&readers.stage),
            voices,
            cache: Arc::new(MemoryBlobs::default()),
        }),
    };
    let options = GatherOptions {
        as_of: case.as_of,
        progress: Arc::new(|_| {}),
        popular: Arc::clone(&readers.popular),
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
