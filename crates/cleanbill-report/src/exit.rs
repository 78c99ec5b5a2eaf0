//! What a script reads off the process. The numbers are a contract and change only in a major version.
//! It sees the report alone, never why a command failed.
use cleanbill_model::{Judgement, Level, Verdict};

use crate::report::{AuditReport, InspectReport, UnassessedRule};

/// The process's answer.
///
/// Where several apply, the one that matters most to the project wins: something held or blocked,
/// then an input that cannot be read, then the unassessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// Nothing at or above the bar.
    Clean = 0,
    /// Something quarantined or blocked, or a finding at or above `--fail-on`.
    Held = 1,
    /// Wrong usage, or an input that cannot be read.
    Usage = 2,
    /// Something could not be assessed, and the policy holds it.
    Unassessed = 3,
    /// Our own fault.
    Internal = 70,
}

impl ExitCode {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The answer on a project. `fail_on` is the bar; without one it lies at [`Level::Quarantine`].
    /// A bar at `block` lets the quarantined pass; one at `warn` or `note` also counts findings of
    /// releases that were let through. What is waived never counts.
    #[must_use]
    pub fn of_audit(report: &AuditReport, fail_on: Option<Level>) -> Self {
        let bar = fail_on.unwrap_or(Level::Quarantine);
        if report
            .packages
            .iter()
            .any(|package| reaches(&package.judgement, bar))
        {
            return Self::Held;
        }
        if report.lockfiles.iter().any(|lockfile| lockfile.error.is_some()) {
            return Self::Usage;
        }
        let unassessed = report
            .packages
            .iter()
            .any(|package| package.judgement.verdict == Verdict::Unassessed);
        Self::unless_held(report.unassessed, unassessed)
    }

    /// The answer on one release.
    #[must_use]
    pub fn of_inspect(report: &InspectReport, fail_on: Option<Level>) -> Self {
        if reaches(&report.judgement, fail_on.unwrap_or(Level::Quarantine)) {
            return Self::Held;
        }
        Self::unless_held(report.unassessed, report.judgement.verdict == Verdict::Unassessed)
    }

    fn unless_held(rule: UnassessedRule, unassessed: bool) -> Self {
        if unassessed && rule == UnassessedRule::Hold {
            Self::Unassessed
        } else {
            Self::Clean
        }
    }
}

fn reaches(judgement: &Judgement, bar: Level) -> bool {
    let held = match judgement.verdict {
        Verdict::Block => bar <= Level::Block,
        Verdict::Quarantine => bar <= Level::Quarantine,
        Verdict::Allow | Verdict::Unassessed => false,
    };
    held || (bar < Level::Quarantine && judgement.findings.iter().any(|f| !f.waived && f.level >= bar))
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{report::LockfileProblem, samples};

    #[test]
    fn a_clean_tree_is_zero_and_a_blocked_one_is_one() {
        assert_eq!(ExitCode::of_audit(&samples::clean(), None), ExitCode::Clean);
        assert_eq!(
            ExitCode::of_audit(&samples::blocked_with_chain(), None),
            ExitCode::Held
        );
    }

    #[test]
    fn a_bar_at_block_lets_the_quarantined_pass() {
        let report = samples::quarantined();
        assert_eq!(ExitCode::of_audit(&report, None), ExitCode::Held);
        assert_eq!(ExitCode::of_audit(&report, Some(Level::Block)), ExitCode::Clean);
    }

    #[test]
    fn a_bar_at_warn_counts_what_was_let_through_and_not_what_is_waived() {
        let mut report = samples::vulnerable();
        assert_eq!(ExitCode::of_audit(&report, None), ExitCode::Clean);
        assert_eq!(ExitCode::of_audit(&report, Some(Level::Warn)), ExitCode::Held);
        report
            .packages
            .iter_mut()
            .flat_map(|p| &mut p.judgement.findings)
            .for_each(|f| f.waived = true);
        assert_eq!(ExitCode::of_audit(&report, Some(Level::Warn)), ExitCode::Clean);
    }

    #[test]
    fn the_unassessed_are_three_only_where_policy_holds_them() {
        let mut report = samples::unassessed();
        assert_eq!(ExitCode::of_audit(&report, None), ExitCode::Unassessed);
        report.unassessed = UnassessedRule::Tell;
        assert_eq!(ExitCode::of_audit(&report, None), ExitCode::Clean);
    }

    #[test]
    fn an_unreadable_lockfile_is_two_unless_something_is_held() {
        assert_eq!(
            ExitCode::of_audit(&samples::broken_lockfile(), None),
            ExitCode::Usage
        );
        let mut both = samples::blocked_with_chain();
        both.lockfiles
            .iter_mut()
            .for_each(|l| l.error = Some(LockfileProblem::default()));
        assert_eq!(ExitCode::of_audit(&both, None), ExitCode::Held);
    }

    #[test]
    fn the_numbers_are_the_contract() {
        let all = [
            ExitCode::Clean,
            ExitCode::Held,
            ExitCode::Usage,
            ExitCode::Unassessed,
            ExitCode::Internal,
        ];
        assert_eq!(all.map(ExitCode::code), [0, 1, 2, 3, 70]);
    }
}
