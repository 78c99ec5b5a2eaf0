//! Everything an audit may look at, for one release, in one owned value.
use std::{collections::BTreeMap, sync::Arc};

use cleanbill_model::{Known, Missing, Need, PackageName, Purl, Timestamp};

use crate::{Notices, Package, Pin, PopularNames, Release, Run};

/// The facts of one release at one clock reading.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The release.
    pub subject: Purl,
    /// The clock reading.
    pub as_of: Timestamp,
    /// Its package's history.
    pub package: Known<Arc<Package>>,
    /// How a lockfile pins it.
    pub pin: Known<Pin>,
    /// What advisories say.
    pub notices: Known<Notices>,
    /// Packages it depends on, by name, as far as they were gathered.
    pub companions: Known<BTreeMap<PackageName, Known<Arc<Package>>>>,
    /// What else was seen in this run.
    pub run: Known<Arc<Run>>,
    /// Popular names.
    pub popular: Arc<PopularNames>,
}

impl Facts {
    /// The release's own entry in its package's history.
    #[must_use]
    pub fn release(&self) -> Known<&Release> {
        match &self.package {
            Known::Known(package) => Known::or_missing(package.release(&self.subject.version), Missing::NotFound),
            Known::Missing(reason) => Known::Missing(*reason),
        }
    }

    /// Why a needed kind of fact is missing, where it is.
    #[must_use]
    pub fn missing(&self, need: Need) -> Option<Missing> {
        match need {
            Need::Package => self.package.missing(),
            Need::Release => self.release().missing(),
            Need::Pin => self.pin.missing(),
            Need::Notices => self.notices.missing(),
            Need::Companions => self.companions.missing(),
            Need::Run => self.run.missing(),
            Need::Source | Need::Delta => Some(Missing::NotGathered),
        }
    }
}
