//! Which names are popular, so that look-alikes can be told. A name here is never itself a look-alike.

/// Popular names, sorted, with an index by length for quick neighbours.
#[derive(Clone, Debug, Default)]
pub struct PopularNames {
    names: Vec<String>,
}

/// Names with more than ten million downloads a month, those of a large web project's lockfile, and
/// well-known frameworks and kits; one a line, sorted by bytes.
const BUILTIN: &str = include_str!("../data/popular-names.txt");

impl PopularNames {
    /// The names this program knows by itself.
    #[must_use]
    pub fn builtin() -> Self {
        Self {
            names: BUILTIN.lines().map(str::to_owned).collect(),
        }
    }

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

#[cfg(test)]
mod tests {
    use cleanbill_model::PackageName;

    use super::*;

    #[test]
    fn the_builtin_names_are_sorted_names() {
        let popular = PopularNames::builtin();
        assert!(popular.names().len() > 2_000);
        assert!(
            popular.names().is_sorted_by(|a, b| a < b),
            "sorted by bytes, each once"
        );
        for name in popular.names() {
            assert!(PackageName::parse(name).is_ok(), "{name:?}");
        }
        assert!(popular.contains("react") && popular.contains("@mastra/core") && popular.contains("dayjs"));
    }

    #[test]
    fn known_imitations_are_not_popular() {
        let popular = PopularNames::builtin();
        for name in [
            "plain-crypto-js",
            "crossenv",
            "electorn",
            "easy-day-js",
            "reqeust",
            "loadsh",
        ] {
            assert!(!popular.contains(name), "{name}");
        }
    }
}
