//! All feeds of a run together: the built-in pack and every index, asked by name.
//! It fetches nothing and judges nothing; a feed it cannot use is told, never passed over.
use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use cleanbill_model::{Advisory, PackageName, Timestamp};
use cleanbill_ports::{Advisories, FeedState, FeedStatus};

use crate::{
    index::{Index, IndexError},
    pack,
    settings::FeedSettings,
    state::FeedMemory,
};

/// Every feed of a run, open.
pub struct FeedSet {
    feeds: Vec<OpenFeed>,
    as_of: Timestamp,
    pack_as_of: Timestamp,
}

struct OpenFeed {
    settings: FeedSettings,
    memory: FeedMemory,
    index: Result<Index, Unusable>,
    /// Damage met by a look-up; the feed counts as broken from then on.
    damage: OnceLock<String>,
}

enum Unusable {
    Absent,
    Broken(String),
}

impl FeedSet {
    /// Opens the index of each feed in the folder `state`, as things stood at `as_of`: later advisories
    /// are not there yet, later withdrawals have not happened yet. Nothing here fails; what cannot be
    /// used shows in [`Advisories::status`].
    #[must_use]
    pub fn open(state: &Path, settings: &[FeedSettings], as_of: Timestamp) -> Self {
        let feeds = settings
            .iter()
            .map(|settings| OpenFeed::open(state, settings))
            .collect();
        Self {
            feeds,
            ..Self::built_in(as_of)
        }
    }

    /// The built-in pack alone.
    #[must_use]
    pub fn built_in(as_of: Timestamp) -> Self {
        let pack_as_of = Timestamp::parse(pack::AS_OF).unwrap_or(as_of);
        Self {
            feeds: Vec::new(),
            as_of,
            pack_as_of,
        }
    }

    /// Reads every index once from end to end, so that damage shows in the status; for `feed status`.
    pub fn verify(&self) {
        for feed in &self.feeds {
            if let Ok(index) = &feed.index
                && let Err(error) = index.verify()
            {
                feed.tell_damage(&error);
            }
        }
    }
}

impl OpenFeed {
    fn open(state: &Path, settings: &FeedSettings) -> Self {
        let paths = settings
            .index_path(state)
            .and_then(|index| Ok((index, settings.state_path(state)?)));
        let (index, memory) = match paths {
            Ok((index, memory)) => {
                let index = Index::open(&index).map_err(|error| match error {
                    IndexError::Absent => Unusable::Absent,
                    other => Unusable::Broken(told(&other)),
                });
                (index, FeedMemory::load(&memory))
            }
            Err(error) => (Err(Unusable::Broken(error.to_string())), FeedMemory::default()),
        };
        Self {
            settings: settings.clone(),
            memory,
            index,
            damage: OnceLock::new(),
        }
    }

    fn tell_damage(&self, error: &IndexError) {
        if self.damage.set(told(error)).is_ok() {
            tracing::error!(feed = %self.settings.name, reason = %error, "feed index is damaged");
        }
    }

    fn status(&self, as_of: Timestamp) -> FeedStatus {
        let mut status = FeedStatus {
            name: self.settings.name.clone(),
            state: FeedState::Absent,
            synced: None,
            malicious: 0,
            vulnerable: 0,
            source: self.settings.shown_source(),
            problem: None,
        };
        let index = match &self.index {
            Ok(index) => index,
            Err(Unusable::Absent) => {
                status.problem = Some("it was never brought in".to_owned());
                return status;
            }
            Err(Unusable::Broken(reason)) => {
                status.state = FeedState::Broken;
                status.problem = Some(reason.clone());
                return status;
            }
        };
        let summary = index.summary();
        // A look at the source that found nothing new is as good as bringing it in again.
        let mine = self.memory.source == status.source;
        let synced = self
            .memory
            .checked
            .filter(|_| mine)
            .map_or(summary.synced, |c| c.max(summary.synced));
        status.synced = Some(synced);
        status.malicious = summary.malicious;
        status.vulnerable = summary.vulnerable;
        if let Some(damage) = self.damage.get() {
            status.state = FeedState::Broken;
            status.problem = Some(damage.clone());
        } else if summary.malicious == 0 && summary.vulnerable == 0 {
            status.state = FeedState::Empty;
            status.problem = Some("its source held no advisory on npm packages".to_owned());
        } else if as_of.since(synced) > self.settings.max_age {
            status.state = FeedState::Stale;
            let (age, limit) = (as_of.since(synced), self.settings.max_age);
            status.problem = Some(format!("it is {age} old, the limit is {limit}"));
        } else {
            status.state = FeedState::Fresh;
            let skipped = self.memory.skipped;
            status.problem = (mine && skipped > 0)
                .then(|| format!("{skipped} parts of its source could not be read when it was brought in"));
        }
        status
    }
}

fn told(error: &IndexError) -> String {
    use std::error::Error as _;
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// The advisory as it stood at `as_of`, or `None` when it was not published yet. What was brought in
/// before `as_of` was known then, whatever date it bears: a date ahead must not hide an advisory.
fn at(mut advisory: Advisory, as_of: Timestamp, synced: Timestamp) -> Option<Advisory> {
    if as_of < synced && advisory.published.is_some_and(|published| published > as_of) {
        return None;
    }
    if advisory.withdrawn.is_some_and(|withdrawn| withdrawn > as_of) {
        advisory.withdrawn = None;
    }
    Some(advisory)
}

impl Advisories for FeedSet {
    fn about(&self, name: &PackageName) -> Vec<Arc<Advisory>> {
        let mut found: Vec<Arc<Advisory>> = Vec::new();
        let mut take = |advisories: Vec<Advisory>, synced: Timestamp| {
            let standing = advisories
                .into_iter()
                .filter_map(|advisory| at(advisory, self.as_of, synced));
            found.extend(standing.map(Arc::new));
        };
        if let Ok(pack) = pack::pack() {
            take(pack.about(name), self.pack_as_of);
        }
        for feed in &self.feeds {
            let Ok(index) = &feed.index else { continue };
            match index.about(name, &feed.settings.name) {
                Ok(advisories) => take(advisories, index.summary().synced),
                Err(error) => feed.tell_damage(&error),
            }
        }
        found
    }

    fn status(&self, as_of: Timestamp) -> Vec<FeedStatus> {
        let mut all = vec![pack_status()];
        all.extend(self.feeds.iter().map(|feed| feed.status(as_of)));
        all
    }
}

/// The pack is part of the program: it is as fresh as the program and never absent.
fn pack_status() -> FeedStatus {
    let (state, malicious, problem) = match pack::pack() {
        Ok(pack) => (FeedState::Fresh, pack.count(), None),
        Err(reason) => (FeedState::Broken, 0, Some(reason.to_owned())),
    };
    FeedStatus {
        name: pack::FEED.to_owned(),
        state,
        synced: Timestamp::parse(pack::AS_OF).ok(),
        malicious,
        vulnerable: 0,
        source: "built in".to_owned(),
        problem,
    }
}
