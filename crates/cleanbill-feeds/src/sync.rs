//! Brings a feed in: reads its source, compiles the index, puts it in the place of the old one.
//! A source that fails, or suddenly holds nothing, leaves the old index standing.
use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use cleanbill_model::Timestamp;

use crate::{
    index::{Builder, Index},
    osv,
    settings::{BadFeedName, FeedSettings, Source},
    source::{self, Answer, FetchFailure, Skipped, SourceError},
    state::FeedMemory,
};

/// What bringing a feed in came to.
#[derive(Clone, Debug)]
pub struct SyncReport {
    /// The feed's name.
    pub feed: String,
    /// The server said that nothing changed; the index stands as it was, and the counts are its own.
    pub unchanged: bool,
    /// Advisories in the index, one for each package a record names.
    pub records: u64,
    /// Of malware.
    pub malicious: u64,
    /// Of vulnerabilities.
    pub vulnerable: u64,
    /// Different package names.
    pub names: u64,
    /// Packages of other ecosystems, passed over.
    pub other_ecosystems: u64,
    /// Parts of the source left out, with reasons.
    pub skipped: Skipped,
    /// Advisories in the index before, where there was one.
    pub before: Option<u64>,
    /// Bytes of the index.
    pub index_bytes: u64,
    /// How long it took.
    pub took: Duration,
}

/// A feed could not be brought in; the index of before, if any, still stands.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The feed's name cannot name a file.
    #[error(transparent)]
    Name(#[from] BadFeedName),
    /// The server did not give it.
    #[error("cannot fetch feed `{feed}` from {source_shown}")]
    Fetch {
        /// The feed.
        feed: String,
        /// The source, as it may be shown.
        source_shown: String,
        /// Why.
        #[source]
        cause: FetchFailure,
    },
    /// The source cannot be read.
    #[error("cannot read feed `{feed}` from {source_shown}")]
    Source {
        /// The feed.
        feed: String,
        /// The source, as it may be shown.
        source_shown: String,
        /// Why.
        #[source]
        cause: SourceError,
    },
    /// The source holds no advisory, and the index of before does.
    #[error("feed `{feed}` holds no advisory now and held {before} before, so the old index is kept")]
    BecameEmpty {
        /// The feed.
        feed: String,
        /// Advisories of before.
        before: u64,
        /// What was left out of the source, which may be why.
        skipped: Box<Skipped>,
    },
    /// The index cannot be written.
    #[error("cannot write the index of feed `{feed}`")]
    Write {
        /// The feed.
        feed: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

/// Brings one feed into the folder `state`; `now` dates it.
///
/// # Errors
/// When the source cannot be had or used, or the index not be written.
pub async fn sync(state: &Path, settings: &FeedSettings, now: Timestamp) -> Result<SyncReport, SyncError> {
    let started = Instant::now();
    let index = settings.index_path(state)?;
    let Source::Url(url) = settings.source() else {
        let (state, settings) = (state.to_owned(), settings.clone());
        return in_background(move || sync_local(&state, &settings, now)).await;
    };
    let write_error = |cause| SyncError::Write {
        feed: settings.name.clone(),
        cause,
    };
    std::fs::create_dir_all(state).map_err(write_error)?;
    let shown = settings.shown_source();
    let mut memory = FeedMemory::load(&settings.state_path(state)?);
    let old = Index::open(&index).ok().map(|index| index.summary());
    if memory.source != shown || old.is_none() {
        // Validators of another address, or of an index that is gone, would keep us from ever having one.
        memory = FeedMemory {
            source: shown.clone(),
            ..FeedMemory::default()
        };
    }
    let answer = source::fetch(
        &url,
        memory.etag.as_deref(),
        memory.last_modified.as_deref(),
        state,
    )
    .await
    .map_err(|cause| SyncError::Fetch {
        feed: settings.name.clone(),
        source_shown: shown.clone(),
        cause,
    })?;
    match answer {
        Answer::Unchanged => {
            memory.checked = Some(now);
            memory.store(&settings.state_path(state)?).map_err(write_error)?;
            let old = old.unwrap_or(crate::index::Summary {
                synced: now,
                malicious: 0,
                vulnerable: 0,
                names: 0,
            });
            Ok(SyncReport {
                feed: settings.name.clone(),
                unchanged: true,
                records: old.malicious.saturating_add(old.vulnerable),
                malicious: old.malicious,
                vulnerable: old.vulnerable,
                names: old.names,
                other_ecosystems: 0,
                skipped: Skipped::default(),
                before: Some(old.malicious.saturating_add(old.vulnerable)),
                index_bytes: std::fs::metadata(&index).map_or(0, |about| about.len()),
                took: started.elapsed(),
            })
        }
        Answer::New {
            file,
            etag,
            last_modified,
        } => {
            let memory = FeedMemory {
                source: shown,
                checked: Some(now),
                etag,
                last_modified,
                skipped: 0,
            };
            let (state, settings) = (state.to_owned(), settings.clone());
            in_background(move || compile(&state, &settings, file.path(), memory, now, started)).await
        }
    }
}

/// Brings in a feed whose source is a file or folder.
///
/// # Errors
/// As [`sync()`]; an address is not fetched here and cannot be read as a file.
pub fn sync_local(state: &Path, settings: &FeedSettings, now: Timestamp) -> Result<SyncReport, SyncError> {
    let memory = FeedMemory {
        source: settings.shown_source(),
        checked: Some(now),
        ..FeedMemory::default()
    };
    compile(
        state,
        settings,
        &PathBuf::from(&settings.source),
        memory,
        now,
        Instant::now(),
    )
}

async fn in_background(
    work: impl FnOnce() -> Result<SyncReport, SyncError> + Send + 'static,
) -> Result<SyncReport, SyncError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(SyncError::Write {
            feed: String::new(),
            cause: io::Error::other(error),
        }),
    }
}

