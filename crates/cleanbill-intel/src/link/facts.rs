//! What is known of one release, as far as it can tie it to another.
//! Every list is sorted and without doubles, so that comparing is one walk over both.
use cleanbill_model::Timestamp;
use serde::Serialize;

/// Facts of one release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// `name@version`.
    pub release: String,
    /// Its name, to know it when others depend on it.
    pub name: String,
    /// A digest of its own code with names, versions and blanks taken out; `None` where it has none.
    pub exact: Option<u64>,
    /// Fingerprints of its own code, without those that honest releases have too.
    pub code: Vec<u64>,
    /// A digest of the file that carries its own code, where most of that file is its own.
    pub tlsh: Option<super::Tlsh>,
    /// What it talks to or writes: hosts, wallets, contracts, marker files.
    pub indicators: Vec<String>,
    /// What its infrastructure is like: ports, shapes of addresses, mail hosts.
    pub infrastructure: Vec<String>,
    /// Accounts and addresses of who published it.
    pub publishers: Vec<String>,
    /// Dependencies it has and its forerunner had not.
    pub injects: Vec<String>,
    /// What it does, as canonical chains.
    pub behaviours: Vec<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
}

impl Facts {
    /// Sorts every list and drops doubles.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.code.sort_unstable();
        self.code.dedup();
        for list in [
            &mut self.indicators,
            &mut self.infrastructure,
            &mut self.publishers,
            &mut self.injects,
            &mut self.behaviours,
        ] {
            list.sort_unstable();
            list.dedup();
        }
        self
    }

    /// Takes out code that honest releases have too: without this, every bundled library ties everything together.
    pub fn without_library(&mut self, library: &std::collections::HashSet<u64>) {
        self.code.retain(|print| !library.contains(print));
    }
}
