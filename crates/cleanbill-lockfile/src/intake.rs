//! From the text of a field to its type, with a defect where it does not fit; and the caps on how many.
//! It knows no format.
use cleanbill_model::{Defect, Integrity, PackageName, Untrusted, Version};

use crate::{
    ParseLockfileError,
    limits::{MAX_DEFECTS, MAX_EDGES, MAX_ENTRIES, MAX_FIELD_BYTES},
    text::clipped,
};

/// How many characters of a bad value a defect shows.
const SHOWN: usize = 80;

/// What one parse takes in, beside its entries.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    defects: Vec<Defect>,
    left_out: usize,
    entries: usize,
    edges: usize,
}

impl Intake {
    /// Notes a defect on a line.
    pub(crate) fn flaw(&mut self, code: &'static str, line: u32, note: impl Into<Untrusted>) {
        if self.defects.len() < MAX_DEFECTS {
            self.defects.push(Defect::new(code, format!("line {line}"), note));
        } else {
            self.left_out += 1;
        }
    }

    /// Notes a defect that quotes hostile text.
    pub(crate) fn flaw_of(&mut self, code: &'static str, line: u32, what: &str, found: &str) {
        let found = Untrusted::clipped(found, SHOWN);
        self.flaw(code, line, format!("{what}: `{}`", found.raw()));
    }

    /// Every defect, the count of those left out last.
    pub(crate) fn into_defects(self) -> Vec<Defect> {
        let mut defects = self.defects;
        if self.left_out > 0 {
            defects.push(Defect::new(
                "limit-defects",
                "the file",
                format!("{} further defects are left out", self.left_out),
            ));
        }
        defects
    }

    /// Counts one more entry.
    ///
    /// # Errors
    /// Beyond [`MAX_ENTRIES`].
    pub(crate) fn count_entry(&mut self) -> Result<(), ParseLockfileError> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return Err(ParseLockfileError::Limit {
                limit: "MAX_ENTRIES",
                allowed: MAX_ENTRIES,
            });
        }
        Ok(())
    }

    /// Counts one more edge.
    ///
    /// # Errors
    /// Beyond [`MAX_EDGES`].
    pub(crate) fn count_edge(&mut self) -> Result<(), ParseLockfileError> {
        self.edges += 1;
        if self.edges > MAX_EDGES {
            return Err(ParseLockfileError::Limit {
                limit: "MAX_EDGES",
                allowed: MAX_EDGES,
            });
        }
        Ok(())
    }

    /// A package's name.
    pub(crate) fn name(&mut self, text: &str, line: u32) -> Option<PackageName> {
        let name = PackageName::parse(text);
        if let Err(reason) = &name {
            self.flaw_of("bad-name", line, &reason.to_string(), text);
        }
        name.ok()
    }

    /// A version.
    pub(crate) fn version(&mut self, text: &str, line: u32) -> Option<Version> {
        let version = Version::parse(text);
        if version.is_err() {
            self.flaw_of("bad-version", line, "no version", text);
        }
        version.ok()
    }

    /// An integrity digest.
    pub(crate) fn integrity(&mut self, text: &str, line: u32) -> Option<Integrity> {
        let integrity = self.kept(text, line).map(Integrity::parse);
        if let Some(Err(_)) = &integrity {
            self.flaw_of("bad-integrity", line, "no integrity digest", text);
        }
        integrity?.ok()
    }

    /// The text itself, unless it is longer than is kept.
    pub(crate) fn kept<'t>(&mut self, text: &'t str, line: u32) -> Option<&'t str> {
        if text.len() <= MAX_FIELD_BYTES {
            return Some(text);
        }
        self.flaw(
            "limit-field",
            line,
            format!("a value of {} bytes, the limit is {MAX_FIELD_BYTES}", text.len()),
        );
        None
    }
}

/// An entry's key as the model keeps it. Keys may rightly be longer than a field: Yarn lists every
/// range in them.
pub(crate) fn kept_key(key: &str) -> Untrusted {
    Untrusted::new(clipped(key, MAX_FIELD_BYTES))
}
