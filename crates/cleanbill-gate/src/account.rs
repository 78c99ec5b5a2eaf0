//! What came of a run, for its summary: what was held, which proposals were others, what the judging took.
//! It tells and judges nothing.
use std::{sync::Arc, time::Duration};

use cleanbill_model::PackageName;

use crate::snapshot::Snapshot;

/// A proposal that is not the registry's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replaced {
    /// The package.
    pub name: PackageName,
    /// The registry's `latest`.
    pub theirs: String,
    /// Ours.
    pub ours: String,
}

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Packages asked for.
    pub packages: usize,
    /// Packages of which some version is held.
    pub with_held: usize,
    /// Versions held.
    pub held: usize,
    /// Packages whose `latest` is another one here, by name.
    pub replaced: Vec<Replaced>,
    /// Time spent judging documents, added up over all that went on side by side.
    pub judging: Duration,
    /// Time spent reading code, the same way.
    pub reading: Duration,
}

impl Account {
    pub(crate) fn of(
        asked: impl Iterator<Item = (Arc<PackageName>, Arc<Snapshot>)>,
        (judging, reading): (Duration, Duration),
    ) -> Self {
        let mut account = Self {
            judging,
            reading,
            ..Self::default()
        };
        for (name, snapshot) in asked {
            account.packages += 1;
            account.held += snapshot.held.versions.len();
            account.with_held += usize::from(!snapshot.held.versions.is_empty());
            if let Some((theirs, ours)) = &snapshot.replaced {
                account.replaced.push(Replaced {
                    name: PackageName::clone(&name),
                    theirs: theirs.clone(),
                    ours: ours.clone(),
                });
            }
        }
        account.replaced.sort();
        account
    }
}
