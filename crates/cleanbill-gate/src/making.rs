//! How an answer is made: the document fetched, its times held against what was seen before, judged, cut;
//! and how the code of a young release is read once for all who ask, in this process and in others.
//! It serves nothing.
use std::{collections::BTreeMap, sync::Arc};

use cleanbill_engine::Ports;
use cleanbill_facts::Package;
use cleanbill_model::{
    AdvisoryKind, Age, Comparison, Integrity, Judgement, PackageName, Purl, SafeUrl, Timestamp, Verdict,
};
use cleanbill_ports::{Event, EventKind, FetchError, Fetched, KeptVerdict, Locked, StoreError};

use tokio::time::Instant;
use tracing::{Instrument as _, field::Empty};

use crate::{
    SPANS,
    enforce::{Enforcer, Held, LockedUse},
    metrics::Count,
    overlay::Overlay,
    problem,
    rewrite::with_times,
    server::Gate,
    sightings::{corrections, sightings},
    snapshot::Snapshot,
};

/// How long a kept verdict that holds a release is used: what speaks against one may lapse with time.
const HELD_FOR: Age = Age::hours(6);
/// Served releases looked at in one piece when the lists have changed.
const PIECE: usize = 2_000;
/// Events looked through for whether a finding was told already.
const TOLD: usize = 20_000;

/// An answer cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MakeError {
    /// Upstream.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Our own store.
    #[error("the gate's store does not answer")]
    Store(#[from] StoreError),
}

/// A verdict on the code of a release.
#[derive(Clone, Debug)]
pub(crate) struct Examined {
    pub(crate) kept: KeptVerdict,
    /// True where policy does not let it through.
    pub(crate) stops: bool,
}

impl Gate {
    pub(crate) async fn make(
        &self,
        name: &PackageName,
        now: Timestamp,
        generation: u64,
    ) -> Result<Arc<Snapshot>, MakeError> {
        let enforcer = self.enforcer();
        let span = tracing::info_span!(target: SPANS, "fetch", otel.kind = "client", package = %name);
        let fetched = enforcer.ports.registry.packument(name).instrument(span).await?;
        let started = Instant::now();
        let unusable = |reason: &str| FetchError::Unusable {
            url: SafeUrl::new(name.as_str()),
            reason: reason.to_owned(),
        };
        let fetched = self.with_own_clock(name, fetched, now).await?;
        let package = {
            let packument = cleanbill_npm::packument::parse(&fetched.bytes)
                .map_err(|error| unusable(&error.to_string()))?;
            Package::collect(name, &packument, now)
        };
        let ports = Ports {
            registry: Arc::new(Overlay {
                behind: Arc::clone(&enforcer.ports.registry),
                name: name.clone(),
                document: fetched.clone(),
            }),
            ..enforcer.ports.clone()
        };
        let span = tracing::info_span!(target: SPANS, "verdict", package = %name, held = Empty);
        let judging = enforcer.judge_with(&ports, name, &package, now);
        let (mut held, judgements) = judging.instrument(span.clone()).await;
        span.record("held", held.versions.len());
        drop(span);
        self.spare_locked(name, &package, &mut held).await?;
        if let Some(remember) = &self.settings.remember {
            remember(&judgements);
        }
        self.tell_served(name, &held, now).await?;
        let document =
            std::str::from_utf8(&fetched.bytes).map_err(|_| unusable("the document is not UTF-8"))?;
        let made = Snapshot::make(name, document, &package, held, &self.address, now, generation)
            .map_err(|error| unusable(&error.to_string()))?;
        self.metrics.count(Count::DocumentMade);
        self.metrics.judged_for(started.elapsed());
        Ok(Arc::new(made))
    }

