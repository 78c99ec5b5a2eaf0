//! Something wrong with an input: a fact about it, often a telling one, never an error of ours.
use crate::Untrusted;

/// One flaw of a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Defect {
    /// A kebab-case code, stable: `wrong-type`, `duplicate-key`, `limit-versions`.
    pub code: &'static str,
    /// Where: a JSON path such as `versions["1.0.0"].dist`, or `line 12`.
    pub place: Untrusted,
    /// What stood there, and what was wanted.
    pub note: Untrusted,
}

impl Defect {
    /// A defect.
    pub fn new(code: &'static str, place: impl Into<Untrusted>, note: impl Into<Untrusted>) -> Self {
        Self {
            code,
            place: place.into(),
            note: note.into(),
        }
    }
}
