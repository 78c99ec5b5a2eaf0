//! Defects of one input, as many as are worth keeping.
//! It knows no format.
use cleanbill_model::{Defect, Untrusted};

use crate::limits::MAX_DEFECTS;

/// Defects up to a limit, and how many more there were.
#[derive(Debug, Default)]
pub(crate) struct Flaws {
    kept: Vec<Defect>,
    unsaid: usize,
}

impl Flaws {
    pub(crate) fn push(
        &mut self,
        code: &'static str,
        place: impl FnOnce() -> String,
        note: impl Into<Untrusted>,
    ) {
        if self.kept.len() < MAX_DEFECTS {
            self.kept.push(Defect::new(code, place(), note));
        } else {
            self.unsaid += 1;
        }
    }

    /// The defects, with one more that counts those beyond the limit.
    pub(crate) fn finish(mut self) -> Vec<Defect> {
        if self.unsaid > 0 {
            self.kept.push(Defect::new(
                "limit-defects",
                "",
                format!("{} more defects are not listed", self.unsaid),
            ));
        }
        self.kept
    }
}