    /// The document with its times put right by what was seen before.
    async fn with_own_clock(
        &self,
        name: &PackageName,
        fetched: Fetched,
        now: Timestamp,
    ) -> Result<Fetched, MakeError> {
        let Some(books) = &self.books else {
            return Ok(fetched);
        };
        let unusable = |reason: String| FetchError::Unusable {
            url: SafeUrl::new(name.as_str()),
            reason,
        };
        let packument =
            cleanbill_npm::packument::parse(&fetched.bytes).map_err(|error| unusable(error.to_string()))?;
        let there = sightings(&packument);
        let (asked, of) = (there.clone(), name.clone());
        let seen = books.ask(move |store| store.see(&of, now, &asked)).await?;
        let corrected = corrections(&packument, &there, &seen, now);
        if corrected.is_empty() {
            return Ok(fetched);
        }
        let news = corrected
            .iter()
            .zip(
                corrected
                    .iter()
                    .map(|one| there.iter().zip(&seen).find(|(it, _)| it.version == one.version)),
            )
            .filter(|(_, found)| found.is_some_and(|(_, seen)| seen.first == now));
        for (one, _) in news.filter(|(one, _)| one.told.is_some()) {
            let told = one.told.map(|told| told.to_string()).unwrap_or_default();
            let event = Event {
                name: Some(name.clone()),
                version: Some(one.version.clone()),
                ..Event::plain(
                    now,
                    EventKind::Changed,
                    "registry",
                    &format!("the registry dates it {told}; it was not there at {}", one.counts),
                )
            };
            // Whoever cannot be told of it is protected all the same.
            let _untold = books.write(event).await;
        }
        let times: BTreeMap<String, String> = corrected
            .iter()
            .map(|one| (one.version.to_string(), one.counts.to_string()))
            .collect();
        let document = std::str::from_utf8(&fetched.bytes)
            .map_err(|_| unusable("the document is not UTF-8".into()))
            .and_then(|text| with_times(text, &times).map_err(|error| unusable(error.to_string())))?;
        Ok(Fetched {
            bytes: document.into_bytes().into(),
            source: fetched.source,
        })
    }

    /// Marks held versions that projects had locked before.
    async fn spare_locked(
        &self,
        name: &PackageName,
        package: &Package,
        held: &mut Held,
    ) -> Result<(), StoreError> {
        if held.versions.is_empty() {
            return Ok(());
        }
        let mut known: Vec<(Locked, bool)> = (self.settings.locked)(name)
            .into_iter()
            .map(|locked| (locked, false))
            .collect();
        if let Some(books) = &self.books {
            let of = name.clone();
            let kept = books.ask(move |store| store.locked(&of)).await?;
            known.extend(kept.into_iter().map(|locked| (locked, true)));
        }
        for (locked, before_us) in known {
            let Some(held) = held.versions.get_mut(&locked.version) else {
                continue;
            };
            let release = package
                .releases
                .iter()
                .find(|release| release.version == locked.version);
            let announced = release.and_then(|release| release.integrity.get());
            if !same_content(&locked.content, announced) {
                continue;
            }
            let ours = if before_us && held.until.is_some() {
                LockedUse::Served
            } else {
                LockedUse::Shown
            };
            if held.locked != LockedUse::Served {
                held.locked = ours;
            }
        }
        Ok(())
    }

    /// Tells of releases that were served and are held now by more than their age.
    async fn tell_served(&self, name: &PackageName, held: &Held, now: Timestamp) -> Result<(), StoreError> {
        let Some(books) = &self.books else { return Ok(()) };
        let bad: Vec<_> = held
            .versions
            .iter()
            .filter(|(_, held)| held.until.is_none() && held.verdict >= Verdict::Quarantine)
            .map(|(version, held)| (version.clone(), held.verdict, held.sentence.clone()))
            .collect();
        if bad.is_empty() {
            return Ok(());
        }
        let of = name.clone();
        let told = books
            .ask(move |store| {
                let mut found = Vec::new();
                for (version, verdict, sentence) in bad {
                    let events = store.about(&of, Some(&version), TOLD)?;
                    let was = |kind| events.iter().any(|event| event.kind == kind);
                    if was(EventKind::Served) && !was(EventKind::FoundBad) {
                        found.push(Event {
                            name: Some(of.clone()),
                            version: Some(version),
                            verdict: Some(verdict),
                            ..Event::plain(now, EventKind::FoundBad, "gate", &sentence)
                        });
                    }
                }
                if !found.is_empty() {
                    store.append(&found)?;
                }
                Ok(found.len())
            })
            .await?;
        for _ in 0..told {
            self.metrics.count(Count::FoundBad);
        }
        Ok(())
    }

