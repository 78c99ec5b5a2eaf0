//! Looks at files without running them: bytes, characters, names.
//! Each look is linear in the file and gives facts, not verdicts.
pub(crate) mod files;
pub(crate) mod lexical;
pub(crate) mod structure;
pub(crate) mod texts;
