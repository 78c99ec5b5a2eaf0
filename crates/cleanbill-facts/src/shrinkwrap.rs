//! What a lockfile shipped inside a tarball asks for: npm obeys it for everything below the package, in place of
//! what the registry would answer. It fetches nothing and judges nothing.
use cleanbill_lockfile::{Origin, parse};
use cleanbill_model::SafeUrl;
use serde::{Deserialize, Serialize};

/// The one lockfile npm reads out of a published package.
pub const SHRINKWRAP: &str = "npm-shrinkwrap.json";
/// Most entries kept: the largest real ones hold a few thousand.
const MAX_ENTRIES: usize = 20_000;
/// Longest address kept, in bytes.
const MAX_ADDRESS: usize = 2_048;

/// An entry that names the address its bytes come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipped {
    /// Its name, and its version where it has one.
    pub spec: String,
    /// Its name alone, as the registry has it.
    pub name: String,
    /// The address, as written.
    pub address: String,
    /// True when a digest says which bytes.
    pub pinned: bool,
    /// The line of the file, from 1.
    pub line: u32,
}

/// The entries of a shipped lockfile that name an address. One that cannot be read as a lockfile gives none:
/// npm cannot read it either.
#[must_use]
pub fn shipped(bytes: &[u8]) -> Vec<Shipped> {
    let Ok(lockfile) = parse(SHRINKWRAP, bytes) else {
        return Vec::new();
    };
    let entries = lockfile.packages.iter().filter_map(|locked| {
        let address = address_of(&locked.origin)?;
        let name = locked.name.as_ref()?.to_string();
        (address.len() <= MAX_ADDRESS).then(|| Shipped {
            spec: locked
                .version
                .as_ref()
                .map_or_else(|| name.clone(), |version| format!("{name}@{version}")),
            name,
            address: address.to_owned(),
            pinned: locked.integrity.is_some(),
            line: locked.line,
        })
    });
    entries.take(MAX_ENTRIES).collect()
}

fn address_of(origin: &Origin) -> Option<&str> {
    match origin {
        Origin::Registry { url } => url.as_ref().map(SafeUrl::expose),
        Origin::Url { url } | Origin::Git { url, .. } => Some(url.expose()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_out_with_their_lines() {
        let text = r#"{
 "name": "case-kit", "version": "1.0.1", "lockfileVersion": 3,
 "packages": {
  "": { "name": "case-kit", "version": "1.0.1" },
  "node_modules/left": {
   "version": "1.0.0", "resolved": "https://files.example/left.tgz", "hasInstallScript": true
  },
  "node_modules/right": { "version": "2.0.0" }
 }
}"#;
        let found = shipped(text.as_bytes());
        assert_eq!(found.len(), 1, "{found:?}");
        let left = &found[0];
        assert_eq!(
            (left.spec.as_str(), left.address.as_str(), left.pinned, left.line),
            ("left@1.0.0", "https://files.example/left.tgz", false, 5)
        );
    }

    #[test]
    fn what_is_no_lockfile_gives_nothing() {
        for bytes in [&b"{"[..], b"[]", b"\xff\xfe", b""] {
            assert!(shipped(bytes).is_empty());
        }
    }
}