fn compile(
    state: &Path,
    settings: &FeedSettings,
    path: &Path,
    mut memory: FeedMemory,
    now: Timestamp,
    started: Instant,
) -> Result<SyncReport, SyncError> {
    let target = settings.index_path(state)?;
    let before = Index::open(&target).ok().map(|index| index.summary());
    let before = before.map(|summary| summary.malicious.saturating_add(summary.vulnerable));
    let mut skipped = Skipped::default();
    let mut builder = Builder::default();
    let mut other_ecosystems = 0_u64;
    source::each(
        path,
        &mut skipped,
        &mut |file, bytes, skipped| match osv::parse(bytes, "") {
            Ok(parsed) => {
                other_ecosystems += parsed.other_ecosystems as u64;
                parsed.defects.iter().for_each(|defect| {
                    skipped.add(
                        file,
                        defect.code,
                        format!("{}: {}", defect.place.raw(), defect.note.raw()),
                    );
                });
                parsed
                    .advisories
                    .iter()
                    .for_each(|advisory| builder.add(advisory, parsed.modified));
            }
            Err(error) => skipped.add(file, error.code(), error.to_string()),
        },
    )
    .map_err(|cause| SyncError::Source {
        feed: settings.name.clone(),
        source_shown: settings.shown_source(),
        cause,
    })?;
    let write_error = |cause| SyncError::Write {
        feed: settings.name.clone(),
        cause,
    };
    if builder.is_empty()
        && let Some(before) = before.filter(|before| *before > 0)
    {
        let skipped = Box::new(skipped);
        return Err(SyncError::BecameEmpty {
            feed: settings.name.clone(),
            before,
            skipped,
        });
    }
    let built = builder.build(now).map_err(write_error)?;
    for dropped in &built.dropped {
        skipped.add(
            &dropped.id,
            "duplicate-id",
            format!("an older record of this id on `{}`", dropped.name),
        );
    }
    built.store(&target).map_err(write_error)?;
    memory.skipped = skipped.unreadable();
    memory.store(&settings.state_path(state)?).map_err(write_error)?;
    let summary = built.summary;
    Ok(SyncReport {
        feed: settings.name.clone(),
        unchanged: false,
        records: summary.malicious.saturating_add(summary.vulnerable),
        malicious: summary.malicious,
        vulnerable: summary.vulnerable,
        names: summary.names,
        other_ecosystems,
        skipped,
        before,
        index_bytes: built.bytes.len() as u64,
        took: started.elapsed(),
    })
}
