//! Releases a bill of materials lists: CycloneDX and SPDX, both as JSON.
//! It reads package URLs, and takes a list for a list: what is on it was there when it was written.
use std::{io, path::Path};

use cleanbill_intel::Reach;
use cleanbill_model::{Purl, Timestamp};
use serde_json::Value;

use crate::{
    Sighting, Source, Watch,
    limits::MAX_SBOM_BYTES,
    read::{self, seen},
};

/// Most package URLs taken from a text; the largest real bills have some 50,000.
const MAX_PURLS: usize = 2_000_000;
/// Deepest nesting of components followed; `serde_json` itself stops at 128.
const MAX_NESTING: usize = 64;

/// The bad releases a bill of materials lists. `None` where the file is none.
pub(crate) fn sbom(watch: &Watch, path: &Path, shown: &str) -> io::Result<Option<Vec<Sighting>>> {
    let bytes = read::bytes(path, MAX_SBOM_BYTES)?;
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let is_json = path.extension().is_some_and(|end| end == "json");
    let listed = match serde_json::from_slice::<Value>(start) {
        Ok(value) => listed(&value),
        Err(error) if is_json => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        // XML, tag and value, YAML: a package URL is the same text in each.
        Err(_) => Some(("text", None, purls_in(&String::from_utf8_lossy(start)))),
    };
    Ok(listed.map(|(kind, at, purls)| {
        let told = seen(
            Reach::Listed,
            Source::Sbom,
            shown,
            format!("a bill of materials ({kind}) lists it"),
            at,
        );
        let mut found: Vec<Sighting> = purls
            .iter()
            .filter_map(|text| Purl::parse(text).ok())
            .flat_map(|purl| read::release(watch, purl.name.as_str(), purl.version.as_str(), &told))
            .collect();
        found.dedup();
        found
    }))
}

/// Package URLs of npm in a text, up to the sign that ends them in XML, YAML and tag-value.
fn purls_in(text: &str) -> Vec<String> {
    text.match_indices("pkg:npm/")
        .take(MAX_PURLS)
        .filter_map(|(at, _)| {
            let rest = text.get(at..)?;
            let end = rest
                .find(|c: char| c.is_whitespace() || "\"'<>,;()".contains(c))
                .unwrap_or(rest.len());
            rest.get(..end).map(str::to_owned)
        })
        .collect()
}

type Listed = (&'static str, Option<Timestamp>, Vec<String>);

fn listed(value: &Value) -> Option<Listed> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let when = |value: Option<&Value>| text(value).and_then(|text| Timestamp::parse(&text).ok());
    if value.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX") {
        let mut purls = Vec::new();
        components(value, &mut purls, 0);
        return Some(("CycloneDX", when(value.pointer("/metadata/timestamp")), purls));
    }
    if value.get("spdxVersion").is_some() {
        let packages = value.get("packages").and_then(Value::as_array);
        let references = packages
            .into_iter()
            .flatten()
            .filter_map(|package| package.get("externalRefs")?.as_array())
            .flatten();
        let purls = references
            .filter(|reference| reference.get("referenceType").and_then(Value::as_str) == Some("purl"))
            .filter_map(|reference| text(reference.get("referenceLocator")))
            .collect();
        return Some(("SPDX", when(value.pointer("/creationInfo/created")), purls));
    }
    // Forges hand out a bill inside an object of their own.
    if let Some(inner) = value
        .get("sbom")
        .filter(|inner| inner.get("spdxVersion").is_some())
    {
        return listed(inner);
    }
    let graph = value.get("@graph").and_then(Value::as_array)?;
    let mut purls = Vec::new();
    let mut at = None;
    for element in graph {
        purls.extend(text(element.get("software_packageUrl")));
        let identifiers = element.get("externalIdentifier").and_then(Value::as_array);
        for identifier in identifiers.into_iter().flatten() {
            if identifier.get("externalIdentifierType").and_then(Value::as_str) == Some("packageUrl") {
                purls.extend(text(identifier.get("identifier")));
            }
        }
        at = at.or_else(|| when(element.get("created")));
    }
    Some(("SPDX 3", at, purls))
}

fn components(value: &Value, purls: &mut Vec<String>, depth: usize) {
    if depth > MAX_NESTING {
        return;
    }
    for component in value
        .get("components")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        purls.extend(component.get("purl").and_then(Value::as_str).map(str::to_owned));
        components(component, purls, depth + 1);
    }
}