    /// Looks through everything ever served for what the lists call malicious now, and tells of it once.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn reconsider(&self) -> Result<usize, StoreError> {
        let Some(books) = &self.books else { return Ok(0) };
        let (enforcer, now) = (self.enforcer(), self.settings.clock.now());
        let found = books
            .ask(move |store| {
                let mut count = 0;
                let mut after: Option<Purl> = None;
                loop {
                    let piece = store.served(after.as_ref(), PIECE)?;
                    let Some(last) = piece.last().cloned() else {
                        return Ok(count);
                    };
                    let mut found = Vec::new();
                    for release in piece {
                        if let Some(text) = named_malicious(&enforcer, &release, now) {
                            let events = store.about(&release.name, Some(&release.version), TOLD)?;
                            if !events.iter().any(|event| event.kind == EventKind::FoundBad) {
                                found.push(Event {
                                    name: Some(release.name),
                                    version: Some(release.version),
                                    verdict: Some(Verdict::Block),
                                    ..Event::plain(now, EventKind::FoundBad, "gate", &text)
                                });
                            }
                        }
                    }
                    if !found.is_empty() {
                        store.append(&found)?;
                        count += found.len();
                    }
                    after = Some(last);
                }
            })
            .await?;
        for _ in 0..found {
            self.metrics.count(Count::FoundBad);
        }
        Ok(found)
    }

    /// The verdict on a release with its code read; the kept one where there is one. `None` where this gate
    /// reads no code.
    pub(crate) async fn examine_once(&self, release: &Purl, content: &str) -> Option<Examined> {
        let enforcer = self.enforcer();
        enforcer.code.as_ref()?;
        let now = self.settings.clock.now();
        let (content, basis) = (content.to_owned(), enforcer.basis.clone());
        let shared = self
            .books
            .as_ref()
            .filter(|_| !content.is_empty() && !basis.is_empty());
        let mut renew_before = Timestamp::from_millis(0);
        if let Some(books) = shared {
            let (wanted, under) = (content.clone(), basis.clone());
            // A store that does not answer costs the work once more.
            if let Ok(Some(kept)) = books.ask(move |store| store.verdict(&wanted, &under)).await {
                let old = kept.verdict != Verdict::Allow
                    && (now.since(kept.decided) > HELD_FOR || kept.until.is_some_and(|until| until <= now));
                if !old {
                    self.metrics.count(Count::ExaminedShared);
                    return Some(judged(&enforcer, kept));
                }
                renew_before = now;
            }
        }
        let started = Instant::now();
        let judgement = enforcer.examine(release, now).await?;
        self.metrics.read_for(started.elapsed());
        self.metrics.count(Count::Examined);
        if enforcer.stops(&judgement)
            && let Some(remember) = &self.settings.remember
        {
            remember(std::slice::from_ref(&judgement));
        }
        let kept = told(&judgement, now);
        // What could not be assessed may be assessed the next time.
        if let Some(books) = shared.filter(|_| kept.verdict != Verdict::Unassessed) {
            let ours = kept.clone();
            let answer = books
                .ask(move |store| store.keep_verdict(&content, &basis, &ours, renew_before))
                .await;
            if let Ok(kept) = answer {
                return Some(judged(&enforcer, kept));
            }
        }
        Some(judged(&enforcer, kept))
    }
}

fn judged(enforcer: &Enforcer, kept: KeptVerdict) -> Examined {
    Examined {
        stops: enforcer.stops_verdict(kept.verdict),
        kept,
    }
}

fn told(judgement: &Judgement, now: Timestamp) -> KeptVerdict {
    KeptVerdict {
        verdict: judgement.verdict,
        until: judgement.until,
        sentence: match judgement.verdict {
            Verdict::Allow => String::new(),
            _ => problem::sentence(judgement),
        },
        json: cleanbill_report::json::v1::record(judgement).unwrap_or_default(),
        decided: now,
    }
}

/// True when a lockfile's content is that of the document, or the lockfile names none.
fn same_content(locked: &str, announced: Option<&Integrity>) -> bool {
    let named = Integrity::parse(locked).or_else(|_| Integrity::parse_hex(locked));
    match (named, announced) {
        (Ok(locked), Some(announced)) => locked.compare(announced) == Comparison::Same,
        _ => locked.is_empty(),
    }
}

fn named_malicious(enforcer: &Enforcer, release: &Purl, now: Timestamp) -> Option<String> {
    let about = enforcer.ports.advisories.about(&release.name);
    let advisory = about.iter().find(|advisory| {
        advisory.kind == AdvisoryKind::Malicious
            && advisory.withdrawn.is_none_or(|withdrawn| withdrawn > now)
            && advisory.covers(&release.version)
    })?;
    Some(format!(
        "{} is named malicious by {} ({})",
        release.spec(),
        advisory.id.raw(),
        advisory.feed
    ))
}
