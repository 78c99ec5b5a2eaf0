//! A command that could not do its work: what, why, what to do, and the exit code that says whose turn it is.
use std::{error::Error, process::ExitCode};

use cleanbill_model::Hint;

/// Why a command gave up.
#[derive(Debug)]
pub struct Failure {
    /// What could not be done, lowercase and without a full stop.
    pub what: String,
    /// Its causes, outermost first.
    pub causes: Vec<String>,
    /// What the reader can do.
    pub hint: Option<Hint>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Usage,
    Ours,
}

impl Failure {
    /// The input or the call is at fault: exit code 2.
    pub fn usage(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            causes: Vec::new(),
            hint: None,
            kind: Kind::Usage,
        }
    }

    /// We are at fault: exit code 70.
    pub fn ours(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            causes: Vec::new(),
            hint: None,
            kind: Kind::Ours,
        }
    }

    /// With the error that caused it and that error's causes.
    #[must_use]
    pub fn because(mut self, error: &dyn Error) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            self.causes.push(error.to_string());
            next = error.source();
        }
        self
    }

    /// With advice.
    #[must_use]
    pub fn hint(mut self, text: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        self.hint = Some(Hint::new(text));
        self
    }

    /// The process's answer.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Usage => 2,
            Kind::Ours => 70,
        })
    }
}
