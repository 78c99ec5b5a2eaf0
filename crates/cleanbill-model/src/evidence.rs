//! What was seen and where: the part of a finding a doubter can check.
use crate::Untrusted;

/// One step of proof: a place and what stands there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Evidence {
    /// File inside the release, or the lockfile's path, or a registry document's field.
    pub file: Option<Untrusted>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// What this step shows.
    pub note: Untrusted,
    /// A value recovered from the code: a URL, a command, a path.
    pub decoded: Option<Untrusted>,
    /// The source text from `line` on, a few lines at most.
    pub excerpt: Option<Untrusted>,
}

impl Evidence {
    /// A step without a place.
    pub fn note(note: impl Into<Untrusted>) -> Self {
        Self {
            note: note.into(),
            ..Self::default()
        }
    }

    /// The same step in `file`.
    #[must_use]
    pub fn file(mut self, file: impl Into<Untrusted>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// The same step at `line` and `column`, both from 1.
    #[must_use]
    pub fn at(mut self, line: u32, column: u32) -> Self {
        (self.line, self.column) = (Some(line), Some(column));
        self
    }

    /// The same step with a recovered value.
    #[must_use]
    pub fn decoded(mut self, value: impl Into<Untrusted>) -> Self {
        self.decoded = Some(value.into());
        self
    }

    /// The same step with the source around it.
    #[must_use]
    pub fn excerpt(mut self, text: impl Into<Untrusted>) -> Self {
        self.excerpt = Some(text.into());
        self
    }
}
