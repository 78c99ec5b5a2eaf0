//! npm's lockfile in every version: package-lock.json, npm-shrinkwrap.json, and the hidden one in
//! node_modules. It knows npm's words and no other manager's.
//!
//! Reading order: the words ([`wire`], [`nested`]), the flat view ([`packages`]), the nested view ([`v1`]), what
//! their difference says ([`views`]).
mod nested;
mod origin;
mod packages;
#[cfg(test)]
mod tests;
mod v1;
mod views;
mod wire;
mod workspaces;

use serde::de::DeserializeSeed;
use serde_json::value::RawValue;

use self::{
    packages::Folders,
    wire::{File, Top},
};
use crate::{
    Lockfile, LockfileFormat, ParseLockfileError, Root,
    json::{Object, Place, Reading},
    lines::Lines,
    roots,
    text::text_of,
};

/// Renews a file of a version that is not known here.
const CONVERT: &str = "npm install --package-lock-only --lockfile-version 3";

/// npm's lockfile.
#[derive(Debug)]
pub struct PackageLock;

impl LockfileFormat for PackageLock {
    fn id(&self) -> &'static str {
        "package-lock"
    }
    fn file_names(&self) -> &'static [&'static str] {
        &["package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"]
    }
    fn recognises(&self, file_name: &str, _: &[u8]) -> bool {
        self.file_names().contains(&file_name)
    }
    fn parse(&self, bytes: &[u8]) -> Result<Lockfile, ParseLockfileError> {
        let text = text_of(bytes)?;
        let mut reading = Reading::new(text);
        let mut file = File::default();
        reading.whole(|deserializer, reading| {
            let mut top = Top {
                reading,
                file: &mut file,
                is_object: true,
            };
            Object(&mut top).deserialize(deserializer)?;
            if top.is_object {
                Ok(())
            } else {
                Err(serde::de::Error::custom("the file is no object"))
            }
        })?;
        let version = version(&mut reading, file.version)?;
        let lines = Lines::new(text.as_bytes());
        let mut lockfile = match (&file.packages, &file.nested) {
            (Some(entries), nested) => {
                let folders = Folders::new(entries, &mut reading);
                let lockfile = packages::read(&folders, &mut reading, &lines);
                if let Some(nested) = nested {
                    views::compare(nested, &folders, &mut reading);
                }
                lockfile
            }
            (None, Some(nested)) => v1::read(nested, &mut reading, &lines),
            (None, None) => Lockfile::default(),
        };
        if !lockfile.roots.iter().any(|root| root.path.is_empty()) {
            let edges = roots::assumed(&lockfile);
            let name = file.name.map(std::borrow::Cow::into_owned);
            lockfile.roots.insert(
                0,
                Root {
                    path: String::new(),
                    name,
                    edges,
                },
            );
        }
        lockfile.format = self.id();
        lockfile.version = version;
        lockfile.defects = reading.defects;
        Ok(lockfile)
    }
}

/// The file's version, when it is one that is read here. npm before 5 wrote none, and its nested tree is
/// that of version 1.
fn version(reading: &mut Reading<'_>, raw: Option<&RawValue>) -> Result<String, ParseLockfileError> {
    let place = Place::top("lockfileVersion");
    let Some(raw) = raw.filter(|raw| raw.get() != "null") else {
        reading.defect(
            "missing-lockfile-version",
            &place,
            "the file does not say which version it is",
        );
        return Ok("none".to_owned());
    };
    let text = raw.get().trim_matches('"');
    if text.len() != raw.get().len() {
        reading.wrong_type(&place, "a number", raw);
    }
    match text.parse::<f64>() {
        Ok(1.0) => Ok("1".to_owned()),
        Ok(2.0) => Ok("2".to_owned()),
        Ok(3.0) => Ok("3".to_owned()),
        _ => Err(ParseLockfileError::UnknownVersion {
            format: "package-lock",
            version: text.chars().filter(|c| !c.is_control()).take(32).collect(),
            convert: CONVERT,
        }),
    }
}
