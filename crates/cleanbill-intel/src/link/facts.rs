//! What is known of one release, as far as it can tie it to another.
//! Every list is sorted and without doubles, so that comparing is one walk over both.
use std::collections::HashSet;

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
    /// Fingerprints of its own code as text, without those that honest releases have too.
    pub code: Vec<u64>,
    /// Hashes of sub-trees of its own code, names and literals taken out, without those of honest releases.
    pub trees: Vec<u64>,
    /// Winnowed runs along that tree, likewise.
    pub runs: Vec<u64>,
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
        for prints in [&mut self.code, &mut self.trees, &mut self.runs] {
            prints.sort_unstable();
            prints.dedup();
        }
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
    pub fn without_library(&mut self, library: &Library) {
        self.code.retain(|print| !library.code.contains(print));
        self.trees.retain(|tree| !library.trees.contains(tree));
        self.runs.retain(|run| !library.runs.contains(run));
    }
}

/// The code of honest releases, by its fingerprints.
#[derive(Clone, Debug, Default)]
pub struct Library {
    code: HashSet<u64>,
    trees: HashSet<u64>,
    runs: HashSet<u64>,
}

impl Library {
    /// From honest releases.
    pub fn of<'a>(honest: impl IntoIterator<Item = &'a Facts>) -> Self {
        let mut library = Self::default();
        for facts in honest {
            library.code.extend(&facts.code);
            library.trees.extend(&facts.trees);
            library.runs.extend(&facts.runs);
        }
        library
    }
}
