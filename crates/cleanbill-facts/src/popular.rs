//! Which names are popular, so that look-alikes can be told. A name here is never itself a look-alike.

/// Popular names, sorted, with an index by length for quick neighbours.
#[derive(Clone, Debug, Default)]
pub struct PopularNames {
    names: Vec<String>,
}

impl PopularNames {
    /// From names in any order.
    #[must_use]
    pub fn new(mut names: Vec<String>) -> Self {
        names.sort();
        names.dedup();
        Self { names }
    }

    /// True when the whole name is popular.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.names
            .binary_search_by(|known| known.as_str().cmp(name))
            .is_ok()
    }

    /// All names, sorted.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}
