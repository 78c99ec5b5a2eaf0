//! `pnpm-lock.yaml`, lockfile versions 5.0 to 5.4, 6.x and 9.0, every document of the file.
//! It knows pnpm's words for entries and requests; registries' addresses that pnpm leaves out stay unknown.
//!
//! Since pnpm 11 a first document may hold what pnpm itself is run with (its own version, configuration
//! dependencies). That code runs at install, so it is read like any other and counts as needed at run time.
//!
//! An entry is one snapshot: a package that is installed twice, with other peers, is two entries of the
//! same name and version.
mod documents;
mod keys;
mod links;
#[cfg(test)]
mod tests;
mod wire;

use crate::{
    Lockfile, LockfileFormat, ParseLockfileError,
    block_yaml::{self, Node},
    intake::Intake,
    reach, scope,
    text::{self, malformed},
};
use documents::Gathered;
use keys::Grammar;

/// `pnpm-lock.yaml`.
#[derive(Debug)]
pub struct PnpmLock;

/// What an unknown version is renewed with.
const CONVERT: &str = "pnpm install --lockfile-only";

impl LockfileFormat for PnpmLock {
    fn id(&self) -> &'static str {
        "pnpm-lock"
    }

    fn file_names(&self) -> &'static [&'static str] {
        &["pnpm-lock.yaml"]
    }

    /// `pnpm-lock.yaml`, or `pnpm-lock.<branch>.yaml` where each branch of the repository has its own.
    fn recognises(&self, file_name: &str, _bytes: &[u8]) -> bool {
        let branch = file_name
            .strip_prefix("pnpm-lock.")
            .and_then(|rest| rest.strip_suffix(".yaml"));
        file_name == "pnpm-lock.yaml" || branch.is_some_and(|branch| !branch.is_empty())
    }

    fn parse(&self, bytes: &[u8]) -> Result<Lockfile, ParseLockfileError> {
        let documents = block_yaml::read(text::text_of(bytes)?)?;
        let mut intake = Intake::default();
        let mut gathered = Gathered::default();
        let mut version = None;
        for document in documents.iter().filter(|document| document.kind() != "nothing") {
            let (found, grammar) = self.version(document)?;
            document.each_duplicate(&mut |pair| {
                intake.flaw_of(
                    "duplicate-key",
                    pair.line,
                    "a key that stands there twice",
                    &pair.key,
                )
            });
            documents::read(document, grammar, &mut gathered, &mut intake)?;
            version = Some(found);
        }
        let version = version.ok_or_else(|| malformed(1, 1, "the file is empty"))?;
        let Gathered {
            roots,
            mut packages,
            said,
            ..
        } = gathered;
        reach::note_aliases(&roots, &mut packages);
        let defects = intake.into_defects();
        let mut lockfile = Lockfile {
            format: self.id(),
            version,
            roots,
            packages,
            defects,
        };
        scope::work_out(&mut lockfile);
        for (package, said) in lockfile.packages.iter_mut().zip(said) {
            said.apply(package);
        }
        Ok(lockfile)
    }
}

impl PnpmLock {
    fn version(&self, document: &Node<'_>) -> Result<(String, Grammar), ParseLockfileError> {
        let Some(found) = document.get("lockfileVersion").and_then(Node::text) else {
            return Err(malformed(
                document.line,
                1,
                "the document has no `lockfileVersion`",
            ));
        };
        match Grammar::of(found) {
            Some(grammar) => Ok((found.to_owned(), grammar)),
            None => {
                let version = text::clipped(found, 32).to_owned();
                Err(ParseLockfileError::UnknownVersion {
                    format: self.id(),
                    version,
                    convert: CONVERT,
                })
            }
        }
    }
}
