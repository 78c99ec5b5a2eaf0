//! What an owner wants done about findings, complete: nothing here means "default".
use std::collections::BTreeMap;

use cleanbill_model::{Age, Level};

use crate::{Cooldown, Waiver};

/// The rules of one run.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Minimum ages.
    pub cooldown: Cooldown,
    /// What a release or name below its minimum age means in this run.
    pub cooldown_use: CooldownUse,
    /// True when a release that fixes a known vulnerability of what it replaces may pass the cooldown.
    pub fast_lane: bool,
    /// Levels an owner changed, by audit id.
    pub levels: BTreeMap<String, AuditLevel>,
    /// What happens to a release that could not be assessed.
    pub unassessed: UnassessedAction,
    /// How long after publication two marks of a hijack hold a release. Hijacks with a known window were
    /// found within days, three in four within one; a release that stood in the open for longer is told,
    /// not held.
    pub hijack_window: Age,
    /// Exceptions.
    pub waivers: Vec<Waiver>,
    /// Findings at or above this level make the run fail.
    pub fail_on: Level,
}

/// An owner's word on one audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditLevel {
    /// Not told at all.
    Off,
    /// Exactly this level, whatever the audit says.
    Fixed(Level),
}

/// What the cooldown does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CooldownUse {
    /// Holds what is too young.
    Hold,
    /// Tells it and holds nothing: for looking at one release on its merits.
    Tell,
}

/// What happens to a release that could not be assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnassessedAction {
    /// It is held, and the run ends with exit code 3.
    Hold,
    /// It is told, and passes.
    Warn,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            cooldown: Cooldown::default(),
            cooldown_use: CooldownUse::Hold,
            fast_lane: true,
            levels: BTreeMap::new(),
            unassessed: UnassessedAction::Hold,
            hijack_window: Age::days(30),
            waivers: Vec::new(),
            fail_on: Level::Quarantine,
        }
    }
}
