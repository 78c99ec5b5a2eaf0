//! Everything an audit may look at, for one release, in one owned value.
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use cleanbill_model::{Evidence, Known, Missing, Need, PackageName, Purl, Timestamp, Untrusted, Verdict};

use crate::{
    Notices, Package, Pin, PopularNames, Release, Run, Source,
    source::{Delta, compare},
};

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
    /// What judging its resolving dependencies one step down has given.
    pub edges: Known<Vec<JudgedEdge>>,
    /// What its files are and do.
    pub source: Known<Arc<Source>>,
    /// What the files of the release before it are and do.
    pub before: Known<Arc<Source>>,
    /// What the files of its [`Package::elder`] are and do; gathered only where the code alone would hold the release.
    pub elder: Known<Arc<Source>>,
    /// What else was seen in this run.
    pub run: Known<Arc<Run>>,
    /// Popular names.
    pub popular: Arc<PopularNames>,
    delta: OnceLock<Option<Arc<Delta>>>,
}

/// One dependency of the release, resolved as a client would at the reading, and judged.
#[derive(Clone, Debug)]
pub struct JudgedEdge {
    /// The release that answers.
    pub resolved: Purl,
    /// The range that asked for it.
    pub range: String,
    /// True when the release before did not ask for that name.
    pub added: bool,
    /// The verdict on it.
    pub verdict: Verdict,
    /// Its worst finding, in a line, and the evidence of it.
    pub worst: Option<(Untrusted, Vec<Evidence>)>,
}

impl Facts {
    /// Facts of which nothing is known yet.
    #[must_use]
    pub fn unknown(subject: Purl, as_of: Timestamp) -> Self {
        let missing = Missing::NotGathered;
        Self {
            subject,
            as_of,
            package: Known::Missing(missing),
            pin: Known::Missing(missing),
            notices: Known::Missing(missing),
            companions: Known::Missing(missing),
            edges: Known::Missing(missing),
            source: Known::Missing(missing),
            before: Known::Missing(missing),
            elder: Known::Missing(missing),
            run: Known::Missing(missing),
            popular: Arc::default(),
            delta: OnceLock::new(),
        }
    }

    /// What its code does that the code of the release before did not, where both are known. It is worked out
    /// when first asked for and stays, so `source` and `before` are set before that.
    #[must_use]
    pub fn delta(&self) -> Option<&Delta> {
        let compared = || {
            let (source, before) = (self.source.get()?, self.before.get()?);
            Some(Arc::new(compare(&before.analysis, &source.analysis)))
        };
        self.delta.get_or_init(compared).as_deref()
    }

    /// The release's own entry in its package's history.
    #[must_use]
    pub fn release(&self) -> Known<&Release> {
        match &self.package {
            Known::Known(package) => {
                Known::or_missing(package.release(&self.subject.version), Missing::NotFound)
            }
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
            Need::Edges => self.edges.missing(),
            Need::Run => self.run.missing(),
            Need::Source => self.source.missing(),
            Need::Delta => self.before.missing().or_else(|| self.source.missing()),
        }
    }
}
