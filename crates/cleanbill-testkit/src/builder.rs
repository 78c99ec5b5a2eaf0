//! Builds a package without a folder, for tests whose point is a line or two.
//! It says what a registry would and refuses nothing that is merely odd.
use cleanbill_model::{PackageName, Version};
use serde_json::{Map, Value, json};

use crate::replay::{ReplayFile, ReplayPackage, ReplayRelease};

/// Builds one package for [`crate::Registry`] or [`crate::Replay`].
#[derive(Clone, Debug)]
pub struct PackageBuilder {
    name: String,
    releases: Vec<(String, Vec<ReplayFile>)>,
    partial: Value,
}

impl PackageBuilder {
    /// A package without a release.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            releases: Vec::new(),
            partial: json!({}),
        }
    }

    /// A release with these files; a `package.json` of name and version is added where none is given.
    #[must_use]
    pub fn release(mut self, version: &str, files: &[(&str, &str)]) -> Self {
        let mut files: Vec<ReplayFile> = files
            .iter()
            .map(|(path, content)| ReplayFile {
                path: (*path).to_owned(),
                content: content.as_bytes().to_vec(),
                executable: false,
            })
            .collect();
        if !files.iter().any(|file| file.path == "package.json") {
            let manifest = json!({"name": self.name, "version": version}).to_string();
            files.push(ReplayFile {
                path: "package.json".to_owned(),
                content: manifest.into_bytes(),
                executable: false,
            });
        }
        self.releases.push((version.to_owned(), files));
        self
    }

    /// Says when `version` was published, in the document's `time`; `created` and `modified` go as well.
    #[must_use]
    pub fn published(self, version: &str, moment: &str) -> Self {
        self.partial(json!({"time": {version: moment}}))
    }

    /// Says in the document that `version` exists, with these fields and without a tarball.
    #[must_use]
    pub fn listed(self, version: &str, fields: Value) -> Self {
        self.partial(json!({"versions": {version: fields}}))
    }

    /// Points a dist-tag.
    #[must_use]
    pub fn tag(self, tag: &str, version: &str) -> Self {
        self.partial(json!({"dist-tags": {tag: version}}))
    }

    /// Lays any part of a document over what was said so far; objects are joined, the rest replaced.
    #[must_use]
    pub fn partial(mut self, part: Value) -> Self {
        join(&mut self.partial, part);
        self
    }

    /// The package.
    ///
    /// # Panics
    /// When the name, a version or a manifest is none: the test is wrong.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "a test that orders an impossible package should fail loudly"
    )]
    pub fn build(self) -> ReplayPackage {
        let name = PackageName::parse(&self.name).expect("a package name");
        let releases: Vec<ReplayRelease> = self
            .releases
            .into_iter()
            .map(|(version, files)| ReplayRelease {
                version: Version::parse(&version).expect("a version"),
                files,
            })
            .collect();
        let partial: Map<String, Value> = self.partial.as_object().cloned().unwrap_or_default();
        ReplayPackage::build(name, &partial, &releases).expect("a package that can be built")
    }
}

/// Joins objects and keeps nulls, which take fields away later.
fn join(target: &mut Value, part: Value) {
    match (target, part) {
        (Value::Object(target), Value::Object(part)) => {
            for (key, value) in part {
                join(target.entry(key).or_insert_with(|| json!({})), value);
            }
        }
        (target, part) => *target = part,
    }
}
